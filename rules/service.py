"""Services: targets, checks and other services composed. Measured composition, on the intervals, three-valued.

All of them, one of them, so many of them, or so much of what they carry together.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain
from typing import Union

from rules.calendar import Calendar
from rules.dated import Dated
from rules.errors import Invalid
from rules.intervals import clip, union
from rules.objective import exact
from rules.parameters import Parameters
from rules.period import Period
from rules.promise import Promise
from rules.state import State
from rules.tiling import join
from rules.timeline import Correction, Subject, Timeline, Window, settle
from rules.votes import Edge, Measured, Tile

_UP = (State.UP, State.DEGRADED)

SERVICE = "service"
"""The kind of every service. Services are not pooled into the fleet."""


@dataclass(frozen=True, slots=True)
class Need:
    """At least so many of these must be up; each is a name or a need of its own."""

    at_least: int
    of: tuple[Union[str, "Need", "Capacity"], ...]

    def names(self) -> Iterator[str]:
        """All names in it, at any depth."""
        for part in self.of:
            if isinstance(part, str):
                yield part
            else:
                yield from part.names()


@dataclass(frozen=True, slots=True)
class Capacity:
    """At least so much of what these carry together must be up; less than all of it is degraded.

    ``of`` holds names with what each carries, in one unit for all of them.
    """

    at_least: Fraction
    of: tuple[tuple[str, Fraction], ...]

    def names(self) -> Iterator[str]:
        """All names in it."""
        for name, _ in self.of:
            yield name


def read_need(value: object) -> Need | Capacity:
    """What a service needs, as files and requests say it.

    {"all_of": […]}, {"any_of": […]}, {"2_of": […]} of names and further needs, or {"capacity": {"min": 300, "of":
    {"line-1": 200, "line-2": 200}}}. Raises Invalid for anything else.
    """
    if not isinstance(value, Mapping) or len(value) != 1:
        raise Invalid('expected one of {"all_of": […]}, {"any_of": […]}, {"2_of": […]}, {"capacity": {…}}')
    ((key, listed),) = value.items()
    if key == "capacity":
        return _read_capacity(listed)
    if not isinstance(listed, list | tuple) or not listed:
        raise Invalid(f"{key}: expected a list of names")
    parts = tuple(entry if isinstance(entry, str) else read_need(entry) for entry in listed)
    count, _, of = str(key).partition("_")
    if of != "of" or not (count in ("all", "any") or count.isdecimal()):
        raise Invalid(f"expected all_of, any_of, a number such as 2_of, or capacity, found {key!r}")
    at_least = {"all": len(parts), "any": 1}.get(count) or (int(count) if count.isdecimal() else 0)
    if not 1 <= at_least <= len(parts):
        raise Invalid(f"{key}: it names {len(parts)}")
    return Need(at_least, parts)


def _read_capacity(value: object) -> Capacity:
    if not isinstance(value, Mapping) or set(value) != {"min", "of"} or not isinstance(value["of"], Mapping):
        raise Invalid('capacity: expected {"min": 300, "of": {"line-1": 200, "line-2": 200}}')
    amounts = {"min": value["min"], **value["of"]}
    wrong = [
        name for name, amount in amounts.items()
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not 0 < amount < math.inf
    ]  # fmt: skip
    if wrong:
        raise Invalid(f"capacity: expected a number greater than 0 for {', '.join(wrong)}")
    carried = tuple((str(name), exact(amount)) for name, amount in value["of"].items())
    if exact(value["min"]) > sum(amount for _, amount in carried):
        raise Invalid("capacity: min is more than all of them carry together")
    return Capacity(exact(value["min"]), carried)


@dataclass(frozen=True, slots=True)
class Service:
    """What a service needs, and what is agreed about its own time; see Subject.

    ``spares`` holds the states of a part (maintenance, excluded) that the contract does not count against the
    service; otherwise a part in them is down for it.
    """

    name: str
    needs: Dated[Need | Capacity]
    in_service: tuple[tuple[int | None, int | None], ...] = ((None, None),)
    windows: tuple[Window, ...] = ()
    corrections: tuple[Correction, ...] = ()
    calendar: Dated[Calendar | None] = field(default_factory=lambda: Dated.always(None))
    spares: Dated[frozenset[State]] = field(default_factory=lambda: Dated.always(frozenset()))
    promise: Promise | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


def compose(
    service: Service,
    parts: Mapping[str, Timeline],
    period: Period,
    parameters: Parameters,
    now: int | None = None,
) -> Timeline:
    """The timeline of a service. ``parts`` must hold a timeline of this period for each name it ever needed."""
    own = Subject(
        name=service.name,
        kind=SERVICE,
        in_service=service.in_service,
        windows=service.windows,
        corrections=service.corrections,
        calendar=service.calendar,
        promise=service.promise,
        labels=service.labels,
    )
    found = settle(own, _measure(service, parts), period, {}, parameters, now)
    found = replace(found, corrected=tuple(union(chain(found.corrected, *(part.corrected for part in parts.values())))))
    # A part may have been seen further than this period, and been corrected only there.
    if not clip(found.corrected, period.start, period.end):
        return found
    before = {name: part.uncorrected or part for name, part in parts.items()}
    own = replace(own, corrections=())
    return replace(found, uncorrected=settle(own, _measure(service, before), period, {}, parameters, now))


def _measure(service: Service, parts: Mapping[str, Timeline]) -> Measured:
    names = sorted({name for _, need in service.needs.revisions for name in need.names()})
    if not names:
        return Measured()
    starts: dict[int, Edge] = {}
    ends: dict[int, Edge] = {}
    for name in names:
        for outage in parts[name].history:
            starts[outage.start] = Edge(outage.start_bracket, outage.edge_source, outage.detected)
            if outage.end is not None and outage.end_bracket and outage.end_source:
                ends[outage.end] = Edge(outage.end_bracket, outage.end_source)
    tiles = join(_sweep(service, {name: parts[name].whole for name in names}))
    return Measured(
        tuple(tiles),
        starts,
        ends,
        interval=max(parts[name].interval for name in names),
        inferred=frozenset(outage.start for name in names for outage in parts[name].history if outage.inferred),
    )


def _sweep(service: Service, parts: Mapping[str, tuple[Tile, ...]]) -> Iterator[Tile]:
    changes = sorted(
        [(start, name, state) for name, tiles in parts.items() for start, _, state in tiles]
        + [(tiles[-1][1], name, State.UNKNOWN) for name, tiles in parts.items()]
    )
    first, last = changes[0][0], changes[-1][0]
    terms = (
        (start, end, need, spares)
        for begin, finish, need in service.needs.stretches(first, last)
        for start, end, spares in service.spares.stretches(begin, finish)
    )
    for begin, finish, need, spares in terms:
        states = dict.fromkeys(parts, State.UNKNOWN)
        at = begin
        for instant, name, state in changes:
            if instant >= finish:
                break
            if instant > at:
                yield at, instant, _service_state(need, states, spares)
                at = instant
            states[name] = state
        yield at, finish, _service_state(need, states, spares)


def _service_state(need: Need | Capacity, states: Mapping[str, State], spares: frozenset[State]) -> State:
    """Up, degraded, down or unknown; unreachable where only the unreachability of parts keeps it from being up."""
    best = _evaluate(need, states, spares | {State.UNREACHABLE})
    if best not in _UP:
        return best
    own = _evaluate(need, states, spares)
    return own if own in _UP else State.UNREACHABLE


def _evaluate(need: Need | Capacity, states: Mapping[str, State], as_up: frozenset[State]) -> State:
    if isinstance(need, Capacity):
        return _carried(need, states, as_up)
    found = [
        _part(states[part], as_up) if isinstance(part, str) else _evaluate(part, states, as_up) for part in need.of
    ]
    up = sum(state in _UP for state in found)
    if up >= need.at_least:
        return State.DEGRADED if State.DEGRADED in found else State.UP
    return State.UNKNOWN if up + found.count(State.UNKNOWN) >= need.at_least else State.DOWN


def _carried(need: Capacity, states: Mapping[str, State], as_up: frozenset[State]) -> State:
    up = unknown = whole = Fraction(0)
    for name, amount in need.of:
        state = _part(states[name], as_up)
        whole += amount
        up += amount if state is State.UP else 0
        unknown += amount if state is State.UNKNOWN else 0
    if up >= need.at_least:
        return State.UP if up == whole else State.DEGRADED
    return State.UNKNOWN if up + unknown >= need.at_least else State.DOWN


def _part(state: State, as_up: frozenset[State]) -> State:
    """A named part as its service sees it: a degraded one still does its work."""
    if state in _UP or state in as_up:
        return State.UP
    return State.UNKNOWN if state in (State.UNKNOWN, State.OUT_OF_SERVICE) else State.DOWN
