"""Gathering what a report is made of from the rooms, at one position of the log. Names instead of ids, plain data."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from collector.agreed import Agreed
from collector.handling import milestones
from collector.objectives import Objectives
from collector.refold import Progress, silent
from collector.reports import gather_complaints
from collector.reports.chapters.trend import MONTHS
from collector.reports.edition import Edition, during
from collector.reports.evidence import Evidence
from collector.reports.gather_review import Wanted, gather_review
from collector.reports.kinds import following
from collector.reports.looks import looks
from collector.reports.overlaid import Told, corrections, maintenance, mutes
from collector.requests import asked
from collector.settings import Settings
from collector.settled import Settled
from collector.store import checks, families, follow_up, incidents, targets
from collector.store.follow_up import Improvement
from collector.store.incidents import Incident
from collector.store.state import State
from collector.store.targets import Target
from collector.timelines import Timelines, serving
from collector.tracks import Tracks
from rules.analysis import analyse_lives
from rules.attained import answered
from rules.availability import KIND
from rules.milestones import parts
from rules.period import Period, local, midnight, months
from rules.request import Request
from rules.result import Outcome


class Rooms(Protocol):
    """Where the evidence is: the running house, or the log folded again."""

    @property
    def state(self) -> State: ...
    @property
    def tracks(self) -> Tracks: ...
    @property
    def timelines(self) -> Timelines: ...
    @property
    def settled(self) -> Settled: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """The rooms of a running house that evidence comes from."""

    state: State
    tracks: Tracks
    timelines: Timelines
    settled: Settled


def gather(
    rooms: Rooms,
    period: Period,
    before: Period,
    now: int,
    settings: Settings,
    tell: Progress = silent,
    *,
    edition: Edition | None = None,
) -> Evidence:
    """The evidence for a period, as far as it has passed at ``now``; ``before`` is the period before it.

    ``tell`` is given how much is gathered, and of how much. ``edition`` is the part that it is about, None for all;
    what belongs to it is told by the configuration at the end of what has passed, of earlier periods too.

    A function of the log up to one position and of its arguments: the rooms show that position all the while.
    """
    passed = period.until(now)
    with rooms.state.read() as tx:
        chosen = during(tx, edition, period, now)
        told = Told.of(tx, None if chosen is None else chosen.ids)
        known = targets.ever(tx) if chosen is None else chosen.targets
        ever = None if chosen is None else sorted(chosen.ids - {target.id for target in known if target.pending})
        wanted = None if ever is None else [one.id for one in serving(tx, passed) if one.id in ever]
    earlier = rooms.timelines.figures(ever, before, now)["fleet"]
    found, _ = rooms.timelines.lives(wanted, passed, now)
    with rooms.state.read() as tx:
        return Evidence(
            figures=rooms.timelines.figures(wanted, passed, now, KIND),
            before=earlier if earlier["agreed_ms"] else None,
            targets=[_about(target) for target in known if not target.pending],
            pending=[_pending(tx, rooms.tracks, target) for target in known if target.pending],
            mutes=mutes(tx, period, told),
            maintenance=maintenance(tx, period, told),
            corrections=corrections(tx, period, told),
            incidents=[_incident(tx, one, told, passed.end) for one in _of(tx, period, told)],
            voices=list(_voices(tx, passed, told)),
            analysis=analyse_lives(found, passed, settings.calculation),
            months=_months(rooms, settings, known, ever, period, now, tell),
            to_come=_to_come(rooms, settings, passed.end, period.end, wanted),
            year=rooms.timelines.figures(ever, _year(passed), now)["fleet"],
            rules=_rules(tx, settings, passed, ever, told, passed.end),
            rules_before=_rules(tx, settings, before, ever, told, before.end),
            rules_of_year=_rules(tx, settings, _year(passed), ever, told, passed.end),
            attainment=_attainment(rooms, settings, period, now, ever),
            actions=[_action(one, about) for one, about in _actions(tx, told)],
            ahead=maintenance(tx, following(period), told),
            complaints=gather_complaints.rows(tx, settings, passed, told),
            review=gather_review(rooms, tx, period, before, now, settings, _teller(told), tell, ever),
            since=min((one.in_service_from for one in known if one.in_service_from is not None), default=None),
            looks=looks(tx, passed.end - 1, {target.id for target in known if not target.pending}),
            edition=None if chosen is None else chosen.during(passed).as_json(),
        )


def _about(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "address": target.address,
        "labels": dict(target.labels),
        "priority": target.priority.value,
        "no_outside_witness": target.no_outside_witness,
        "since": target.in_service_from,
    }


def _pending(tx: sqlite3.Connection, tracks: Tracks, target: Target) -> dict[str, Any]:
    looks = [
        look
        for check in checks.of_target(tx, target.id)
        for look in tracks.last(check.handle).values()
        if look.outcome in (Outcome.FAILED, Outcome.ERROR)
    ]
    newest = max(looks, key=lambda look: (look.at, look.position), default=None)
    return {
        "name": target.name,
        "kind": target.kind,
        "address": target.address,
        "since": target.created,
        "error": newest.text if newest else "",
    }


def _of(tx: sqlite3.Connection, period: Period, told: Told) -> list[Incident]:
    """The incidents that were alive in the period, by opening."""
    found = incidents.page(tx, since=period.start, until=period.end, limit=-1)
    return [one for one in reversed(found) if told.has(one.target)]


def _voices(tx: sqlite3.Connection, passed: Period, told: Told) -> Iterator[dict[str, Any]]:
    """What those said who asked, of each incident about which somebody was heard in the period, whenever it was."""
    for key in follow_up.heard(tx, passed.start, passed.end):
        one = incidents.get(tx, key)
        if told.has(one.target):
            content = follow_up.satisfaction(tx, one.id)
            yield {
                "number": one.name,
                "target": told.names.get(one.target) if one.target else None,
                "satisfaction": None if content is None else asdict(content),
                "call_backs": [asdict(tried) for tried in follow_up.call_backs(tx, one.id)],
            }


def _teller(told: Told) -> Callable[[sqlite3.Connection, Period], list[dict[str, Any]]]:
    """Tells the incidents that were alive in a period, as known at its end."""
    return lambda tx, period: [_incident(tx, one, told, period.end) for one in _of(tx, period, told)]


def _incident(tx: sqlite3.Connection, one: Incident, told: Told, at: int) -> dict[str, Any]:
    """One incident with its handling, its cause and what those said who asked, as known at an instant (ms UTC)."""
    story = milestones(tx, one, at)
    steps = parts(story)
    cause, content = follow_up.cause(tx, one.id), follow_up.satisfaction(tx, one.id)
    return {
        "number": one.name,
        "target": told.names.get(one.target) if one.target else None,
        "kind": one.kind,
        "summary": one.summary,
        "priority": one.priority,
        "state": one.phase.value,
        "episodes": [[episode.since, episode.ended] for episode in incidents.episodes(tx, one.id)],
        "opened_at": one.opened,
        "acknowledged_at": one.answered,
        "started_at": one.started,
        "resolved_at": one.resolved,
        "restored_at": story.restored,
        "closed_at": one.closed,
        "self_recovered": one.self_recovered,
        "cause": one.cause,
        "parts": None if steps is None else asdict(steps),
        "root_cause": None if cause is None else {**asdict(cause), "whys": list(cause.whys)},
        "actions": [improvement.number for improvement in follow_up.improvements(tx, one.id)],
        "satisfaction": None if content is None else asdict(content),
        "call_backs": [asdict(tried) for tried in follow_up.call_backs(tx, one.id)],
        "dependents": _dependents(tx, one, told),
        "tickets": [{"system": ticket.system, "ticket": ticket.ticket} for ticket in incidents.tickets(tx, one.id)],
    }


def _dependents(tx: sqlite3.Connection, one: Incident, told: Told) -> int:
    """How many targets the fault takes along; for an edition how many of its own."""
    if told.ids is None:
        return families.count_dependents(tx, one.id)
    return sum(told.has(dependent.target) for dependent in families.dependents(tx, one.id))


def _actions(tx: sqlite3.Connection, told: Told) -> Iterator[tuple[Improvement, Incident]]:
    """Every action, with the incident it is for."""
    for one in follow_up.all_improvements(tx):
        incident = incidents.get(tx, one.incident)
        if told.has(incident.target):
            yield one, incident


def _action(one: Improvement, incident: Incident) -> dict[str, Any]:
    found = asdict(one)
    del found["position"]
    return {**found, "incident": incident.name}


def _asked(tx: sqlite3.Connection, settings: Settings, period: Period, wanted: Wanted) -> list[Request]:
    """What was asked in a period, as it stood at its end."""
    agreed = Agreed(tx, settings.calculation, settings.tz)
    opened = incidents.opened_in(tx, period.start, period.end)
    return [one.request for one in asked(tx, agreed, opened, period.end, wanted)]


def _rules(
    tx: sqlite3.Connection, settings: Settings, period: Period, wanted: Wanted, told: Told, at: int
) -> list[dict[str, Any]]:
    """What was attained of each rule on requests and complaints of a period, as of an instant (ms UTC)."""
    complaints = gather_complaints.requests(tx, settings, period, told.ids)
    return answered(_asked(tx, settings, period, wanted), settings.calculation, at, complaints)


def _to_come(rooms: Rooms, settings: Settings, at: int, end: int, wanted: Wanted) -> int:
    """The agreed time (ms) of all targets in [at, end), which has not passed."""
    objectives = Objectives(rooms.state, rooms.settled, settings)
    with rooms.state.read() as tx:
        return sum(length for member, length in objectives.ahead(tx, at, end, wanted) if not member.service)


def _months(
    rooms: Rooms, settings: Settings, known: Iterable[Target], wanted: Wanted, period: Period, now: int, tell: Progress
) -> list[dict[str, Any]]:
    """The figures of all together of the months up to the end of the period, those before the records left out."""
    first = min((target.created for target in known), default=period.start)
    found = months(_months_before(period, MONTHS), period.end, period.tz)
    told = [one for one in found if one.end > first and one.start < now]
    rows = []
    for done, one in enumerate(told):
        tell(done, len(told))
        figures = rooms.timelines.figures(wanted, one, now)["fleet"]
        to_come = _to_come(rooms, settings, one.until(now).end, one.end, wanted)
        rows.append({"name": f"{local(one.start, one.tz):%Y-%m}", "from": one.start, **figures, "to_come_ms": to_come})
    return rows


def _months_before(period: Period, count: int) -> int:
    """The beginning of the month ``count`` - 1 months before the last one of a period (ms UTC)."""
    last = local(period.end - 1, period.tz)
    number = last.year * 12 + last.month - count
    return midnight(number // 12, number % 12 + 1, 1, period.tz)


def _year(passed: Period) -> Period:
    """The calendar year of a period's end, as far as that end."""
    return Period(midnight(local(passed.end - 1, passed.tz).year, 1, 1, passed.tz), passed.end, passed.tz)


def _attainment(rooms: Rooms, settings: Settings, period: Period, now: int, wanted: Wanted) -> list[dict[str, Any]]:
    """How each agreement stands in the period; deadlines that still run are no matter of a report."""
    at = period.until(now).end
    document = Objectives(rooms.state, rooms.settled, settings).document(at, now, wanted, period=period)
    return [{key: value for key, value in item.items() if key != "deadlines"} for item in document["items"]]
