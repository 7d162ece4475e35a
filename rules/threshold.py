"""Thresholds: values → Outcome, with a time they must hold ("for") and hysteresis ("clear").

A threshold never makes a target down: a value over its limit is a degradation, whatever its level.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from rules.errors import Invalid
from rules.result import Outcome, Reading
from rules.settings import suggest

_KEYS = ("metric", "warn", "critical", "for_ms", "clear", "below")


@dataclass(frozen=True, slots=True)
class Threshold:
    """Limits on one metric, or on each of its parts: "free_ratio" stands for "free_ratio[/var]" too.

    A value at or beyond ``warn`` (or ``critical``) breaches it once it has held for ``for_ms``; the breach of the
    lesser limit ends when the value is back at ``clear`` (without one: back behind the limit). Beyond is above, or,
    with ``below``, under. Either limit may be absent.
    """

    metric: str
    warn: float | None = None
    critical: float | None = None
    for_ms: int = 0
    clear: float | None = None
    below: bool = False

    @classmethod
    def from_plan(cls, table: Mapping[str, Any]) -> "Threshold":
        """Read one from the plan; raises Invalid with all mistakes.

        Without ``below`` its direction is that in which clear, warn and critical follow each other; above when they
        do not say.
        """
        mistakes = [f"{key}: unknown key{suggest(str(key), _KEYS)}" for key in table if key not in _KEYS]
        numbers: dict[str, float | None] = {}
        for key in ("warn", "critical", "clear", "for_ms"):
            value = table.get(key)
            if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
                mistakes.append(f"{key}: expected a number, found {value!r}")
                value = None
            numbers[key] = value
        metric, below = table.get("metric"), table.get("below")
        if not isinstance(metric, str) or not metric:
            mistakes.append("metric: expected a text")
        if below is not None and not isinstance(below, bool):
            mistakes.append("below: expected true or false")
        if numbers["warn"] is None and numbers["critical"] is None:
            mistakes.append("warn: expected a number here or at critical")
        if mistakes:
            raise Invalid("The threshold cannot be used.", tuple(mistakes))
        order = [numbers[key] for key in ("clear", "warn", "critical")]
        given = [value for value in order if value is not None]
        return cls(
            metric=str(metric),
            warn=numbers["warn"],
            critical=numbers["critical"],
            for_ms=int(numbers["for_ms"] or 0),
            clear=numbers["clear"],
            below=below if isinstance(below, bool) else given[-1] < given[0],
        )

    def levels(self) -> Iterator[tuple[str, float, float | None]]:
        """(level, limit, value at which its breach ends, None for the limit itself); the lesser level first."""
        if self.warn is not None:
            yield "warn", self.warn, self.clear
        if self.critical is not None:
            yield "critical", self.critical, self.clear if self.warn is None else None

    def beyond(self, value: float, limit: float) -> bool:
        """Whether the value is at the limit or further out."""
        return value <= limit if self.below else value >= limit


class Breach(NamedTuple):
    """What is remembered of one limit of one value: since when it is beyond it, and whether that counts yet."""

    since: int
    active: bool


Memory = Mapping[tuple[str, str], Breach]
"""By (metric with its part, "warn" or "critical"). Begin with an empty one; keep one per check."""


def judge(thresholds: Sequence[Threshold], reading: Reading, at: int, memory: Memory) -> tuple[Reading, Memory]:
    """The reading after its values met the thresholds, and what to remember for the next one.

    ``at`` in ms of any clock that does not jump. At most one threshold per metric. A reading that is ok becomes
    degraded when a limit is breached, and its text names the limit. One that is failed or error comes back as it is,
    with the memory as it was: it says nothing about the values.
    """
    if not thresholds or reading.outcome in (Outcome.FAILED, Outcome.ERROR):
        return reading, memory
    remembered: dict[tuple[str, str], Breach] = {}
    said = []
    for threshold in thresholds:
        for name, value in reading.values.items():
            if name != threshold.metric and not name.startswith(threshold.metric + "["):
                continue
            worst = None
            for level, limit, clear in threshold.levels():
                breach = _breach(threshold, value, limit, clear, at, memory.get((name, level)))
                if breach is not None:
                    remembered[name, level] = breach
                    if breach.active:
                        worst = f"{name} {value:g}, {level} at {limit:g}"
            if worst is not None:
                said.append(worst)
    if not said:
        return reading, remembered
    text = "; ".join([reading.text, *said] if reading.text else said)
    return replace(reading, outcome=Outcome.DEGRADED, text=text), remembered


def _breach(
    threshold: Threshold, value: float, limit: float, clear: float | None, at: int, before: Breach | None
) -> Breach | None:
    if threshold.beyond(value, limit):
        since = before.since if before else at
        return Breach(since, (before is not None and before.active) or at - since >= threshold.for_ms)
    if before is not None and before.active and clear is not None:
        back = value >= clear if threshold.below else value <= clear
        return None if back else before
    return None
