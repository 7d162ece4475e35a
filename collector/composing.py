"""Composing: what a message to a channel says. One notice is told whole; several are told in a line each. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from collector.notices.channel import Message, fitted
from collector.store.notices import Notice
from collector.texts import Translator, translator
from collector.wording import Wording
from rules.period import local
from rules.rota import Contact

_EVENTS = {
    "opened": "New",
    "acknowledged": "Acknowledged",
    "warning": "Deadline",
    "escalated": "Escalated",
    "resolved": "Resolved",
    "reopened": "Reopened",
    "merged": "Merged",
    "voided": "Void",
    "parked": "Not delivered",
}
_ORDER = {"urgent": 0, "important": 1, "general": 2}
MOST_LINES = 30
"""How many incidents are told of in a line each; the others are counted."""

MOST_ENTRIES = 500
"""How many incidents are told to programs in one message."""

_OUTLINE = {"incident": ("id", "number", "kind", "state", "priority", "summary"), "target": ("id", "name", "labels")}


def compose(
    key: str,
    found: Sequence[Notice],
    wording: Wording,
    *,
    at: int,
    size: int,
    each: int,
    contacts: Mapping[str, Contact],
) -> Message:
    """The message (id ``key``) that tells these notices, at least one, in the order in which they happened.

    ``at`` in ms UTC; ``size`` is how many bytes the channel takes, ``each`` what a line costs besides.
    """
    newest = {notice.incident: notice for notice in found}
    mentions = tuple((name, contacts[name]) for name in dict.fromkeys(_called(found)) if name in contacts)
    urgent = any(notice.urgent for notice in found)
    whole = len(newest) == 1
    entries = tuple(_entry(notice, whole=whole) for notice in list(newest.values())[:MOST_ENTRIES])
    untold = 0
    if whole:
        (last,) = newest.values()
        title, lines = _one(found, last, wording)
        link, about = _page(wording, last), str(last.facts.get("key", ""))
    else:
        title, lines = _many(found, list(newest.values()), wording)
        untold = len(newest) - len(lines)
        link, about = f"{wording.public_url}/incidents" if wording.public_url else "", ""
    words = translator(wording.language)
    left = size - len(title.encode()) - len(link.encode()) - 2 * each
    if untold:
        left -= len(_more(words, untold).encode()) + each
    kept = fitted(lines, left, lambda count: _more(words, count + untold), each)
    if untold and kept == lines:
        kept = (*lines, _more(words, untold))
    return Message(key, at, title, kept, link, about, urgent, mentions, entries)


def _one(found: Sequence[Notice], last: Notice, wording: Wording) -> tuple[str, tuple[str, ...]]:
    """All about one incident: the newest notice whole, and what went before it in a line."""
    title = wording.title(last.facts, last.event)
    # The address of the page stands beside the lines: channels make a button or a link of it.
    lines = replace(wording, public_url="").body(last.facts, last.event).split("\n")
    before = [_happened(notice, wording) for notice in found[:-1]]
    return title, (*lines, *([" · ".join([*before, _happened(last, wording)])] if before else []))


def _many(found: Sequence[Notice], newest: Sequence[Notice], wording: Wording) -> tuple[str, tuple[str, ...]]:
    """Several incidents: how many of what, and a line each, the most pressing first."""
    words = translator(wording.language)
    counts: dict[str, int] = {}
    for notice in newest:
        counts[notice.event] = counts.get(notice.event, 0) + 1
    kinds = ", ".join(f"{words(_EVENTS[event])} {count}" for event, count in counts.items())
    title = words("{count} incidents: {kinds}", count=len(newest), kinds=kinds)
    ranked = sorted(newest, key=lambda notice: (_rank(notice), notice.at))
    lines = []
    for notice in ranked[:MOST_LINES]:
        story = " → ".join(_happened(one, wording) for one in found if one.incident == notice.incident)
        lines.append(f"{_headline(notice, wording)} ({story})")
    return title, tuple(lines)


def _entry(notice: Notice, *, whole: bool) -> dict[str, Any]:
    """What programs are told of one incident: all there is to tell, or an outline where there are several."""
    facts: Mapping[str, Any] = notice.facts
    if not whole:
        outline = {
            part: {name: facts[part][name] for name in names if name in facts[part]}
            for part, names in _OUTLINE.items()
            if facts.get(part)
        }
        facts = {"key": facts.get("key", ""), "text": facts.get("text", ""), **outline}
    return {"event": notice.event, "at": notice.at, **facts}


def _headline(notice: Notice, wording: Wording) -> str:
    priority = str((notice.facts.get("incident") or {}).get("priority", ""))
    mark = "‼ " if priority == "urgent" else ""
    return mark + wording.title(notice.facts, "opened")


def _happened(notice: Notice, wording: Wording) -> str:
    """``Resolved 10-01 14:07``, by the clock of the zone."""
    word = translator(wording.language)(_EVENTS[notice.event])
    return f"{word} {local(notice.at, wording.tz):%m-%d %H:%M}"


def _page(wording: Wording, notice: Notice) -> str:
    number = (notice.facts.get("incident") or {}).get("number", "")
    return f"{wording.public_url}/incidents/{number}" if wording.public_url and number else ""


def _rank(notice: Notice) -> int:
    return _ORDER.get(str((notice.facts.get("incident") or {}).get("priority", "")), len(_ORDER))


def _called(found: Iterable[Notice]) -> list[str]:
    return [name for notice in found for name in notice.mentions]


def _more(words: Translator, count: int) -> str:
    return words("… and {count} more", count=count)


def content_of(message: Message) -> dict[str, Any]:
    """A message as it is kept between tries."""
    return {
        "at": message.at,
        "title": message.title,
        "lines": list(message.lines),
        "link": message.link,
        "key": message.key,
        "urgent": message.urgent,
        "mentions": [name for name, _ in message.mentions],
        "entries": list(message.entries),
    }


def message_of(key: str, content: Mapping[str, Any], contacts: Mapping[str, Contact]) -> Message:
    """The message (id ``key``) that :func:`content_of` kept; people are reached as ``contacts`` says now."""
    return Message(
        id=key,
        at=content["at"],
        title=content["title"],
        lines=tuple(content["lines"]),
        link=content["link"],
        key=content["key"],
        urgent=content["urgent"],
        mentions=tuple((name, contacts[name]) for name in content["mentions"] if name in contacts),
        entries=tuple(content["entries"]),
    )
