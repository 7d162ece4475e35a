"""Figures and their evidence: availability, timelines, outages, samples, and why a target was in a state."""

from typing import Annotated, Any

from litestar import get
from litestar.params import Parameter, QueryParameter

from collector.api.asked import From, Names, To, Zone, judged, period_of, wanted
from collector.api.given import House, Principal
from collector.api.targets import seen
from collector.explain import explain
from collector.store import checks
from rules.period import Period, parse_instant

LONGEST_SAMPLES = 7 * 86_400_000
"""Samples are read from the log itself, so no more than a week (ms) of them at once."""


@get("/availability", sync_to_thread=True, tags=["figures"])
def availability(
    house: House,
    principal: Principal,
    start: From,
    end: To = None,
    tz: Zone = None,
    names: Names = None,
    group: Annotated[str | None, Parameter(description="a label; each of its values is pooled as well")] = None,
) -> dict[str, Any]:
    """The figures of targets and services for a period, of all targets pooled, and of groups of them."""
    return _figures(house, principal, names, period_of(house, start, end, tz), group)


@get("/targets/{name:str}/availability", sync_to_thread=True, tags=["figures"])
def availability_of(
    house: House, principal: Principal, name: str, start: From, end: To = None, tz: Zone = None
) -> dict[str, Any]:
    """The figures of one target for a period."""
    return _figures(house, principal, [name], period_of(house, start, end, tz))


@get("/targets/{name:str}/timeline", sync_to_thread=True, tags=["figures"])
def timeline_of(
    house: House, principal: Principal, name: str, start: From, end: To = None, tz: Zone = None
) -> dict[str, Any]:
    """The partition of one target's time: every millisecond of the period in exactly one of eight classes."""
    target = seen(house, principal, name)
    period = period_of(house, start, end, tz)
    found = house.timelines.target(target.id, _passed(period, house.clock.now()), house.clock.now())
    return {
        "target": target.name,
        "period": {"from": period.start, "to": period.end, "tz": period.tz},
        "partition": [[begin, until, state.value] for begin, until, state in found.partition],
    }


@get("/outages", sync_to_thread=True, tags=["figures"])
def outages(
    house: House, principal: Principal, start: From, end: To = None, tz: Zone = None, names: Names = None
) -> dict[str, Any]:
    """Every outage of targets that touches the period, in order of time."""
    figures = _figures(house, principal, names, period_of(house, start, end, tz))
    found = [{"target": entry["name"], **outage} for entry in figures["objects"] for outage in entry["outages"]]
    return {"items": sorted(found, key=lambda outage: (outage["start"], outage["target"])), "next": None}


@get("/targets/{name:str}/samples", sync_to_thread=True, tags=["figures"])
def samples_of(
    house: House,
    principal: Principal,
    name: str,
    start: From,
    end: To = None,
    metric: Annotated[str | None, Parameter(description="only results with this value")] = None,
    tz: Zone = None,
) -> dict[str, Any]:
    """Raw results of a target's checks from the log, by time; at most a week of them."""
    target = seen(house, principal, name)
    period = period_of(house, start, end, tz)
    begin = max(period.start, period.end - LONGEST_SAMPLES)
    with house.state.read() as tx:
        own = checks.ever_of_target(tx, target.id)
    found = [
        {
            "check": check.name,
            "at": one.at,
            "agent": one.agent,
            "outcome": one.outcome.value,
            "values": dict(one.values) if metric is None else {metric: one.values[metric]},
            "text": one.text,
            "position": one.position,
        }
        for check in own
        for one in house.tracks.samples(check.handle, begin, period.end)
        if metric is None or metric in one.values
    ]
    return {
        "items": sorted(found, key=lambda one: (one["at"], one["check"], one["agent"])),
        "from": begin,
        "next": None,
    }


@get("/explain", sync_to_thread=True, tags=["figures"])
def explanation(
    house: House,
    principal: Principal,
    target: str,
    instant: Annotated[str, QueryParameter(name="t", description="the instant")],
    tz: Zone = None,
) -> dict[str, Any]:
    """The state of a target at an instant, and which results, agents, rules and overlays made it so."""
    key = judged(house, principal, target).id
    at = parse_instant(instant, tz or house.settings.tz)
    return explain(house.state, house.tracks, house.timelines, key, at, house.clock.now())


def _figures(
    house: House, principal: Principal, names: list[str] | None, period: Period, group: str | None = None
) -> dict[str, Any]:
    now = house.clock.now()
    return house.timelines.figures(wanted(house, principal, names), _passed(period, now), now, group)


def _passed(period: Period, now: int) -> Period:
    """The part of the period that has passed: what lies ahead has no figures."""
    return period.until(now)


handlers = [availability, availability_of, timeline_of, outages, samples_of, explanation]
