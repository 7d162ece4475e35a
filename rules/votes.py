"""What the agents of a target's checks together say: quorum per check, then the vital checks, then degradation."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rules.intervals import Interval, union
from rules.parameters import CheckParameters, Parameters
from rules.span import Track
from rules.state import State
from rules.tiling import join

Tile = tuple[int, int, State]
"""[start, end) in ms UTC and its state."""

COMBINED = "quorum"
"""The edge source of an edge that no sample made: an agent or a check came to be known, or ceased to be."""


@dataclass(frozen=True, slots=True)
class CheckTracks:
    """One check of a target as all its agents saw it, in one revision of its definition.

    ``tracks`` by agent; ``agents`` is how many are assigned to it (also those that saw nothing). What was changed
    (vital or not, agents assigned) makes a further entry; each counts only in ``valid``, [from, to) in ms UTC with
    None for unbounded.
    """

    check: str
    vital: bool
    tracks: Mapping[str, Track]
    agents: int
    parameters: CheckParameters
    valid: tuple[int | None, int | None] = (None, None)


class Edge(NamedTuple):
    """Where one end of an outage can lie, how it was dated, and when it was known (None for an end)."""

    bracket: tuple[int | None, int]
    source: str
    detected: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one target or service, before anything is laid over it.

    ``tiles`` are up, degraded, down, unknown (and, for a service, unreachable), as far as anything was seen.
    ``starts`` and ``ends`` hold the edges by the instant at which they were dated; ``partials`` where some agents
    saw a check down and too few agreed; ``interval`` is that of the slowest vital check, in ms; ``inferred`` holds the
    beginnings of outages that no look saw, ``doubtful`` where failed looks were too few for an outage.
    """

    tiles: tuple[Tile, ...] = ()
    starts: Mapping[int, Edge] = field(default_factory=dict)
    ends: Mapping[int, Edge] = field(default_factory=dict)
    partials: tuple[Interval, ...] = ()
    interval: int = 0
    inferred: frozenset[int] = frozenset()
    doubtful: tuple[Interval, ...] = ()


class _Step(NamedTuple):
    """At an instant the state that an agent knows of a check becomes this one; None for unknown."""

    at: int
    opens: bool  # at one instant the old state is left before the new one is entered
    check: int
    agent: str
    state: State | None
    detected: int


_PARTIAL = State.UNREACHABLE
"""Inside this module a check's quorum that is partly down; never seen outside."""


def inside(valid: tuple[int | None, int | None], at: int) -> bool:
    """Whether the instant lies in [from, to), None for unbounded."""
    return (valid[0] is None or at >= valid[0]) and (valid[1] is None or at < valid[1])


def measure(checks: Sequence[CheckTracks], parameters: Parameters) -> Measured:
    """Sweep over all edges of all agents.

    Of the k agents that know a check's state the majority (or the fixed quorum) must see it down; fewer make it
    partial, and fewer than ``min_vantages`` known ones make it unknown. The target is up if a vital check is up, down
    if every vital check that is known is down, unknown if none is known. An up target is degraded while any of its
    checks is degraded, down or partial.
    """
    steps = [step for number, check in enumerate(checks) for step in _steps(number, check)]
    steps.sort(key=lambda step: step[:2])
    known: list[dict[str, _Step]] = [{} for _ in checks]
    verdicts: list[State | None] = [None] * len(checks)
    starts, ends = _edges(checks)
    tiles: list[Tile] = []
    partials: list[Interval] = []
    state = State.UNKNOWN
    index = 0
    while index < len(steps):
        at = steps[index].at
        touched = set()
        while index < len(steps) and steps[index].at == at:
            step = steps[index]
            touched.add(step.check)
            if step.state is None:
                known[step.check].pop(step.agent, None)
            else:
                known[step.check][step.agent] = step
            index += 1
        for number in touched:
            verdicts[number] = _verdict(known[number], checks[number].agents, parameters)
        before, state = state, _target(checks, verdicts)
        if state is State.DOWN and before is not State.DOWN:
            edge = starts.get(at, Edge((at, at), COMBINED))
            starts[at] = edge._replace(detected=_detected(checks, known, verdicts, parameters))
        following = steps[index].at if index < len(steps) else at
        tiles.append((at, following, state))
        if _PARTIAL in verdicts:
            partials.append((at, following))
    vital = [check.parameters.interval for check in checks if check.vital]
    return Measured(tuple(join(tiles)), starts, ends, tuple(union(partials)), max(vital, default=0))


def _steps(number: int, check: CheckTracks) -> Iterator[_Step]:
    opened, closed = check.valid
    for agent, seen in check.tracks.items():
        for start, end, state, detected in _known(seen):
            begin = start if opened is None else max(start, opened)
            finish = end if closed is None else min(end, closed)
            if begin < finish:
                yield _Step(begin, True, number, agent, state, detected)
                yield _Step(finish, False, number, agent, None, 0)


def _known(seen: Track) -> Iterator[tuple[int, int, State, int]]:
    """The stretches of a track whose state is known, cut by its holes, with the instant of confirmation."""
    hole = 0
    for span in seen.spans:
        start = span.start
        end = seen.until if span.end is None else min(span.end, seen.until)
        detected = span.start if span.detected is None else span.detected
        while hole < len(seen.holes) and seen.holes[hole][1] <= start:
            hole += 1
        index = hole
        while index < len(seen.holes) and seen.holes[index][0] < end:
            if start < seen.holes[index][0]:
                yield start, seen.holes[index][0], span.state, detected
            start = seen.holes[index][1]
            index += 1
        if start < end:
            yield start, end, span.state, detected


def _edges(checks: Iterable[CheckTracks]) -> tuple[dict[int, Edge], dict[int, Edge]]:
    """The edges of every down span of a vital check, by instant; of several at one instant the least."""
    starts: dict[int, Edge] = {}
    ends: dict[int, Edge] = {}
    for check in checks:
        if not check.vital:
            continue
        for seen in check.tracks.values():
            for span in seen.spans:
                if span.state is not State.DOWN:
                    continue
                if inside(check.valid, span.start):
                    begun = Edge(span.start_bracket, span.edge_source)
                    starts[span.start] = min(starts.get(span.start, begun), begun, key=_order)
                if span.end is not None and span.end_bracket and span.end_source:
                    over = Edge(span.end_bracket, span.end_source)
                    ends[span.end] = min(ends.get(span.end, over), over, key=_order)
    return starts, ends


def _order(edge: Edge) -> tuple[int, int, str]:
    low, high = edge.bracket
    return (high, high if low is None else low, edge.source)


def _verdict(known: Mapping[str, _Step], assigned: int, parameters: Parameters) -> State | None:
    """What those agents that know the state of a check together make of it."""
    if not known or len(known) < parameters.vantages(assigned):
        return None
    states = [step.state for step in known.values()]
    down = states.count(State.DOWN)
    if down >= parameters.quorum.needed(len(states)):
        return State.DOWN
    if down:
        return _PARTIAL
    return State.DEGRADED if State.DEGRADED in states else State.UP


def _target(checks: Sequence[CheckTracks], verdicts: Sequence[State | None]) -> State:
    vital = [verdict for check, verdict in zip(checks, verdicts, strict=True) if check.vital and verdict]
    if not vital:
        return State.UNKNOWN
    if all(verdict is State.DOWN for verdict in vital):
        return State.DOWN
    whole = all(verdict is None or verdict is State.UP for verdict in verdicts)
    return State.UP if whole else State.DEGRADED


def _detected(
    checks: Sequence[CheckTracks],
    known: Sequence[Mapping[str, _Step]],
    verdicts: Sequence[State | None],
    parameters: Parameters,
) -> int:
    """When the last vital check was confirmed down by as many agents as it takes."""
    latest = []
    for check, seen, verdict in zip(checks, known, verdicts, strict=True):
        if check.vital and verdict is State.DOWN:
            confirmations = sorted(step.detected for step in seen.values() if step.state is State.DOWN)
            latest.append(confirmations[parameters.quorum.needed(len(seen)) - 1])
    return max(latest)
