"""One incident as text for people: what it is, how it stands, what to do first, who knows, what happened."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collector.brief_words import parts
from collector.cli.terminal.table import facts, table
from collector.incident_words import (
    AREAS,
    CODES,
    EVENTS,
    KINDS,
    MILESTONES,
    STATES,
    action_state,
    call_back,
    clock,
    countdown,
    day,
    recipient,
    said_of,
    satisfaction,
    state_of,
)
from collector.printed import duration, instant
from collector.reports.words import KINDS as FAULTS
from collector.reports.words import named
from collector.sentences import said
from collector.texts import Translator
from collector.web.views.words import HAPPENINGS, PAUSES, PRIORITIES, word

Found = Mapping[str, Any]


def whole(found: Found, tz: str, words: Translator) -> str:
    """Everything that is known of it."""
    return "\n\n".join(part for part in _parts(found, tz, words) if part)


def _parts(found: Found, tz: str, words: Translator) -> Iterator[str]:
    yield _head(found, tz, words)
    if found["brief"]:
        for part in parts(found["brief"], words, tz):
            yield "\n".join((f"{part.title}:", *(f"  {line}" for line in part.lines)))
    yield _belonging(found, words)
    yield _table(words, ("Rule", "Allowed", "Until", "Standing"), [clock(one, tz, words) for one in found["clocks"]])
    yield _told(found, tz, words)
    yield _follow_up(found["follow_up"], tz, words)
    rows = [_event(event, tz, words) for event in found["events"]]
    yield _table(words, ("Time", "Event", "By", "Text"), rows)


def _head(found: Found, tz: str, words: Translator) -> str:
    told = [
        (words("Incident"), found["number"]),
        (words("State"), state_of(found, words)),
        (words("Kind"), named(FAULTS, found["kind"], words)),
        (words("Priority"), word(PRIORITIES, found["priority"], words)),
        (words("Target"), found.get("target")),
        (words("Title"), said(str(found.get("title")), words)),
        (words("Opened"), instant(found["opened_at"], tz)),
    ]
    if found["unstable"] is not None:
        told.append((words("Comes and goes since"), instant(found["unstable"], tz)))
    if found["deadline"] is not None:
        told.append((words("Next deadline"), countdown(found["deadline"], tz, words)))
    milestones = found["milestones"]
    told += [
        (named(MILESTONES, key, words), duration(milestones[key], words))
        for key in MILESTONES
        if milestones[key] is not None
    ]
    if found["cause"]:
        told.append((words("Cause"), found["cause"]))
    return facts(told)


def _belonging(found: Found, words: Translator) -> str:
    lines = []
    if found["dependents_count"]:
        names = [one["target"] for one in found["dependents"][:10]]
        lines.append((words("Takes along"), _listed(names, found["dependents_count"], words)))
    if found["members_count"]:
        names = [one["number"] for one in found["members"][:10]]
        lines.append((words("Tells of"), _listed(names, found["members_count"], words)))
    lines += [(words("Escalated to"), recipient(one, words)) for one in found["escalations"]]
    return facts(lines)


def _listed(names: Sequence[str], count: int, words: Translator) -> str:
    if not names:
        return str(count)
    more = words(" and {count} more", count=count - len(names)) if count > len(names) else ""
    return f"{count}: {', '.join(names)}{more}"


def _told(found: Found, tz: str, words: Translator) -> str:
    tickets = [
        (one["system"], one["ticket"], one["standing"] or one["state"], one["assignee"], one["url"])
        for one in found["tickets"]
    ]
    errands = [
        (one["system"], named(EVENTS, one["event"], words), named(STATES, one["state"], words), one["trouble"])
        for one in found["errands"]
    ]
    notices = [
        (
            one["channel"],
            named(EVENTS, one["event"], words),
            named(STATES, one["state"], words),
            instant(one["sent"], tz),
            one["answer"],
        )
        for one in found["deliveries"]
    ]
    told = (
        _table(words, ("System", "Ticket", "State", "Assigned to", "Address"), tickets),
        _table(words, ("System", "Told", "State", "Trouble"), errands),
        _table(words, ("Notice", "Told", "State", "Sent", "Answer"), notices),
    )
    return "\n\n".join(part for part in told if part)


def _follow_up(found: Found, tz: str, words: Translator) -> str:
    lines: list[tuple[str, object]] = []
    cause = found["cause"]
    if cause is not None and (cause["area"] or cause["code"]):
        lines.append((words("Cause lies in"), named(AREAS, cause["area"], words)))
        lines.append((words("What broke"), named(CODES, cause["code"], words)))
    if cause is not None:
        lines += [(words("Why {number}", number=place), why) for place, why in enumerate(cause["whys"], 1)]
    if found["analysis_due"] is not None:
        lines.append((words("Analysis of the cause due"), day(found["analysis_due"], tz)))
    lines += [(words("Called back"), call_back(one, tz, words)) for one in found["call_backs"]]
    if found["satisfaction"] is not None:
        lines.append((words("Satisfaction"), satisfaction(found["satisfaction"], words)))
    return "\n\n".join(part for part in (facts(lines), actions(found["actions"], tz, words)) if part)


def actions(found: Sequence[Found], tz: str, words: Translator, *, numbered: bool = False) -> str:
    """Corrective and preventive actions; ``numbered`` with the incident of each."""
    heads = ("Action", "Kind", "What", "Owner", "Due", "State")
    rows = [
        (
            f"{one['incident']} {one['number']}" if numbered else one["number"],
            named(KINDS, one["kind"], words),
            one["what"],
            one["owner"],
            day(one["due"], tz),
            action_state(one, words),
        )
        for one in found
    ]
    return _table(words, heads, rows)


def _event(event: Found, tz: str, words: Translator) -> tuple[object, ...]:
    text = said(said_of(event["kind"], event["text"] or "", words), words)
    if event["kind"] == "pause":
        reason, colon, more = text.partition(": ")
        text = word(PAUSES, reason, words) + colon + more
    aside = event["unseen"] and event["kind"] == "resolve"
    told = words("set aside") if aside else word(HAPPENINGS, event["kind"], words)
    if event["moot"]:
        told = words("{step} (too late to change anything)", step=told)
    return instant(event["at"], tz), told, event["actor"], text


def _table(words: Translator, heads: tuple[str, ...], rows: list[Any]) -> str:
    return table([words(head) for head in heads], rows) if rows else ""
