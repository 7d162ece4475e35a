"""The statements for configuration objects of every noun: now, and as they were at an instant.

One table holds them all, because they all live the same way (made, revised, retired, never deleted) and a new noun then
needs no new statement. The modules named like the nouns give them their shape.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from rules.errors import Missing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of one object: in force ``since`` (ms UTC), recorded ``at`` by ``actor`` at a log position."""

    id: str
    position: int
    noun: str
    since: int
    at: int
    verb: str
    actor: dict[str, str]
    data: dict[str, object]


class Noun(Generic[T]):
    """Typed access to the objects of one noun. ``shape`` is a frozen dataclass with at least an ``id``."""

    def __init__(self, noun: str, shape: type[T], words: str) -> None:
        """``words`` names the noun in messages (``join token``)."""
        self.noun = noun
        self.words = words
        self._decoder = msgspec.json.Decoder(shape)

    def find(self, tx: sqlite3.Connection, key: str) -> T | None:
        """The object with that id, living or retired, or None."""
        row = tx.execute("SELECT data FROM object WHERE id = ? AND noun = ?", (key, self.noun)).fetchone()
        return None if row is None else self._decoder.decode(row["data"])

    def get(self, tx: sqlite3.Connection, key: str) -> T:
        """The object with that id, living or retired. Raises Missing."""
        found = self.find(tx, key)
        if found is None:
            raise Missing(f"There is no {self.words} {key!r}.")
        return found

    def named(self, tx: sqlite3.Connection, name: str) -> T | None:
        """The living object of that name, or None."""
        row = tx.execute(
            "SELECT data FROM object WHERE noun = ? AND name = ? AND retired IS NULL", (self.noun, name)
        ).fetchone()
        return None if row is None else self._decoder.decode(row["data"])

    def resolve(self, tx: sqlite3.Connection, text: str) -> T:
        """The object with that id, or else the living one of that name. Raises Missing."""
        found = self.find(tx, text) or self.named(tx, text)
        if found is None:
            raise Missing(f"There is no {self.words} {text!r}.")
        return found

    def numbered(self, tx: sqlite3.Connection, number: int) -> T | None:
        """The object with that number, living or retired, or None."""
        row = tx.execute("SELECT data FROM object WHERE noun = ? AND number = ?", (self.noun, number)).fetchone()
        return None if row is None else self._decoder.decode(row["data"])

    def living(self, tx: sqlite3.Connection) -> list[T]:
        """Every object that is not retired, by number, then name, then id."""
        rows = tx.execute(
            "SELECT data FROM object WHERE noun = ? AND retired IS NULL ORDER BY number, name, id", (self.noun,)
        )
        return [self._decoder.decode(row["data"]) for row in rows]

    def ever(self, tx: sqlite3.Connection) -> list[T]:
        """Every object there ever was, in the same order."""
        rows = tx.execute("SELECT data FROM object WHERE noun = ? ORDER BY number, name, id", (self.noun,))
        return [self._decoder.decode(row["data"]) for row in rows]

    def owned(self, tx: sqlite3.Connection, owner: str) -> list[T]:
        """The living objects that belong to ``owner`` (an id), by number."""
        rows = tx.execute(
            "SELECT data FROM object WHERE noun = ? AND owner = ? AND retired IS NULL ORDER BY number, id",
            (self.noun, owner),
        )
        return [self._decoder.decode(row["data"]) for row in rows]

    def ever_owned(self, tx: sqlite3.Connection, owner: str) -> list[T]:
        """The objects that belong or belonged to ``owner``, by number."""
        rows = tx.execute(
            "SELECT data FROM object WHERE noun = ? AND owner = ? ORDER BY number, id", (self.noun, owner)
        )
        return [self._decoder.decode(row["data"]) for row in rows]

    def history(self, tx: sqlite3.Connection, key: str) -> list[tuple[int, T]]:
        """``(since, object)``, each until the next; of two with one instant the one recorded later wins."""
        rows = tx.execute("SELECT since, data FROM revision WHERE id = ? ORDER BY since, position", (key,))
        latest = {row["since"]: row["data"] for row in rows}
        return [(since, self._decoder.decode(data)) for since, data in latest.items()]

    def at(self, tx: sqlite3.Connection, key: str, instant: int) -> T | None:
        """The object as it was in force at ``instant`` (ms UTC), or None before its first revision."""
        row = tx.execute(
            "SELECT data FROM revision WHERE id = ? AND since <= ? ORDER BY since DESC, position DESC LIMIT 1",
            (key, instant),
        ).fetchone()
        return None if row is None else self._decoder.decode(row["data"])


def put(
    tx: sqlite3.Connection, noun: str, key: str, name: str, owner: str, number: int, retired: int | None, data: str
) -> None:
    """Write an object as it is now. Writing the same again changes nothing."""
    tx.execute(
        "INSERT INTO object (id, noun, name, owner, number, retired, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, owner = excluded.owner, retired = excluded.retired,"
        " data = excluded.data",
        (key, noun, name, owner, number, retired, data),
    )


def revise(tx: sqlite3.Connection, revision: Revision, data: str) -> None:
    """Remember a revision. The second time changes nothing."""
    tx.execute(
        "INSERT INTO revision (id, position, noun, since, at, verb, actor, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id, position) DO NOTHING",
        (
            revision.id,
            revision.position,
            revision.noun,
            revision.since,
            revision.at,
            revision.verb,
            msgspec.json.encode(revision.actor).decode(),
            data,
        ),
    )


def next_number(tx: sqlite3.Connection, noun: str) -> int:
    """One more than the highest number a noun ever had; the first is 1."""
    row = tx.execute("SELECT coalesce(max(number), 0) + 1 AS number FROM object WHERE noun = ?", (noun,)).fetchone()
    return int(row["number"])


def revisions(tx: sqlite3.Connection, after: int, limit: int, key: str | None = None) -> list[Revision]:
    """The audit trail by position, of one object or of all: at most ``limit`` revisions beyond position ``after``."""
    rows = tx.execute(
        "SELECT * FROM revision WHERE position > :after AND (:key IS NULL OR id = :key)"
        " ORDER BY position, id LIMIT :limit",
        {"after": after, "key": key, "limit": limit},
    )
    return [
        Revision(
            id=row["id"],
            position=row["position"],
            noun=row["noun"],
            since=row["since"],
            at=row["at"],
            verb=row["verb"],
            actor=msgspec.json.decode(row["actor"]),
            data=msgspec.json.decode(row["data"]),
        )
        for row in rows
    ]


def effective_now(tx: sqlite3.Connection, handles: Iterable[int]) -> dict[int, str]:
    """The newest effective settings (JSON) by handle; handles nobody has are left out."""
    found = {}
    for handle in handles:
        row = tx.execute(
            "SELECT data FROM effective WHERE handle = ? ORDER BY since DESC LIMIT 1", (handle,)
        ).fetchone()
        if row is not None:
            found[handle] = row["data"]
    return found
