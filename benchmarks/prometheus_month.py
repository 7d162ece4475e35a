"""The same month in a real Prometheus: backfilled blocks of some of the targets, asked for their availability."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.month_log import BEGIN, DAY, MINUTE, Fleet
from benchmarks.month_spans import outages

METRIC = "probe_success"
_START_S = 60.0


@dataclass(frozen=True)
class Peer:
    """A running Prometheus with the looks of the first ``series`` checks."""

    url: str
    process: int
    days: int
    series: int

    def availability(self) -> dict[int, float]:
        """By check, by ``avg_over_time`` over the month as an instant query at its end."""
        asked = {"query": f"avg_over_time({METRIC}[{self.days}d])", "time": f"{BEGIN // 1000 + self.days * 86_400}"}
        with urllib.request.urlopen(f"{self.url}/api/v1/query?{urllib.parse.urlencode(asked)}", timeout=300) as answer:
            rows = json.load(answer)["data"]["result"]
        return {int(row["metric"]["check"]): float(row["value"][1]) for row in rows}

    def cpu_s(self) -> float:
        """Seconds of processor time it has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def installed() -> bool:
    """Whether Prometheus and its tool are here."""
    return all(shutil.which(name) for name in ("prometheus", "promtool"))


@contextlib.contextmanager
def peer(folder: Path, fleet: Fleet, series: int) -> Iterator[Peer]:
    """Start it, with all its blocks written. It takes the processor cores of its parent."""
    folder.mkdir(parents=True)
    _write(folder / "looks.om", fleet, series)
    files = str(folder / "looks.om"), str(folder / "data")
    # Few large blocks, as its compaction makes of a month in time; and a wide block is read from the file but once.
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=720h", *files],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (folder / "looks.om").unlink()
    (folder / "prometheus.yml").write_text("scrape_configs: []\n")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with (folder / "out").open("wb") as out:
        server = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                "--storage.tsdb.retention.time=10y",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=out,
            stderr=out,
            env={**os.environ, "GOMAXPROCS": str(len(os.sched_getaffinity(0)))},
        )
    found = Peer(f"http://127.0.0.1:{port}", server.pid, fleet.days, series)
    try:
        _ready(found, server, folder / "out")
        yield found
    finally:
        server.terminate()
        server.wait(timeout=60)


def _write(file: Path, fleet: Fleet, series: int) -> None:
    """One sample a minute of each check, evenly, as a scrape would take them: 0 while it is out, else 1."""
    check, start, end = outages(fleet)
    at = BEGIN + MINUTE // 2 + np.arange(fleet.days * DAY // MINUTE) * MINUTE
    seconds = [f" {instant // 1000}\n" for instant in at.tolist()]
    with file.open("w") as out:
        out.write(f"# TYPE {METRIC} gauge\n")
        for one in range(1, series + 1):
            up = np.ones(len(at), np.int64)
            for low, high in zip(start[check == one].tolist(), end[check == one].tolist(), strict=True):
                up[(at >= low) & (at < high)] = 0
            name = f'{METRIC}{{check="{one}",job="blackbox"}} '
            out.write("".join([f"{name}{value}{when}" for value, when in zip(up.tolist(), seconds, strict=True)]))
        out.write("# EOF\n")


def _ready(found: Peer, server: "subprocess.Popen[bytes]", told: Path) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(told.read_text())
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{found.url}/-/ready", timeout=2).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"no answer from Prometheus within {_START_S:g} s")
