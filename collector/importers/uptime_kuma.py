"""Uptime Kuma: the heartbeats in its SQLite file ``kuma.db`` (versions 1 and 2).

Status 0 is down, 1 up, 2 a failed try before the last retry, 3 in maintenance. A failed try is a failed look here:
whether it makes an outage is for the confirmation of the one who judges. Times are UTC.
"""

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from collector import replay_lines
from collector.importers import Told
from collector.replay_lines import Entry
from rules.duration import format_duration
from rules.errors import Invalid
from rules.period import parse_instant
from rules.result import Outcome

SUMMARY = "the heartbeats in Uptime Kuma's file kuma.db"

AGENT = "uptime-kuma"

_OUTCOMES = {0: Outcome.FAILED, 1: Outcome.OK, 2: Outcome.FAILED}
_MAINTENANCE = 3
_OURS = {"port": "tcp", "json-query": "http", "keyword": "http"}
"""Types of monitors that have another name here."""


def arrange(parser: argparse.ArgumentParser) -> None:
    """FILE, and what maintenance is worth."""
    parser.add_argument("file", metavar="kuma.db", help="the file, or a copy of it; it is only read")
    parser.add_argument(
        "--maintenance",
        choices=("approved", "unapproved"),
        default="approved",
        help="whether maintenance there counts as approved before it began (Uptime Kuma knows no approval)",
    )


def entries(arguments: argparse.Namespace, told: Told) -> Iterator[Entry]:
    """Every monitor with heartbeats, its looks, and its maintenance as windows."""
    path = Path(arguments.file)
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            yield from _read(file, arguments.maintenance == "approved", told)
    except sqlite3.Error as trouble:
        raise Invalid(f"{path} cannot be read as Uptime Kuma's SQLite file: {trouble}.") from trouble


@dataclass(slots=True)
class _Monitor:
    name: str
    kind: str
    address: str
    interval: int
    retry: int | None
    labels: dict[str, str] = field(default_factory=dict)


def _read(file: sqlite3.Connection, approved: bool, told: Told) -> Iterator[Entry]:
    monitors = _monitors(file)
    titles = _titles(file)
    beats = file.execute("SELECT monitor_id, time, status FROM heartbeat ORDER BY monitor_id, time, id")
    silent = set(monitors)
    strange = 0
    for number, found in groupby(beats, key=itemgetter(0)):
        monitor = monitors.get(number)
        if monitor is None:
            strange += sum(1 for _ in found)
            continue
        silent.discard(number)
        yield from _definition(monitor)
        since: int | None = None
        last = 0
        for seq, (_, time, status) in enumerate(found, start=1):
            last = parse_instant(str(time).replace(" ", "T"), "UTC")
            if status == _MAINTENANCE:
                since = last if since is None else since
                continue
            if status not in _OUTCOMES:
                raise Invalid(f"Monitor {monitor.name!r} has a heartbeat of unknown status {status!r} at {time} UTC.")
            if since is not None:
                yield _window(monitor, since, last, approved, titles.get(number, ""))
                since = None
            yield replay_lines.result(f"{monitor.name}/{monitor.kind}", AGENT, seq, last, _OUTCOMES[status])
        if since is not None:
            yield _window(monitor, since, last + monitor.interval, approved, titles.get(number, ""))
    if silent:
        names = ", ".join(sorted(monitors[number].name for number in silent))
        told(f"Without a heartbeat, and left out: {names}.")
    if strange:
        told(f"{strange} heartbeats belong to monitors that are deleted, and were left out.")


def _monitors(file: sqlite3.Connection) -> dict[int, _Monitor]:
    file.row_factory = sqlite3.Row
    rows = file.execute("SELECT * FROM monitor").fetchall()
    file.row_factory = None
    names = [row["name"] for row in rows]
    groups = {row["id"]: row["name"] for row in rows if row["type"] == "group"}
    found = {}
    for row in rows:
        if row["id"] in groups:
            continue
        name = row["name"] or f"monitor {row['id']}"
        parent = row["parent"] if "parent" in row.keys() else None  # noqa: SIM118 - a Row's `in` looks at values
        address = row["hostname"] or (row["url"] if row["url"] != "https://" else "") or ""
        found[row["id"]] = _Monitor(
            name=name if names.count(row["name"]) == 1 else f"{name} ({row['id']})",
            kind=_OURS.get(row["type"], row["type"]),
            address=f"{address}:{row['port']}" if row["port"] and row["type"] == "port" else address,
            interval=row["interval"] * 1000,
            retry=row["retry_interval"] * 1000 or None,
            labels={"group": groups[parent]} if parent in groups else {},
        )
    return found


def _titles(file: sqlite3.Connection) -> dict[int, str]:
    """The title of a monitor's maintenance, where it has one only."""
    found: dict[int, set[str]] = {}
    if file.execute("SELECT 1 FROM sqlite_schema WHERE name = 'monitor_maintenance'").fetchone():
        named = file.execute(
            "SELECT m.monitor_id, w.title FROM monitor_maintenance m JOIN maintenance w ON w.id = m.maintenance_id"
        )
        for number, title in named:
            found.setdefault(number, set()).add(title)
    return {number: title for number, (title, *more) in found.items() if not more}


def _definition(monitor: _Monitor) -> Iterator[Entry]:
    retry = None if monitor.retry is None else format_duration(min(monitor.retry, monitor.interval))
    yield replay_lines.target(monitor.name, monitor.kind, monitor.address, monitor.labels)
    yield replay_lines.check(
        f"{monitor.name}/{monitor.kind}", monitor.name, monitor.kind, monitor.interval, retry_interval=retry, vital=True
    )


def _window(monitor: _Monitor, start: int, end: int, approved: bool, title: str) -> Entry:
    reason = title or "maintenance in Uptime Kuma"
    return replay_lines.maintenance([monitor.name], start, end, start - 1 if approved else None, reason)
