"""Flapping: a check whose results change so often that each change is no news. Damps notices, never a figure.

The percent state change of Nagios Core (``base/flapping.c``): of the last 21 results each of the 20 places where two
neighbours may differ weighs a little more the newer it is, from 0.75 for the oldest to 1.25 for the newest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from rules.errors import Invalid
from rules.result import Outcome

REMEMBERED = 21
"""How many results are looked back on; a caller need keep no more of those that are no errors."""

PLACES = REMEMBERED - 1


@dataclass(frozen=True, slots=True)
class Damping:
    """From which share of weighted changes on a check flaps, and at which it no longer does; both included.

    Between the two it stays what it was. Raises Invalid unless 0 <= stop < start <= 1.
    """

    start: Fraction = Fraction(20, 100)
    stop: Fraction = Fraction(5, 100)

    def __post_init__(self) -> None:
        if not 0 <= self.stop < self.start <= 1:
            raise Invalid("flapping must stop at a smaller share of changes than it starts at, both from 0 to 1")


SHIPPED = Damping()


def state_change(history: Iterable[Outcome]) -> Fraction:
    """The weighted share of changes, exact, from 0 to 1; ``history`` oldest first, of any length.

    Errors are no results and are passed over. Where there are fewer than 21 results, what came before them counts as
    having been the same all along.
    """
    results = [outcome for outcome in history if outcome is not Outcome.ERROR][-REMEMBERED:]
    unknown = REMEMBERED - len(results)
    changed = [place for place, (one, after) in enumerate(pairwise(results), start=unknown) if one is not after]
    weights = (Fraction(3, 4) + Fraction(1, 2) * Fraction(place, PLACES - 1) for place in changed)
    return sum(weights, Fraction()) / PLACES


def flapping(history: Iterable[Outcome], before: bool = False, damping: Damping = SHIPPED) -> bool:
    """Whether a check flaps after the newest of its results; ``before``: whether it did after the one before that."""
    share = state_change(history)
    return share >= damping.start or (before and share > damping.stop)
