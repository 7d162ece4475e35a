"""Thresholds: values → Outcome, with a time they must hold ("for") and hysteresis ("clear").

A threshold never makes a target down: a value over its limit is a degradation, whatever its level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from rules.result import Reading


@dataclass(frozen=True, slots=True)
class Threshold:
    """Limits on one metric, or on each of its parts: "free_ratio" stands for "free_ratio[/var]" too.

    A value at or beyond ``warn`` (or ``critical``) breaches it once it has held for ``for_ms``; the breach ends when
    the value is back behind ``clear`` (by itself the limit that was breached). Beyond is above, or, with ``below``,
    under. Either limit may be absent.
    """

    metric: str
    warn: float | None = None
    critical: float | None = None
    for_ms: int = 0
    clear: float | None = None
    below: bool = False

    @classmethod
    def from_plan(cls, table: Mapping[str, Any]) -> "Threshold":
        """Read one from the plan. Without ``below`` its direction is that from ``clear`` to ``warn`` to
        ``critical``; above when that says nothing. Raises Invalid."""
        raise NotImplementedError


class Breach(NamedTuple):
    """What is remembered of one limit of one value: since when it is beyond it, and whether that counts yet."""

    since: int
    active: bool


Memory = Mapping[tuple[str, str], Breach]
"""By (metric with its part, "warn" or "critical"). Begin with an empty one; keep one per check."""


def judge(thresholds: Sequence[Threshold], reading: Reading, at: int, memory: Memory) -> tuple[Reading, Memory]:
    """The reading after its values met the thresholds, and what to remember for the next one.

    ``at`` in ms of any clock that does not jump. A reading that is ok becomes degraded when a limit is breached, and
    its text names the limit; failed and error stay as they are.
    """
    raise NotImplementedError
