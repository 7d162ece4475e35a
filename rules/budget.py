"""Error budgets: how much fault a promise allows in a period, how much of it is used, and when it will run out.

    budget = target share × agreed service time of the whole period

A promise of "less than 1 %" allows 7.2 hours of a device's month of 30 days. All of it works on partitions, so that a
device, a group and a service are judged alike; of several objects the times are added up.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rules.intervals import total
from rules.objective import Number, exact
from rules.parameters import DAY
from rules.state import AGREED, State
from rules.tiling import clip

Partition = Sequence[tuple[int, int, State]]
"""The time of one object: (from, to, state), in order and without overlap; ms UTC."""

OWN = (State.DOWN,)
"""What uses the budget of a device: its own faults."""

DELIVERED = (State.DOWN, State.UNREACHABLE)
"""What uses the budget of a service: all that its users missed, whoever's fault it was."""

WARNED_AT = (Fraction(1, 2), Fraction(3, 4), Fraction(9, 10), Fraction(1))
"""The shares of a budget at whose use people are warned."""


@dataclass(frozen=True, slots=True)
class Budget:
    """``agreed`` service time of the whole period (ms; of several objects: of all together), ``target`` the share of it
    that may be lost, ``own`` and ``delivered`` what was lost so far; ``judged`` is that of the two which counts."""

    target: Fraction
    agreed: int
    own: int
    delivered: int
    judged: int

    @property
    def whole(self) -> Fraction:
        """The budget (ms)."""
        return self.target * self.agreed

    @property
    def left(self) -> Fraction:
        """What is left of it (ms); negative when more is used than there was."""
        return self.whole - self.judged

    @property
    def used(self) -> Fraction | None:
        """The share of the budget that is used; None where there is no budget."""
        return self.share(self.judged)

    @property
    def outage_left(self) -> int:
        """The longest outage (ms, of one object) after which less than the budget would still be used."""
        # The promise is "less than": an outage that uses the budget up to its last millisecond breaks it.
        return max(0, -(-self.left.numerator // self.left.denominator) - 1)

    @property
    def warnings(self) -> tuple[Fraction, ...]:
        """Those of the shares people are warned at that are reached."""
        used = self.used
        return () if used is None else tuple(share for share in WARNED_AT if used >= share)

    def share(self, bad: int) -> Fraction | None:
        """How much of the budget so much bad time (ms) uses; None where there is no budget."""
        return bad / self.whole if self.whole else None


def budget(partitions: Iterable[Partition], target: Number, *, delivered: bool = False, ahead: int = 0) -> Budget:
    """The budget of the objects together over the period that their partitions tile.

    ``ahead`` is agreed service time (ms) of the period that has not come yet. ``delivered`` for services.
    """
    time = dict.fromkeys(State, 0)
    for partition in partitions:
        for start, end, state in partition:
            time[state] += end - start
    agreed = ahead + sum(time[state] for state in AGREED)
    own = sum(time[state] for state in OWN)
    missed = sum(time[state] for state in DELIVERED)
    return Budget(exact(target), agreed, own, missed, missed if delivered else own)


def bad_time(partitions: Iterable[Partition], start: int, end: int, *, delivered: bool = False) -> int:
    """How much of the budget (ms) the objects together used in [start, end)."""
    bad = DELIVERED if delivered else OWN
    return sum(
        total((begin, finish) for begin, finish, state in clip(partition, start, end) if state in bad)
        for partition in partitions
    )


def spent_at(partitions: Iterable[Partition], allowed: Fraction, *, delivered: bool = False) -> int | None:
    """The instant (ms UTC, rounded up) at which the objects together had used so much (ms); None while they have not.

    >>> spent_at([[(0, 10, State.DOWN)], [(5, 10, State.DOWN)]], Fraction(7))
    6
    """
    bad = DELIVERED if delivered else OWN
    edges = sorted(
        edge
        for partition in partitions
        for start, end, state in partition
        if state in bad
        for edge in ((start, 1), (end, -1))
    )
    used, failing, position = Fraction(0), 0, 0
    for at, step in edges:
        growth = failing * (at - position)
        if growth and used + growth >= allowed:
            missing = (allowed - used) / failing
            return position + -(-missing.numerator // missing.denominator)
        used, position, failing = used + growth, at, failing + step
    return None


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the budget runs out if faults go on as in the last days.

    ``per_day`` is the mean use (ms) per day of them. ``days_left`` is 0 where nothing is left, and None where nothing
    is used; ``runs_out`` (ms UTC) is None for both, see :func:`spent_at`. ``missed`` says that no budget is left, or
    that it runs out before the period is over.
    """

    per_day: Fraction
    days_left: Fraction | None
    runs_out: int | None
    missed: bool


def forecast(left: Fraction, recent: int, length: int, at: int, end: int) -> Forecast:
    """``left`` (ms) of the budget at ``at``, ``recent`` bad time in the last ``length`` ms, in a period to ``end``."""
    per_day = Fraction(recent * DAY, length) if length else Fraction(0)
    if left <= 0:
        return Forecast(per_day, Fraction(0), None, missed=True)
    if not per_day:
        return Forecast(per_day, None, None, missed=False)
    days = left / per_day
    lasts = days * DAY
    return Forecast(per_day, days, at + int(lasts), missed=lasts <= end - at)
