"""Why a frozen report changed: what came into the log since it was issued and bears on its period."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec

from collector.late import LATE_WINDOW
from collector.store import agents, objects
from collector.store.log import Log
from collector.store.objects import Revision
from rules.period import Period

_OVERLAYS = ("correction", "maintenance")
_BEARING = (*_OVERLAYS, "agreement", "calendar", "check", "policy", "service", "target")
_ALL = 1 << 31
_SERVED = ("in_service_from", "in_service_to")


def reasons(
    tx: sqlite3.Connection, log: Log, after: int, until: int, since: int, period: Period
) -> list[dict[str, Any]]:
    """Changes of the configuration, corrections and windows, then late results by agent.

    What stands in the log beyond position ``after``, up to ``until``; ``since`` (ms UTC) is when the earlier report was
    issued. Who made a change is told by the name they had then.
    """
    found = [
        {
            "kind": change.noun,
            "name": str(change.data.get("number") or change.data.get("name") or change.id),
            "what": change.verb,
            "by": change.actor.get("name", ""),
            "at": change.at,
        }
        for change in objects.revisions(tx, after, _ALL)
        if change.position <= until and change.noun in _BEARING and _bears(tx, change, period)
    ]
    return [*found, *_late(tx, log, after, until, since, period)]


def _bears(tx: sqlite3.Connection, change: Revision, period: Period) -> bool:
    """Whether a change can alter what the period's figures are."""
    data = change.data
    if change.noun in _OVERLAYS:
        start, end = data["start"], data["end"]
        return isinstance(start, int) and isinstance(end, int) and start < period.end and end > period.start
    if change.since < period.end:
        return True
    if change.noun == "agreement":
        begins = data.get("valid_from")
        return isinstance(begins, int) and begins < period.end
    if change.noun != "target":
        return False
    row = tx.execute(
        "SELECT data FROM revision WHERE id = ? AND position < ? ORDER BY position DESC LIMIT 1",
        (change.id, change.position),
    ).fetchone()
    before = {} if row is None else msgspec.json.decode(row["data"])
    return any(before.get(key) != data.get(key) for key in _SERVED)


def _late(
    tx: sqlite3.Connection, log: Log, after: int, until: int, since: int, period: Period
) -> Iterator[dict[str, Any]]:
    """Results about the period that came after the report. None is dated longer before its receipt than allowed."""
    start = max(period.start, since - LATE_WINDOW)
    if start >= period.end:
        return
    for agent in agents.ever(tx):
        late = [entry for entry in log.read_batches(agent.number, start, period.end) if after < entry.position <= until]
        if late:
            yield {
                "kind": "late_results",
                "name": agent.name,
                "what": f"{len(late)} batches",
                "by": "",
                "at": late[0].at,
            }
