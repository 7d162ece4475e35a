"""Gathering what a report is made of from the rooms, at one position of the log. Names instead of ids, plain data."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from collector.agreed import Agreed
from collector.handling import milestones
from collector.objectives import Objectives
from collector.refold import Progress, silent
from collector.reports.chapters.trend import MONTHS
from collector.reports.evidence import Evidence
from collector.reports.gather_review import gather_review
from collector.requests import asked
from collector.settings import Settings
from collector.settled import Settled
from collector.store import agreements, checks, families, follow_up, incidents, people, targets, windows
from collector.store.follow_up import Improvement
from collector.store.incidents import Incident
from collector.store.state import State
from collector.store.targets import Target
from collector.timelines import Timelines
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
    rooms: Rooms, period: Period, before: Period, now: int, settings: Settings, tell: Progress = silent
) -> Evidence:
    """The evidence for a period, as far as it has passed at ``now``; ``before`` is the period before it.

    ``tell`` is given how much is gathered, and of how much.

    A function of the log up to one position and of its arguments: the caller sees to it that nothing is folded
    meanwhile.
    """
    passed = period.until(now)
    earlier = rooms.timelines.figures(None, before, now)["fleet"]
    found, _ = rooms.timelines.lives(None, passed, now)
    with rooms.state.read() as tx:
        asked_of = _asked(tx, settings, passed)
        known = {target.id: target for target in targets.ever(tx)}
        names = {key: target.name for key, target in known.items()}
        names.update((service.id, service.name) for service in agreements.ever_services(tx))
        persons = {person.id: person.name for person in people.ever(tx)}
        return Evidence(
            figures=rooms.timelines.figures(None, passed, now, KIND),
            before=earlier if earlier["agreed_ms"] else None,
            targets=[_about(target) for target in known.values() if not target.pending],
            pending=[_pending(tx, rooms.tracks, target) for target in known.values() if target.pending],
            mutes=_mutes(tx, period, names, persons),
            maintenance=_maintenance(tx, period, names, persons),
            corrections=_corrections(tx, period, names, persons),
            incidents=[_incident(tx, one, names, passed.end) for one in _of(tx, period)],
            analysis=analyse_lives(found, passed, settings.calculation),
            months=_months(rooms, tx, period, now, tell),
            year=rooms.timelines.figures(None, _year(passed), now)["fleet"],
            rules=answered(asked_of, settings.calculation, passed.end),
            rules_before=answered(_asked(tx, settings, before), settings.calculation, before.end),
            rules_of_year=answered(_asked(tx, settings, _year(passed)), settings.calculation, passed.end),
            attainment=_attainment(rooms, settings, passed, now),
            actions=[_action(tx, one) for one in follow_up.all_improvements(tx)],
            ahead=_maintenance(tx, following(period), names, persons),
            review=gather_review(rooms, tx, period, before, now, settings, _teller(names), tell),
        )


def _about(target: Target) -> dict[str, Any]:
    return {
        "name": target.name,
        "address": target.address,
        "labels": dict(target.labels),
        "priority": target.priority.value,
        "no_outside_witness": target.no_outside_witness,
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


def _mutes(
    tx: sqlite3.Connection, period: Period, names: Mapping[str, str], persons: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "what": names.get(mute.what, mute.what),
            "from": mute.start,
            "to": _ended(mute.until, mute.retired),
            "reason": mute.reason,
            "by": persons.get(mute.by, mute.by),
        }
        for mute in windows.all_mutes(tx)
        if mute.start < period.end and _ended(mute.until, mute.retired) > period.start
    ]


def _maintenance(
    tx: sqlite3.Connection, period: Period, names: Mapping[str, str], persons: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "number": window.number,
            "targets": [names.get(target, target) for target in window.targets],
            "from": start,
            "to": end,
            "reason": window.reason,
            "proposed_by": persons.get(window.proposed_by, window.proposed_by),
            "approved_by": persons.get(window.approved_by, window.approved_by),
            "approved_at": window.approved_at,
        }
        for window in windows.all_maintenance(tx)
        for start, end in window.windows
        if start < period.end and end > period.start
    ]


def _corrections(
    tx: sqlite3.Connection, period: Period, names: Mapping[str, str], persons: Mapping[str, str]
) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "target": names.get(one.target, one.target),
            "from": one.start,
            "to": one.end,
            "class": one.to_class,
            "responsible": one.responsible,
            "reason": one.reason,
            "evidence": one.evidence,
            "proposed_by": persons.get(one.proposed_by, one.proposed_by),
            "approved_by": persons.get(one.approved_by, one.approved_by),
            "approved_at": one.approved_at,
        }
        for one in windows.corrections(tx)
        if one.start < period.end and one.end > period.start
    ]


def _of(tx: sqlite3.Connection, period: Period) -> list[Incident]:
    """The incidents that were alive in the period, by opening."""
    return list(reversed(incidents.page(tx, since=period.start, until=period.end, limit=-1)))


def _teller(names: Mapping[str, str]) -> Callable[[sqlite3.Connection, Period], list[dict[str, Any]]]:
    """Tells the incidents that were alive in a period, as known at its end."""
    return lambda tx, period: [_incident(tx, one, names, period.end) for one in _of(tx, period)]


def _incident(tx: sqlite3.Connection, one: Incident, names: Mapping[str, str], at: int) -> dict[str, Any]:
    """One incident with its handling, its cause and what those said who asked, as known at an instant (ms UTC)."""
    story = milestones(tx, one, at)
    steps = parts(story)
    cause, content = follow_up.cause(tx, one.id), follow_up.satisfaction(tx, one.id)
    return {
        "number": one.name,
        "target": names.get(one.target) if one.target else None,
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
        "dependents": families.count_dependents(tx, one.id),
        "tickets": [{"system": ticket.system, "ticket": ticket.ticket} for ticket in incidents.tickets(tx, one.id)],
    }


def _action(tx: sqlite3.Connection, one: Improvement) -> dict[str, Any]:
    found = asdict(one)
    del found["position"]
    return {**found, "incident": incidents.get(tx, one.incident).name}


def _asked(tx: sqlite3.Connection, settings: Settings, period: Period) -> list[Request]:
    """What was asked in a period, as it stood at its end."""
    agreed = Agreed(tx, settings.calculation, settings.tz)
    opened = incidents.opened_in(tx, period.start, period.end)
    return [one.request for one in asked(tx, agreed, opened, period.end, None)]


def _months(rooms: Rooms, tx: sqlite3.Connection, period: Period, now: int, tell: Progress) -> list[dict[str, Any]]:
    """The figures of all together of the months up to the end of the period, those before the records left out."""
    first = min((target.created for target in targets.ever(tx)), default=period.start)
    found = months(_months_before(period, MONTHS), period.end, period.tz)
    wanted = [one for one in found if one.end > first and one.start < now]
    rows = []
    for done, one in enumerate(wanted):
        tell(done, len(wanted))
        figures = rooms.timelines.figures(None, one, now)["fleet"]
        rows.append({"name": f"{local(one.start, one.tz):%Y-%m}", "from": one.start, **figures})
    return rows


def _months_before(period: Period, count: int) -> int:
    """The beginning of the month ``count`` - 1 months before the last one of a period (ms UTC)."""
    last = local(period.end - 1, period.tz)
    number = last.year * 12 + last.month - count
    return midnight(number // 12, number % 12 + 1, 1, period.tz)


def _year(passed: Period) -> Period:
    """The calendar year of a period's end, as far as that end."""
    return Period(midnight(local(passed.end - 1, passed.tz).year, 1, 1, passed.tz), passed.end, passed.tz)


def following(period: Period) -> Period:
    """The period of the same length that follows, whose plans a report tells."""
    return Period(period.end, period.end + period.length, period.tz)


def _attainment(rooms: Rooms, settings: Settings, passed: Period, now: int) -> list[dict[str, Any]]:
    """How each agreement stands at the end; deadlines that still run are no matter of a report."""
    document = Objectives(rooms.state, rooms.settled, settings).document(passed.end, now)
    return [{key: value for key, value in item.items() if key != "deadlines"} for item in document["items"]]


def _ended(planned: int, retired: int | None) -> int:
    return planned if retired is None else min(planned, retired)
