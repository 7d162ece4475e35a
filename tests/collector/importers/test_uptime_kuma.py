"""Files with the tables that Uptime Kuma keeps, made here; ``tests/peers`` has a real Uptime Kuma."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from tests.collector.importers.running import imported, judged, of_kind

START = 1_790_784_000_000
MINUTE = 60_000


def kuma(path: Path, beats: Iterable[tuple[int, int, int]], maintenance: str = "") -> str:
    """``kuma.db`` with monitors 1 (web, in the group 3) and 2 (idle), and beats (monitor, minute, status)."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "CREATE TABLE monitor (id INTEGER PRIMARY KEY, name TEXT, type TEXT, url TEXT, hostname TEXT, port INTEGER,"
            " interval INTEGER, retry_interval INTEGER, parent INTEGER)"
        )
        file.execute("CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, monitor_id INTEGER, time TEXT, status INTEGER)")
        file.executemany(
            "INSERT INTO monitor VALUES (?, ?, ?, ?, ?, ?, 60, 20, ?)",
            [
                (1, "web", "http", "https://example.net", None, None, 3),
                (2, "idle", "ping", "https://", "192.0.2.1", None, None),
                (3, "site a", "group", None, None, None, None),
            ],
        )
        if maintenance:
            file.execute("CREATE TABLE maintenance (id INTEGER PRIMARY KEY, title TEXT)")
            file.execute("CREATE TABLE monitor_maintenance (monitor_id INTEGER, maintenance_id INTEGER)")
            file.execute("INSERT INTO maintenance VALUES (1, ?)", (maintenance,))
            file.execute("INSERT INTO monitor_maintenance VALUES (1, 1)")
        for monitor, minute, status in beats:
            at = datetime.fromtimestamp(START / 1000 + 60 * minute, UTC)
            file.execute(
                "INSERT INTO heartbeat (monitor_id, time, status) VALUES (?, ?, ?)",
                (monitor, f"{at:%Y-%m-%d %H:%M:%S}.000", status),
            )
    return str(path)


def test_pending_is_a_failed_look_and_outages_are_dated_by_it(tmp_path: Path) -> None:
    beats = [(1, minute, {30: 2, 31: 2, 32: 0, 33: 0}.get(minute, 1)) for minute in range(60)]
    _, lines, _ = imported("uptime-kuma", kuma(tmp_path / "kuma.db", beats))

    web = judged(lines, START, START + 60 * MINUTE)["web"]
    assert (web["failures"], web["down_ms"]) == (1, 4 * MINUTE)
    assert of_kind(lines, "target")[0]["labels"] == {"group": "site a"}


def test_maintenance_is_a_window_not_downtime(tmp_path: Path) -> None:
    beats = [(1, minute, 3 if 20 <= minute < 30 else 1) for minute in range(60)]
    file = kuma(tmp_path / "kuma.db", beats, "move of the rack")
    _, lines, _ = imported("uptime-kuma", file)

    (window,) = of_kind(lines, "maintenance")
    assert (window["from"], window["to"]) == (START + 20 * MINUTE, START + 30 * MINUTE)
    assert window["reason"] == "move of the rack"
    assert judged(lines, START, START + 60 * MINUTE)["web"]["maintenance_ms"] == 10 * MINUTE
    unapproved = imported("uptime-kuma", file, "--maintenance", "unapproved")[1]
    assert judged(unapproved, START, START + 60 * MINUTE)["web"]["maintenance_ms"] == 0


def test_a_time_without_beats_is_unknown(tmp_path: Path) -> None:
    beats = [(1, minute, 1) for minute in range(60) if not 20 <= minute < 40]
    _, lines, _ = imported("uptime-kuma", kuma(tmp_path / "kuma.db", beats))

    assert judged(lines, START + MINUTE, START + 59 * MINUTE)["web"]["unknown_ms"] == 20 * MINUTE


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    _, _, said = imported("uptime-kuma", kuma(tmp_path / "kuma.db", [(1, 0, 1), (9, 0, 1)]))

    assert "idle" in said
    assert "1 heartbeats belong to monitors that are deleted" in said


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"nothing of the kind" * 100)

    assert imported("uptime-kuma", str(other))[0] == 2
    assert imported("uptime-kuma", str(tmp_path / "absent.db"))[0] == 2
