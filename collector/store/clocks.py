"""The statements of clocks: which warnings of an incident's deadlines were given, and to whom it was escalated."""

import sqlite3
from fractions import Fraction


def warned(tx: sqlite3.Connection, incident: str) -> dict[str, Fraction]:
    """By rule: the greatest share of its allowance of which was warned."""
    rows = tx.execute("SELECT rule, percent FROM clock_warning WHERE incident = :incident", {"incident": incident})
    return {row["rule"]: Fraction(row["percent"], 100) for row in rows}


def put_warning(tx: sqlite3.Connection, incident: str, rule: str, share: Fraction, at: int) -> bool:
    """Note a warning given at an instant (ms UTC); False where that share, or a greater one, was warned of before."""
    changed = tx.execute(
        "INSERT INTO clock_warning (incident, rule, percent, at) VALUES (:incident, :rule, :percent, :at)"
        " ON CONFLICT (incident, rule) DO UPDATE SET percent = excluded.percent, at = excluded.at"
        " WHERE excluded.percent > clock_warning.percent",
        {"incident": incident, "rule": rule, "percent": int(share * 100), "at": at},
    )
    return changed.rowcount > 0


def escalated(tx: sqlite3.Connection, incident: str) -> dict[str, int]:
    """By recipient: when (ms UTC) the incident was escalated to them."""
    rows = tx.execute(
        "SELECT recipient, at FROM escalation WHERE incident = :incident ORDER BY at, recipient", {"incident": incident}
    )
    return {row["recipient"]: row["at"] for row in rows}


def put_escalation(tx: sqlite3.Connection, incident: str, recipient: str, at: int) -> bool:
    """Note that an incident was escalated to somebody at an instant (ms UTC); False where that happened before."""
    changed = tx.execute(
        "INSERT INTO escalation (incident, recipient, at) VALUES (:incident, :recipient, :at)"
        " ON CONFLICT (incident, recipient) DO NOTHING",
        {"incident": incident, "recipient": recipient, "at": at},
    )
    return changed.rowcount > 0


def changed_since(tx: sqlite3.Connection, position: int) -> set[str]:
    """The incidents (ids) to which something happened after a position of the log."""
    rows = tx.execute("SELECT DISTINCT incident FROM incident_event WHERE position > :at", {"at": position})
    return {row["incident"] for row in rows}


def last_change(tx: sqlite3.Connection) -> int:
    """The position of the newest event of any incident; 0 before the first."""
    return int(tx.execute("SELECT coalesce(max(position), 0) AS last FROM incident_event").fetchone()["last"])


def last_revision(tx: sqlite3.Connection) -> int:
    """The position of the newest change of the configuration; 0 before the first."""
    return int(tx.execute("SELECT coalesce(max(position), 0) AS last FROM revision").fetchone()["last"])


def watched(tx: sqlite3.Connection) -> list[str]:
    """The incidents (ids) that are dealt with, by opening."""
    rows = tx.execute(
        "SELECT id FROM incident WHERE phase IN ('open', 'acknowledged', 'started', 'paused') ORDER BY opened, id"
    )
    return [row["id"] for row in rows]
