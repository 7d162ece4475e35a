"""Mutes: until when tickets about a target or a check are held. Never changes a figure."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping

from collector.store import targets, windows
from collector.store.clocks import last_revision
from collector.store.state import State
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


class Freeing:
    """Frees what mutes held when none does any more, because it was ended early or means something else by now.

    ``held`` tells what they hold: keys, each with the target and the check (ids) that it is about; ``put`` has some of
    these looked at again at an instant each (ms UTC).
    """

    def __init__(
        self,
        state: State,
        held: Callable[[sqlite3.Connection], Iterable[tuple[str, str, str]]],
        put: Callable[[sqlite3.Connection, Mapping[str, int]], None],
    ) -> None:
        self._state = state
        self._held = held
        self._put = put
        self._looked = -1  # the change of the configuration as of which all is as mutes are

    def work(self, now: int) -> None:
        """As mutes are at ``now`` (ms UTC); costs next to nothing while the configuration does not change."""
        with self._state.read() as tx:
            revision = last_revision(tx)
            due = {} if revision == self._looked else self._ends(tx, now)
        if due:
            with self._state.write() as tx:
                self._put(tx, due)
        self._looked = revision

    def _ends(self, tx: sqlite3.Connection, now: int) -> dict[str, int]:
        ends: dict[tuple[str, str], int] = {}
        found = {}
        for key, target, check in self._held(tx):
            if (target, check) not in ends:
                until = muted_until(tx, target, check, now)
                ends[target, check] = now if until is None else until
            found[key] = ends[target, check]
        return found


def _meant(what: str, target: str, check: str, named: dict[str, str]) -> bool:
    if what in (target, check):
        return bool(what)
    if not named or ("=" not in what and what != "*"):
        return False
    try:
        return Selector.parse(what).matches(named)
    except Invalid:
        return False
