"""What adds up over objects: time by state, counts, squares. Figures of a set are made of these, never of figures."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from operator import attrgetter

from rules.outage import Outage
from rules.period import Period
from rules.state import AGREED, State
from rules.timeline import Timeline


@dataclass(slots=True)
class Sums:
    """Of one object or of many; lengths of time in ms.

    ``squares`` (ms²) of the brackets of edges in the period: a twelfth of it is the variance of the downtime, since an
    edge lies anywhere in its bracket. ``planned`` is downtime inside maintenance, ``running`` and ``standing`` the time
    up and not up at any hour, see :class:`rules.timeline.Running`. ``unconfirmed`` is what failed looks stand for that
    no outage contains. ``objects`` have agreed time, ``affected`` of them an outage.
    """

    time: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    down_min: int = 0
    down_max: int = 0
    squares: int = 0
    failures: int = 0
    episodes: int = 0
    glitches: int = 0
    restored: int = 0
    repair: int = 0
    open: int = 0
    objects: int = 0
    affected: int = 0
    planned: int = 0
    running: int = 0
    standing: int = 0
    unconfirmed: int = 0

    @property
    def agreed(self) -> int:
        """Agreed service time."""
        return sum(self.time[state] for state in AGREED)

    @property
    def up(self) -> int:
        """Time up, degraded time included."""
        return self.time[State.UP] + self.time[State.DEGRADED]

    @property
    def down(self) -> int:
        """Time down by its own fault."""
        return self.time[State.DOWN]

    @property
    def known(self) -> int:
        """Time up or down."""
        return self.up + self.down


_COUNTED = tuple(item.name for item in fields(Sums) if item.name != "time")


def together(members: Sequence[Sums]) -> Sums:
    """Those of several objects or sets together."""
    time = {state: sum(one.time[state] for one in members) for state in State}
    return Sums(time=time, **{name: sum(map(attrgetter(name), members)) for name in _COUNTED})


def sums_of(entry: Timeline) -> Sums:
    """The sums of one object over its timeline's period."""
    sums = Sums(
        down_min=entry.down_min,
        down_max=entry.down_max,
        glitches=len(entry.glitches),
        planned=entry.running.planned,
        running=entry.running.up,
        standing=entry.running.down,
        unconfirmed=entry.unconfirmed,
    )
    for start, end, state in entry.partition:
        sums.time[state] += end - start
    inside = entry.period
    for outage in entry.outages:
        sums.squares += _squares(outage, inside)
        if inside.start <= outage.start < inside.end and outage.counts:
            sums.failures += 1
            sums.episodes += outage.first
        if outage.end is None or outage.end > inside.end:
            sums.open += 1
        elif outage.restored and outage.repair is not None:
            sums.restored += 1
            sums.repair += outage.repair
    sums.objects = int(sums.agreed > 0)
    sums.affected = int(bool(entry.outages) and sums.agreed > 0)
    return sums


def _squares(outage: Outage, inside: Period) -> int:
    """Of the brackets of those edges of the outage that lie in the period."""
    squares = 0
    earliest, latest = outage.start_bracket
    if earliest is not None and inside.start <= outage.start < inside.end:
        squares += (latest - earliest) ** 2
    if outage.end is not None and outage.end_bracket and inside.start < outage.end <= inside.end:
        first, last = outage.end_bracket
        squares += (last - first) ** 2 if first is not None else 0
    return squares
