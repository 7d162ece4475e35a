"""What looks saw of a target's checks, and what evidence adds: edges dated better, outages between two looks, gaps.

Looks are never overruled. A restart lies behind the last good look before it, the edge of an outage inside its bracket;
unknown time becomes down time only where a machine is known to have been off.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rules.evidence import OFF, Edge, Evidence, Kind, bearing_on, behind, end_edge, reboots, start_edge
from rules.intervals import Interval, intersect, subtract, union
from rules.span import CELL, Span, Track
from rules.state import State
from rules.votes import CheckTracks


@dataclass(frozen=True, slots=True)
class Informed:
    """The tracks as evidence leaves them; ``inferred`` holds the beginnings (ms UTC) of outages that no look saw."""

    checks: tuple[CheckTracks, ...]
    inferred: frozenset[int] = frozenset()


def informed(checks: Sequence[CheckTracks], evidence: Iterable[Evidence]) -> Informed:
    """Lay evidence, in any order, over the tracks of a target's checks."""
    known = tuple(evidence)
    if not known:
        return Informed(tuple(checks))
    dated = [replace(check, tracks=_dated(check, known)) for check in checks]
    looked = _bad(checks)
    seen = union([*looked, *_down_spans(dated)])
    inferred: set[int] = set()
    for one in reboots(_behind_gaps(one, dated) for one in known):
        off = _off(one, looked)
        if not intersect(seen, [(off.at, one.at)]):
            inferred.add(off.at)
        dated = [_with_outage(check, one, off, inferred) if check.vital else check for check in dated]
    return Informed(tuple(dated), frozenset(inferred))


def _dated(check: CheckTracks, evidence: Iterable[Evidence]) -> dict[str, Track]:
    own = bearing_on(evidence, check.check, check.vital)
    return {agent: _narrowed(seen, own) if own else seen for agent, seen in check.tracks.items()}


def _narrowed(seen: Track, evidence: Sequence[Evidence]) -> Track:
    """The track with the edges of its down spans where the evidence puts them."""
    spans = list(seen.spans)
    filled: list[Interval] = []
    for place, span in enumerate(spans):
        if span.state is not State.DOWN:
            continue
        low, high = span.start_bracket
        begun = None if low is None else start_edge((low, high), evidence, span.edge_source == CELL)
        if begun is not None and (span.end is None or begun.at < span.end) and _after(spans, place, begun.at):
            filled.append((begun.at, span.start))
            if place and spans[place - 1].end == span.start:
                spans[place - 1] = _ending(spans[place - 1], begun)
            span = _beginning(span, begun)
        over = None if span.end_bracket is None else end_edge(span.end_bracket, evidence)
        if over is not None and span.end is not None and over.at > span.start:
            filled.append((span.end, over.at))
            if place + 1 < len(spans) and spans[place + 1].start == span.end:
                spans[place + 1] = _beginning(spans[place + 1], over)
            span = _ending(span, over)
        spans[place] = span
    return replace(seen, spans=tuple(spans), holes=tuple(subtract(seen.holes, union(filled))))


def _after(spans: Sequence[Span], place: int, at: int) -> bool:
    """Whether the span before begins before an instant; the brackets that others recorded may overlap."""
    return place == 0 or spans[place - 1].start < at


def _beginning(span: Span, edge: Edge) -> Span:
    return span._replace(start=edge.at, start_bracket=edge.bracket, edge_source=edge.source)


def _ending(span: Span, edge: Edge) -> Span:
    return span._replace(end=edge.at, end_bracket=edge.bracket, end_source=edge.source)


def _bad(checks: Sequence[CheckTracks]) -> list[Interval]:
    """From the first to the last bad look of each run that a vital check saw."""
    tracks = [seen for check in checks if check.vital for seen in check.tracks.values()]
    runs = [(glitch.at, glitch.end) for seen in tracks for glitch in seen.glitches]
    for seen in tracks:
        for span in seen.spans:
            if span.state is State.DOWN:
                last = span.end_bracket[0] if span.end_bracket else seen.until
                runs.append((span.start_bracket[1], max(last, span.start_bracket[1]) + 1))
    return union(runs)


def _behind_gaps(one: Evidence, checks: Sequence[CheckTracks]) -> Evidence:
    """A restart behind the last good look of every vital check that it left without looks for long."""
    for check in checks:
        half = check.parameters.interval // 2
        for seen in check.tracks.values() if check.vital else ():
            ends = [start for start, end in [*seen.holes, (seen.until, one.at)] if start < one.at <= end]
            good = [end - half for end in ends for span in seen.spans if _up_over(span, end - half, end)]
            one = behind(one, max((at for at in good if at < one.at), default=None))
    return one


def _down_spans(checks: Sequence[CheckTracks]) -> Iterator[Interval]:
    for check in checks:
        for seen in check.tracks.values() if check.vital else ():
            for span in seen.spans:
                if span.state is State.DOWN:
                    yield span.start, seen.until if span.end is None else span.end


def _off(one: Evidence, bad: Sequence[Interval]) -> Edge:
    """When what restarted went down: known of a machine, else half-way from its last good look to the next bad one."""
    since = one.at if one.since is None else one.since
    if one.kind in OFF:
        return Edge(since, (since, since if one.kind is Kind.SHUTDOWN else one.at), one.kind)
    first = next((start for start, _ in bad if since < start < one.at), one.at)
    return Edge((since + first) // 2, (since, first), one.kind)


def _with_outage(check: CheckTracks, one: Evidence, off: Edge, inferred: set[int]) -> CheckTracks:
    """The check down from ``off`` to the restart, wherever it was held to be up."""
    tracks = {}
    for agent, seen in check.tracks.items():
        edge = off
        if one.kind not in OFF and not any(_up_over(span, off.at, one.at) for span in seen.spans):
            # Its own looks say more: it was down already, or not looked at.
            tracks[agent] = seen
            continue
        gap = next((hole for hole in seen.holes if hole[0] < one.at and off.at < hole[1]), None)
        if gap is not None and one.kind not in OFF:
            # It was not looked at: that it restarted tells neither when it went down nor that it was away for long.
            tracks[agent] = seen
            continue
        if gap is not None and one.alone and gap[0] < one.at:
            edge = Edge(gap[0], (gap[0] - check.parameters.interval // 2, one.at), one.kind)
            if off.at in inferred:
                inferred.add(edge.at)
        tracks[agent] = _down(seen, edge, one)
    return replace(check, tracks=tracks)


def _up_over(span: Span, start: int, end: int) -> bool:
    return span.state is not State.DOWN and span.start <= start and (span.end is None or end <= span.end)


def _down(seen: Track, off: Edge, one: Evidence) -> Track:
    """The track with an outage from ``off`` to the restart put into its up time and its holes."""
    spans: list[Span] = []
    over = Edge(one.at, (one.at, one.at), one.kind)
    for span in seen.spans:
        start, end = max(span.start, off.at), min(seen.until if span.end is None else span.end, one.at)
        if span.state is State.DOWN or start >= end:
            spans.append(span)
            continue
        # Where the span itself begins inside, its own edge stays: it is that of the outage before it.
        begun = off if start == off.at else Edge(start, (start, start), one.kind)
        if span.start < start:
            spans.append(_ending(span, begun))
        middle = Span(start, end, State.DOWN, begun.bracket, (end, end), one.until or one.at, begun.source, over.source)
        spans.append(middle)
        if span.end is None or end < span.end:
            spans.append(_beginning(span, over))
    glitches = tuple(one for one in seen.glitches if not off.at <= one.at < over.at)
    return replace(seen, spans=tuple(spans), holes=tuple(subtract(seen.holes, [(off.at, one.at)])), glitches=glitches)
