"""What a statistic may be given. What makes no sense is an error of the caller; what merely does not exist is None."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def level(confidence: float) -> float:
    """A confidence, strictly between 0 and 1; raises ValueError otherwise."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not at {confidence!r}")
    return confidence


def count(number: int, what: str) -> int:
    """A whole number from 0; raises ValueError otherwise."""
    if number != int(number) or number < 0:
        raise ValueError(f"{what} must be a whole number from 0, not {number!r}")
    return int(number)


def amount(value: float, what: str) -> float:
    """A finite number from 0; raises ValueError otherwise."""
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{what} must be a finite number from 0, not {value!r}")
    return value


def positive(value: float, what: str) -> float:
    """A finite number above 0; raises ValueError otherwise."""
    if amount(value, what) == 0:
        raise ValueError(f"{what} must be above 0")
    return value


def same_length(first: int, second: int, what: str) -> int:
    """The common length of two columns; raises ValueError when they differ."""
    if first != second:
        raise ValueError(f"{what}: one column has {first} entries and the other {second}")
    return first


def amounts(values: "NDArray[np.float64]", what: str) -> None:
    """A column of finite numbers from 0; raises ValueError otherwise."""
    import numpy as np

    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"{what} must be finite numbers from 0")
