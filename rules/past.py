"""Past: the whole lives of many objects in columns, so that any period of thousands of them is told in milliseconds.

It holds what the engine computed (partitions and own outages), never looks. What is told from it equals what
``rules.availability`` and ``rules.lives`` tell from the timelines themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.lives import Lives, ages
from rules.outage import Outage
from rules.period import Period
from rules.state import AGREED, State
from rules.sums import Sums
from rules.timeline import Timeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Ratio = NDArray[np.float64]

STATES = tuple(State)
"""A state's number in columns is its place here."""

LASTING = 1 << 62
"""The end of an outage that has none, in columns."""

_COUNTS, _FIRST, _RESTORED = 1, 2, 4
_UP, _DEGRADED, _DOWN, _UNKNOWN = (
    STATES.index(state) for state in (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)
)
_EXEMPT = (STATES.index(State.MAINTENANCE), STATES.index(State.EXCLUDED))


@dataclass(frozen=True, slots=True)
class Past:
    """``names`` of the objects; the other columns refer to them by place. Instants in ms UTC.

    ``tiles``: rows of owner, start, end, number of the state; those of one owner in order and without a gap, owners
    ascending. ``outages``: rows of owner, start, end (LASTING while it lasts), flags, repair in ms (-1 for none),
    number of the cause in ``causes``; by owner and start.
    """

    names: Sequence[str]
    tiles: "Whole"
    outages: "Whole"
    causes: Sequence[str]


def tile_rows(entry: Timeline) -> list[tuple[int, int, int]]:
    """Start, end and state of the whole partition of one object, as :class:`Past` has them behind the owner."""
    return [(start, end, STATES.index(state)) for start, end, state in entry.whole]


def outage_rows(entry: Timeline) -> list[tuple[int, int, int, int]]:
    """Start, end, flags and repair of all own outages of one object, as :class:`Past` has them behind the owner."""
    return [
        (outage.start, LASTING if outage.end is None else outage.end, _flags(outage), _length(outage.repair))
        for outage in entry.history
    ]


def past(timelines: Iterable[Timeline]) -> Past:
    """The columns of timelines, as far as each of them reaches."""
    import numpy as np

    entries = list(timelines)
    causes = sorted({outage.cause or "" for entry in entries for outage in entry.history})
    tiles = [(place, *row) for place, entry in enumerate(entries) for row in tile_rows(entry)]
    outages = [
        (place, *row, causes.index(outage.cause or ""))
        for place, entry in enumerate(entries)
        for row, outage in zip(outage_rows(entry), entry.history, strict=True)
    ]
    return Past(
        names=[entry.name for entry in entries],
        tiles=np.array(tiles, dtype=np.int64).reshape(-1, 4),
        outages=np.array(outages, dtype=np.int64).reshape(-1, 6),
        causes=causes,
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """What a period held, one entry per object; lengths of time in ms.

    ``time`` has a column per state, by its number. ``failures``, ``episodes``, ``restored`` and ``open`` count as
    ``rules.sums`` does; ``repair`` is the sum of the repairs of those restored; ``affected`` whether any outage touches
    the period and there is agreed time.
    """

    time: "Whole"
    failures: "Whole"
    episodes: "Whole"
    restored: "Whole"
    open: "Whole"
    repair: "Whole"
    affected: "Whole"

    @property
    def agreed(self) -> "Whole":
        """Agreed service time."""
        found: Whole = self.time[:, [STATES.index(state) for state in AGREED]].sum(axis=1)
        return found

    @property
    def up(self) -> "Whole":
        """Time up, degraded time included."""
        found: Whole = self.time[:, _UP] + self.time[:, _DEGRADED]
        return found

    @property
    def down(self) -> "Whole":
        """Time down by its own fault."""
        found: Whole = self.time[:, _DOWN]
        return found

    @property
    def availability(self) -> "Ratio":
        """Share of known time up; not a number where nothing is known."""
        return _ratio(self.up, self.up + self.down)

    @property
    def coverage(self) -> "Ratio":
        """Share of the time up, down or unknown that is known; not a number where there is none."""
        known = self.up + self.down
        return _ratio(known, known + self.time[:, _UNKNOWN])

    @property
    def mtbf(self) -> "Ratio":
        """Operating time per failure episode in ms; not a number without one."""
        return _ratio(self.up, self.episodes)

    @property
    def mttr(self) -> "Ratio":
        """Mean repair in ms of those restored; not a number without one."""
        return _ratio(self.repair, self.restored)

    def of(self, places: Sequence[int]) -> "Summary":
        """Some of the objects."""
        return Summary(*(getattr(self, name)[list(places)] for name in self.__slots__))

    def sums(self, place: int) -> Sums:
        """One object's sums, as far as columns tell them: no brackets, glitches or unconfirmed time."""
        return Sums(
            time={state: int(self.time[place, number]) for number, state in enumerate(STATES)},
            failures=int(self.failures[place]),
            episodes=int(self.episodes[place]),
            restored=int(self.restored[place]),
            repair=int(self.repair[place]),
            open=int(self.open[place]),
            objects=int(self.agreed[place] > 0),
            affected=int(self.affected[place]),
        )

    def pooled(self) -> "Summary":
        """All objects together, as one; ``affected`` counts them."""
        sums = (getattr(self, name).sum(axis=0, keepdims=True) for name in self.__slots__)
        return Summary(*sums)


def summary(found: Past, period: Period) -> Summary:
    """What the period held for each object."""
    import numpy as np

    count = len(found.names)
    owner, start, end, state = found.tiles.T
    inside = np.minimum(end, period.end) - np.maximum(start, period.start)
    whose = np.flatnonzero(inside > 0)
    # Sums of ms in a double are exact up to 2^53, some 285,000 years.
    time = (
        np.bincount(owner[whose] * len(STATES) + state[whose], weights=inside[whose], minlength=count * len(STATES))
        .astype(np.int64)
        .reshape(count, len(STATES))
    )
    owner, start, end, flags, repair, _ = found.outages.T
    touches = (start < period.end) & (end > period.start)
    begins = touches & (start >= period.start) & ((flags & _COUNTS) > 0)
    over = touches & (end <= period.end)
    restored = over & ((flags & _RESTORED) > 0) & (repair >= 0)

    def counted(which: "NDArray[np.bool_]") -> "Whole":
        return np.bincount(owner[which], minlength=count).astype(np.int64)

    agreed = time[:, [STATES.index(one) for one in AGREED]].sum(axis=1) > 0
    return Summary(
        time=time,
        failures=counted(begins),
        episodes=counted(begins & ((flags & _FIRST) > 0)),
        restored=counted(restored),
        open=counted(touches & ~over),
        repair=np.bincount(owner[restored], weights=repair[restored], minlength=count).astype(np.int64),
        affected=(agreed & (counted(touches) > 0)).astype(np.int64),
    )


def lives_of(found: Past, period: Period) -> Lives:
    """What the statistics want to know of the period; the objects are all told, in order of name."""
    import numpy as np

    order = np.argsort(np.array(found.names, dtype=object), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    told = summary(found, period)
    owner, start, end, state = found.tiles.T
    owner = place[owner] if len(owner) else owner
    sequence = np.lexsort((start, owner))
    owner, start, end, state = owner[sequence], start[sequence], end[sequence], state[sequence]
    begin, finish = np.maximum(start, period.start), np.minimum(end, period.end)
    seen = finish > begin

    whose, begun, over, flags, repair, cause = found.outages.T
    touches = (begun < period.end) & (over > period.start)
    whose = place[whose[touches]] if touches.any() else whose[touches]
    begun, over, flags, repair, cause = (column[touches] for column in (begun, over, flags, repair, cause))
    sequence = np.lexsort((begun, whose))
    whose, begun, over, flags, repair, cause = (
        column[sequence] for column in (whose, begun, over, flags, repair, cause)
    )
    lasting = over > period.end
    restored = ~lasting & ((flags & _RESTORED) > 0) & (repair >= 0)
    down = seen & (state == _DOWN)
    up = seen & ((state == _UP) | (state == _DEGRADED))
    age, fleet_age = ages((owner[up], begin[up], finish[up]), whose, begun)
    exempt = np.isin(state, _EXEMPT)
    return Lives(
        names=[found.names[index] for index in order],
        agreed=told.agreed[order],
        up=told.up[order],
        down=told.down[order],
        unreachable=told.time[order, STATES.index(State.UNREACHABLE)],
        unknown=told.time[order, _UNKNOWN],
        owner=whose,
        start=begun,
        end=np.where(lasting, period.end, over),
        begins=((flags & _COUNTS) > 0) & ((flags & _FIRST) > 0) & (begun >= period.start),
        age=age,
        fleet_age=fleet_age,
        downtime=_shares((owner[down], begin[down], finish[down]), whose, begun),
        repair=np.where(
            lasting,
            period.end - begun - _overlap((owner[exempt], start[exempt], end[exempt]), whose, begun, period.end),
            np.maximum(repair, 0),
        ),
        restored=restored,
        open=lasting,
        cause=[found.causes[number] for number in cause.tolist()],
    )


def _shares(down: "tuple[Whole, Whole, Whole]", whose: "Whole", begun: "Whole") -> "Whole":
    """How much of the downtime (columns owner, start, end) belongs to each outage: to the last one begun by then."""
    import numpy as np

    if not len(whose):
        return np.zeros(0, dtype=np.int64)
    owner, start, end = down
    origin = min(int(begun.min()), int(start.min()) if len(start) else 0)
    width = max(int(begun.max()), int(end.max()) if len(end) else 0) - origin + 1
    line = whose * width + (begun - origin)
    at = np.searchsorted(line, owner * width + (start - origin), side="right") - 1
    return np.bincount(at, weights=end - start, minlength=len(whose)).astype(np.int64)


def _overlap(stretches: "tuple[Whole, Whole, Whole]", whose: "Whole", begun: "Whole", until: int) -> "Whole":
    """For each outage how much of [its beginning, ``until``) its owner's stretches take."""
    import numpy as np

    owner, start, end = stretches
    found = np.zeros(len(whose), dtype=np.int64)
    for index, (who, at) in enumerate(zip(whose.tolist(), begun.tolist(), strict=True)):
        low, high = np.searchsorted(owner, [who, who + 1])
        if low < high:
            lengths = np.minimum(end[low:high], until) - np.maximum(start[low:high], at)
            found[index] = lengths[lengths > 0].sum()
    return found


def _ratio(part: "Whole", whole: "Whole") -> "Ratio":
    import numpy as np

    found: Ratio = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def _flags(outage: Outage) -> int:
    return _COUNTS * outage.counts + _FIRST * outage.first + _RESTORED * outage.restored


def _length(repair: int | None) -> int:
    return -1 if repair is None else repair
