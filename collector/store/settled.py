"""SQL of what is already computed of the past, and of what makes it count no longer."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

EVERYTHING = "*"
"""In place of an id: all objects."""


class Row(NamedTuple):
    """What is computed of one target or service; see the migration that made the table."""

    object: str
    name: str
    kind: str
    position: int
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
    corrected: int
    doubt: int
    tiles: bytes
    outages: bytes
    glitches: bytes
    doubts: bytes
    words: str


_COLUMNS = ", ".join(Row._fields)


def rows(tx: sqlite3.Connection) -> list[Row]:
    """Every row that counts, in order of the ids."""
    return [Row(*values) for values in _counting(tx)]


def columns(tx: sqlite3.Connection) -> dict[str, Sequence[Any]]:
    """The same by column."""
    found = _counting(tx)
    return dict(zip(Row._fields, zip(*found, strict=True) if found else ((),) * len(Row._fields), strict=True))


def without(tx: sqlite3.Connection) -> list[tuple[str, str]]:
    """The targets and services (id, noun) of which nothing is computed that counts, in order of the ids."""
    reader = _plain(tx)
    told = {key for (key,) in reader.execute(f"SELECT object {_FROM}", _all(tx))}
    found = reader.execute("SELECT id, noun FROM object WHERE noun IN ('target', 'service')")
    return sorted((key, noun) for key, noun in found if key not in told)


def keep(tx: sqlite3.Connection, row: Row, rests_on: Iterable[str]) -> None:
    """Keep what was computed of an object, and what that depends on."""
    tx.execute(f"INSERT OR REPLACE INTO settled ({_COLUMNS}) VALUES ({', '.join('?' * len(row))})", row)
    tx.execute("DELETE FROM rests_on WHERE object = ?", (row.object,))
    pairs = [(one, row.object) for one in rests_on]
    tx.executemany("INSERT INTO rests_on (other, object) VALUES (?, ?)", pairs)


def outdate(tx: sqlite3.Connection, objects: Iterable[str], position: int) -> None:
    """Let nothing count that was computed before ``position`` of these objects, and of all that rest on them."""
    tx.executemany(
        "WITH RECURSIVE reached (object) AS ("
        " SELECT ? UNION SELECT rests_on.object FROM rests_on JOIN reached ON rests_on.other = reached.object)"
        " INSERT INTO outdated SELECT object, ? FROM reached WHERE TRUE"
        " ON CONFLICT (object) DO UPDATE SET position = MAX(position, excluded.position)",
        ((one, position) for one in objects),
    )


_FROM = (
    "FROM settled LEFT JOIN outdated USING (object)"
    " WHERE settled.position >= coalesce(outdated.position, 0) AND settled.position >= ?"
)


def _counting(tx: sqlite3.Connection) -> list[tuple[Any, ...]]:
    names = ", ".join("settled.position" if name == "position" else name for name in Row._fields)
    return _plain(tx).execute(f"SELECT {names} {_FROM} ORDER BY object", _all(tx)).fetchall()


def _all(tx: sqlite3.Connection) -> tuple[int]:
    """Up to where nothing counts of any object."""
    found = tx.execute("SELECT position FROM outdated WHERE object = ?", (EVERYTHING,)).fetchone()
    return (found["position"] if found else 0,)


def _plain(tx: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are tuples: there are thousands of them."""
    reader = tx.cursor()
    reader.row_factory = None
    return reader
