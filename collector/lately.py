"""Lately: what changed about a target shortly before its fault, whoever told it. Reads only what is about that target.

Restarts and lines are told for an hour before the fault, what people did (maintenance, configuration) for a day.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from collector.reasons import Reason
from collector.store import evidence, revisions, traps
from collector.told import NEAR, WORDS
from rules.evidence import Kind
from rules.timeline import Window

DAY = 86_400_000
MOST = 10
_TRAPS = 20
_NOUNS = {"target": "the target", "check": "a check"}
_CONFIGURED = "config"
"""Traps whose name has this in it tell that somebody changed the device's configuration."""


def changes(
    tx: sqlite3.Connection, target: str, checks: Sequence[str], windows: Sequence[Window], since: int, now: int
) -> list[dict[str, Any]]:
    """What changed about a target (id) and its checks (ids) before a fault that began at ``since`` (ms UTC).

    Each with ``at`` and the parts of a Reason, by time; at most MOST, the last ones. ``windows`` are its maintenance.
    """
    found = [*_told(tx, target, since, now), *_trapped(tx, target, since, now)]
    found += [*_maintained(windows, since, now), *_configured(tx, target, checks, since, now)]
    found.sort(key=lambda one: one[0])
    return [{"at": at, **reason.written()} for at, reason in found[-MOST:]]


def _told(tx: sqlite3.Connection, target: str, since: int, now: int) -> Iterator[tuple[int, Reason]]:
    for one in evidence.of_target(tx, target, since - NEAR, now):
        if since - NEAR <= one.at <= now:
            yield one.at, Reason("{what}", {"what": WORDS[Kind(one.kind)]}, ("what",))


def _trapped(tx: sqlite3.Connection, target: str, since: int, now: int) -> Iterator[tuple[int, Reason]]:
    for trap in traps.page(tx, target=target, since=since - NEAR, limit=_TRAPS):
        if trap.at > now:
            continue
        values = {"name": trap.name or trap.oid}
        if _CONFIGURED in trap.name.lower():
            yield trap.at, Reason("trap {name}: the device's configuration was changed", values)
        else:
            yield trap.at, Reason("trap {name}", values)


def _maintained(windows: Sequence[Window], since: int, now: int) -> Iterator[tuple[int, Reason]]:
    for window in windows:
        if since - DAY <= window.start <= now:
            yield window.start, Reason("maintenance began: {reason}", {"reason": window.reason})
        if since - DAY <= window.end <= now:
            yield window.end, Reason("maintenance ended: {reason}", {"reason": window.reason})


def _configured(
    tx: sqlite3.Connection, target: str, checks: Sequence[str], since: int, now: int
) -> Iterator[tuple[int, Reason]]:
    for one in revisions.changes(tx, [target, *checks], since - DAY, now, MOST):
        values = {"what": _NOUNS.get(one.noun, one.noun), "by": one.by}
        yield one.at, Reason("{by} changed the settings of {what} in Nineward", values, ("what",))
