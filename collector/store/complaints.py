"""Complaints: their statements, and the fold of what the log says of them.

An entry of kind ``complaint`` is one decision, ``{"verb", "actor": {"kind", "name"}, …}``:

    add     received, subject, incident, by, text
    reply   complaint (its number), at, text
    close   complaint, at, area, text

A new one has the number after the last one's. What is answered stays answered, what is closed stays closed: a second
reply or closing, and the closing of what was not answered, change nothing.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from rules.errors import Missing

ADD, REPLY, CLOSE = "add", "reply", "close"


class Stage(StrEnum):
    """How far a complaint is."""

    OPEN = "open"
    REPLIED = "replied"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One complaint as it stands. Instants in ms UTC, None for what did not happen; other fields are empty then.

    ``subject`` (a target or service) and ``incident`` are ids, empty where it is about none.
    """

    number: int
    position: int
    received: int
    subject: str
    incident: str
    complainant: str
    text: str
    actor: str
    replied: int | None = None
    reply: str = ""
    replier: str = ""
    area: str = ""
    closed: int | None = None
    outcome: str = ""
    closer: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return f"C-{self.number}"

    @property
    def stage(self) -> Stage:
        """How far it is."""
        if self.closed is not None:
            return Stage.CLOSED
        return Stage.OPEN if self.replied is None else Stage.REPLIED


_COLUMNS = ", ".join(entry.name for entry in fields(Complaint))


def apply(tx: sqlite3.Connection, position: int, _at: int, entry: Mapping[str, Any]) -> set[int]:
    """Fold a log entry of kind ``complaint``. No check's settings change."""
    actor = entry["actor"]["name"]
    match entry["verb"]:
        case "add":
            tx.execute(
                "INSERT INTO complaint (number, position, received, subject, incident, complainant, text, actor,"
                " reply, replier, area, outcome, closer)"
                " SELECT coalesce(max(number), 0) + 1, :position, :received, :subject, :incident, :by, :text, :actor,"
                " '', '', '', '', '' FROM complaint WHERE true ON CONFLICT (position) DO NOTHING",
                {
                    "position": position,
                    "actor": actor,
                    **{key: entry[key] for key in ("received", "subject", "incident", "by", "text")},
                },
            )
        case "reply":
            tx.execute(
                "UPDATE complaint SET replied = :at, reply = :text, replier = :actor"
                " WHERE number = :complaint AND replied IS NULL",
                {"actor": actor, **{key: entry[key] for key in ("complaint", "at", "text")}},
            )
        case "close":
            tx.execute(
                "UPDATE complaint SET closed = :at, area = :area, outcome = :text, closer = :actor"
                " WHERE number = :complaint AND replied IS NOT NULL AND closed IS NULL",
                {"actor": actor, **{key: entry[key] for key in ("complaint", "at", "area", "text")}},
            )
    return set()


def get(tx: sqlite3.Connection, number: int) -> Complaint:
    """The complaint of that number. Raises Missing."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM complaint WHERE number = ?", (number,)).fetchone()
    if row is None:
        raise Missing(f"There is no complaint {number}.")
    return Complaint(**dict(row))


def added(tx: sqlite3.Connection, position: int) -> Complaint:
    """The complaint that a log entry added."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM complaint WHERE position = ?", (position,)).fetchone()
    return Complaint(**dict(row))


def page(tx: sqlite3.Connection) -> list[Complaint]:
    """Every complaint by number."""
    return [Complaint(**dict(row)) for row in tx.execute(f"SELECT {_COLUMNS} FROM complaint ORDER BY number")]


def alive(tx: sqlite3.Connection, start: int, end: int) -> list[Complaint]:
    """The complaints received before ``end`` that were not closed before ``start`` (ms UTC), by receipt."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM complaint WHERE received < :end AND (closed IS NULL OR closed >= :start)"
        " ORDER BY received, number",
        {"start": start, "end": end},
    )
    return [Complaint(**dict(row)) for row in rows]


def received(tx: sqlite3.Connection, start: int, end: int) -> list[Complaint]:
    """The complaints received in [start, end) (ms UTC), by receipt."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM complaint WHERE received >= :start AND received < :end ORDER BY received, number",
        {"start": start, "end": end},
    )
    return [Complaint(**dict(row)) for row in rows]
