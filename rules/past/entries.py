"""From columns to what figures are made of, for thousands of objects at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rules.entry import Entry
from rules.outage import Outage
from rules.past.columns import COUNTS, FIRST, INFERRED, LASTING, NONE, RESTORED, STATES, Past
from rules.past.downtime import bounds, outage_of
from rules.past.summary import Summary, summary
from rules.period import Period
from rules.promise import Promise
from rules.state import State
from rules.sums import Sums
from rules.timeline import Tile, Timeline

if TYPE_CHECKING:
    from rules.past.columns import Flags, Whole

_DOWN = STATES.index(State.DOWN)
_MAINTENANCE = STATES.index(State.MAINTENANCE)
_RUNS = [STATES.index(state) for state in (State.UP, State.DEGRADED)]
_STANDS = [STATES.index(state) for state in (State.DOWN, State.UNREACHABLE)]
_NOT_AGREED = [STATES.index(state) for state in (State.MAINTENANCE, State.EXCLUDED, State.OUT_OF_SERVICE)]


@dataclass(frozen=True, slots=True)
class About:
    """What figures need of an object and columns do not hold.

    All as in :class:`rules.timeline.Timeline`.
    """

    kind: str
    doubt: int
    promise: Promise | None
    labels: Mapping[str, str]
    priority: str


def about(entry: Timeline) -> About:
    """From a timeline."""
    return About(
        kind=entry.kind,
        doubt=entry.doubt,
        promise=entry.promise,
        labels=entry.labels,
        priority=entry.priority,
    )


def firm(found: Past, doubt: "Whole", period: Period) -> "Flags":
    """Whose figures of the period follow from the columns; of the others the timelines themselves must be asked.

    Not so where a correction is in force, since figures as measured stand beside those as corrected then, and where a
    run of failed looks lies so close to an edge of the period that it may have begun on the other side of it. ``doubt``
    as in :class:`About`.
    """
    import numpy as np

    owner, start, end = found.doubts.T
    reach = doubt[owner]
    close = (start < period.start + reach) & (end > period.start)
    close |= (end > period.end - reach) & (start < period.end)
    whose, begin, finish = found.corrected.T
    both = (begin < period.end) & (finish > period.start)
    answer: Flags = np.bincount(np.concatenate((owner[close], whose[both])), minlength=len(found.names)) == 0
    return answer


def entries_of(found: Past, told_of: Sequence[About], period: Period) -> list[Entry]:
    """The entries of a period that has passed, one for each object; see :func:`firm` for whom they are right."""
    sums = _sums(found, summary(found, period), period)
    parts = zip(found.names, told_of, sums, _outages(found, period), _partitions(found, period), strict=True)
    return [
        Entry(
            name=name,
            kind=one.kind,
            sums=own,
            outages=outages,
            partition=partition,
            uncorrected=None,
            promise=one.promise,
            labels=one.labels,
            priority=one.priority,
        )
        for name, one, own, outages, partition in parts
    ]


def _sums(found: Past, told: Summary, period: Period) -> Iterator[Sums]:
    import numpy as np

    count = len(found.names)
    owner, start, end, state, was = found.tiles.T
    inside = np.maximum(np.minimum(end, period.end) - np.maximum(start, period.start), 0)
    holds = np.where(np.isin(state, _NOT_AGREED), was, state)
    stands = np.isin(holds, _STANDS)

    def added(owner: "Whole", length: "Whole") -> "Whole":
        return np.bincount(owner, weights=length, minlength=count).astype(np.int64)

    def within(flags: "Flags") -> "Whole":
        return added(owner[flags], inside[flags])

    whose, first, last = found.doubts.T
    doubted = added(whose, np.maximum(np.minimum(last, period.end) - np.maximum(first, period.start), 0))
    whose, at = found.glitches.T
    columns = {
        **dict(zip(("down_min", "down_max"), bounds(found, period), strict=True)),
        **{name: getattr(told, name) for name in ("failures", "episodes", "restored", "repair", "open", "affected")},
        "glitches": np.bincount(whose[(at >= period.start) & (at < period.end)], minlength=count),
        "objects": (told.agreed > 0).astype(np.int64),
        "planned": within(stands & (state == _MAINTENANCE)),
        "running": within(np.isin(holds, _RUNS)),
        "standing": within(stands),
        "unconfirmed": doubted,
    }
    squares = _squares(found, period)
    for place, (time, *values) in enumerate(
        zip(told.time.tolist(), *(column.tolist() for column in columns.values()), strict=True)
    ):
        named = dict(zip(columns, values, strict=True))
        yield Sums(time=dict(zip(STATES, time, strict=True)), squares=squares.get(place, 0), **named)


def _squares(found: Past, period: Period) -> dict[int, int]:
    """By object the sum of the squared brackets (ms²) of those edges of outages that lie in the period."""
    owner, start, end = found.outages[:, :3].T
    earliest, latest, first, last = found.outages[:, 5:9].T
    begins = (earliest != NONE) & (start >= period.start) & (start < period.end)
    ends = (first != NONE) & (end > period.start) & (end <= period.end)
    squares: dict[int, int] = {}
    for which, low, high in ((begins, earliest, latest), (ends, first, last)):
        # Not in columns: the square of a few days does not fit into their 64 bits.
        for place, width in zip(owner[which].tolist(), (high - low)[which].tolist(), strict=True):
            squares[place] = squares.get(place, 0) + width * width
    return squares


def _partitions(found: Past, period: Period) -> Iterator[tuple[Tile, ...]]:
    import numpy as np

    owner, start, end, state, _ = found.tiles.T
    start, end = np.maximum(start, period.start), np.minimum(end, period.end)
    inside = start < end
    owner, start, end, state = owner[inside], start[inside], end[inside], state[inside]
    head, tail = _runs((owner[1:] != owner[:-1]) | (state[1:] != state[:-1]), len(owner))
    rows = list(zip(start[head].tolist(), end[tail].tolist(), (STATES[n] for n in state[head].tolist()), strict=True))
    edges = np.searchsorted(owner[head], np.arange(len(found.names) + 1)).tolist()
    for low, high in pairwise(edges):
        yield tuple(rows[low:high])


def _outages(found: Past, period: Period) -> Iterator[tuple[Outage, ...]]:
    import numpy as np

    touches = (found.outages[:, 1] < period.end) & (found.outages[:, 2] > period.start)
    places = np.flatnonzero(touches)
    rows = [
        _outage(row, down, found.words)
        for row, down in zip(found.outages[places].tolist(), _downs(found, places), strict=True)
    ]
    edges = np.searchsorted(found.outages[places, 0], np.arange(len(found.names) + 1)).tolist()
    for low, high in pairwise(edges):
        yield tuple(rows[low:high])


def _downs(found: Past, places: "Whole") -> Iterator[tuple[tuple[int, int], ...]]:
    """The downtime of the outages at these places: whole, whatever was measured of it."""
    import numpy as np

    down = found.tiles[found.tiles[:, 3] == _DOWN]
    mine = outage_of(found, down[:, 0], down[:, 1])
    begins = (
        np.append(True, (mine[1:] != mine[:-1]) | (down[1:, 1] != down[:-1, 2])) if len(down) else np.zeros(0, bool)
    )
    head = np.flatnonzero(begins)
    tail = np.append(head[1:], len(down)) - 1 if len(head) else head
    intervals = list(zip(down[head, 1].tolist(), down[tail, 2].tolist(), strict=True))
    lows, highs = (np.searchsorted(mine[head], places, side=side).tolist() for side in ("left", "right"))
    for low, high in zip(lows, highs, strict=True):
        yield tuple(intervals[low:high])


def _outage(row: list[int], down: tuple[tuple[int, int], ...], words: Sequence[str]) -> Outage:
    _, start, end, flags, repair, earliest, latest, first, last, detected, cause, source, end_source = row
    return Outage(
        start=start,
        end=None if end == LASTING else end,
        start_bracket=(_or_none(earliest), latest),
        end_bracket=None if last == NONE else (_or_none(first), last),
        detected=_or_none(detected),
        cause=None if cause == NONE else words[cause],
        edge_source=words[source],
        end_source=None if end_source == NONE else words[end_source],
        restored=bool(flags & RESTORED),
        down=down,
        repair=_or_none(repair),
        first=bool(flags & FIRST),
        counts=bool(flags & COUNTS),
        inferred=bool(flags & INFERRED),
    )


def _or_none(value: int) -> int | None:
    return None if value == NONE else value


def _runs(parted: "Flags", count: int) -> "tuple[Whole, Whole]":
    """First and last place of each run of so many rows; ``parted`` where a row begins a new one, from the second on."""
    import numpy as np

    begins = np.flatnonzero(parted) + 1
    first = np.concatenate(([0], begins))[:count]
    return first, np.concatenate((begins, [count]))[: len(first)] - 1
