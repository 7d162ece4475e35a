"""The statements of followed tickets: how each last stood in its system, and which of its moments are known."""

import re
import sqlite3
from dataclasses import dataclass

from rules.incident import LIVE

_FURTHER = re.compile(r"\.[0-9]+$")
"""What a correlation key ends with when an incident got a further ticket in one system."""

_LIVING = ", ".join(f"'{phase.value}'" for phase in sorted(LIVE))

_UNSENT = (
    "SELECT 1 FROM errand WHERE errand.incident = ledger.incident AND errand.system = ledger.system"
    " AND errand.state IN ('waiting', 'claimed')"
)

GONE = "gone"
"""The standing of a ticket that its system does not have any more."""


@dataclass(frozen=True, slots=True)
class Followed:
    """One ticket as it was last read. ``standing`` is a value of ``tickets.ticket_system.Standing``, or ``GONE``."""

    standing: str
    assignee: str = ""
    priority: str = ""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A ticket that is to be read: of an incident (id), in a system, by that system's own id. ``living``: its fault is
    still being dealt with."""

    incident: str
    ticket: str
    living: bool


def last(tx: sqlite3.Connection, incident: str, system: str) -> Followed | None:
    """How a ticket was last read; None before the first reading."""
    row = tx.execute(
        "SELECT standing, assignee, priority FROM followed WHERE incident = :incident AND system = :system",
        {"incident": incident, "system": system},
    ).fetchone()
    return None if row is None else Followed(*row)


def put(tx: sqlite3.Connection, incident: str, system: str, seen: Followed) -> None:
    """Note how a ticket was read."""
    tx.execute(
        "INSERT INTO followed (incident, system, standing, assignee, priority)"
        " VALUES (:incident, :system, :standing, :assignee, :priority) ON CONFLICT (incident, system) DO UPDATE SET"
        " standing = excluded.standing, assignee = excluded.assignee, priority = excluded.priority",
        {
            "incident": incident,
            "system": system,
            "standing": seen.standing,
            "assignee": seen.assignee,
            "priority": seen.priority,
        },
    )


def forget(tx: sqlite3.Connection, incident: str, system: str) -> None:
    """The incident has another ticket there, of which nothing is known yet."""
    tx.execute(
        "DELETE FROM followed WHERE incident = :incident AND system = :system",
        {"incident": incident, "system": system},
    )


def moments(tx: sqlite3.Connection, incident: str, system: str) -> set[str]:
    """The moments of a ticket that have been taken."""
    rows = tx.execute(
        "SELECT moment FROM followed_moment WHERE incident = :incident AND system = :system",
        {"incident": incident, "system": system},
    )
    return {row["moment"] for row in rows}


def take(tx: sqlite3.Connection, incident: str, system: str, moment: str, position: int) -> bool:
    """Note that a moment is taken by a log entry; False when it was taken before."""
    taken = tx.execute(
        "INSERT INTO followed_moment (incident, system, moment, position)"
        " VALUES (:incident, :system, :moment, :position) ON CONFLICT (incident, system, moment) DO NOTHING",
        {"incident": incident, "system": system, "moment": moment, "position": position},
    )
    return taken.rowcount == 1


def to_read(tx: sqlite3.Connection, system: str, since: int) -> list[Tracked]:
    """The tickets of a system whose incident is not closed, or was closed at ``since`` (ms UTC) or later.

    Without those that do not exist any more, and those the system is still to be told something about: how they stand
    is about to change by our own doing.
    """
    rows = tx.execute(
        f"SELECT incident.id, ledger.ticket, incident.phase IN ({_LIVING}) AS living FROM ("
        f" SELECT id, phase, opened FROM incident WHERE phase IN ({_LIVING}, 'resolved')"
        " UNION ALL SELECT id, phase, opened FROM incident WHERE closed >= :since AND phase = 'closed') incident"
        " JOIN ledger ON ledger.incident = incident.id AND ledger.system = :system"
        " LEFT JOIN followed ON followed.incident = ledger.incident AND followed.system = ledger.system"
        f" WHERE ledger.ticket <> '' AND coalesce(followed.standing, '') <> '{GONE}' AND NOT EXISTS ({_UNSENT})"
        " ORDER BY incident.opened, incident.id",
        {"system": system, "since": since},
    )
    return [Tracked(row["id"], row["ticket"], bool(row["living"])) for row in rows]


def told(tx: sqlite3.Connection, incident: str, system: str) -> int:
    """How much a system has been told about an incident: it grows with whatever we do there."""
    row = tx.execute(
        "SELECT count(*) AS n FROM errand WHERE incident = :incident AND system = :system AND state = 'done'",
        {"incident": incident, "system": system},
    )
    return int(row.fetchone()["n"])


def expecting(tx: sqlite3.Connection, incident: str, system: str) -> bool:
    """Whether a system is still to be told something about an incident."""
    row = tx.execute(
        f"SELECT 1 FROM ledger WHERE incident = :incident AND system = :system AND EXISTS ({_UNSENT})",
        {"incident": incident, "system": system},
    )
    return row.fetchone() is not None


def incident_of(tx: sqlite3.Connection, system: str, named: str) -> str | None:
    """The incident (id) of a ticket that a system names by its own id, or by our correlation key; None if not ours."""
    row = tx.execute(
        "SELECT incident FROM ledger WHERE system = :system AND ticket = :named"
        " UNION ALL SELECT id FROM incident WHERE correlation = :key LIMIT 1",
        {"system": system, "named": named, "key": _FURTHER.sub("", named)},
    ).fetchone()
    return None if row is None else str(row["incident"])


def left_down(tx: sqlite3.Connection, before: int) -> list[str]:
    """The incidents (ids) taken for over before an instant (ms UTC) although their fault still lasts."""
    rows = tx.execute(
        "SELECT DISTINCT incident.id FROM episode JOIN incident ON incident.id = episode.incident"
        " WHERE episode.ended IS NULL AND incident.phase IN ('resolved', 'closed') AND incident.resolved <= :before"
        " ORDER BY incident.id",
        {"before": before},
    )
    return [row["id"] for row in rows]
