"""Ten significant digits: what libraries of another release may compute differently in the last places is cut off.

More only where ten would make a round number of what is none: goals are round, and verdicts are on unrounded figures.

Where rounding turns over, two figures that differ by less are printed differently all the same, so what another release
computed is compared by how far it is away, never digit by digit.
"""

import math
from typing import Any

DIGITS = 10
ALIKE = 1e-6
"""How far (of the greater) figures of different releases of the libraries may lie apart and still agree."""

_NOTHING = 1e-12
_ROUND = 4
"""A figure whose last so many digits are zeros is round: goals are."""
_EXACT = 15
"""So many digits every float has exactly."""


def rounded(value: Any, digits: int = DIGITS) -> Any:
    """The same plain data with every float rounded to so many significant digits; integers stay as they are."""
    if isinstance(value, float):
        return _cut(value, digits) if math.isfinite(value) else value
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry, digits) for entry in value]
    return value


def _cut(value: float, digits: int) -> float:
    """What is not round does not become so: a figure just beside its goal would stand on it, and deny its verdict."""
    found = float(f"{value:.{digits}g}")
    made_round = found != value and found == float(f"{found:.{digits - _ROUND}g}")
    return float(f"{value:.{_EXACT}g}") if made_round else found


def agree(one: Any, other: Any, tolerance: float = ALIKE) -> bool:
    """Whether two plain data say the same, floats as far as ``tolerance`` (a share of the greater) asks."""
    if isinstance(one, float) or isinstance(other, float):
        numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (one, other))
        return numbers and math.isclose(one, other, rel_tol=tolerance, abs_tol=_NOTHING)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(agree(one[key], other[key], tolerance) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(lambda a, b: agree(a, b, tolerance), one, other))
    return type(one) is type(other) and bool(one == other)
