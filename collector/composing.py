"""Composing: what a message to a channel says. One notice is told whole; several are told in a line each. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from collector.notices.channel import Message, fitted
from collector.sentences import said
from collector.store.notices import PARKED, Notice
from collector.texts import Translator, translator
from collector.wording import Wording, solved
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

_PLAIN = 200

MOST_ENTRIES = 500
"""How many incidents are told to programs in one message."""

_OUTLINE = {
    "incident": ("id", "number", "kind", "state", "solved", "priority", "summary"),
    "target": ("id", "name", "labels"),
}


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
    leading = _leading(found)
    mentions = tuple((name, contacts[name]) for name in dict.fromkeys(_called(found)) if name in contacts)
    urgent = any(notice.urgent for notice in found)
    whole = len(leading) == 1
    entries = tuple(_entry(notice, whole=whole) for notice in list(leading.values())[:MOST_ENTRIES])
    untold = 0
    if whole:
        (lead,) = leading.values()
        title, lines = _one(found, lead, wording)
        link, about = _page(wording, lead), str(lead.facts.get("key", ""))
    else:
        title, lines = _many(found, list(leading.values()), wording)
        untold = len(leading) - len(lines)
        link, about = f"{wording.public_url}/incidents" if wording.public_url else "", ""
    words = translator(wording.language)
    left = size - len(title.encode()) - len(link.encode()) - 2 * each
    if untold:
        left -= len(_more(words, untold).encode()) + each
    kept = fitted(lines, left, lambda count: _more(words, count + untold), each)
    if untold and kept == lines:
        kept = (*lines, _more(words, untold))
    return Message(key, at, title, kept, link, about, urgent, mentions, entries)


def plain(key: str, notice: Notice, *, at: int) -> Message:
    """What is kept (id ``key``) of a notice that cannot be composed: which incident, and what was recorded of it."""
    incident = notice.facts.get("incident") or {}
    number, text = str(incident.get("number", "")), _line(notice.facts.get("text"))
    title = " ".join(filter(None, (f"[{number}]" if number else "", _line(incident.get("summary")) or text)))
    lines = (f"{notice.event}: {text}" if text else notice.event,)
    return Message(key, at, title[:_PLAIN], lines, "", str(notice.facts.get("key", "")), notice.urgent, (), ())


def _leading(found: Iterable[Notice]) -> dict[str, Notice]:
    """By incident the notice that its news is told by: the newest about the fault, before any about a delivery."""
    leading: dict[str, Notice] = {}
    for notice in found:
        before = leading.get(notice.incident)
        if before is None or notice.event != PARKED or before.event == PARKED:
            leading[notice.incident] = notice
    return leading


def _one(found: Sequence[Notice], lead: Notice, wording: Wording) -> tuple[str, tuple[str, ...]]:
    """All about one incident: the leading notice whole, and what else happened in a line."""
    title = wording.title(lead.facts, lead.event)
    # The address of the page stands beside the lines: channels make a button or a link of it.
    lines = replace(wording, public_url="").body(lead.facts, lead.event).split("\n")
    # Behind what happened and before the brief: the end is what a small channel cuts off.
    place = lines.index("") if "" in lines else len(lines)
    lines[place:place] = _undelivered(found, lead, wording)
    story = " · ".join(_happened(notice, wording) for notice in found)
    return title, (*lines, *([story] if len(found) > 1 else []))


def _undelivered(found: Iterable[Notice], lead: Notice, wording: Wording) -> list[str]:
    """A line for each ticket system that does not take what it is told, beside what leads."""
    words = translator(wording.language)
    troubles = {_system(notice): _line(notice.facts.get("text")) for notice in found if notice.event == PARKED}
    if lead.event == PARKED:
        troubles.pop(_system(lead), None)
    return [
        words("{name}: {value}", name=words(_EVENTS[PARKED]), value=": ".join(filter(None, (system, said(why, words)))))
        for system, why in troubles.items()
    ]


def _line(text: object) -> str:
    return " ".join(str(text or "").split())


def _system(notice: Notice) -> str:
    return str((notice.facts.get("errand") or {}).get("system", ""))


def _many(found: Sequence[Notice], leading: Sequence[Notice], wording: Wording) -> tuple[str, tuple[str, ...]]:
    """Several incidents: how many of what, and a line each, the most pressing first."""
    words = translator(wording.language)
    counts: dict[str, int] = {}
    for notice in leading:
        counts[_event(notice)] = counts.get(_event(notice), 0) + 1
    kinds = ", ".join(f"{words(event)} {count}" for event, count in counts.items())
    title = words("{count} incidents: {kinds}", count=len(leading), kinds=kinds)
    ranked = sorted(leading, key=lambda notice: (_rank(notice), notice.at))
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
    word = translator(wording.language)(_event(notice))
    return f"{word} {local(notice.at, wording.tz):%m-%d %H:%M}"


def _event(notice: Notice) -> str:
    """What happened in a word. Only what was solved is called resolved."""
    return "Set aside" if notice.event == "resolved" and not solved(notice.facts) else _EVENTS[notice.event]


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
