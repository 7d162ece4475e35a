"""Service calendars: the hours in which a service is owed, with holidays and make-up days, in the customer's zone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rules.intervals import Interval

Hours = tuple[tuple[int, int], ...]
"""Opening hours of a day: pairs (from, to) in minutes after midnight, to at most 1440."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours (Monday is 0) with dated exceptions in both directions; the dated ones win."""

    name: str
    tz: str
    weekly: Mapping[int, Hours]
    closed: frozenset[date] = frozenset()
    open: Mapping[date, Hours] = field(default_factory=dict)

    def hours(self, start: int, end: int) -> list[Interval]:
        """The open intervals inside [start, end), ms UTC."""
        raise NotImplementedError
