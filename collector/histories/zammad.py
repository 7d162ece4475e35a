"""The history of a ticket in Zammad as moments (app/models/history.rb and has_history.rb of its source)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Moment, Standing, deeds
from rules.incident import Waiting

Row = Mapping[str, Any]

SYSTEM = 1
"""The id of the user in whose name triggers, schedulers and Zammad itself act."""

_NOBODY = ("", "-")
"""How the owner of a ticket that nobody owns is written."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How a history is read: what its states mean, what a pause waits for, and which attribute is the score."""

    states: Mapping[str, Standing]
    pauses: Mapping[str, Waiting]
    satisfaction: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A ticket's rows and articles, and our own user's id. ``answered`` (ms UTC): its first answer to the customer."""

    rows: Sequence[Row]
    articles: Sequence[Row]
    people: Mapping[int, str]
    own: int
    answered: int | None = None


def standing(state: str, states: Mapping[str, Standing]) -> Standing:
    """What a state means; one that nobody explained belongs to a ticket somebody works on."""
    return states.get(state, Standing.STARTED)


def instant(text: str) -> int:
    """Zammad's date, such as 2026-10-05T06:12:31.250Z, in ms UTC. Raises RemoteError for what is none."""
    try:
        return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        raise RemoteError(f"Zammad told a date that is none: {text[:40]!r}.") from None


def moments(history: History, meaning: Meaning) -> tuple[Moment, ...]:
    """What was done to the ticket, by time."""
    found = [moment for row in history.rows for moment in _changed(row, history, meaning)]
    texts = [article for article in history.articles if str(article.get("sender")) != "System"]
    found += [_moment(f"article.{one['id']}", Deed.COMMENT, one, str(one.get("body", "")), history) for one in texts]
    if history.answered is not None:
        found.append(Moment("answer", Deed.ACKNOWLEDGE, history.answered, _answerer(history)))
    return tuple(sorted(found, key=lambda moment: moment.at or 0))


def _changed(row: Row, history: History, meaning: Meaning) -> Iterator[Moment]:
    if row.get("object") != "Ticket" or row.get("type") != "updated":
        return
    what, old, new = row.get("attribute"), str(row.get("value_from") or ""), str(row.get("value_to") or "")
    if what == "state":
        for deed in deeds(standing(old, meaning.states), standing(new, meaning.states)):
            yield _moment(f"{row['id']}.{deed}", deed, row, _why(deed, new, meaning), history)
    elif what == "owner":
        if new not in _NOBODY:
            yield _moment(f"{row['id']}.answer", Deed.ACKNOWLEDGE, row, "", history)
        yield _moment(f"{row['id']}.owner", Deed.ASSIGN, row, "" if new in _NOBODY else new, history)
    elif what == "priority":
        yield _moment(f"{row['id']}.priority", Deed.PRIORITY, row, new, history)
    elif meaning.satisfaction and what == meaning.satisfaction and new:
        yield _moment(f"{row['id']}.score", Deed.SATISFACTION, row, new, history)


def _moment(key: str, deed: Deed, row: Row, text: str, history: History) -> Moment:
    author = int(row["created_by_id"])
    return Moment(
        key,
        deed,
        instant(str(row["created_at"])),
        by="" if author == SYSTEM else history.people.get(author, str(row.get("created_by") or author)),
        text=text,
        ours=author == history.own,
        robot=author == SYSTEM,
    )


def _answerer(history: History) -> str:
    """Who wrote the first article that the customer sees; Zammad counts that as the first response."""
    for article in history.articles:
        if article.get("sender") == "Agent" and not article.get("internal") and article["created_by_id"] != history.own:
            return history.people.get(int(article["created_by_id"]), str(article.get("created_by") or ""))
    return ""


def _why(deed: Deed, state: str, meaning: Meaning) -> str:
    """The state, behind what a pause waits for where that is known."""
    waiting = meaning.pauses.get(state) if deed is Deed.PAUSE else None
    return f"{waiting.value}: {state}" if waiting else state
