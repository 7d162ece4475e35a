"""The one way configuration changes: written to the log, then waited for until the state shows it."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from collector.access import Principal
from collector.clock import Clock
from collector.fold import Fold
from collector.intake import Intake
from collector.store.state import State
from rules.errors import Unavailable

_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class Change:
    """One object's change: ``data`` holds the fields that change, ``since`` (ms UTC) when not at once."""

    noun: str
    id: str
    verb: str
    data: Mapping[str, Any] = field(default_factory=dict)
    since: int | None = None


class Journal:
    """Writes config entries, one at a time, so that what a change was checked against still holds at its writing."""

    def __init__(self, state: State, intake: Intake, fold: Fold, clock: Clock) -> None:
        self.state = state
        self.clock = clock
        self._intake = intake
        self._fold = fold
        self._turn = threading.RLock()
        self.listeners: list[Callable[[], None]] = []
        """Called, in the writer's thread, after each change that :meth:`write` made visible."""

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other writers out while a change is checked and written."""
        with self._turn:
            yield

    def write(self, changes: Sequence[Change], author: Principal) -> None:
        """Record all changes as one entry and wait until the state shows them.

        Raises Unavailable when that takes too long; the changes are then recorded and will show.
        """
        if not changes:
            return
        position = self._intake.record("config", self._payload(changes, author)).result(_PATIENCE_S)
        shown = self._fold.wait_for(position, _PATIENCE_S)
        for listener in self.listeners:
            listener()
        if not shown:
            raise Unavailable("The change is recorded, but the collector is busy and does not show it yet.")

    def note(self, changes: Sequence[Change], author: Principal) -> "Future[int]":
        """Record without waiting: for the fold's own thread, which would wait for itself. The position to come."""
        return self._intake.record("config", self._payload(changes, author))

    def _payload(self, changes: Sequence[Change], author: Principal) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "actor": author.actor,
            "changes": [
                {
                    "noun": change.noun,
                    "id": change.id,
                    "verb": change.verb,
                    "since": now if change.since is None else change.since,
                    "data": dict(change.data),
                }
                for change in changes
            ],
        }
