"""Incidents as requests: what the log tells of who answered, began and solved, in the form that is measured."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from collector import calendars
from collector.agreed import Agreed, Terms
from collector.store import follow_up, incidents, targets
from collector.store.incidents import Happening, Incident
from collector.store.targets import Target
from rules.calendar import ServiceHours
from rules.incident import SET_ASIDE, ActorKind, Verb, Waiting
from rules.opening import WORK
from rules.parameters import Parameters
from rules.request import Answer, Kind, Origin, Request
from rules.sla_clock import Hours, Pause

_ANSWERS = frozenset({Verb.ACKNOWLEDGE, Verb.START, Verb.PAUSE, Verb.RESOLVE})
_ORIGINS = {ActorKind.MONITOR: Origin.MONITOR, ActorKind.PERSON: Origin.PERSON}


@dataclass(frozen=True, slots=True)
class Asked:
    """An incident as a request, and the agreement by which it is judged, that of its target: its name and terms."""

    incident: Incident
    agreement: str
    request: Request
    parameters: Parameters


def asked(
    tx: sqlite3.Connection, agreed: Agreed, found: Iterable[Incident], at: int, wanted: Collection[str] | None
) -> list[Asked]:
    """The incidents as they stood at an instant (ms UTC), by the agreements in force then.

    Only those about one of the targets ``wanted`` (ids); with None all, also those about no target: the house's own.
    What was merged into another incident, was none, or is work to be planned is nothing that anybody had to answer: it
    is left out.
    """
    told = []
    hours: dict[str, ServiceHours | None] = {}
    for incident in found:
        if incident.phase in SET_ASIDE or incident.kind in WORK:
            continue
        target = targets.find(tx, incident.target) if incident.target else None
        if wanted is not None and (target is None or target.id not in wanted):
            continue
        terms, calendar = terms_of(agreed, target, at)
        if calendar not in hours:
            hours[calendar] = calendars.in_force(tx, calendar)
        asking = request(tx, incident, hours[calendar], at)
        told.append(Asked(incident, terms.promise.agreement, asking, terms.promise.parameters))
    return told


def terms_of(agreed: Agreed, target: Target | None, at: int) -> tuple[Terms, str]:
    """The terms in force just before an instant (ms UTC) for a target or what has none, and the calendar's name."""
    terms = agreed.house if target is None else agreed.of(target, at - 1)
    return terms, (target.calendar if target is not None else "") or terms.calendar


def request(tx: sqlite3.Connection, incident: Incident, hours: Hours | None, at: int) -> Request:
    """The incident as it stood at an instant (ms UTC).

    Whoever answers or starts on the incident that tells of it (of a storm, of a host and its agent) does so for it.
    """
    events = [event for event in incidents.events(tx, incident.id) if not event.moot and event.at <= at]
    if incident.parent:
        events = sorted([*events, *_for_all(tx, incident, at)], key=lambda event: event.at)
    solution, reopened = _solutions(events)
    solved = None if solution is None else solution.at
    alone = solution is not None and solution.actor_kind == ActorKind.MONITOR
    started = [event.at for event in events if event.verb == Verb.START]
    opener = next((event.actor_kind for event in events if event.verb == Verb.OPEN), ActorKind.MONITOR.value)
    return Request(
        name=incident.name,
        opened=incident.opened,
        kind=Kind.FAULT,
        origin=_ORIGINS.get(ActorKind(opener), Origin.IMPORTED),
        priorities=((incident.opened, incident.priority),),
        answers=tuple(Answer(event.at, ActorKind(event.actor_kind)) for event in events if event.verb in _ANSWERS),
        started=started[0] if started else None,
        solved=solved,
        recovered=solved if alone else None,
        unseen=solution is not None and solution.unseen,
        called_back=None if solved is None else follow_up.called_back(tx, incident.id, solved, at),
        pauses=_pauses(events),
        reopened=reopened,
        hours=hours,
    )


def _for_all(tx: sqlite3.Connection, incident: Incident, at: int) -> Iterator[Happening]:
    """The answers that were given to the incident that tells of this one; not before this one was opened."""
    for event in incidents.events(tx, incident.parent):
        if event.verb in (Verb.ACKNOWLEDGE, Verb.START) and not event.moot and event.at <= at:
            yield replace(event, at=max(event.at, incident.opened))


def _solutions(events: list[Happening]) -> tuple[Happening | None, tuple[Pause, ...]]:
    """What solved it (None: it is not solved), and the stretches in which it only seemed so."""
    solution: Happening | None = None
    seemed = []
    for event in events:
        match event.verb:
            case Verb.RESOLVE:
                solution = event
            case Verb.REOPEN if solution is not None:
                seemed.append((solution.at, event.at))
                solution = None
    return solution, tuple(seemed)


def _pauses(events: list[Happening]) -> tuple[tuple[Pause, Waiting], ...]:
    """The waits with what was waited for, which stands before the colon of what was said when it began."""
    found: list[tuple[Pause, Waiting | None]] = []
    begun: tuple[int, Waiting | None] | None = None
    for event in events:
        if event.verb == Verb.PAUSE:
            begun = event.at, _reason(event.text)
        elif begun is not None and event.verb in (Verb.RESUME, Verb.RESOLVE):
            found.append(((begun[0], event.at), begun[1]))
            begun = None
    if begun is not None:
        found.append(((begun[0], None), begun[1]))
    return tuple((pause, reason) for pause, reason in found if reason is not None)


def _reason(text: str) -> Waiting | None:
    """What is waited for; None for a pause whose reason is none of those a clock may stop for."""
    said = text.partition(":")[0].strip()
    return Waiting(said) if said in set(Waiting) else None
