"""Spans that another system recorded, taken as they are: for histories that hold states instead of single looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter

from rules.errors import Invalid
from rules.span import Span, Track
from rules.state import State

RECORDED = "recorded"
"""The edge source of an edge that another system dated."""

STATES = (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)
"""What a check can be found in; the other classes are made of overlays, never recorded."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One stretch of a check as one agent had it, [start, end) in ms UTC.

    The brackets are the looks between which it began and ended, where the other system tells them; ``detected`` is
    when it was confirmed.
    """

    start: int
    end: int
    state: State
    start_bracket: tuple[int, int] | None = None
    end_bracket: tuple[int, int] | None = None
    detected: int | None = None

    def __post_init__(self) -> None:
        """Raises Invalid where the instants contradict each other."""
        if self.start >= self.end:
            raise Invalid("to: must be later than from")
        for name, edge, bracket in (("start", self.start, self.start_bracket), ("end", self.end, self.end_bracket)):
            if bracket is not None and not bracket[0] <= edge <= bracket[1]:
                raise Invalid(f"{name}_bracket: must hold the {name} of the span")

    @property
    def _began(self) -> tuple[int, int]:
        return self.start_bracket or (self.start, self.start)

    def span(self) -> Span:
        """The confirmed span of it."""
        return Span(
            start=self.start,
            end=self.end,
            state=self.state,
            start_bracket=self._began,
            end_bracket=self.end_bracket or (self.end, self.end),
            detected=self._began[1] if self.detected is None else self.detected,
            edge_source=RECORDED,
            end_source=RECORDED,
        )


def recorded_track(entries: Iterable[Recorded]) -> Track:
    """The track of one check and one agent; what no entry speaks of is unknown. Order does not matter.

    Entries of one state that touch are one span. Raises Invalid where two entries overlap.
    """
    spans: list[Span] = []
    until = 0
    for entry in sorted(entries, key=attrgetter("start", "end", "state")):
        if entry.start < until:
            raise Invalid(f"the spans that begin at {entry.start} and before it overlap")
        if spans and spans[-1].state is entry.state and spans[-1].end == entry.start:
            last = entry.span()
            spans[-1] = spans[-1]._replace(end=last.end, end_bracket=last.end_bracket)
        elif entry.state is not State.UNKNOWN:
            spans.append(entry.span())
        until = entry.end
    return Track(tuple(spans), until=until)
