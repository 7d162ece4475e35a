"""SQL of what is already computed of the past, and of what makes it count no longer."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

EVERYTHING = "*"
"""In place of an id: all objects."""


class Row(NamedTuple):
    """What is computed of one target or service; see the migration that made the table."""

    object: str
    name: str
    kind: str
    position: int
    until: int
    sure: int
    horizon: int | None
    agreement: str
    version: int | None
    tiles: bytes
    outages: bytes
    causes: str


_COLUMNS = ", ".join(Row._fields)

_COUNTS = (
    " position >= coalesce((SELECT position FROM outdated WHERE object = '*'), 0)"
    " AND position >= coalesce((SELECT o.position FROM outdated o WHERE o.object = settled.object), 0)"
)


def rows(tx: sqlite3.Connection) -> list[Row]:
    """Every row that counts, in order of the ids."""
    reader = tx.cursor()
    reader.row_factory = lambda _, values: Row(*values)
    return reader.execute(f"SELECT {_COLUMNS} FROM settled WHERE {_COUNTS} ORDER BY object").fetchall()


def without(tx: sqlite3.Connection) -> list[tuple[str, str]]:
    """The targets and services (id, noun) of which nothing is computed that counts."""
    found = tx.execute(
        "SELECT id, noun FROM object WHERE noun IN ('target', 'service')"
        f" AND id NOT IN (SELECT object FROM settled WHERE {_COUNTS}) ORDER BY id"
    )
    return [(key, noun) for key, noun in found]


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
