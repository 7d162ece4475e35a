"""Warnings: which share of an allowance is used up, so that people hear of a deadline while there is time to keep it.

One is warned of a share when it is reached, and of the greatest alone where several were passed since anybody looked.
The last share is the whole: the deadline itself.
"""

from fractions import Fraction

from rules.sla_clock import WARNED_AT, Deadline

SHARES = (*WARNED_AT, Fraction(1))
"""The shares of an allowance at whose use people are warned; at the last it is used up."""


def reached(deadline: Deadline, at: int) -> Fraction | None:
    """The greatest share that is used at an instant (ms UTC); None before the first."""
    passed = [share for share, when in _instants(deadline) if when <= at]
    return max(passed, default=None)


def following(deadline: Deadline, at: int) -> int | None:
    """The next instant (ms UTC) after ``at`` at which a share is reached; None where none comes as things stand."""
    return min((when for _, when in _instants(deadline) if when > at), default=None)


def _instants(deadline: Deadline) -> list[tuple[Fraction, int]]:
    """What is known of when each share is reached; a pause that lasts makes the rest unknown."""
    told = (*deadline.warnings, (Fraction(1), deadline.due))
    return [(share, when) for share, when in told if when is not None]
