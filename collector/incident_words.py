"""What is told of an incident besides its story, in sentences: for pages and the command line alike.

Instants come in ms UTC and are told on the clock of the zone ``tz``.
"""

from collections.abc import Mapping
from typing import Any

from collector.objective_words import NAMES, deadline
from collector.printed import NO_FIGURE, duration, instant, percent
from collector.reports.words import INCIDENT_STATES, named
from collector.texts import Translator
from rules.period import local

Found = Mapping[str, Any]

STANDINGS = {
    "kept": "In time",
    "late": "Late",
    "pending": "Running",
    "by_itself": "Ended by itself",
}

AREAS = {
    "process": "Process",
    "people": "People",
    "technology": "Technology",
    "tool": "Tool",
}

CODES = {
    "power": "Power supply",
    "line": "Line",
    "device": "Device",
    "board": "Mainboard or module",
    "disk": "Disk",
    "memory": "Memory",
    "operating_system": "Operating system",
    "software": "Software",
    "driver": "Driver",
    "malware": "Malware",
    "configuration": "Configuration",
    "address_conflict": "Address conflict",
    "capacity": "Capacity",
    "certificate": "Certificate",
    "carrier": "Carrier",
    "environment": "Room and climate",
    "change": "Change",
    "other": "Other",
}

KINDS = {"corrective": "Corrective", "preventive": "Preventive"}

SOURCES = {"link": "by link", "ticket": "in the ticket", "people": "told to people"}

MILESTONES = {
    "detection": "Detected after",
    "response": "Answered after",
    "start_of_work": "Work began after",
    "active_repair": "Active repair",
    "restoration": "Restored after",
}

STATES = {
    "waiting": "waiting",
    "claimed": "being sent",
    "done": "taken",
    "sent": "taken",
    "parked": "parked: failed for good",
    "cancelled": "taken back",
    "held": "held back",
}
"""How far an errand or a notice is."""

HELD = {
    "mute": "a mute holds it",
    "patience": "its fault may end before anybody need hear of it",
    "quiet": "quiet hours of the channel",
    "grouping": "more may follow, to go out in one message",
    "limit": "the channel bears no more now: one message will tell of all that waits",
    "failing": "the channel does not take what it was told before",
    "gone": "the channel is configured no more",
}
"""Why a notice is held."""

EVENTS = {
    "opened": "opened",
    "acknowledged": "acknowledged",
    "updated": "news",
    "resolved": "resolved",
    "closed": "closed",
    "reopened": "opened again",
    "warning": "deadline near",
    "escalated": "escalated",
    "parked": "not delivered",
    "voided": "void",
    "merged": "merged",
}
"""What others are told."""


def state(phase: str, words: Translator, *, solved: bool | None, unstable: bool) -> str:
    """Where an incident stands: what nobody saw end is not called resolved, and what comes and goes says so."""
    if solved is False and phase == "resolved":
        return words("Set aside")
    told = named(INCIDENT_STATES, phase, words)
    if solved is False and phase == "closed":
        return words("{state}, set aside", state=told)
    return words("{state}, comes and goes", state=told) if unstable else told


def state_of(one: Found, words: Translator) -> str:
    """Where an incident stands, as the API tells it."""
    return state(one["state"], words, solved=one["solved"], unstable=one["unstable"] is not None)


def countdown(one: Found | None, tz: str, words: Translator) -> str:
    """The deadline that comes first; empty where nothing is asked any more."""
    return "" if one is None else deadline(one, tz, one["due"] - one["left"], words)


def rule(name: str, words: Translator) -> str:
    """What a rule is called."""
    return named(NAMES, name, words)


def recipient(one: Found, words: Translator) -> str:
    """To whom it was escalated; the shipped ones are words, others are names."""
    name: str = one["to"]
    return words(name)


def clock(one: Found, tz: str, words: Translator) -> tuple[str, str, str, str]:
    """One rule: its name, what is allowed, until when, and how it stands."""
    due = words("stands still") if one["due"] is None else instant(one["due"], tz, seconds=False)
    if one["took"] is not None:
        told = words("{standing}, after {length}", standing=_standing(one, words), length=duration(one["took"], words))
    elif one["standing"] == "by_itself" or one["used"] is None:
        told = _standing(one, words)
    else:
        used = percent(min(one["used"], 1.0), 0)
        told = words("{standing}, {share} used", standing=_standing(one, words), share=used)
    return rule(one["rule"], words), duration(one["allowed"], words), due, told


def said_of(verb: str, text: str, words: Translator) -> str:
    """What an event says whose text in the log holds words of the program: a warning, an escalation, a cause."""
    if verb == "warned":
        name, colon, share = text.partition(": ")
        return f"{rule(name, words)}{colon}" + (words("{share} used", share=share) if share else "")
    if verb == "escalated":
        to, _, why = text.rpartition(": ")
        told = words("nobody answered") if why == "unanswered" else rule(why, words)
        return f"{words(to)}: {told}"
    if verb == "cause":
        return ": ".join(
            named(AREAS, part, words) if part in AREAS else named(CODES, part, words) for part in text.split(": ")
        )
    return text


def action_state(one: Found, words: Translator) -> str:
    """How far a corrective or preventive action is."""
    if one["withdrawn"] is not None:
        return words("withdrawn")
    if one["done"] is None:
        return words("late") if one["late"] else words("open")
    judged = {None: words("done"), True: words("done, it helped"), False: words("done, it did not help")}
    told = judged[one["effective"]]
    if returned := one["returned"]:
        back = words.number("the fault came back once", "the fault came back {count} times", returned)
        return f"{told}; {back}"
    return told


def day(at: int, tz: str) -> str:
    """The last day before an instant: until when something is to be done."""
    return f"{local(at - 1, tz):%Y-%m-%d}"


def satisfaction(one: Found | None, words: Translator) -> str:
    """What those who asked said, in a line."""
    if one is None:
        return NO_FIGURE
    parts = [f"{one['score']} / 5", *_solved(one["solved"], words), named(SOURCES, one["source"], words)]
    return ", ".join(parts) + (f": {one['text']}" if one["text"] else "")


def call_back(one: Found, tz: str, words: Translator) -> str:
    """One try to call back, in a line."""
    parts = [words("reached") if one["reached"] else words("not reached"), *_solved(one["solved"], words)]
    told = f"{instant(one['at'], tz, seconds=False)} {one['actor']}: {', '.join(parts)}"
    return told + (f": {one['text']}" if one["text"] else "")


def _standing(one: Found, words: Translator) -> str:
    return named(STANDINGS, one["standing"], words)


def _solved(solved: bool | None, words: Translator) -> list[str]:
    if solved is None:
        return []
    return [words("it is solved") if solved else words("it is not solved")]
