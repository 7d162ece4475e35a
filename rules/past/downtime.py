"""Downtime that is certain and that is possible by the brackets of outages: ``rules.failures.possible`` in columns."""

from typing import TYPE_CHECKING

from rules.past.columns import LASTING, NONE, STATES, Past
from rules.period import Period
from rules.state import State

if TYPE_CHECKING:
    from rules.past.columns import Whole

_UP, _DEGRADED, _DOWN, _UNKNOWN = (
    STATES.index(state) for state in (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)
)


def outage_of(found: Past, owner: "Whole", start: "Whole") -> "Whole":
    """The row of the outage in which downtime of these owners begins: the last one begun by then."""
    import numpy as np

    whose, begun = found.outages[:, 0], found.outages[:, 1]
    width = int(max(begun.max(initial=0), start.max(initial=0))) + 1
    return np.searchsorted(whose * width + begun, owner * width + start, side="right") - 1


def bounds(found: Past, period: Period) -> "tuple[Whole, Whole]":
    """For each object ms of the period, which has passed, that were certainly down, and that can have been down."""
    import numpy as np

    count = len(found.names)
    if not len(found.outages):
        return np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    owner, start, end = found.outages[:, :3].T
    earliest, latest, first, last = found.outages[:, 5:9].T
    touches = (start < period.end) & (end > period.start)
    last = np.where(end == LASTING, np.maximum(period.end, start), last)
    until = np.where(first == NONE, last, first)

    down = found.tiles[found.tiles[:, 3] == _DOWN]
    mine = outage_of(found, down[:, 0], down[:, 1])
    down, mine = down[touches[mine]], mine[touches[mine]]
    begin = np.maximum(np.maximum(down[:, 1], latest[mine]), period.start)
    finish = np.minimum(np.minimum(down[:, 2], until[mine]), period.end)
    certain = np.bincount(down[:, 0], weights=np.maximum(finish - begin, 0), minlength=count).astype(np.int64)

    whose = np.concatenate((owner[touches], down[:, 0]))
    begin = np.concatenate((np.where(earliest == NONE, start, earliest)[touches], down[:, 1]))
    finish = np.concatenate((last[touches], down[:, 2]))
    whose, begin, finish = _apart(whose, np.maximum(begin, period.start), np.minimum(finish, period.end))
    length = _within(found, whose, begin, finish)
    return certain, np.bincount(whose, weights=length, minlength=count).astype(np.int64)


def _apart(owner: "Whole", begin: "Whole", finish: "Whole") -> "tuple[Whole, Whole, Whole]":
    """The intervals of each owner, each cut where the ones before it reach: none is empty, none overlap."""
    import numpy as np

    there = finish > begin
    owner, begin, finish = owner[there], begin[there], finish[there]
    order = np.lexsort((begin, owner))
    owner, begin, finish = owner[order], begin[order], finish[order]
    width = int(finish.max(initial=0)) + 1
    reached = np.maximum.accumulate(owner * width + finish)
    begin[1:] = np.maximum(begin[1:], reached[:-1] - owner[1:] * width)
    there = finish > begin
    return owner[there], begin[there], finish[there]


def _within(found: Past, owner: "Whole", begin: "Whole", finish: "Whole") -> "Whole":
    """How much of each interval can have been down: not what was measured down and corrected, nor what is exempt."""
    import numpy as np

    whose, start, end, state, was = found.tiles.T
    up = (state == _UP) | (state == _DEGRADED)
    possible = ((state == _DOWN) | (state == _UNKNOWN) | up) & ~((was == _DOWN) & up)
    whose, start, end = whose[possible], start[possible], end[possible]
    width = int(max(end.max(initial=0), finish.max(initial=0))) + 1
    line, ends = whose * width + start, whose * width + end
    before = np.concatenate(([0], np.cumsum(end - start)))

    def passed(at: "Whole") -> "Whole":
        """Possible time of all owners up to an owner's instant, one behind the other."""
        place = np.searchsorted(line, at, side="right")
        ahead = np.where(place > 0, ends[np.maximum(place - 1, 0)] - at, 0) if len(ends) else 0
        told: Whole = before[place] - np.maximum(ahead, 0)
        return told

    return passed(owner * width + finish) - passed(owner * width + begin)
