"""What if: a period as it was and as it would have been, side by side, and the difference between the two."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from collector.agreed import Agreed, Judged
from collector.configuration import rules_of, settled
from collector.faults import Fault, faults
from collector.layers import SHIPPED
from collector.refold import Progress, silent
from collector.scenes import Scene, Scenes
from collector.settings import Settings
from collector.store import agreements, targets
from collector.store.checks import Check
from collector.store.log import Log
from collector.store.policies import Policy
from collector.store.state import State
from collector.store.targets import Target
from collector.subjects import Ground
from collector.timelines import serving
from collector.tracks import Tracks
from collector.whatif.retraced import Retraced, retrace
from collector.whatif.scenario import Scenario
from collector.whatif.supposed import Supposed, SupposedTerms, changed
from collector.whatif.tickets import Ticket, tickets
from rules.availability import figures
from rules.dated import Dated
from rules.duration import parse_duration
from rules.outage import Outage
from rules.period import Period
from rules.selector import Selector
from rules.service import Need, Service, compose
from rules.timeline import Timeline

SHOWN = (
    "availability",
    "fault_rate",
    "coverage",
    "degraded_ms",
    "down_ms",
    "unreachable_ms",
    "unknown_ms",
    "maintenance_ms",
    "failures",
    "episodes",
    "glitches",
    "mtbf_h",
    "mttr_h",
    "verdicts",
)
"""The figures that are put side by side."""


class Rooms(Protocol):
    """The parts of the running house that are asked."""

    @property
    def log(self) -> Log: ...
    @property
    def state(self) -> State: ...
    @property
    def tracks(self) -> Tracks: ...
    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True, slots=True)
class World:
    """One of the two: timelines by name, figures, and what would have been told to ticket systems."""

    timelines: Mapping[str, Timeline]
    figures: Mapping[str, Any]
    tickets: Sequence[Ticket]


def what_if(
    house: Rooms,
    scenario: Scenario,
    wanted: Iterable[str] | None,
    period: Period,
    now: int,
    tell: Progress = silent,
) -> dict[str, Any]:
    """The difference a scenario makes to targets and services (ids; None for all) in a period.

    ``{"period", "outages": [{"target", "what", "was", "would_be"}], "tickets": {"was", "would_be", "gained", "lost"},
    "objects": [{"name", "was", "would_be"}], "fleet": {"was", "would_be"}, "redundant": [{"of", "would_be"}]}``.
    ``what`` is ``gained``, ``lost`` or ``moved``; only objects with a figure that differs are listed. Nothing is
    written.

    Raises Missing and Invalid for a scenario that names what is not there, or a period of which nothing has passed.
    """
    passed = period.until(now)
    chosen = None if wanted is None else list(wanted)
    settings = house.settings
    with house.state.read() as tx:
        ground = Supposed(tx, scenario, settings.tz)
        groups = [[_named(tx, name) for name in group] for group in scenario.redundant]
        rules = changed(ground)
        made = retrace(house.log, house.tracks, rules, passed.start, passed.end, now, tell) if rules else {}
        tracks: Tracks = house.tracks
        if made or scenario.repair_factor != 1:
            tracks = Retraced(house.tracks, made, scenario.repair_factor)
        asked = serving(tx, passed) if chosen is None else [_judged(tx, key) for key in chosen]
        was = _world(Ground(tx), Agreed(tx, settings.calculation, settings.tz), house.tracks, asked, passed, now)
        terms = SupposedTerms(tx, settings.calculation, settings.tz, scenario)
        would = _world(ground, terms, tracks, asked, passed, now)
        scenes = Scenes(ground, terms, tracks, passed.end - 1, now)
        redundant = [_together(scenes, group, passed, now) for group in groups]
    return {
        "period": {"from": passed.start, "to": passed.end, "tz": passed.tz},
        "outages": [
            row
            for name, seen in was.timelines.items()
            for row in _outages(name, seen.outages, would.timelines[name].outages)
        ],
        "tickets": _told(was.tickets, would.tickets),
        "objects": _objects(was.figures["objects"], would.figures["objects"]),
        "fleet": {"was": _shown(was.figures["fleet"]), "would_be": _shown(would.figures["fleet"])},
        "redundant": redundant,
    }


def _world(ground: Ground, agreed: Agreed, tracks: Tracks, asked: Sequence[Judged], period: Period, now: int) -> World:
    scenes = Scenes(ground, agreed, tracks, period.end - 1, now)
    found = {one.name: scenes.scene(one, period) for one in asked}
    told = [
        ticket
        for scene in found.values()
        if isinstance(scene.judged, Target)
        for ticket in _tickets(ground, scene, scenes, now)
        if period.start <= ticket.since < period.end
    ]
    timelines = {name: scene.timeline for name, scene in found.items()}
    parameters = agreed.house.promise.parameters
    return World(timelines, figures(timelines.values(), period, parameters), sorted(told, key=lambda one: one.due))


def _tickets(ground: Ground, scene: Scene, scenes: Scenes, now: int) -> Iterable[Ticket]:
    parameters = scene.parameters
    names = {check.id: check.name for check, _ in scene.checks}
    policies = rules_of(ground.tx)

    def ticket_after(fault: Fault) -> int:
        agreed: int = getattr(parameters.ticket_after, scene.target.priority)
        concerned = (
            _stated(ground, check, scene.target, policies, agreed)
            for check, entries in scene.checks
            if check.retired is None and (check.id == fault.check if fault.check else entries[-1].vital)
        )
        return min(concerned, default=agreed)

    found = faults(scene, parameters)
    return tickets(
        scene.judged.name, found, ticket_after, parameters.reopen_window, now, lambda check: names.get(check, check)
    )


def _stated(
    ground: Ground, check: Check, target: Target, policies: Sequence[tuple[Selector, Policy]], agreed: int
) -> int:
    """The ``ticket_after`` that the scenario or a layer states for a check, else what is agreed."""
    if isinstance(ground, Supposed) and "ticket_after" in (chosen := ground.chosen(check)):
        return parse_duration(str(chosen["ticket_after"]))
    (row,) = [row for row in settled(check, target, policies) if row.name == "ticket_after"]
    return agreed if row.layer == SHIPPED else parse_duration(str(row.value))


def _together(scenes: Scenes, group: Sequence[Judged], period: Period, now: int) -> dict[str, Any]:
    """What a group would have come to if any one of it had been enough."""
    names = [one.name for one in group]
    parts = {one.id: scenes.scene(one, period).timeline for one in group}
    parameters = scenes.terms(group[0]).promise.parameters
    service = Service(name=" | ".join(names), needs=Dated.always(Need(1, tuple(parts))))
    found = compose(service, parts, period, parameters, now)
    return {"of": names, "would_be": _shown(figures([found], period, parameters)["objects"][0])}


def _named(tx: sqlite3.Connection, name: str) -> Judged:
    return agreements.service_named(tx, name) or agreements.find_service(tx, name) or targets.resolve(tx, name)


def _judged(tx: sqlite3.Connection, key: str) -> Judged:
    return agreements.find_service(tx, key) or targets.get(tx, key)


def _outages(name: str, was: Sequence[Outage], would: Sequence[Outage]) -> Iterable[dict[str, Any]]:
    """Outages that are the same in both are left out; two that overlap are one that moved."""
    left = list(would)
    for outage in was:
        same = next((one for one in left if _edges(one) == _edges(outage)), None)
        same = same or next((one for one in left if _overlap(one, outage)), None)
        if same is not None:
            left.remove(same)
        if same is None or _edges(same) != _edges(outage):
            what = "lost" if same is None else "moved"
            yield {"target": name, "what": what, "was": _edges(outage), "would_be": _edges(same) if same else None}
    for outage in left:
        yield {"target": name, "what": "gained", "was": None, "would_be": _edges(outage)}


def _edges(outage: Outage) -> list[int | None]:
    return [outage.start, outage.end]


def _overlap(one: Outage, other: Outage) -> bool:
    return (other.end is None or one.start < other.end) and (one.end is None or other.start < one.end)


def _told(was: Sequence[Ticket], would: Sequence[Ticket]) -> dict[str, Any]:
    """How many are told, and which of them in one world only."""

    def key(one: Ticket) -> tuple[object, ...]:
        return one.target, one.kind, one.check, one.since, one.again

    here, there = {key(one) for one in was}, {key(one) for one in would}
    return {
        "was": len(was),
        "would_be": len(would),
        "gained": [one.written() for one in would if key(one) not in here],
        "lost": [one.written() for one in was if key(one) not in there],
    }


def _objects(was: Sequence[Mapping[str, Any]], would: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    after = {entry["name"]: entry for entry in would}
    pairs = ((entry["name"], _shown(entry), _shown(after[entry["name"]])) for entry in was)
    return [{"name": name, "was": here, "would_be": there} for name, here, there in pairs if here != there]


def _shown(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in SHOWN if name in entry}
