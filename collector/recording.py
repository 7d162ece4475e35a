"""Recording: a decision goes into the log, and whoever asked for it waits until it shows and others were told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collector.events import EventKind, Events
from collector.fold import Fold
from collector.intake import Intake
from collector.store import incidents
from collector.store.state import State
from rules.errors import Unavailable

_PATIENCE_S = 30.0


class Recording:
    """Records decisions about incidents. Usable from any thread, but the fold's own."""

    def __init__(self, state: State, intake: Intake, fold: Fold, events: Events) -> None:
        self._state = state
        self._intake = intake
        self._fold = fold
        self._events = events
        self.listeners: list[Callable[[], None]] = []
        """Called after decisions were applied: there may be something to tell."""

    def record(self, drafts: Sequence[Mapping[str, Any]]) -> list[int]:
        """Record decisions in order and wait until the state shows them; their positions in the log.

        Raises Unavailable when nothing is taken in, or when it is recorded and does not show in time.
        """
        if not drafts:
            return []
        taken = [self._intake.record("incident", draft) for draft in drafts]
        positions = [future.result(_PATIENCE_S) for future in taken]
        if not self._fold.wait_for(positions[-1], _PATIENCE_S):
            raise Unavailable("It is recorded, but the collector is busy and does not show it yet.")
        for listener in self.listeners:
            listener()
        with self._state.read() as tx:
            found = [incidents.find(tx, key) for key in dict.fromkeys(draft["incident"] for draft in drafts)]
        for incident in found:
            if incident is not None:
                target = {"target": incident.target} if incident.target else {}
                data = {"number": incident.name, "state": incident.phase.value, **target}
                self._events.publish(EventKind.INCIDENT, data)
        return positions
