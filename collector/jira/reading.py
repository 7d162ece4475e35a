"""What an issue of Jira, its history and its comments mean. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from collector.jira.documents import plain
from collector.tickets.ticket_system import Deed, Moment, Remote, Standing, deeds
from rules.incident import Waiting

OURS = "[nineward "
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_CATEGORIES = {"new": Standing.OPEN, "indeterminate": Standing.STARTED, "done": Standing.RESOLVED}


@dataclass(frozen=True, slots=True)
class Reading:
    """How one Jira is to be read: the names it has for us, and what its statuses stand for.

    ``categories`` are those of the statuses by id; ``statuses`` and ``pauses`` are what the settings say, by name.
    """

    me: frozenset[str]
    categories: Mapping[str, str]
    statuses: Mapping[str, Standing]
    pauses: Mapping[str, Waiting]

    def standing(self, key: str, name: str) -> Standing:
        """What a status stands for."""
        if name in self.statuses:
            return self.statuses[name]
        if name in self.pauses:
            return Standing.PAUSED
        return _CATEGORIES.get(self.categories.get(key, ""), Standing.OPEN)


def statuses_in(issue: Mapping[str, Any], changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of all statuses that an issue has, or had."""
    found = [str((_field(issue, "status") or {}).get("id", ""))]
    for item in (item for change in changes for item in _items(change, "status")):
        found += [str(item.get("from")), str(item.get("to"))]
    return [key for key in found if key]


def remote_of(
    reading: Reading,
    issue: Mapping[str, Any],
    changes: Sequence[Mapping[str, Any]],
    comments: Sequence[Mapping[str, Any]],
    url: str,
    satisfaction: str = "",
) -> Remote:
    """The ticket. The status in which it was made is that of a ticket nobody has touched, whatever its category is."""
    ordered = sorted(changes, key=lambda change: (instant(str(change.get("created"))) or 0, str(change.get("id"))))
    moves = [item for change in ordered for item in _items(change, "status")]
    status = _field(issue, "status") or {}
    first = str(moves[0].get("from")) if moves else str(status.get("id", ""))
    moments = list(_changes(reading, ordered, first)) + list(_comments(reading, comments))
    if satisfaction and (score := _score(_field(issue, satisfaction))):
        moments.append(Moment(f"satisfaction:{score}", Deed.SATISFACTION, None, text=score))
    return Remote(
        str(issue["key"]),
        _standing(reading, str(status.get("id", "")), str(status.get("name", "")), first),
        str(status.get("name", "")),
        url,
        str((_field(issue, "assignee") or {}).get("displayName", "")),
        str((_field(issue, "priority") or {}).get("name", "")),
        tuple(sorted(moments, key=lambda moment: (moment.at is None, moment.at or 0))),
    )


def instant(text: str) -> int | None:
    """A time as Jira tells it, ``2026-11-21T09:30:00.000+0800``; ms UTC. None for none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found.tzinfo is None else round(found.timestamp() * 1000)


def _standing(reading: Reading, key: str, name: str, first: str) -> Standing:
    found = reading.standing(key, name)
    return Standing.OPEN if key == first and name not in reading.statuses and found not in _OVER else found


def _changes(reading: Reading, changes: Sequence[Mapping[str, Any]], first: str) -> Iterator[Moment]:
    for change in changes:
        key, at, author = str(change.get("id")), instant(str(change.get("created"))), change.get("author") or {}
        who, ours, robot = _who(reading, author)
        for item in _items(change, "status"):
            name = str(item.get("toString", ""))
            before = _standing(reading, str(item.get("from")), str(item.get("fromString", "")), first)
            for deed in deeds(before, _standing(reading, str(item.get("to")), name, first)):
                waiting = reading.pauses.get(name)
                text = f"{waiting.value}: {name}" if deed is Deed.PAUSE and waiting else ""
                yield Moment(f"{key}:{deed}", deed, at, who, text, ours, robot)
        if any(str(item.get("to")) in _names(author) for item in _items(change, "assignee")):
            yield Moment(f"{key}:taken", Deed.ACKNOWLEDGE, at, who, "", ours, robot)
        for field, deed in (("assignee", Deed.ASSIGN), ("priority", Deed.PRIORITY)):
            for item in _items(change, field):
                if name := str(item.get("toString") or ""):
                    yield Moment(f"{key}:{deed}", deed, at, who, name, ours, robot)


def _comments(reading: Reading, comments: Sequence[Mapping[str, Any]]) -> Iterator[Moment]:
    for comment in comments:
        who, ours, robot = _who(reading, comment.get("author") or {})
        text, at = plain(comment.get("body")), instant(str(comment.get("created")))
        yield Moment(f"comment:{comment.get('id')}", Deed.COMMENT, at, who, text, ours or OURS in text, robot)


def _who(reading: Reading, author: Mapping[str, Any]) -> tuple[str, bool, bool]:
    """A name for people, whether it is us, and whether it is a program (Cloud says so)."""
    ours = bool(_names(author) & reading.me)
    return str(author.get("displayName") or ""), ours, author.get("accountType") == "app"


def _names(author: Mapping[str, Any]) -> set[str]:
    return {str(author[name]) for name in ("accountId", "name", "key") if author.get(name)}


def _items(change: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
    return [item for item in change.get("items") or () if isinstance(item, Mapping) and item.get("field") == field]


def _field(issue: Mapping[str, Any], name: str) -> Any:
    return (issue.get("fields") or {}).get(name)


def _score(value: Any) -> str:
    """A number, a text, or an option of a list."""
    if isinstance(value, Mapping):
        value = value.get("value")
    try:
        return str(round(float(value)))
    except (TypeError, ValueError):
        return ""
