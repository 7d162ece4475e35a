"""Ten significant digits: what libraries of another release may compute differently in the last places is cut off."""

import math
from typing import Any

DIGITS = 10


def rounded(value: Any, digits: int = DIGITS) -> Any:
    """The same plain data with every float rounded to so many significant digits; integers stay as they are."""
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if math.isfinite(value) else value
    if isinstance(value, dict):
        return {key: rounded(entry, digits) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry, digits) for entry in value]
    return value
