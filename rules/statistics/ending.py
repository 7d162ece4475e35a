"""How an observation ends: by the calendar, or by the failure that was waited for."""

from enum import StrEnum


class Ending(StrEnum):
    """``time``: at an instant chosen beforehand, as a month ends. ``failure``: with the last failure counted."""

    TIME = "time"
    FAILURE = "failure"
