"""Samples of one check seen by one agent, and the confirmed spans they make.

Each sample stands for its cell, half an interval to either side. Between two samples no further apart than
``max_gap`` equal states hold through and different ones change at an edge; between samples further apart the time
from the end of the first one's cell to the beginning of the second one's is a **hole**: unknown. Holes lie over the
spans and do not cut them, because a hole neither ends an outage nor begins one.

What this module leaves to others: several agents, several checks, parents, windows (``rules/timeline.py``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

from rules.intervals import Interval
from rules.parameters import CheckParameters, EdgePolicy
from rules.result import Outcome
from rules.state import Layer, State, confirmed

CELL = "cell"
"""The edge source of an edge beside a hole, or before the first sample: the border of a sample's cell."""


class Sample(NamedTuple):
    """What one look said. ``at``: instant the look began, ms UTC. Never ``error``: that is no sample."""

    at: int
    outcome: Outcome


class Span(NamedTuple):
    """A stretch of confirmed state, [start, end) in ms UTC; ``end`` None while it lasts.

    ``start_bracket`` holds the two samples between which it began (the first one None at the very beginning),
    ``end_bracket`` the two between which it ended. ``detected`` is the instant of the sample that confirmed its
    beginning (None for the up time a record begins with). ``edge_source`` says how the start was dated and
    ``end_source`` how the end was: an edge policy's name, or "cell".

    With the state *unknown* it is a hole; its brackets are the two samples around it, and ``detected`` is None.
    """

    start: int
    end: int | None
    state: State
    start_bracket: tuple[int | None, int]
    end_bracket: tuple[int, int] | None
    detected: int | None
    edge_source: str
    end_source: str | None = None


class Glitch(NamedTuple):
    """A run of failed samples too short to be an outage. Instants in ms UTC.

    ``at`` is its first bad sample, ``samples`` their number; the bracket holds the good samples around the run, the
    first one None when the record begins with it.
    """

    at: int
    start: int | None
    end: int
    samples: int


Piece = Span | Glitch


@dataclass(frozen=True, slots=True)
class Track:
    """The life of one check as one agent saw it.

    ``spans`` follow each other without a break from half a cell before the first sample; the last one has no end and
    is known until ``until``. ``holes`` are the unknown stretches inside, in order; outside of the spans all is
    unknown. An empty track has no spans.
    """

    spans: tuple[Span, ...] = ()
    holes: tuple[Interval, ...] = ()
    glitches: tuple[Glitch, ...] = ()
    until: int = 0


class Machine:
    """The fold of samples, one at a time: constant state, nothing remembered but what the next sample can change.

    All of its state is public, so that it can be kept in columns: ``last`` (instant of the last sample, None before
    the first), the layers ``down`` and ``impaired`` (see ``rules/state.py``), and the open span: ``state``,
    ``start``, ``bracket``, ``detected``, ``source``. Nothing of it looks back further than the pending runs.
    """

    __slots__ = (
        "bracket",
        "detected",
        "down",
        "edge_policy",
        "impaired",
        "last",
        "parameters",
        "reach",
        "source",
        "start",
        "state",
        "steady",
    )

    def __init__(self, parameters: CheckParameters, edge_policy: EdgePolicy = EdgePolicy.MIDPOINT) -> None:
        self.parameters = parameters
        self.edge_policy = edge_policy
        self.reach = 0
        self.last: int | None = None
        self.down = Layer()
        self.impaired = Layer()
        self.state = State.UP
        self.start = 0
        self.bracket: tuple[int | None, int] = (None, 0)
        self.detected: int | None = None
        self.source: str = CELL
        self.steady: Outcome | None = None

    def feed(self, sample: Sample) -> Sequence[Piece]:
        """Take the next sample in order of time; answer with the pieces it completed, in order.

        Pieces are spans that got their end, holes (spans of state unknown) and glitches. A sample of outcome error
        is no sample and changes nothing. Raises ValueError for a sample older than the last one.
        """
        at, outcome = sample
        last = self.last
        if outcome is self.steady and last is not None and 0 <= at - last <= self.max_gap:
            self.last, self.reach = at, 0
            return ()
        if outcome is Outcome.ERROR:
            return ()
        if last is None:
            self.start = at - self.parameters.interval // 2
            self.bracket = (None, at)
        elif at < last:
            raise ValueError(f"sample at {at} is older than the last one at {last}")
        pieces: list[Piece] = []
        if last is not None and at - last > self.max_gap:
            pieces.append(self._hole(last, at))
        failed = outcome is Outcome.FAILED
        if self.down.run and not self.down.bad and not failed:
            pieces.append(Glitch(self.down.first, self.down.before, at, self.down.run))
        moved = self._take(self.down, failed, at, last)
        moved = self._take(self.impaired, outcome is not Outcome.OK, at, last) or moved
        if moved is not None:
            pieces += self._change(moved, at)
        self.down.forget()
        self.impaired.forget()
        self.last, self.reach = at, 0
        self.steady = outcome if self._settled() else None
        return pieces

    def judge_by(self, parameters: CheckParameters) -> None:
        """Go on by other parameters. The gap that is open now is still allowed to be as long as it was before."""
        if self.last is not None and parameters.max_gap != self.parameters.max_gap:
            self.reach, self.steady = self.max_gap, None
        self.parameters = parameters

    @property
    def max_gap(self) -> int:
        """How far the next sample may lie from the last one (ms) without leaving unknown time between them."""
        return max(self.parameters.max_gap, self.reach)

    def until(self, now: int | None = None) -> int:
        """The instant up to which the open span is known; past it all is unknown.

        Without ``now`` (a finished record) the end of the last sample's cell. With it: ``now``, or the end of that
        cell once the last sample is older than ``max_gap``.
        """
        if self.last is None:
            return 0
        cell = self.last + self.parameters.interval // 2
        if now is None or now - self.last > self.max_gap:
            return cell
        return max(now, self.last)

    def tail(self) -> Span | None:
        """The open span, its end None; None before the first sample."""
        if self.last is None:
            return None
        return Span(self.start, None, self.state, self.bracket, None, self.detected, self.source)

    def _take(self, layer: Layer, bad: bool, at: int, last: int | None) -> Layer | None:
        needed = self.parameters.confirm_up if layer.bad else self.parameters.confirm_down
        return layer if layer.take(bad, at, last, needed) else None

    def _settled(self) -> bool:
        """Whether a further sample like the last one would change nothing but ``last``."""
        return not self.down.run and not self.impaired.run

    def _hole(self, last: int, at: int) -> Span:
        half = self.parameters.interval // 2
        return Span(last + half, at - half, State.UNKNOWN, (last, at), (last, at), None, CELL, CELL)

    def _change(self, layer: Layer, at: int) -> list[Piece]:
        """Close the open span at the edge of the layer that changed, and open the next one."""
        edge, source = self._edge(layer)
        state = confirmed(self.down.bad, self.impaired.bad)
        closed: list[Piece] = []
        if layer.before is not None:
            closed.append(
                Span(
                    self.start, edge, self.state, self.bracket, (layer.before, layer.first), self.detected,
                    self.source, source,
                )
            )  # fmt: skip
        self.state = state
        self.start = edge
        self.bracket = (layer.before, layer.first)
        self.detected = at
        self.source = source
        return closed

    def _edge(self, layer: Layer) -> tuple[int, str]:
        """Where the run of ``layer`` begins, and how that was dated."""
        before, first = layer.before, layer.first
        half = self.parameters.interval // 2
        if before is None:
            return first - half, CELL
        if first - before > self.max_gap:
            return (first - half if layer.bad else before + half), CELL
        return _dated(before, first, self.edge_policy, layer.bad), self.edge_policy.value


def redated(found: Track, policy: EdgePolicy) -> Track:
    """The track with its edges where another policy dates them, between the same samples.

    Edges at the border of a cell stay: no policy moves them.
    """
    spans: list[Span] = []
    for span in found.spans:
        worse = _BADNESS[span.state] > (_BADNESS[spans[-1].state] if spans else 0)
        if span.edge_source != CELL and span.start_bracket[0] is not None:
            start = _dated(span.start_bracket[0], span.start_bracket[1], policy, worse)
            span = span._replace(start=start, edge_source=policy.value)
        if spans and spans[-1].end_source != CELL:
            spans[-1] = spans[-1]._replace(end=span.start, end_source=policy.value)
        spans.append(span)
    if spans and spans[-1].end is not None and spans[-1].end_bracket and spans[-1].end_source != CELL:
        first, last = spans[-1].end_bracket
        end = _dated(first, last, policy, spans[-1].state is State.UP)
        spans[-1] = spans[-1]._replace(end=end, end_source=policy.value)
    return replace(found, spans=tuple(spans))


_BADNESS = {State.UP: 0, State.DEGRADED: 1, State.DOWN: 2}


def _dated(before: int, first: int, policy: EdgePolicy, worse: bool) -> int:
    """The instant of a change between two samples; ``worse`` when what begins there is a fault."""
    if policy is EdgePolicy.MIDPOINT:
        return (before + first) // 2
    return before if policy is EdgePolicy.LAST_GOOD and worse else first


def assemble(pieces: Iterable[Piece], tail: Span | None, until: int) -> Track:
    """The track of pieces in any order (as stored) and the open span."""
    spans: list[Span] = []
    holes: list[Interval] = []
    glitches: list[Glitch] = []
    for piece in pieces:
        if isinstance(piece, Glitch):
            glitches.append(piece)
        elif piece.state is State.UNKNOWN:
            holes.append((piece.start, piece.start if piece.end is None else piece.end))
        else:
            spans.append(piece)
    spans.sort(key=attrgetter("start"))
    if tail is not None:
        spans.append(tail)
    return Track(tuple(spans), tuple(sorted(holes)), tuple(sorted(glitches, key=attrgetter("at"))), until)


def track(
    samples: Iterable[Sample],
    parameters: CheckParameters,
    edge_policy: EdgePolicy = EdgePolicy.MIDPOINT,
    now: int | None = None,
) -> Track:
    """The track of samples of one check and one agent. Order does not matter, except among equal instants."""
    machine = Machine(parameters, edge_policy)
    pieces: list[Piece] = []
    for sample in sorted(samples, key=attrgetter("at")):
        pieces.extend(machine.feed(sample))
    return assemble(pieces, machine.tail(), machine.until(now))
