"""Burn rates: how fast a budget is used, in a long and a short window, and which of that should wake somebody.

    burn = share of bad time in the window ÷ target share

A rule fires where both windows burn faster than its rate: the long one says that it matters, the short one that it
still goes on. It is over as soon as the short one is. Unknown time is on neither side of the share; a window of which
less than half is known is blind: it fires nothing and says so. (Windows: Google's SRE workbook, chapter 5.)
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rules.budget import DELIVERED, OWN, Partition
from rules.objective import Number, exact
from rules.parameters import DAY, HOUR, MINUTE
from rules.state import State

FEWEST = 5
"""A group of fewer devices has no burn alerts: nine minutes of one device would fire the first."""

_SEEN = Fraction(1, 2)
"""How much of a window must be known for it to say anything."""


class Severity(StrEnum):
    """What a rule asks for: somebody at once, or a ticket."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Rule:
    """Fires where the budget burns so fast that ``share`` of a period's is used in ``long`` (ms), and still in
    ``short`` (ms)."""

    severity: Severity
    long: int
    short: int
    share: Fraction

    def rate(self, length: int) -> Fraction:
        """The burn rate for a period of this length (ms): 14.4 for the first rule and 30 days, 14.88 for 31."""
        return self.share * length / self.long


RULES = (
    Rule(Severity.PAGE, HOUR, 5 * MINUTE, Fraction(2, 100)),
    Rule(Severity.PAGE, 6 * HOUR, 30 * MINUTE, Fraction(5, 100)),
    Rule(Severity.TICKET, DAY, 2 * HOUR, Fraction(10, 100)),
    Rule(Severity.TICKET, 3 * DAY, 6 * HOUR, Fraction(10, 100)),
)

LONGEST = max(rule.long for rule in RULES)
"""How far back (ms) the rules look."""


@dataclass(frozen=True, slots=True)
class Share:
    """What is known of a window of several objects together; ms."""

    bad: int
    known: int
    unknown: int

    @property
    def blind(self) -> bool:
        """Whether too little of it is known. A window without agreed time is not blind: there was nothing to see."""
        whole = self.known + self.unknown
        return whole > 0 and Fraction(self.known, whole) < _SEEN

    def burn(self, target: Fraction) -> Fraction | None:
        """How many times faster than the target allows; None where nothing is known."""
        return Fraction(self.bad, self.known) / target if self.known and target else None


@dataclass(frozen=True, slots=True)
class Burn:
    """One rule at an instant: ``rate`` is what both windows must exceed, ``used`` the share of the whole budget that
    the long window used (None without a budget). ``firing`` holds until the short window clears."""

    rule: Rule
    rate: Fraction
    long: Share
    short: Share
    long_burn: Fraction | None
    short_burn: Fraction | None
    used: Fraction | None
    firing: bool

    @property
    def blind(self) -> bool:
        """Whether too little is known of one of its windows."""
        return self.long.blind or self.short.blind


def share(partitions: Iterable[Partition], start: int, end: int, *, delivered: bool = False) -> Share:
    """What the partitions of the objects say of [start, end) together."""
    bad_states = DELIVERED if delivered else OWN
    known_states = (State.UP, State.DEGRADED, *bad_states)
    bad = known = unknown = 0
    for partition in partitions:
        for begin, finish, state in reversed(partition):
            if finish <= start:
                break
            length = min(finish, end) - max(begin, start)
            if length <= 0:
                continue
            known += length if state in known_states else 0
            bad += length if state in bad_states else 0
            unknown += length if state is State.UNKNOWN else 0
    return Share(bad, known, unknown)


def burns(
    partitions: Sequence[Partition],
    target: Number,
    at: int,
    length: int,
    *,
    delivered: bool = False,
    whole: Fraction = Fraction(0),
    firing: Collection[Rule] = (),
) -> tuple[Burn, ...]:
    """Every rule at an instant (ms UTC), for a period of ``length`` ms.

    The partitions must reach back as far as the longest window. ``whole`` is the budget (ms). ``firing`` are the rules
    that fired when it was last asked: those go on until their short window clears, which a blind one does not.
    """
    bound = exact(target)
    return tuple(_burn(rule, partitions, bound, at, length, delivered, whole, rule in firing) for rule in RULES)


def _burn(
    rule: Rule,
    partitions: Sequence[Partition],
    target: Fraction,
    at: int,
    length: int,
    delivered: bool,
    whole: Fraction,
    before: bool,
) -> Burn:
    long = share(partitions, at - rule.long, at, delivered=delivered)
    short = share(partitions, at - rule.short, at, delivered=delivered)
    rate = rule.rate(length)
    fast, still = long.burn(target), short.burn(target)
    goes_on = still is not None and still > rate
    firing = before if long.blind or short.blind else goes_on and (before or (fast is not None and fast > rate))
    return Burn(rule, rate, long, short, fast, still, Fraction(long.bad) / whole if whole else None, firing)
