"""Mutes: until when tickets about a target or a check are held. Never changes a figure."""

import sqlite3

from collector.store import targets, windows
from rules.errors import Invalid
from rules.selector import Selector, words


def muted_until(tx: sqlite3.Connection, target: str, check: str, now: int) -> int | None:
    """The instant (ms UTC) until which mutes in force at ``now`` hold what is about this target and check (ids).

    None when nothing holds it. A mute of a target holds its checks too, a mute of a check only that check.
    """
    found = targets.find(tx, target) if target else None
    named = words(found.name, found.kind, found.priority, found.labels) if found else {}
    ends = [
        mute.until
        for mute in windows.mutes(tx)
        if mute.start <= now < mute.until and _meant(mute.what, target, check, named)
    ]
    return max(ends, default=None)


def _meant(what: str, target: str, check: str, named: dict[str, str]) -> bool:
    if what in (target, check):
        return bool(what)
    if not named or ("=" not in what and what != "*"):
        return False
    try:
        return Selector.parse(what).matches(named)
    except Invalid:
        return False
