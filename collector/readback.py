"""What the reading of a ticket means for its incident: the steps that people did there, each once. Pure.

A system that keeps a history tells moments with dates and names. Where it keeps none, the change of standing between
two readings is all there is, and it is dated by the reading.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from collector.drafts import Draft
from collector.store.followed import GONE, Followed
from collector.tickets.ticket_system import Deed, Moment, Remote, Standing, deeds
from rules.incident import ActorKind, Phase, Verb, permitted

_STEPS = {deed: Verb(deed.value) for deed in Deed if deed.value in set(Verb)}
_SCORES = ("1", "2", "3", "4", "5")
_SAID = {Deed.ASSIGN: "assigned to {}", Deed.PRIORITY: "priority {}"}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the system's name, whether its steps move the incident, and the systems that hear of a reopening."""

    system: str
    lead: bool
    others: tuple[str, ...] = ()


def drafts(
    reader: Reader,
    incident: str,
    phase: Phase,
    remote: Remote | None,
    last: Followed | None,
    known: Collection[str],
    now: int,
    score: int | None = None,
) -> list[Draft]:
    """The decisions that follow from a reading at ``now`` (ms UTC) of the ticket of an incident (id) in a phase.

    ``remote`` None: the system has no such ticket any more. ``known`` are the moments taken before, ``score`` the last
    answer of those who asked: where a system does not date theirs, it is news when it differs from that.
    """
    if remote is None:
        return [_standing(reader, incident, Followed(GONE), "The ticket does not exist any more", now)]
    found = list(_taken(reader, incident, remote.moments, known, now, score))
    before = Standing(last.standing) if last is not None and last.standing != GONE else Standing.OPEN
    if reader.lead and not remote.moments and before is not remote.standing:
        found += _inferred(reader, incident, phase, before, remote, now)
    standing = Followed(remote.standing.value, clean(remote.assignee), clean(remote.priority))
    if standing != last:
        found.append(_standing(reader, incident, standing, _changed(last, standing, remote), now))
    return found


def told(reader: Reader, incident: str, moments: Collection[Moment], known: Collection[str], now: int) -> list[Draft]:
    """The decisions that follow from moments which a system's call vouched for at ``now`` (ms UTC)."""
    return list(_taken(reader, incident, moments, known, now))


def _taken(
    reader: Reader,
    incident: str,
    moments: Collection[Moment],
    known: Collection[str],
    now: int,
    score: int | None = None,
) -> Iterator[Draft]:
    for moment in moments:
        if moment.deed is Deed.SATISFACTION and moment.at is None:
            if moment.text.strip() == str(score):
                continue
            moment = replace(moment, id=f"{moment.id}@{now}")
        if moment.ours or moment.id in known:
            continue
        verb = _STEPS.get(moment.deed)
        if verb is not None and (reader.lead or verb is Verb.COMMENT):
            yield _step(reader, incident, verb, moment, now)
        elif moment.deed is Deed.SATISFACTION and moment.text.strip() in _SCORES:
            yield _draft(reader, incident, "satisfaction", moment, now, score=int(moment.text), source="ticket")


def _inferred(
    reader: Reader, incident: str, phase: Phase, before: Standing, remote: Remote, now: int
) -> Iterator[Draft]:
    """The steps between two standings that are still possible: what is not possible any more we did ourselves."""
    for deed in deeds(before, remote.standing):
        verb = _STEPS[deed]
        if verb not in permitted(phase):
            continue
        moment = Moment(f"{before}>{remote.standing}@{now}:{deed}", deed, now, remote.assignee, remote.words)
        yield _step(reader, incident, verb, moment, now)
        phase = _after(verb, phase)


def _after(verb: Verb, phase: Phase) -> Phase:
    match verb:
        case Verb.RESOLVE:
            return Phase.RESOLVED
        case Verb.CLOSE:
            return Phase.CLOSED
        case Verb.REOPEN | Verb.RESUME:
            return Phase.OPEN
    return phase


def _step(reader: Reader, incident: str, verb: Verb, moment: Moment, now: int) -> Draft:
    more: dict[str, Any] = {"systems": list(reader.others)} if verb is Verb.REOPEN else {}
    return _draft(reader, incident, verb.value, moment, now, **more)


def _draft(reader: Reader, incident: str, verb: str, moment: Moment, now: int, **more: Any) -> Draft:
    """Only people stop a clock: what a robot did there is the system's own word."""
    kind = ActorKind.TICKET_SYSTEM if moment.robot else ActorKind.PERSON
    name = reader.system if moment.robot else f"{moment.by or 'somebody'} ({reader.system})"
    return {
        "verb": verb,
        "incident": incident,
        "actor": {"kind": kind.value, "name": clean(name)},
        "text": clean(moment.text),
        "happened": now if moment.at is None else moment.at,
        "via": {"system": reader.system, "moment": clean(moment.id)},
        **more,
    }


def _standing(reader: Reader, incident: str, standing: Followed, text: str, now: int) -> Draft:
    return {
        "verb": "followed",
        "incident": incident,
        "actor": {"kind": ActorKind.TICKET_SYSTEM.value, "name": reader.system},
        "text": clean(text),
        "happened": now,
        "via": {"system": reader.system},
        "standing": standing.standing,
        "assignee": standing.assignee,
        "priority": standing.priority,
    }


def clean(text: str) -> str:
    """A text of another system as it can be kept: half of a character (JSON may escape it) becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _changed(last: Followed | None, now: Followed, remote: Remote) -> str:
    """What is new about a ticket, in words."""
    said = []
    if last is None or last.standing != now.standing:
        said.append(remote.words or now.standing)
    if now.assignee and (last is None or last.assignee != now.assignee):
        said.append(_SAID[Deed.ASSIGN].format(now.assignee))
    if now.priority and last is not None and last.priority != now.priority:
        said.append(_SAID[Deed.PRIORITY].format(now.priority))
    return ", ".join(said)
