"""SQL of the fold's notes: what replaying the log into the live table needs beside the log. They are kept, so that a
checkpoint that is lost can be made anew."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Note:
    """From ``position`` on a check has these terms, or (``machine`` given) its row stands so after ``position``.

    ``agent`` 0 with terms: all rows of the check; else a new row for that agent.
    """

    position: int
    handle: int
    agent: int
    terms: Mapping[str, Any] | None = None
    machine: Mapping[str, Any] | None = None

    def due(self, next_position: int) -> bool:
        """Whether it comes before the entry at ``next_position``."""
        return self.position < next_position or (self.machine is None and self.position == next_position)


def note_terms(tx: sqlite3.Connection, rows: Iterable[tuple[int, int, int, str]]) -> None:
    """Write position, handle, agent and terms (JSON)."""
    tx.executemany("INSERT OR REPLACE INTO live_terms VALUES (?, ?, ?, ?)", rows)


def note_row(tx: sqlite3.Connection, position: int, handle: int, agent: int, machine: str) -> None:
    tx.execute("INSERT OR REPLACE INTO live_row VALUES (?, ?, ?, ?)", (handle, agent, position, machine))


def notes(tx: sqlite3.Connection, after: int) -> list[Note]:
    """The notes beyond a position, in the order they apply."""
    found = []
    for position, handle, agent, terms in tx.execute(
        "SELECT position, handle, agent, terms FROM live_terms WHERE position > :after", {"after": after}
    ):
        found.append(Note(position, handle, agent, terms=json.loads(terms)))
    for position, handle, agent, machine in tx.execute(
        "SELECT position, handle, agent, machine FROM live_row WHERE position > :after", {"after": after}
    ):
        found.append(Note(position, handle, agent, machine=json.loads(machine)))
    return sorted(found, key=lambda note: (note.position, note.machine is not None, note.handle, note.agent))
