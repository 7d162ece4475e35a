"""A real Prometheus with a made history and a live scrape of itself; its samples are then judged."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
import requests

from tests.collector.importers.running import imported, judged, of_kind

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="prometheus is not installed")

MINUTE = 60_000
SERIES = 'up{instance="web:9100",job="node"}'
OTHER = 'probe_success{instance="https://example.net",job="blackbox"}'


@pytest.fixture(scope="module")
def start() -> int:
    """Yesterday, on a whole hour: what is older than the storage's retention would be dropped."""
    return (int(time.time()) // 3600 - 26) * 3_600_000


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory, start: int) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    lines = ["# TYPE up gauge"]
    for minute in range(180):
        if 60 <= minute < 80:
            continue  # nobody looked
        at = start // 1000 + 60 * minute + 30
        lines.append(f"{SERIES} {0 if 100 <= minute < 110 else 1} {at}")
    lines.append("# TYPE probe_success gauge")
    for minute in range(180):
        lines.append(f"{OTHER} {0 if minute == 20 else 1} {start // 1000 + 60 * minute + 30}")
    (folder / "past.om").write_text("\n".join([*lines, "# EOF", ""]), encoding="utf-8")
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "past.om", folder / "data"],
        check=True,
        capture_output=True,
        timeout=60,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "prometheus.yml").write_text(
        f"scrape_configs:\n- job_name: itself\n  scrape_interval: 1s\n"
        f"  static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n",
        encoding="utf-8",
    )
    with (folder / "out").open("wb") as out:
        server = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=out,
            stderr=out,
            env={**os.environ, "GOMAXPROCS": "1"},
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            if server.poll() is not None:
                raise AssertionError((folder / "out").read_text(encoding="utf-8"))
            try:
                answer = requests.get(
                    f"{url}/api/v1/query", params={"query": "count_over_time(up{job='itself'}[1m]) > 3"}, timeout=2
                )
                if answer.ok and answer.json()["data"]["result"]:
                    break
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        else:
            raise AssertionError("Prometheus never scraped itself")
        yield url
    finally:
        server.terminate()
        server.wait(20)


def period(start: int, minutes: int) -> tuple[str, ...]:
    return ("--from", str(start), "--to", str(start + minutes * MINUTE))


def test_outages_and_gaps_come_over_exactly(prometheus: str, start: int) -> None:
    code, lines, _ = imported("prometheus", prometheus, *period(start, 180))

    web = judged(lines, start, start + 180 * MINUTE)["web:9100"]
    assert code == 0
    assert (web["down_ms"], web["unknown_ms"], web["failures"]) == (10 * MINUTE, 20 * MINUTE, 1)
    assert web["up_ms"] == 150 * MINUTE


def test_no_sample_comes_twice_and_none_is_lost(prometheus: str, start: int) -> None:
    _, lines, _ = imported("prometheus", prometheus, *period(start, 180), "--selector", "probe_success")

    looks = of_kind(lines, "result")
    assert [look["t"] for look in looks] == [start + MINUTE * minute + 30_000 for minute in range(180)]
    assert [look["outcome"] for look in looks].index("failed") == 20


def test_a_failure_too_short_to_confirm_is_a_glitch_to_us(prometheus: str, start: int) -> None:
    _, lines, _ = imported("prometheus", prometheus, *period(start, 180), "--selector", "probe_success")

    found = judged(lines, start, start + 180 * MINUTE)["https://example.net"]
    assert (found["down_ms"], found["glitches"]) == (0, 1)


def test_the_live_scrapes_tell_their_own_interval(prometheus: str) -> None:
    now = int(time.time() * 1000)
    _, lines, _ = imported(
        "prometheus", prometheus, "--from", str(now - MINUTE), "--to", str(now), "--selector", 'up{job="itself"}'
    )

    (check,) = of_kind(lines, "check")
    assert check["interval"] == "1s"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--selector", "process_start_time_seconds"), "neither 0 nor 1"),
        (("--selector", "absent_metric"), "has no sample"),
        (("--selector", "sum(up)"), "refuses"),
        (("--name-by", "nothing"), "has no sample"),
    ],
)
def test_what_is_no_history_of_ups_and_downs_is_refused(prometheus: str, words: tuple[str, ...], told: str) -> None:
    now = int(time.time() * 1000)
    code, _, said = imported("prometheus", prometheus, "--from", str(now - MINUTE), "--to", str(now), *words)

    assert code == 2
    assert told in said
