"""Samples of one check seen by one agent, and the confirmed spans they make.

Each sample stands for its cell, half an interval to either side. Between two samples no further apart than
``max_gap`` equal states hold through and different ones change at an edge; between samples further apart the time
from the end of the first one's cell to the beginning of the second one's is a **hole**: unknown. Holes lie over the
spans and do not cut them, because a hole neither ends an outage nor begins one.

What this module leaves to others: several agents, several checks, parents, windows (``rules/timeline.py``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rules.intervals import Interval
from rules.parameters import CheckParameters, EdgePolicy
from rules.result import Outcome
from rules.state import Layer, State

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
        "bracket", "detected", "down", "edge_policy", "impaired", "last", "parameters", "source", "start", "state",
        "steady",
    )  # fmt: skip

    def __init__(self, parameters: CheckParameters, edge_policy: EdgePolicy = EdgePolicy.MIDPOINT) -> None:
        self.parameters = parameters
        self.edge_policy = edge_policy
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
        raise NotImplementedError

    def until(self, now: int | None = None) -> int:
        """The instant up to which the open span is known; past it all is unknown.

        Without ``now`` (a finished record) the end of the last sample's cell. With it: ``now``, or the end of that
        cell once the last sample is older than ``max_gap``.
        """
        raise NotImplementedError

    def tail(self) -> Span | None:
        """The open span, its end None; None before the first sample."""
        raise NotImplementedError


def assemble(pieces: Iterable[Piece], tail: Span | None, until: int) -> Track:
    """The track of pieces in any order (as stored) and the open span."""
    raise NotImplementedError


def track(
    samples: Iterable[Sample],
    parameters: CheckParameters,
    edge_policy: EdgePolicy = EdgePolicy.MIDPOINT,
    now: int | None = None,
) -> Track:
    """The track of samples of one check and one agent. Order does not matter, except among equal instants."""
    raise NotImplementedError
