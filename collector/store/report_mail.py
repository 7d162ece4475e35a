"""The statements for letters of issued reports."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from rules.errors import Missing

WAITING, SENDING, SENT, PARKED = "waiting", "sending", "sent", "parked"


@dataclass(frozen=True, slots=True)
class Letter:
    """How far the letter of one report has come. ``answer`` is what the mail server said, or what went wrong."""

    report: str
    state: str
    attempts: int
    next: int
    changed: int
    answer: str

    def as_json(self) -> dict[str, Any]:
        """The fields as plain data."""
        return asdict(self)


def queue(tx: sqlite3.Connection, report: str, now: int) -> None:
    """Have a letter sent. The second time changes nothing."""
    tx.execute(
        "INSERT INTO report_mail (report, state, next, changed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (report, WAITING, now, now),
    )


def find(tx: sqlite3.Connection, report: str) -> Letter | None:
    """The letter of a report, or None where none is to be sent."""
    row = tx.execute("SELECT * FROM report_mail WHERE report = ?", (report,)).fetchone()
    return None if row is None else Letter(**dict(row))


def claim(tx: sqlite3.Connection, now: int) -> Letter | None:
    """Take the next letter that is due, so that nobody else does."""
    row = tx.execute(
        "UPDATE report_mail SET state = :sending, attempts = attempts + 1, changed = :now WHERE report ="
        " (SELECT report FROM report_mail WHERE state = :waiting AND next <= :now ORDER BY next, report LIMIT 1)"
        " RETURNING *",
        {"sending": SENDING, "waiting": WAITING, "now": now},
    ).fetchone()
    return None if row is None else Letter(**dict(row))


def settle(tx: sqlite3.Connection, report: str, state: str, answer: str, now: int, due: int = 0) -> None:
    """Note how a try ended; ``due`` (ms UTC) is when a waiting one is tried again."""
    tx.execute(
        "UPDATE report_mail SET state = ?, answer = ?, changed = ?, next = ? WHERE report = ?",
        (state, answer, now, due, report),
    )


def park_claimed(tx: sqlite3.Connection, answer: str, now: int) -> None:
    """What an ended process was sending may have been taken: a person decides whether it is sent again."""
    tx.execute(
        "UPDATE report_mail SET state = ?, answer = ?, changed = ? WHERE state = ?", (PARKED, answer, now, SENDING)
    )


def release(tx: sqlite3.Connection, report: str, now: int) -> Letter:
    """Try a parked letter again. Raises Missing where none is parked."""
    row = tx.execute(
        "UPDATE report_mail SET state = ?, attempts = 0, next = ?, changed = ? WHERE report = ? AND state = ?"
        " RETURNING *",
        (WAITING, now, now, report, PARKED),
    ).fetchone()
    if row is None:
        raise Missing(f"No letter of the report {report!r} is parked.")
    return Letter(**dict(row))
