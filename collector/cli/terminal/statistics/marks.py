"""The numbers of these texts: rounded away from flattery, as in `collector.printed`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from collector.printed import number, percent

Document = Mapping[str, Any]
Lines = Iterator[str]

ROWS = 10
"""Objects shown of each list; ``--json`` has more of them."""


def hours(value: float | None) -> str:
    """Hours with a tenth."""
    return number(value, 1)


def share(value: float | None) -> str:
    """A share of bad time or of bad objects, rounded up."""
    return percent(value, 4, up=True)


def ends(interval: Sequence[float], decimals: int = 4) -> dict[str, str]:
    """The ends of an interval of shares, as values of a text; rounded outwards."""
    return {"lower": percent(interval[0], decimals), "upper": percent(interval[1], decimals, up=True)}


def probability(value: float) -> str:
    """A probability with four decimals."""
    return "< 0.0001" if value < 0.0001 else f"{value:.4f}"
