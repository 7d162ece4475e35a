"""A brief in words: what the one who must fix a fault wants to know, as titled lists of lines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.printed import duration, instant
from collector.texts import Translator


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a brief: its title and its lines, both in the reader's language."""

    title: str
    lines: tuple[str, ...]


def parts(brief: Mapping[str, Any], words: Translator, tz: str) -> Sequence[Part]:
    """The parts of a brief (``collector/briefing.py`` says what stands in it) that say something, in a fixed order.

    Instants are told on the clock of the zone ``tz``.
    """
    found = [
        Part(words("It began"), tuple(_began(brief.get("began") or {}, words, tz))),
        Part(words("Who sees it"), tuple(_looks(brief, words, tz, bad=True))),
        Part(words("Who sees it well"), tuple(_looks(brief, words, tz, bad=False))),
        Part(words("What changed shortly before"), tuple(_changes(brief, words, tz))),
        Part(words("What hangs on it"), tuple(_radius(brief.get("radius") or {}, words))),
        Part(words("Last good values"), tuple(_good(brief, words, tz))),
        Part(words("Earlier incidents of the kind"), tuple(_similar(brief, words, tz))),
        Part(words("First commands to run"), tuple(str(command) for command in brief.get("commands") or ())),
    ]
    return [part for part in found if part.lines]


def _began(began: Mapping[str, Any], words: Translator, tz: str) -> Iterator[str]:
    first, last = began.get("from"), began.get("to")
    if last is None:
        return
    if first is None:
        yield words("before {to}: nothing was seen earlier", to=instant(last, tz))
    else:
        yield words(
            "between {since} (last good look) and {to} (first bad look)", since=instant(first, tz), to=instant(last, tz)
        )


def _looks(brief: Mapping[str, Any], words: Translator, tz: str, *, bad: bool) -> Iterator[str]:
    for look in brief.get("looks") or ():
        if look["bad"] is bad:
            state = words("could not look") if look["state"] == "error" else words(look["state"])
            values = {"agent": look["agent"], "check": look["check"], "state": state, "at": instant(look["at"], tz)}
            said = words("{agent}: {check} {state} ({at})", **values)
            yield words("{said}: {own}", said=said, own=look["text"]) if look["text"] else said


def _changes(brief: Mapping[str, Any], words: Translator, tz: str) -> Iterator[str]:
    for change in brief.get("changes") or ():
        spoken = {key: words(value) if key in change["words"] else value for key, value in change["values"].items()}
        what = words(change["text"], **spoken)
        if "target" in change:
            what = words("{said}: {own}", said=change["target"], own=what)
        yield words("{at}: {what}", at=instant(change["at"], tz), what=what)


def _radius(radius: Mapping[str, Any], words: Translator) -> Iterator[str]:
    count, names = radius.get("dependents", 0), list(radius.get("names") or ())
    if count:
        said = words.number("{count} dependent target", "{count} dependent targets", count)
        more = words(", and {count} more", count=count - len(names)) if count > len(names) else ""
        yield words("{said}: {names}", said=said, names=", ".join(names) + more) if names else said
    services = list(radius.get("services") or ())
    if services:
        yield words("services that need it: {names}", names=", ".join(services))


def _good(brief: Mapping[str, Any], words: Translator, tz: str) -> Iterator[str]:
    for one in brief.get("good") or ():
        values = ", ".join(f"{name} {value:g}" for name, value in one["values"].items())
        yield words("{check} at {at}: {values}", check=one["check"], at=instant(one["at"], tz), values=values)


def _similar(brief: Mapping[str, Any], words: Translator, tz: str) -> Iterator[str]:
    for one in brief.get("similar") or ():
        ended = one.get("ended")
        lasted = duration(None if ended is None else ended - one["opened"], words)
        cause = one["cause"] or words("no cause was noted")
        values = {"number": one["number"], "at": instant(one["opened"], tz), "lasted": lasted, "cause": cause}
        yield words("{number} of {at}, {lasted}: {cause}", **values)
