"""A real Uptime Kuma watches a web server that is stopped for a while; its file is then judged."""

import http.server
import os
import shutil
import socket
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.collector.importers.running import imported, judged, of_kind

HOME = Path(os.environ.get("UPTIME_KUMA", ""))
"""Where ``uptime_kuma.sh`` has put it."""

pytestmark = pytest.mark.skipif(
    not (HOME / "package" / "server").is_dir() or shutil.which("node") is None, reason="Uptime Kuma is not installed"
)


class Site:
    """A web server that can be told to fail."""

    def __init__(self) -> None:
        site = self
        self.well = True

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if site.well else 503)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"


def beats(path: Path, status: int) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
        (count,) = file.execute("SELECT count(*) FROM heartbeat WHERE status = ?", (status,)).fetchone()
    return int(count)


def wait_for(path: Path, status: int, more: int) -> None:
    """Until there are so many more heartbeats of a status."""
    wanted = beats(path, status) + more
    for _ in range(600):
        if beats(path, status) >= wanted:
            return
        time.sleep(0.1)
    raise AssertionError(f"Uptime Kuma made no {more} heartbeats of status {status}")


def start(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    with (folder / "out").open("ab") as out:
        return subprocess.Popen(
            ["node", "server/server.js", f"--port={port}"],
            cwd=HOME / "package",
            env={**os.environ, "DATA_DIR": f"{folder}/", "UPTIME_KUMA_HOST": "127.0.0.1"},
            stdout=out,
            stderr=out,
        )


def ready(folder: Path, times: int) -> None:
    for _ in range(600):
        if (folder / "out").read_text(encoding="utf-8").count("Listening on") >= times:
            return
        time.sleep(0.1)
    raise AssertionError((folder / "out").read_text(encoding="utf-8")[-2000:])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """kuma.db of an Uptime Kuma that watched a site through one failure and was stopped."""
    folder = tmp_path_factory.mktemp("kuma")
    (folder / "db-config.json").write_text('{"type": "sqlite"}', encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = Site()
    kuma = start(folder, port)
    try:
        ready(folder, 1)
        kuma.terminate()
        kuma.wait(30)
        path = folder / "kuma.db"
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("INSERT INTO user (username, password) VALUES ('nobody', 'none')")
            database.execute(
                "INSERT INTO monitor (name, active, user_id, interval, retry_interval, maxretries, timeout, url, type)"
                " VALUES ('site', 1, 1, 1, 1, 2, 1, ?, 'http')",
                (site.url,),
            )
        kuma = start(folder, port)
        ready(folder, 2)
        wait_for(path, 1, 8)
        site.well = False
        wait_for(path, 0, 5)
        site.well = True
        wait_for(path, 1, 8)
    finally:
        kuma.terminate()
        kuma.wait(30)
        site.server.shutdown()
        site.server.server_close()
    return path


def test_the_one_failure_is_found_from_its_first_pending_beat(file: Path) -> None:
    code, lines, said = imported("uptime-kuma", str(file))
    looks = sorted(of_kind(lines, "result"), key=lambda look: look["t"])
    bad = [look["t"] for look in looks if look["outcome"] == "failed"]
    good = [look["t"] for look in looks if look["outcome"] == "ok"]
    before, after = max(at for at in good if at < bad[0]), min(at for at in good if at > bad[-1])
    site = judged(lines, looks[0]["t"], looks[-1]["t"], max_gap="10s")["site"]

    assert (code, said) == (0, "")
    assert site["failures"] == 1
    assert site["down_ms"] == (bad[-1] + after) // 2 - (before + bad[0]) // 2


def test_what_was_watched_comes_with_it(file: Path) -> None:
    _, lines, _ = imported("uptime-kuma", str(file))

    assert [target["name"] for target in of_kind(lines, "target")] == ["site"]
    (check,) = of_kind(lines, "check")
    assert (check["kind"], check["interval"], check["retry_interval"]) == ("http", "1s", "1s")
