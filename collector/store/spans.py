"""SQL of what the fold writes: spans, glitches, touched targets, seen sequence numbers, its own position."""

import sqlite3
from collections.abc import Iterable, Mapping

from collector.confirm import UNKNOWN, glitch_of, span_of
from collector.seen import Range, Ranges, Seen
from rules.span import Piece, Span

Row = tuple[int, ...]


def position(tx: sqlite3.Connection) -> int:
    """The log position this state reflects."""
    found: int = tx.execute("SELECT position FROM fold").fetchone()[0]
    return found


def set_position(tx: sqlite3.Connection, value: int) -> None:
    tx.execute("UPDATE fold SET position = :value", {"value": value})


def add_spans(tx: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Write spans: handle, agent, then as ``confirm.span_row``."""
    tx.executemany("INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def add_glitches(tx: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Write glitches: handle, agent, then as ``confirm.glitch_row``."""
    tx.executemany("INSERT OR REPLACE INTO glitch VALUES (?, ?, ?, ?, ?, ?)", rows)


def pieces(tx: sqlite3.Connection, handle: int, start: int, end: int) -> dict[int, list[Piece]]:
    """By agent number: what is stored of a check and touches [start, end)."""
    found: dict[int, list[Piece]] = {}
    window = {"handle": handle, "start": start, "end": end}
    for _, agent, *columns in tx.execute(
        "SELECT * FROM span WHERE handle = :handle AND start_at < :end AND end_at > :start", window
    ):
        found.setdefault(agent, []).append(span_of(tuple(columns)))
    for _, agent, *columns in tx.execute(
        "SELECT * FROM glitch WHERE handle = :handle AND at < :end AND end_to > :start", window
    ):
        found.setdefault(agent, []).append(glitch_of(tuple(columns)))
    return found


def in_force(tx: sqlite3.Connection, handle: int, agent: int, at: int, state: int) -> Span | None:
    """The stored span of that state (code) that contains the instant; None when it has not ended yet."""
    row = tx.execute(
        "SELECT * FROM span WHERE handle = :handle AND agent = :agent AND start_at <= :at AND end_at >= :at"
        " AND state = :state ORDER BY start_at LIMIT 1",
        {"handle": handle, "agent": agent, "at": at, "state": state},
    ).fetchone()
    return span_of(tuple(row)[2:]) if row else None


def forget(tx: sqlite3.Connection, handle: int, agent: int, start: int, at: int) -> None:
    """Delete what follows: spans that begin at ``start`` or later, holes and glitches after the sample at ``at``."""
    key = {"handle": handle, "agent": agent, "start": start, "at": at, "unknown": UNKNOWN}
    tx.execute(
        "DELETE FROM span WHERE handle = :handle AND agent = :agent AND state <> :unknown AND start_at >= :start", key
    )
    tx.execute(
        "DELETE FROM span WHERE handle = :handle AND agent = :agent AND state = :unknown AND start_from >= :at", key
    )
    tx.execute("DELETE FROM glitch WHERE handle = :handle AND agent = :agent AND at > :at", key)


def touch(tx: sqlite3.Connection, earliest: Mapping[str, int]) -> None:
    """Mark targets as changed from an instant on; an earlier mark stays."""
    tx.executemany(
        "INSERT INTO touched VALUES (?, ?)"
        " ON CONFLICT (target) DO UPDATE SET earliest = MIN(earliest, excluded.earliest)",
        earliest.items(),
    )


def seen(tx: sqlite3.Connection) -> Seen:
    """Every sequence number that is in the log up to the state's position."""
    found: Seen = {}
    for agent, boot, first, last in tx.execute("SELECT agent, boot, first, last FROM seen ORDER BY agent, boot, first"):
        found.setdefault((agent, boot), Ranges()).add(first, last)
    return found


def set_seen(tx: sqlite3.Connection, agent: int, boot: str, ranges: Iterable[Range]) -> None:
    """Replace the ranges of one agent process."""
    key = {"agent": agent, "boot": boot}
    tx.execute("DELETE FROM seen WHERE agent = :agent AND boot = :boot", key)
    tx.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", ((agent, boot, first, last) for first, last in ranges))


def add_conflict(tx: sqlite3.Connection, position: int, agent: int, results: int) -> None:
    tx.execute(
        "INSERT OR REPLACE INTO conflict VALUES (:position, :agent, :results)",
        {"position": position, "agent": agent, "results": results},
    )


def conflicts(tx: sqlite3.Connection) -> int:
    """How many results contradicted one already logged."""
    found: int = tx.execute("SELECT COALESCE(SUM(results), 0) FROM conflict").fetchone()[0]
    return found
