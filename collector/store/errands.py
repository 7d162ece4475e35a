"""The statements of errands: what ticket systems are still to be told, in which order, and how it went."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rules.errors import Missing


class ErrandState(StrEnum):
    """``waiting`` for its time or a further try, ``claimed`` by a worker, or over: ``done``, ``parked``, ``cancelled``.

    A parked errand failed for good; a person may send it again.
    """

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    PARKED = "parked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Errand:
    """One thing to tell one system. ``due`` and ``next`` in ms UTC: not before; ``trouble`` is the last try's.

    ``tried`` is the instant (ms UTC) of the last try of which nobody knows whether it worked; None without such a try.
    ``began`` is the instant (ms UTC) of the first try since it was queued or released; None before one has failed.
    """

    id: str
    incident: str
    system: str
    sequence: int
    event: str
    body: Mapping[str, Any]
    due: int
    state: ErrandState
    attempts: int
    next: int
    trouble: str
    queued: int
    tried: int | None
    urgent: bool
    began: int | None = None


_COLUMNS = (
    "id, incident, system, sequence, event, body, due, state, attempts, next, trouble, queued, tried, urgent, began"
)


def _errand(row: sqlite3.Row) -> Errand:
    values = dict(row)
    return Errand(
        **{
            **values,
            "body": json.loads(values["body"]),
            "state": ErrandState(values["state"]),
            "urgent": bool(values["urgent"]),
        }
    )


def queue(
    tx: sqlite3.Connection, incident: str, system: str, event: str, body: Mapping[str, Any], due: int, now: int
) -> str:
    """Queue an errand behind those that the incident has for that system; its id."""
    row = tx.execute(
        "SELECT coalesce(max(sequence), 0) + 1 AS next FROM errand WHERE incident = :incident AND system = :system",
        {"incident": incident, "system": system},
    ).fetchone()
    sequence = int(row["next"])
    key = f"{incident}.{system}.{sequence}"
    tx.execute(
        f"INSERT INTO errand ({_COLUMNS}) VALUES (:id, :incident, :system, :sequence, :event, :body, :due, 'waiting',"
        " 0, :due, '', :queued, NULL, :urgent, NULL)",
        {
            "id": key,
            "incident": incident,
            "system": system,
            "sequence": sequence,
            "event": event,
            "body": json.dumps(body, sort_keys=True, ensure_ascii=False),
            "due": due,
            "queued": now,
            "urgent": int(_urgent(body)),
        },
    )
    return key


def _urgent(body: Mapping[str, Any]) -> bool:
    incident = body.get("facts", {}).get("incident") or {}
    return bool(incident.get("priority") == "urgent")


def claim(tx: sqlite3.Connection, system: str, now: int, *, hurried: bool = False) -> Errand | None:
    """Take the next errand of a system that is due, as its one worker; None when there is none.

    The urgent ones go first; ``hurried`` takes no others. An errand waits for all that its incident has before it for
    that system: behind the opening until that is done, behind others until they are out of the way.
    """
    row = tx.execute(
        "UPDATE errand SET state = 'claimed', attempts = attempts + 1, held = 0 WHERE state = 'waiting' AND id = ("
        " SELECT one.id FROM errand one WHERE one.state = 'waiting' AND one.system = :system AND one.next <= :now"
        "  AND one.urgent >= :least AND NOT EXISTS (SELECT 1 FROM errand before WHERE before.incident = one.incident"
        "   AND before.system = one.system AND before.sequence < one.sequence"
        "   AND (before.state IN ('waiting', 'claimed') OR (before.state = 'parked' AND before.event = 'opened')))"
        f" ORDER BY one.urgent DESC, one.next, one.queued, one.id LIMIT 1) RETURNING {_COLUMNS}",
        {"system": system, "now": now, "least": int(hurried)},
    ).fetchone()
    return None if row is None else _errand(row)


def next_due(tx: sqlite3.Connection, system: str) -> int | None:
    """The earliest instant (ms UTC) at which an errand of a system may be due; None when none waits."""
    row = tx.execute(
        "SELECT min(next) AS next FROM errand WHERE state = 'waiting' AND system = :system", {"system": system}
    ).fetchone()
    return None if row["next"] is None else int(row["next"])


def finish(tx: sqlite3.Connection, key: str) -> None:
    """The other system has it."""
    tx.execute("UPDATE errand SET state = 'done', trouble = '' WHERE id = :id", {"id": key})


def put_off(
    tx: sqlite3.Connection,
    key: str,
    next_try: int,
    trouble: str,
    tried: int | None = None,
    began: int | None = None,
) -> None:
    """It did not work out: try again at that instant (ms UTC).

    ``tried`` is the instant of a try that may have worked all the same; without it what was known of earlier tries
    stands. ``began`` is the instant of the first try, where that is not known yet.
    """
    tx.execute(
        "UPDATE errand SET state = 'waiting', next = :next, trouble = :trouble, tried = coalesce(:tried, tried),"
        " began = coalesce(began, :began) WHERE id = :id AND state = 'claimed'",
        {"id": key, "next": next_try, "trouble": trouble, "tried": tried, "began": began},
    )


def hold(tx: sqlite3.Connection, key: str, until: int) -> None:
    """A mute holds it, and it was not tried: look at it again at that instant (ms UTC), or when mutes change."""
    tx.execute(
        "UPDATE errand SET state = 'waiting', next = :next, attempts = attempts - 1, held = 1"
        " WHERE id = :id AND state = 'claimed'",
        {"id": key, "next": until},
    )


def held(tx: sqlite3.Connection, system: str) -> list[tuple[str, str, str]]:
    """What mutes hold of a system: each errand (id), with the target and the check (ids) that it is about."""
    rows = tx.execute(
        'SELECT errand.id, target, "check" FROM errand JOIN incident ON incident.id = errand.incident'
        " WHERE held = 1 AND state = 'waiting' AND system = :system ORDER BY errand.id",
        {"system": system},
    )
    return [tuple(row) for row in rows]


def look_again(tx: sqlite3.Connection, due: Mapping[str, int]) -> None:
    """Of what mutes hold, look at these errands (ids) again at an instant each (ms UTC)."""
    tx.executemany(
        "UPDATE errand SET next = ? WHERE id = ? AND held = 1 AND state = 'waiting'",
        [(at, key) for key, at in due.items()],
    )


def skip(tx: sqlite3.Connection, key: str, why: str) -> None:
    """It is not told at all, by the terms of its system."""
    tx.execute(
        "UPDATE errand SET state = 'cancelled', trouble = :why WHERE id = :id AND state = 'claimed'",
        {"id": key, "why": why},
    )


def park(tx: sqlite3.Connection, key: str, trouble: str, tried: int | None = None) -> None:
    """It will not work out by itself. ``tried`` as for :func:`put_off`."""
    tx.execute(
        "UPDATE errand SET state = 'parked', trouble = :trouble, tried = coalesce(:tried, tried)"
        " WHERE id = :id AND state = 'claimed'",
        {"id": key, "trouble": trouble, "tried": tried},
    )


def release(tx: sqlite3.Connection, key: str, now: int) -> Errand:
    """Try a parked errand again, as patiently as a new one. Raises Missing when no such errand is parked."""
    row = tx.execute(
        "UPDATE errand SET state = 'waiting', attempts = 0, next = :now, queued = :now, began = NULL"
        f" WHERE id = :id AND state = 'parked' RETURNING {_COLUMNS}",
        {"id": key, "now": now},
    ).fetchone()
    if row is None:
        raise Missing(f"No errand {key!r} is parked.")
    return _errand(row)


def unclaim(tx: sqlite3.Connection, now: int) -> None:
    """After a start at ``now`` (ms UTC): what the last process had claimed goes out again under the same id.

    How its try went is not known, and nobody knows when it reached the other system: not after this start.
    """
    tx.execute("UPDATE errand SET state = 'waiting', tried = :now WHERE state = 'claimed'", {"now": now})


def cancel_unsent(tx: sqlite3.Connection, incident: str, ended: int) -> None:
    """The fault ended at ``ended`` (ms UTC): take back announcements that were not due by then and never tried."""
    tx.execute(
        "UPDATE errand SET state = 'cancelled' WHERE incident = :incident AND state = 'waiting' AND attempts = 0"
        " AND tried IS NULL AND event IN ('opened', 'reopened') AND due > :ended",
        {"incident": incident, "ended": ended},
    )
    # What was to follow an opening that never was has nobody to follow.
    tx.execute(
        "UPDATE errand SET state = 'cancelled' WHERE incident = :incident AND state = 'waiting' AND attempts = 0"
        " AND event <> 'opened' AND NOT EXISTS (SELECT 1 FROM errand first WHERE first.incident = errand.incident"
        "  AND first.system = errand.system AND first.event = 'opened' AND first.state <> 'cancelled')",
        {"incident": incident},
    )


def announced(tx: sqlite3.Connection, incident: str) -> dict[str, str]:
    """By system: the event of the last announcement ("opened", "reopened", "resolved" …) that was not taken back."""
    rows = tx.execute(
        "SELECT system, event FROM errand WHERE incident = :incident AND state <> 'cancelled' ORDER BY sequence",
        {"incident": incident},
    )
    return {row["system"]: row["event"] for row in rows}


def openings(tx: sqlite3.Connection, incident: str, system: str) -> int:
    """How many tickets an incident was to get in a system, without those that were taken back."""
    row = tx.execute(
        "SELECT count(*) AS n FROM errand WHERE incident = :incident AND system = :system AND event = 'opened'"
        " AND state <> 'cancelled'",
        {"incident": incident, "system": system},
    )
    return int(row.fetchone()["n"])


def announcements(tx: sqlite3.Connection, system: str, since: int) -> int:
    """How many openings and returns a system was or will be told that were queued after an instant (ms UTC)."""
    row = tx.execute(
        "SELECT count(*) FROM errand WHERE system = :system AND event IN ('opened', 'reopened')"
        " AND state <> 'cancelled' AND queued > :since",
        {"system": system, "since": since},
    ).fetchone()
    return int(row[0])


def of_incident(tx: sqlite3.Connection, incident: str) -> list[Errand]:
    """The errands of an incident, by system and order."""
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM errand WHERE incident = :incident ORDER BY system, sequence",
        {"incident": incident},
    )
    return [_errand(row) for row in rows]


def parked(tx: sqlite3.Connection) -> list[Errand]:
    """Every errand that failed for good, oldest first."""
    rows = tx.execute(f"SELECT {_COLUMNS} FROM errand WHERE state = 'parked' ORDER BY queued, id")
    return [_errand(row) for row in rows]


def find(tx: sqlite3.Connection, key: str) -> Errand | None:
    """The errand with that id, or None."""
    row = tx.execute(f"SELECT {_COLUMNS} FROM errand WHERE id = :id", {"id": key}).fetchone()
    return None if row is None else _errand(row)


def left(tx: sqlite3.Connection) -> dict[tuple[str, str], int]:
    """How many errands are not over, by system and state (waiting, claimed, parked)."""
    rows = tx.execute(
        "SELECT system, state, count(*) AS n FROM errand WHERE state IN ('waiting', 'claimed', 'parked')"
        " GROUP BY system, state ORDER BY system, state"
    )
    return {(row["system"], row["state"]): int(row["n"]) for row in rows}


def counts(tx: sqlite3.Connection) -> dict[str, int]:
    """How many errands there are in each state."""
    return {row["state"]: row["n"] for row in tx.execute("SELECT state, count(*) AS n FROM errand GROUP BY state")}
