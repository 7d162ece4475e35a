"""Notifications on disk until the collector has them: an SQLite file of their own, bounded, oldest dropped first."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.clock import Clock
from agent.traps.trap import Trap
from rules.errors import Unavailable

_MOST = 10_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS trap (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    machine_boot TEXT NOT NULL, mono INTEGER NOT NULL, wall INTEGER NOT NULL,
    told TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS identity (stream TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Notifications to pass on: ``stream`` and each one's ``seq`` name it for ever, ``age_ms`` is of now."""

    stream: str
    traps: tuple[dict[str, Any], ...]

    @property
    def last(self) -> int:
        """The number of the last one; 0 for none."""
        return int(self.traps[-1]["seq"]) if self.traps else 0


class Outbox:
    """Keeps notifications across restarts. Shared by two threads; each call opens the file for itself."""

    def __init__(self, path: Path, machine_boot: str, stream: str, clock: Clock) -> None:
        """``stream`` names this file's numbers if it is new. Raises Unavailable when the disk does not let it work."""
        self._path = path
        self._machine_boot = machine_boot
        self._clock = clock
        try:
            path.touch(mode=0o600)
            with closing(self._open()) as store, store:
                store.executescript(_SCHEMA)
                row = store.execute("SELECT stream FROM identity").fetchone()
                self.stream = stream if row is None else str(row[0])
                if row is None:
                    store.execute("INSERT INTO identity (stream) VALUES (?)", (stream,))
        except (OSError, sqlite3.Error) as trouble:
            raise Unavailable(f"{path} cannot be used: {trouble}.") from trouble

    def keep(self, trap: Trap) -> None:
        """Put one on disk. Raises Unavailable when the disk does not take it."""
        values = (self._machine_boot, self._clock.mono(), self._clock.wall(), json.dumps(trap.told()))
        try:
            with closing(self._open()) as store, store:
                seq = store.execute("INSERT INTO trap (machine_boot, mono, wall, told) VALUES (?, ?, ?, ?)", values)
                store.execute("DELETE FROM trap WHERE seq <= ?", ((seq.lastrowid or 0) - _MOST,))
        except sqlite3.Error as trouble:
            raise Unavailable(f"{self._path} takes nothing in: {trouble}.") from trouble

    def waiting(self, most: int) -> Waiting:
        """The oldest that wait. Their age is by the boot clock, or by the wall clock if the machine restarted since.

        Raises Unavailable when the disk does not give them.
        """
        try:
            with closing(self._open()) as store:
                rows = store.execute(
                    "SELECT seq, machine_boot, mono, wall, told FROM trap ORDER BY seq LIMIT ?", (most,)
                ).fetchall()
        except sqlite3.Error as trouble:
            raise Unavailable(f"{self._path} cannot be read: {trouble}.") from trouble
        return Waiting(self.stream, tuple(self._dated(*row) for row in rows))

    def drop(self, seqs: Sequence[int]) -> None:
        """The collector has these, or will never take them. Raises Unavailable when the disk does not let them go."""
        try:
            with closing(self._open()) as store, store:
                store.executemany("DELETE FROM trap WHERE seq = ?", [(seq,) for seq in seqs])
        except sqlite3.Error as trouble:
            raise Unavailable(f"{self._path} does not forget: {trouble}.") from trouble

    def _dated(self, seq: int, machine_boot: str, mono: int, wall: int, told: str) -> dict[str, Any]:
        same = machine_boot == self._machine_boot
        age = self._clock.mono() - mono if same else self._clock.wall() - wall
        return {**json.loads(told), "seq": seq, "age_ms": max(0, age)}

    def _open(self) -> sqlite3.Connection:
        store = sqlite3.connect(self._path, timeout=10.0)
        store.execute("PRAGMA synchronous = FULL")
        return store
