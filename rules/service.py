"""Services: targets, checks and other services composed. Measured composition, on the intervals, three-valued."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Union

from rules.calendar import Calendar
from rules.dated import Dated
from rules.parameters import Parameters
from rules.period import Period
from rules.state import State
from rules.tiling import join
from rules.timeline import Correction, Subject, Timeline, Window, settle
from rules.votes import Edge, Measured, Tile

SERVICE = "service"
"""The kind of every service. Services are not pooled into the fleet."""


@dataclass(frozen=True, slots=True)
class Need:
    """At least so many of these must be up; each is a name or a need of its own."""

    at_least: int
    of: tuple[Union[str, "Need"], ...]

    def names(self) -> Iterator[str]:
        """All names in it, at any depth."""
        for part in self.of:
            if isinstance(part, str):
                yield part
            else:
                yield from part.names()


@dataclass(frozen=True, slots=True)
class Service:
    """What a service needs, and what is agreed about its own time; see Subject.

    ``spares`` holds the states of a part (maintenance, excluded) that the contract does not count against the
    service; otherwise a part in them is down for it.
    """

    name: str
    needs: Dated[Need]
    in_service: tuple[tuple[int | None, int | None], ...] = ((None, None),)
    windows: tuple[Window, ...] = ()
    corrections: tuple[Correction, ...] = ()
    calendar: Dated[Calendar | None] = field(default_factory=lambda: Dated.always(None))
    spares: frozenset[State] = frozenset()


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
    )
    return settle(own, _measure(service, parts), period, {}, parameters, now)


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
    return Measured(tuple(tiles), starts, ends, interval=max(parts[name].interval for name in names))


def _sweep(service: Service, parts: Mapping[str, tuple[Tile, ...]]) -> Iterator[Tile]:
    changes = sorted(
        [(start, name, state) for name, tiles in parts.items() for start, _, state in tiles]
        + [(tiles[-1][1], name, State.UNKNOWN) for name, tiles in parts.items()]
    )
    first, last = changes[0][0], changes[-1][0]
    for begin, finish, need in service.needs.stretches(first, last):
        states = dict.fromkeys(parts, State.UNKNOWN)
        at = begin
        for instant, name, state in changes:
            if instant >= finish:
                break
            if instant > at:
                yield at, instant, _service_state(need, states, service.spares)
                at = instant
            states[name] = state
        yield at, finish, _service_state(need, states, service.spares)


def _service_state(need: Need, states: Mapping[str, State], spares: frozenset[State]) -> State:
    """Up, down or unknown; unreachable where only the unreachability of parts keeps it from being up."""
    best = _evaluate(need, states, spares | {State.UNREACHABLE})
    if best is not State.UP or _evaluate(need, states, spares) is State.UP:
        return best
    return State.UNREACHABLE


def _evaluate(need: Need, states: Mapping[str, State], as_up: frozenset[State]) -> State:
    up = unknown = 0
    for part in need.of:
        if isinstance(part, str):
            state = states[part]
            if state in (State.UP, State.DEGRADED) or state in as_up:
                up += 1
            elif state in (State.UNKNOWN, State.OUT_OF_SERVICE):
                unknown += 1
        else:
            state = _evaluate(part, states, as_up)
            up += state is State.UP
            unknown += state is State.UNKNOWN
    if up >= need.at_least:
        return State.UP
    return State.UNKNOWN if up + unknown >= need.at_least else State.DOWN
