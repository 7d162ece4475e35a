"""What the statistics want to know of a period."""

from typing import TYPE_CHECKING

from rules.lives import Lives, ages
from rules.past.columns import COUNTS, FIRST, NONE, RESTORED, STATES, Past
from rules.past.summary import summary
from rules.period import Period
from rules.state import State

if TYPE_CHECKING:
    from rules.past.columns import Whole

_UP, _DEGRADED, _DOWN, _UNKNOWN = (
    STATES.index(state) for state in (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)
)
_EXEMPT = (STATES.index(State.MAINTENANCE), STATES.index(State.EXCLUDED))


def lives_of(found: Past, period: Period) -> Lives:
    """What the statistics want to know of the period; the objects are all told, in order of name."""
    import numpy as np

    order = np.argsort(np.array(found.names, dtype=object), kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    told = summary(found, period)
    owner, start, end, state, _ = found.tiles.T
    owner = place[owner] if len(owner) else owner
    sequence = np.lexsort((start, owner))
    owner, start, end, state = owner[sequence], start[sequence], end[sequence], state[sequence]
    begin, finish = np.maximum(start, period.start), np.minimum(end, period.end)
    seen = finish > begin

    whose, begun, over, flags, repair = found.outages.T[:5]
    cause = found.outages[:, -3]
    touches = (begun < period.end) & (over > period.start)
    whose = place[whose[touches]] if touches.any() else whose[touches]
    begun, over, flags, repair, cause = (column[touches] for column in (begun, over, flags, repair, cause))
    sequence = np.lexsort((begun, whose))
    whose, begun, over, flags, repair, cause = (
        column[sequence] for column in (whose, begun, over, flags, repair, cause)
    )
    lasting = over > period.end
    restored = ~lasting & ((flags & RESTORED) > 0) & (repair >= 0)
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
        begins=((flags & COUNTS) > 0) & ((flags & FIRST) > 0) & (begun >= period.start),
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
        cause=["" if number == NONE else found.words[number] for number in cause.tolist()],
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
