"""One decision as it stands in the log, and what is needed to apply it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.store import incidents
from collector.store.incidents import Happening, Incident


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision to apply within a transaction; ``at`` (ms UTC) is when it was recorded.

    What was done in a ticket system carries the date of that system (``happened``) and where it comes from (``via``).
    """

    tx: sqlite3.Connection
    position: int
    at: int
    payload: Mapping[str, Any]

    @property
    def via(self) -> str:
        """The ticket system in which it was done; empty for what was done here."""
        return str(self.payload.get("via", {}).get("system", ""))

    def happened(self, incident: Incident) -> int:
        """When it was done (ms UTC): not before the incident was opened, not after it was told.

        What was done here follows what happened before it, also where the machine's clock was put back meanwhile.
        """
        told = self.payload.get("happened")
        now = max(self.at, incidents.latest(self.tx, incident.id), incident.opened)
        return now if told is None else min(max(int(told), incident.opened), now)

    def note(self, incident: Incident, *, verb: str = "", moot: bool = False, unseen: bool = False) -> None:
        """Remember it among the events of the incident; ``unseen`` where it ends a fault that nobody saw end."""
        actor = self.payload["actor"]
        event = Happening(
            position=self.position,
            verb=verb or str(self.payload["verb"]),
            at=self.happened(incident),
            actor_kind=actor["kind"],
            actor=actor["name"],
            text=str(self.payload.get("text", "")),
            moot=moot,
            unseen=unseen,
        )
        incidents.add_event(self.tx, incident.id, event)
