"""The history of a ticket in iTop as moments: out of its change log, or of its dates where that may not be read.

The change log (core/cmdbchangeop.class.inc.php) dates every change of state and says whose it was. Whoever has no right
to it still sees the ticket's own dates (datamodel of itop-incident-mgmt-itil): the last assignment, pause, solution
and closing, without those before and without the end of a pause.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Moment, Standing, deeds
from rules.incident import Waiting
from rules.period import instant as milliseconds
from rules.period import zone

Row = Mapping[str, Any]

OURS = "[nineward "
"""With this begins the mark at the end of whatever Nineward writes."""

LOGS = ("public_log", "private_log")
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_TOGETHER = 2_000
_SCORES = {"1": "5", "2": "4", "3": "2", "4": "1"}
"""iTop asks for one of four: very satisfied, fairly satisfied, rather dissatisfied, very dissatisfied."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a history is read: what its states mean, what a pause waits for, and the zone of iTop's clock."""

    statuses: Mapping[str, Standing]
    pauses: Mapping[str, Waiting]
    tz: str


def standing(status: str, statuses: Mapping[str, Standing]) -> Standing:
    """What a state means; one that nobody explained belongs to a ticket somebody works on."""
    return statuses.get(status, Standing.STARTED)


def instant(text: str, tz: str) -> int:
    """iTop's date, such as 2026-10-05 14:12:31, on the clock of a zone, in ms UTC. Raises RemoteError."""
    try:
        return milliseconds(datetime.fromisoformat(text).replace(tzinfo=zone(tz)))
    except ValueError:
        raise RemoteError(f"iTop told a date that is none: {text[:40]!r}.") from None


def moments(ticket: Row, changes: Sequence[Row] | None, meaning: Meaning) -> tuple[Moment, ...]:
    """What was done to a ticket, by time; ``changes`` is its change log, None where it may not be read."""
    found = list(_written(ticket, meaning))
    found += _dated(ticket, meaning, found) if changes is None else _changed(ticket, changes, meaning)
    score = _SCORES.get(str(ticket.get("user_satisfaction") or ""))
    if score:
        found.append(Moment(f"satisfaction.{score}", Deed.SATISFACTION, None, text=score))
    # What has no date of its own was seen just now.
    return tuple(sorted(found, key=lambda moment: (moment.at is None, moment.at or 0)))


def _written(ticket: Row, meaning: Meaning) -> Iterator[Moment]:
    for log in LOGS:
        entries = (ticket.get(log) or {}).get("entries") or []
        for place, entry in enumerate(entries):
            said, date = str(entry.get("message") or "").strip(), str(entry.get("date") or "")
            ours = OURS in said.rpartition("\n")[2]
            at = instant(date, meaning.tz) if date else None
            yield Moment(f"{log}.{place}", Deed.COMMENT, at, str(entry.get("user_login") or ""), said, ours=ours)


def _changed(ticket: Row, changes: Sequence[Row], meaning: Meaning) -> Iterator[Moment]:
    us = next((_who(row) for row in changes if row.get("finalclass") == "CMDBChangeOpCreate"), None)
    for row in changes:
        what, old, new = row.get("attcode"), str(row.get("oldvalue") or ""), str(row.get("newvalue") or "")
        author = str(row.get("userinfo") or "").strip()
        robot = not author or str(row.get("user_id", "1")) == "0"
        by, at = "" if robot else author, instant(str(row["date"]), meaning.tz)
        ours = us is not None and _who(row) == us

        for deed, text in _done(what, old, new, ticket, meaning):
            yield Moment(f"change.{row['id']}.{deed}", deed, at, by, text, ours, robot and not ours)


def _done(what: Any, old: str, new: str, ticket: Row, meaning: Meaning) -> Iterator[tuple[Deed, str]]:
    if what == "status":
        for deed in deeds(standing(old, meaning.statuses), standing(new, meaning.statuses)):
            yield deed, _why(deed, new, meaning)
    elif what == "agent_id":
        same = new == str(ticket.get("agent_id"))
        yield Deed.ASSIGN, str(ticket.get("agent_id_friendlyname") or new) if same else ("" if new == "0" else new)
    elif what == "priority":
        yield Deed.PRIORITY, new


def _dated(ticket: Row, meaning: Meaning, written: Sequence[Moment]) -> Iterator[Moment]:
    """What the ticket's own dates tell; who did it is known only of an assignment."""
    status = standing(str(ticket["status"]), meaning.statuses)
    dates = {
        name: str(ticket.get(f"{name}_date") or "") for name in ("assignment", "last_pending", "resolution", "close")
    }
    agent = str(ticket.get("agent_id_friendlyname") or "")

    def at(name: str) -> int:
        return instant(dates[name], meaning.tz)

    if dates["assignment"]:
        yield Moment(f"assignment.{dates['assignment']}", Deed.ACKNOWLEDGE, at("assignment"), agent)
    if dates["last_pending"]:
        paused = next((key for key, one in meaning.statuses.items() if one is Standing.PAUSED), "pending")
        yield Moment(
            f"pause.{dates['last_pending']}", Deed.PAUSE, at("last_pending"), agent, _why(Deed.PAUSE, paused, meaning)
        )
        if status is not Standing.PAUSED:
            yield Moment(f"resume.{dates['last_pending']}", Deed.RESUME, None, agent)
    if dates["resolution"]:
        ended = at("resolution")
        ours = any(one.ours and one.at is not None and abs(one.at - ended) <= _TOGETHER for one in written)
        yield Moment(f"resolution.{dates['resolution']}", Deed.RESOLVE, ended, agent, ours=ours)
        if status not in _OVER:
            yield Moment(f"reopened.{dates['resolution']}", Deed.REOPEN, None, agent)
    if dates["close"]:
        yield Moment(f"close.{dates['close']}", Deed.CLOSE, at("close"), agent)


def _who(row: Row) -> str:
    """Whose change it is: by the user's id, or by name where this iTop does not keep ids yet."""
    return str(row.get("user_id") or row.get("userinfo") or "")


def _why(deed: Deed, status: str, meaning: Meaning) -> str:
    """The state, behind what a pause waits for where that is known."""
    waiting = meaning.pauses.get(status) if deed is Deed.PAUSE else None
    return f"{waiting.value}: {status}" if waiting else status
