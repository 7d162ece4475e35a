"""Quiet hours: when a channel is not to be disturbed, by the days of the week in a zone. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.calendar import read_calendar
from rules.errors import Invalid

_DAY = 86_400_000
_AHEAD = 9 * _DAY


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the week in which nobody is disturbed: ``{ "mon-sun" = ["00:00-07:00", "22:00-24:00"] }``."""

    weekly: Mapping[str, Any]

    @classmethod
    def from_setting(cls, found: object) -> "Quiet":
        """Read the table of days and hours. Raises Invalid."""
        if not isinstance(found, Mapping):
            raise Invalid('expected days and hours such as { "mon-sun" = ["22:00-24:00", "00:00-07:00"] }')
        quiet = cls({str(day): hours for day, hours in found.items()})
        # What lasts for more than a week never ends.
        if quiet.until(0, "UTC") == _AHEAD:
            raise Invalid(
                "expected an hour of the week that is not quiet: what waits for the end would never be told"
                ' (for some incidents only, a route says priorities = ["urgent"])'
            )
        return quiet

    def as_setting(self) -> dict[str, Any]:
        """What :meth:`from_setting` reads."""
        return dict(self.weekly)

    def until(self, at: int, tz: str) -> int | None:
        """When the quiet hours end that hold at an instant (ms UTC); None where none do. Days are those of ``tz``."""
        try:
            calendar = read_calendar({"name": "quiet", "tz": tz, "weekly": dict(self.weekly)})
        except Invalid as wrong:
            raise Invalid("; ".join(wrong.mistakes)) from wrong
        # From the day before: hours that touch at midnight are one stretch.
        for start, end in calendar.hours(at - _DAY, at + _AHEAD):
            if start <= at < end:
                return end
        return None
