"""Lives: what a set of objects lived through in a period, in columns, as the statistics want it.

Made from timelines by :func:`lives`, or from stored columns by whoever has them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.intervals import clip, subtract, total
from rules.outage import Outage
from rules.period import Period
from rules.service import SERVICE
from rules.state import AGREED, State
from rules.tiling import where
from rules.timeline import Timeline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lives:
    """One entry per object in the first group, one per outage in the second; lengths of time in ms.

    ``agreed``, ``up`` (the operating time, degraded included), ``down``, ``unreachable``, ``unknown``: time in the
    period.

    Outages that touch the period, by ``owner`` (an index of ``names``) and then ``start`` (ms UTC, also where that
    lies before the period). ``end``: ms UTC, the period's end while it lasts there. ``begins``: a failure, that is the
    first outage of an episode that began inside the period and counts. ``age`` and ``fleet_age``: operating time in the
    period before the start, of its owner and of all objects together (see :func:`ages`). ``downtime``: its part of the
    period that is down. ``repair``: the whole time to restore for one ``restored`` inside the period, the time so far
    for one still ``open`` at its end. One cut off by its owner's retirement is neither. ``cause``: a word, or "".
    """

    names: Sequence[str]
    agreed: "Whole"
    up: "Whole"
    down: "Whole"
    unreachable: "Whole"
    unknown: "Whole"

    owner: "Whole"
    start: "Whole"
    end: "Whole"
    begins: "Flags"
    age: "Whole"
    fleet_age: "Whole"
    downtime: "Whole"
    repair: "Whole"
    restored: "Flags"
    open: "Flags"
    cause: Sequence[str]


def lives(timelines: Iterable[Timeline], period: Period) -> Lives:
    """The lives of the :func:`pooled` objects of these timelines, which must have been computed for this period."""
    import numpy as np

    entries = pooled(timelines)
    sums = [_sums(entry) for entry in entries]
    rows = [row for index, entry in enumerate(entries) for row in _rows(index, entry, period)]
    owner, start, end, begins, downtime, repair, restored, lasting, cause = (
        zip(*rows, strict=True) if rows else ((),) * 9
    )
    tiles = [
        (index, begin, finish)
        for index, entry in enumerate(entries)
        for begin, finish in where(entry.partition, (State.UP, State.DEGRADED))
    ]
    up = np.array(tiles, dtype=np.int64).reshape(-1, 3)
    age, fleet_age = ages(
        (up[:, 0], up[:, 1], up[:, 2]), np.array(owner, dtype=np.int64), np.array(start, dtype=np.int64)
    )
    column = np.array(sums, dtype=np.int64).reshape(-1, 5)
    return Lives(
        names=[entry.name for entry in entries],
        agreed=column[:, 0],
        up=column[:, 1],
        down=column[:, 2],
        unreachable=column[:, 3],
        unknown=column[:, 4],
        owner=np.array(owner, dtype=np.int64),
        start=np.array(start, dtype=np.int64),
        end=np.array(end, dtype=np.int64),
        begins=np.array(begins, dtype=np.bool_),
        age=age,
        fleet_age=fleet_age,
        downtime=np.array(downtime, dtype=np.int64),
        repair=np.array(repair, dtype=np.int64),
        restored=np.array(restored, dtype=np.bool_),
        open=np.array(lasting, dtype=np.bool_),
        cause=list(cause),
    )


def pooled(timelines: Iterable[Timeline]) -> list[Timeline]:
    """Those of the timelines that make one set, by name: services only where there is nothing else.

    A service and its parts live through the same outages; together they would count them twice.
    """
    entries = sorted(timelines, key=lambda entry: entry.name)
    return [entry for entry in entries if entry.kind != SERVICE] or entries


def ages(up: "tuple[Whole, Whole, Whole]", owner: "Whole", at: "Whole") -> "tuple[Whole, Whole]":
    """Operating time (ms) before each instant ``at``: of its ``owner``, and of all objects together.

    ``up``: the stretches of operating time as columns owner, start, end, within the period, those of one owner
    disjoint and in order, owners ascending. Instants before all of them have age 0.
    """
    import numpy as np

    whose, begin, finish = up
    if len(whose) == 0:
        return np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    origin = min(int(begin.min()), int(at.min()) if len(at) else int(begin.min()))
    width = max(int(finish.max()), int(at.max()) if len(at) else 0) - origin + 1
    # One number line on which the owners lie one behind the other, so that a single search serves all of them.
    until = np.concatenate(([0], np.cumsum(finish - begin)))
    place = np.searchsorted(whose * width + (begin - origin), owner * width + (at - origin), side="left")
    last = np.maximum(place - 1, 0)
    ahead = np.where((place > 0) & (whose[last] == owner), np.maximum(finish[last] - at, 0), 0)
    first_of_owner = until[np.searchsorted(whose, owner, side="left")]
    own = until[place] - ahead - first_of_owner
    return own, _before(begin, at) - _before(finish, at)


def _before(edges: "Whole", at: "Whole") -> "Whole":
    """The sum of at - edge over all edges before each instant."""
    import numpy as np

    # Counted from the first of them: sums of plain instants of many objects would not fit into 64 bits.
    origin = edges.min()
    ordered = np.sort(edges) - origin
    sums = np.concatenate(([0], np.cumsum(ordered)))
    place = np.searchsorted(ordered, at - origin, side="left")
    found: Whole = place * (at - origin) - sums[place]
    return found


def _sums(entry: Timeline) -> tuple[int, int, int, int, int]:
    time = dict.fromkeys(State, 0)
    for start, end, state in entry.partition:
        time[state] += end - start
    return (
        sum(time[state] for state in AGREED),
        time[State.UP] + time[State.DEGRADED],
        time[State.DOWN],
        time[State.UNREACHABLE],
        time[State.UNKNOWN],
    )


_Row = tuple[int, int, int, bool, int, int, bool, bool, str]


def _rows(index: int, entry: Timeline, period: Period) -> "list[_Row]":
    rows: list[_Row] = []
    for outage in entry.outages:
        lasting = outage.end is None or outage.end > period.end
        end = period.end if outage.end is None or lasting else outage.end
        restored = not lasting and outage.restored and outage.repair is not None
        rows.append(
            (
                index,
                outage.start,
                end,
                outage.counts and outage.first and period.start <= outage.start < period.end,
                total(clip(outage.down, period.start, period.end)),
                _so_far(entry, outage, period) if lasting else outage.repair or 0,
                restored,
                lasting,
                outage.cause or "",
            )
        )
    return rows


def _so_far(entry: Timeline, outage: Outage, period: Period) -> int:
    """How long it has lasted at the period's end, without maintenance and excluded time, as its repair will be."""
    exempt = where(entry.whole, (State.MAINTENANCE, State.EXCLUDED))
    return total(subtract([(outage.start, period.end)], exempt))
