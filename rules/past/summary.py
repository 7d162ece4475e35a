"""What a period held for each of thousands of objects, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.past.columns import COUNTS, FIRST, RESTORED, STATES, Past
from rules.period import Period
from rules.state import AGREED, State
from rules.sums import Sums

if TYPE_CHECKING:
    from rules.past.columns import Flags, Ratio, Whole

_UP, _DEGRADED, _DOWN, _UNKNOWN = (
    STATES.index(state) for state in (State.UP, State.DEGRADED, State.DOWN, State.UNKNOWN)
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
    owner, start, end, state, _ = found.tiles.T
    inside = np.minimum(end, period.end) - np.maximum(start, period.start)
    whose = np.flatnonzero(inside > 0)
    # Sums of ms in a double are exact up to 2^53, some 285,000 years.
    time = (
        np.bincount(owner[whose] * len(STATES) + state[whose], weights=inside[whose], minlength=count * len(STATES))
        .astype(np.int64)
        .reshape(count, len(STATES))
    )
    owner, start, end, flags, repair = found.outages.T[:5]
    touches = (start < period.end) & (end > period.start)
    begins = touches & (start >= period.start) & ((flags & COUNTS) > 0)
    over = touches & (end <= period.end)
    restored = over & ((flags & RESTORED) > 0) & (repair >= 0)

    def counted(which: "Flags") -> "Whole":
        return np.bincount(owner[which], minlength=count).astype(np.int64)

    agreed = time[:, [STATES.index(one) for one in AGREED]].sum(axis=1) > 0
    return Summary(
        time=time,
        failures=counted(begins),
        episodes=counted(begins & ((flags & FIRST) > 0)),
        restored=counted(restored),
        open=counted(touches & ~over),
        repair=np.bincount(owner[restored], weights=repair[restored], minlength=count).astype(np.int64),
        affected=(agreed & (counted(touches) > 0)).astype(np.int64),
    )


def _ratio(part: "Whole", whole: "Whole") -> "Ratio":
    import numpy as np

    found: Ratio = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found
