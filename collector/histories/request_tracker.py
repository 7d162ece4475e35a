"""The transactions of a ticket in Request Tracker as moments (RT/Transaction.pm names the types and fields)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Moment, Standing, deeds
from rules.incident import Waiting

Row = Mapping[str, Any]
"""A transaction as REST2 tells it."""

NOBODY = "Nobody"
"""The user that owns what nobody owns."""

ROBOT = "RT_System"
"""The user in whose name RT itself acts."""

MESSAGES = ("Comment", "Correspond")
_TOGETHER = 2_000
"""What RT does within so many ms after a person's message, it does because of that message."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a history is read: what its statuses mean, what a pause waits for, and which custom field is the score."""

    statuses: Mapping[str, Standing]
    pauses: Mapping[str, Waiting]
    satisfaction: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A ticket's transactions, oldest first, with ``author``, the user that made the ticket: that is us.

    ``requestors`` are the users it was made for; ``people`` are names by id of user; ``texts`` are the messages by id
    of transaction.
    """

    rows: Sequence[Row]
    author: str
    requestors: frozenset[str]
    people: Mapping[str, str]
    texts: Mapping[str, str]


def standing(status: str, statuses: Mapping[str, Standing]) -> Standing:
    """What a status means; one that nobody explained belongs to a ticket somebody works on."""
    return statuses.get(status, Standing.STARTED)


def instant(text: str) -> int:
    """RT's date, such as 2026-10-05T06:12:31Z, in ms UTC. Raises RemoteError for what is none."""
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        raise RemoteError(f"Request Tracker told a date that is none: {text[:40]!r}.") from None


def owners(rows: Sequence[Row]) -> list[Row]:
    """The changes of owner, each once: RT writes down each as ``Set`` and again as ``SetWatcher``."""
    found = [row for row in rows if row.get("Field") == "Owner"]
    return [row for row in found if row["Type"] != "SetWatcher"] or found


def moments(history: History, meaning: Meaning) -> tuple[Moment, ...]:
    """What was done to the ticket, oldest first."""
    owning = {row["id"] for row in owners(history.rows)}
    found: list[Moment] = []
    message: tuple[int, str] = (-_TOGETHER, "")
    for row in history.rows:
        at, by = instant(row["Created"]), str(row["Creator"]["id"])
        if row["Type"] in MESSAGES:
            message = at, by
        elif by == ROBOT and at - message[0] < _TOGETHER and message[1] not in history.requestors:
            by = message[1]  # RT opens a ticket by itself when somebody answers it: that is what he did
        for name, deed, text in _done(row, history, meaning, owning):
            ours, robot = by == history.author, by == ROBOT
            found.append(Moment(f"{row['id']}.{name}", deed, at, "" if robot else by, text, ours, robot))
    return tuple(found)


def _done(row: Row, history: History, meaning: Meaning, owning: set[Any]) -> Iterator[tuple[str, Deed, str]]:
    """What one transaction means: a name for each deed, the deed, its text."""
    kind, old, new = row["Type"], str(row.get("OldValue") or ""), str(row.get("NewValue") or "")
    if kind in MESSAGES:
        text = history.texts.get(str(row["id"]), "")
        if kind == "Correspond" and row["Creator"]["id"] not in history.requestors:
            yield "answer", Deed.ACKNOWLEDGE, ""
        yield "text", Deed.COMMENT, text
    elif kind == "Status":
        for deed in deeds(standing(old, meaning.statuses), standing(new, meaning.statuses)):
            yield deed.value, deed, _why(deed, new, meaning)
    elif row["id"] in owning:
        owner = history.people.get(new, new)
        if owner != NOBODY:
            yield "answer", Deed.ACKNOWLEDGE, ""
        yield "owner", Deed.ASSIGN, "" if owner == NOBODY else owner
    elif kind == "Set" and row.get("Field") == "Priority":
        yield "priority", Deed.PRIORITY, new
    elif kind == "CustomField" and meaning.satisfaction and row.get("Field") == meaning.satisfaction and new:
        yield "score", Deed.SATISFACTION, new


def _why(deed: Deed, status: str, meaning: Meaning) -> str:
    """The status, behind what a pause waits for where that is known."""
    waiting = meaning.pauses.get(status) if deed is Deed.PAUSE else None
    return f"{waiting.value}: {status}" if waiting else status
