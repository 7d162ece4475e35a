"""SQL of what is already computed of the past, and of what makes it count no longer."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

EVERYTHING = "*"
"""In place of an id: all objects."""


class Row(NamedTuple):
    """What is computed of one target or service; see the migration that made the table."""

    object: str
    name: str
    kind: str
    position: int
    made_by: str
    begins: int
    ends: int | None
    until: int
    sure: int
    horizon: int | None
    stands: int
    agreement: str
    version: int | None
    priority: str
    labels: str
    zoned: int
    doubt: int
    tiles: bytes
    outages: bytes
    glitches: bytes
    doubts: bytes
    corrected: bytes
    words: str


OF_PAST = (
    *("object", "name", "kind", "begins", "ends", "until", "sure", "horizon", "stands", "zoned"),
    *("agreement", "version"),
)
"""What is told of the rows beside their columns: whose they are, and what they hold for."""

OF_FIGURES = ("priority", "labels", "doubt")
"""What figures need beside it."""

BLOBS = ("tiles", "outages", "glitches", "doubts", "corrected", "words")


def rows(tx: sqlite3.Connection, made_by: str) -> list[Row]:
    """Every row that counts, in order of the ids."""
    return sorted(Row(*values) for values in _counting(tx, made_by, Row._fields))


def columns(tx: sqlite3.Connection, made_by: str, names: Sequence[str]) -> dict[str, Sequence[Any]]:
    """The same by column, in any order of the rows."""
    found = _counting(tx, made_by, names)
    return dict(zip(names, zip(*found, strict=True) if found else ((),) * len(names), strict=True))


def without(tx: sqlite3.Connection, told: Collection[str]) -> list[tuple[str, str]]:
    """The targets and services (id, noun) beside those told (ids), in order of the ids."""
    known = set(told)
    found = _plain(tx).execute("SELECT id, noun FROM object WHERE noun IN ('target', 'service')")
    return sorted((key, noun) for key, noun in found if key not in known)


def keep(tx: sqlite3.Connection, row: Row, rests_on: Iterable[str]) -> None:
    """Keep what was computed of an object, and what that depends on."""
    tx.execute(f"INSERT OR REPLACE INTO settled VALUES ({', '.join('?' * len(row))})", row)
    tx.execute("DELETE FROM rests_on WHERE object = ?", (row.object,))
    pairs = [(one, row.object) for one in rests_on]
    tx.executemany("INSERT INTO rests_on (other, object) VALUES (?, ?)", pairs)
    # What was folded of the others since it was computed did not reach it: that it rests on them was not known then.
    tx.execute(
        "INSERT INTO outdated SELECT ?, max(position) FROM outdated"
        " WHERE object IN (SELECT other FROM rests_on WHERE object = ?) HAVING max(position) > ?"
        " ON CONFLICT (object) DO UPDATE SET position = MAX(position, excluded.position)",
        (row.object, row.object, row.position),
    )


def resting_on(tx: sqlite3.Connection, others: Collection[str]) -> set[str]:
    """The objects (ids) with a row that depend on any of the others."""
    pairs = _plain(tx).execute("SELECT other, object FROM rests_on") if others else ()
    return {key for other, key in pairs if other in others}


def outdate(tx: sqlite3.Connection, objects: Iterable[str], position: int) -> None:
    """Let nothing count that was computed before ``position`` of these objects, and of all that rest on them."""
    tx.executemany(
        "WITH RECURSIVE reached (object) AS ("
        " SELECT ? UNION SELECT rests_on.object FROM rests_on JOIN reached ON rests_on.other = reached.object)"
        " INSERT INTO outdated SELECT object, ? FROM reached WHERE TRUE"
        " ON CONFLICT (object) DO UPDATE SET position = MAX(position, excluded.position)",
        ((one, position) for one in objects),
    )


def _counting(tx: sqlite3.Connection, made_by: str, names: Sequence[str]) -> list[tuple[Any, ...]]:
    """These columns of every row that counts."""
    every = tx.execute("SELECT position FROM outdated WHERE object = ?", (EVERYTHING,)).fetchone()
    wanted = ", ".join("settled.position" if name == "position" else name for name in names)
    return (
        _plain(tx)
        .execute(
            f"SELECT {wanted} FROM settled LEFT JOIN outdated USING (object)"
            " WHERE settled.position >= coalesce(outdated.position, 0) AND settled.position >= ?"
            " AND made_by = ?",
            (every["position"] if every else 0, made_by),
        )
        .fetchall()
    )


def _plain(tx: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are tuples: there are thousands of them."""
    reader = tx.cursor()
    reader.row_factory = None
    return reader
