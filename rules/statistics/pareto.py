"""Pareto: the few causes that make most of the trouble."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.objective import Number, exact
from rules.statistics import guard


@dataclass(frozen=True, slots=True)
class Bar:
    """One name, its amount, the share that it and all before it have, and whether it is one of the vital few."""

    name: str
    amount: Number
    cumulative: float
    vital: bool


def pareto(amounts: Iterable[tuple[str, Number]], share: float = 0.80) -> list[Bar]:
    """The names by falling amount; equal ones by name. Those without an amount are left out.

    The vital few are the fewest from the front that together reach ``share`` of all (Juran 1951). Compared exactly.
    Raises ValueError for negative amounts.
    """
    level = exact(guard.level(share))
    found = sorted(((_checked(amount, name), name) for name, amount in amounts), key=lambda one: (-one[0], one[1]))
    whole = sum(_whole(amount) for amount, _ in found)
    bars = []
    running: Number = 0
    for amount, name in found:
        if amount == 0:
            break
        vital = running * level.denominator < level.numerator * whole
        running += _whole(amount)
        bars.append(Bar(name, amount, float(running / whole), vital))
    return bars


def _checked(amount: Number, name: str) -> Number:
    guard.amount(float(amount), name)
    return amount


def _whole(amount: Number) -> Number:
    """The amount without a binary fraction's error; whole numbers stay as they are, which is quick."""
    return exact(amount) if isinstance(amount, float) else amount
