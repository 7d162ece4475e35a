"""The statements of what belongs to an incident: others that it tells of, and targets that its fault takes along."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dependent:
    """A target that a fault takes with it. ``since`` (ms UTC): seen cut off; None while it only hangs on it."""

    target: str
    name: str
    since: int | None


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """That a target was cut off by the fault of an incident (number), from an instant (ms UTC) to that fault's end."""

    number: str
    name: str
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """An incident that another one tells of. ``lasting``: its fault is still there."""

    id: str
    number: str
    summary: str
    lasting: bool


_PART = "parent = :id AND parent <> ''"
"""Those that are part of none are in no index by their parent, so a statement must say that it is not about them."""

_LASTING = "EXISTS (SELECT 1 FROM episode WHERE incident = incident.id AND ended IS NULL)"


def members(tx: sqlite3.Connection, incident: str, limit: int = -1) -> list[Member]:
    """The incidents that an incident (id) tells of, by number."""
    rows = tx.execute(
        f"SELECT id, year, number, summary, {_LASTING} AS lasting FROM incident WHERE {_PART}"
        " ORDER BY year, number LIMIT :limit",
        {"id": incident, "limit": limit},
    )
    return [
        Member(row["id"], f"INC-{row['year']}-{row['number']:06}", row["summary"], bool(row["lasting"])) for row in rows
    ]


def count_members(tx: sqlite3.Connection, incident: str) -> int:
    """How many incidents an incident (id) tells of."""
    return int(tx.execute(f"SELECT count(*) FROM incident WHERE {_PART}", {"id": incident}).fetchone()[0])


def lasting(tx: sqlite3.Connection, incident: str) -> bool:
    """Whether a fault is still there of which the incident (id) tells: its own, or one of its members'."""
    row = tx.execute(
        "SELECT 1 FROM episode WHERE incident = :id AND ended IS NULL UNION ALL"
        " SELECT 1 FROM incident JOIN episode ON episode.incident = incident.id AND ended IS NULL"
        f" WHERE {_PART} LIMIT 1",
        {"id": incident},
    ).fetchone()
    return row is not None


def held(tx: sqlite3.Connection, storm: str, limit: int) -> list[str]:
    """The living incidents (ids) that a storm (id) tells of: the most urgent first, of these the oldest."""
    rows = tx.execute(
        f"SELECT id FROM incident WHERE {_PART} AND phase IN ('open', 'acknowledged', 'started', 'paused')"
        " ORDER BY CASE priority WHEN 'urgent' THEN 0 WHEN 'important' THEN 1 ELSE 2 END, opened, id LIMIT :limit",
        {"id": storm, "limit": limit},
    )
    return [str(row["id"]) for row in rows]


def spent(tx: sqlite3.Connection, fault: str) -> list[str]:
    """The incidents (ids) about a fault that are over and still tell of others that are not."""
    rows = tx.execute(
        "SELECT id FROM incident AS whole WHERE fault = :fault"
        " AND phase NOT IN ('open', 'acknowledged', 'started', 'paused') AND EXISTS (SELECT 1 FROM incident"
        "  WHERE incident.parent = whole.id AND incident.parent <> ''"
        "  AND incident.phase IN ('open', 'acknowledged', 'started', 'paused')) ORDER BY opened, id",
        {"fault": fault},
    )
    return [str(row["id"]) for row in rows]


def outlived(tx: sqlite3.Connection) -> list[str]:
    """The living incidents (ids) that tell of others, when the faults of all those are over."""
    rows = tx.execute(
        "SELECT id FROM incident AS whole WHERE phase IN ('open', 'acknowledged', 'started', 'paused')"
        " AND id IN (SELECT parent FROM incident WHERE parent <> '')"
        " AND NOT EXISTS (SELECT 1 FROM incident JOIN episode ON episode.incident = incident.id AND ended IS NULL"
        "  WHERE incident.parent = whole.id AND incident.parent <> '') ORDER BY id"
    )
    return [str(row["id"]) for row in rows]


def attach(tx: sqlite3.Connection, incident: str, targets: Mapping[str, int | None]) -> None:
    """List targets (ids) in an incident, each from when it was seen cut off (ms UTC); the earliest instant counts."""
    tx.executemany(
        "INSERT INTO dependent (incident, target, since) VALUES (:incident, :target, :since)"
        " ON CONFLICT (incident, target) DO UPDATE SET since = CASE"
        "  WHEN dependent.since IS NULL OR excluded.since < dependent.since THEN excluded.since"
        "  ELSE dependent.since END",
        [{"incident": incident, "target": target, "since": since} for target, since in targets.items()],
    )


def dependents(tx: sqlite3.Connection, incident: str, limit: int = -1) -> list[Dependent]:
    """The targets listed in an incident, by name."""
    rows = tx.execute(
        "SELECT dependent.target, object.name, since FROM dependent JOIN object ON object.id = dependent.target"
        " WHERE incident = :id ORDER BY object.name, dependent.target LIMIT :limit",
        {"id": incident, "limit": limit},
    )
    return [Dependent(row["target"], row["name"], row["since"]) for row in rows]


def taken_along(tx: sqlite3.Connection) -> list[TakenAlong]:
    """Every target that was ever seen cut off by the fault of an incident, by incident and name."""
    rows = tx.execute(
        "SELECT year, incident.number, object.name, dependent.since,"
        " (SELECT ended FROM episode WHERE episode.incident = dependent.incident ORDER BY since DESC LIMIT 1) AS until"
        " FROM dependent JOIN incident ON incident.id = dependent.incident"
        " JOIN object ON object.id = dependent.target WHERE dependent.since IS NOT NULL"
        " ORDER BY year, incident.number, object.name"
    )
    return [
        TakenAlong(f"INC-{row['year']}-{row['number']:06}", row["name"], row["since"], row["until"]) for row in rows
    ]


def count_dependents(tx: sqlite3.Connection, incident: str) -> int:
    """How many targets are listed in an incident."""
    return int(tx.execute("SELECT count(*) FROM dependent WHERE incident = ?", (incident,)).fetchone()[0])


def cut_off(tx: sqlite3.Connection, incident: str) -> set[str]:
    """The targets (ids) listed in an incident that were seen cut off."""
    rows = tx.execute("SELECT target FROM dependent WHERE incident = ? AND since IS NOT NULL", (incident,))
    return {str(row["target"]) for row in rows}


@dataclass(frozen=True, slots=True)
class Failure:
    """One stretch (ms UTC) in which a fault of a target was there, and the incident it belongs to."""

    number: str
    kind: str
    fault: str
    since: int
    ended: int | None


def failures(tx: sqlite3.Connection, target: str, since: int) -> list[Failure]:
    """The failures of a target (id) that began after an instant (ms UTC), by time; void incidents were none."""
    rows = tx.execute(
        "SELECT year, number, kind, fault, since, ended FROM incident JOIN episode ON episode.incident = incident.id"
        " WHERE target = :target AND kind IN ('outage', 'degraded', 'threshold') AND phase <> 'void'"
        " AND since > :since ORDER BY since, fault",
        {"target": target, "since": since},
    )
    return [
        Failure(f"INC-{row['year']}-{row['number']:06}", row["kind"], row["fault"], row["since"], row["ended"])
        for row in rows
    ]


def failed_since(tx: sqlite3.Connection, instant: int) -> list[str]:
    """The targets (ids) of which a failure was noticed at an instant (ms UTC) or later."""
    rows = tx.execute(
        "SELECT DISTINCT target FROM incident JOIN episode ON episode.incident = incident.id"
        " WHERE target <> '' AND detected >= :at ORDER BY target",
        {"at": instant},
    )
    return [str(row["target"]) for row in rows]
