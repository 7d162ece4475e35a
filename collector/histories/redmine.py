"""What Redmine's statuses and priorities mean, and the journals of an issue as moments.

app/models/journal.rb and journal_detail.rb name the properties that change, config/locales the default data.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Moment, Standing, deeds
from rules.incident import Waiting

Row = Mapping[str, Any]
"""A journal, or another object, as Redmine's REST interface tells it."""


_STATUSES = {
    "New": Standing.OPEN,
    "In Progress": Standing.STARTED,
    "Feedback": Standing.PAUSED,
    "Resolved": Standing.RESOLVED,
    "新建": Standing.OPEN,
    "进行中": Standing.STARTED,
    "反馈": Standing.PAUSED,
    "已解决": Standing.RESOLVED,
}
"""The statuses of Redmine's default data that are not closed, in English and Chinese."""

_STEPS = {"general": 0, "important": 1, "urgent": 2}
"""How far above the default priority an issue stands."""


@dataclass(frozen=True, slots=True)
class Status:
    """A status: its name, what it means, and what a pause in it waits for."""

    name: str
    standing: Standing
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """How journals are read: statuses, people and priorities by id, and the custom field that is the score."""

    statuses: Mapping[str, Status]
    people: Mapping[str, str]
    priorities: Mapping[str, str]
    satisfaction: int | None = None


def explained(row: Row, statuses: Mapping[str, Standing], pauses: Mapping[str, Waiting]) -> Status:
    """What a status means: what the settings say, else the default data, else whether Redmine takes it for closed."""
    name = str(row["name"])
    standing = statuses.get(name) or _STATUSES.get(name)
    if standing is None:
        standing = Standing.CLOSED if row.get("is_closed") else Standing.STARTED
    return Status(name, standing, pauses.get(name))


def priority(name: str, named: Mapping[str, str], rows: Sequence[Row]) -> int | None:
    """The priority that ``named`` gives for ours, else as many steps above the default one as ours deserves.

    Raises RemoteError, permanent, when there is none of that name.
    """
    wanted = named.get(name)
    if wanted is not None:
        for row in rows:
            if row["name"] == wanted:
                return int(row["id"])
        raise RemoteError(f"Redmine has no priority {wanted!r}.", permanent=True)
    usual = next((place for place, row in enumerate(rows) if row.get("is_default")), None)
    if usual is None or name not in _STEPS:
        return None
    return int(rows[min(usual + _STEPS[name], len(rows) - 1)]["id"])


def instant(text: str) -> int:
    """Redmine's date, such as 2026-10-05T06:12:31Z, in ms UTC. Raises RemoteError for what is none."""
    try:
        return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)
    except ValueError:
        raise RemoteError(f"Redmine told a date that is none: {text[:40]!r}.") from None


def moments(journals: Sequence[Row], author: int, meaning: Meaning) -> tuple[Moment, ...]:
    """What was done to the issue, oldest first. ``author`` is the user that made it: that is us."""
    found = []
    for row in sorted(journals, key=lambda row: int(row["id"])):
        at, user = instant(row["created_on"]), row.get("user") or {}
        for name, deed, text in _done(row, meaning):
            ours = user.get("id") == author
            found.append(Moment(f"{row['id']}.{name}", deed, at, str(user.get("name") or ""), text, ours))
    return tuple(found)


def _done(row: Row, meaning: Meaning) -> Iterator[tuple[str, Deed, str]]:
    """What one journal means: a name for each deed, the deed, its text."""
    for change in row.get("details", []):
        old, new = str(change.get("old_value") or ""), str(change.get("new_value") or "")
        match change.get("property"), change.get("name"):
            case "attr", "assigned_to_id":
                if new:
                    yield "answer", Deed.ACKNOWLEDGE, ""
                yield "assigned", Deed.ASSIGN, meaning.people.get(new, new)
            case "attr", "status_id":
                yield from _moved(old, new, meaning.statuses)
            case "attr", "priority_id":
                yield "priority", Deed.PRIORITY, meaning.priorities.get(new, new)
            case "cf", name if name == str(meaning.satisfaction) and new:
                yield "score", Deed.SATISFACTION, new
    if row.get("notes"):
        yield "note", Deed.COMMENT, str(row["notes"]).replace("\r\n", "\n").strip()


def _moved(old: str, new: str, statuses: Mapping[str, Status]) -> Iterator[tuple[str, Deed, str]]:
    unknown = Status("", Standing.STARTED)
    before, after = statuses.get(old, unknown), statuses.get(new, unknown)
    for deed in deeds(before.standing, after.standing):
        waiting = f"{after.waiting.value}: " if deed is Deed.PAUSE and after.waiting else ""
        yield deed.value, deed, waiting + after.name
