"""One decision as it stands in the log, and what is needed to apply it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.store import incidents
from collector.store.incidents import Happening, Incident


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision to apply within a transaction; ``at`` (ms UTC) is when it was recorded."""

    tx: sqlite3.Connection
    position: int
    at: int
    payload: Mapping[str, Any]

    def note(self, incident: Incident, *, verb: str = "", moot: bool = False) -> None:
        """Remember it among the events of the incident."""
        actor = self.payload["actor"]
        event = Happening(
            position=self.position,
            verb=verb or str(self.payload["verb"]),
            at=self.at,
            actor_kind=actor["kind"],
            actor=actor["name"],
            text=str(self.payload.get("text", "")),
            moot=moot,
        )
        incidents.add_event(self.tx, incident.id, event)
