"""Unconfirmed short outages: what failed looks stand for that no outage contains.

A run of failed looks too short to be confirmed is no outage, yet every failed look on the planned grid is worth an
interval of downtime on average, for outages of any length: the number of failed looks times the interval is an unbiased
measure of all downtime. So each such run is taken for down time here, as if nothing had to be confirmed, and agents and
checks are heard together by the same rules as ever. Where that gives much, looks are too rare.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rules.intervals import Interval, clip, subtract, union
from rules.parameters import CheckParameters, Parameters
from rules.period import Period
from rules.span import CELL, Glitch, Span, Track
from rules.state import State
from rules.tiling import paint, where
from rules.votes import CheckTracks, Tile, measure


def unconfirmed(
    checks: Sequence[CheckTracks], tiles: Iterable[Tile], period: Period, parameters: Parameters
) -> list[Interval]:
    """Where in a period the target would be down if no failure had to be confirmed, and is not.

    ``tiles`` is what was measured. Only runs that begin in the period are looked at: of others it need not know.
    """
    if not any(_begun(seen, period) for check in checks if check.vital for seen in check.tracks.values()):
        return []
    suspected = [
        replace(check, tracks={one: _suspected(seen, period, check.parameters) for one, seen in check.tracks.items()})
        for check in checks
    ]
    failed = where(measure(suspected, parameters).tiles, (State.DOWN,))
    return subtract(clip(failed, period.start, period.end), where(tiles, (State.DOWN,)))


def longest(checks: Iterable[CheckTracks]) -> int:
    """How far (ms) a run of failed looks too short to be confirmed reaches at most, whenever it began."""
    cells = (
        _cell(glitch, check.parameters)
        for check in checks
        if check.vital
        for seen in check.tracks.values()
        for glitch in seen.glitches
    )
    return max((end - start for start, end in cells), default=0)


def _begun(seen: Track, period: Period) -> list[Glitch]:
    return [glitch for glitch in seen.glitches if period.start <= glitch.at < period.end]


def _suspected(seen: Track, period: Period, parameters: CheckParameters) -> Track:
    """The track with the glitches of the period as down time."""
    cells = union(_cell(glitch, parameters) for glitch in _begun(seen, period))
    if not cells:
        return seen
    tiles = [(span.start, seen.until if span.end is None else span.end, span.state) for span in seen.spans]
    painted = paint(tiles, cells, lambda _: State.DOWN)
    spans = tuple(
        Span(start, end, state, (start, start), (end, end), start, CELL, CELL) for start, end, state in painted
    )
    return replace(seen, spans=spans)


def _cell(glitch: Glitch, parameters: CheckParameters) -> Interval:
    """What its looks on the grid stand for; those between were made only because the one before had failed."""
    interval = parameters.interval
    hurried = min(parameters.retry_interval, interval)
    planned = 1 + (glitch.samples - 1) * hurried // interval
    start = glitch.at - interval // 2
    return start, start + planned * interval
