"""Root causes: what made a fault possible, told in the words by which causes are counted and worked on.

A cause lies in one of four areas (where it has to be mended) and has, where it is known, what it was that broke. An
analysis asks why five times at most. Repeated and urgent faults need one within five working days of their solution.
"""

from datetime import timedelta
from enum import StrEnum

from rules.period import instant, local


class CauseArea(StrEnum):
    """Where a cause has to be mended."""

    PROCESS = "process"
    PEOPLE = "people"
    TECHNOLOGY = "technology"
    TOOL = "tool"


class CauseCode(StrEnum):
    """What broke, for counting."""

    POWER = "power"
    LINE = "line"
    DEVICE = "device"
    BOARD = "board"
    DISK = "disk"
    MEMORY = "memory"
    OPERATING_SYSTEM = "operating_system"
    SOFTWARE = "software"
    DRIVER = "driver"
    MALWARE = "malware"
    CONFIGURATION = "configuration"
    ADDRESS_CONFLICT = "address_conflict"
    CAPACITY = "capacity"
    CERTIFICATE = "certificate"
    CARRIER = "carrier"
    ENVIRONMENT = "environment"
    CHANGE = "change"
    OTHER = "other"


MOST_WHYS = 5
WORKING_DAYS = 5
_SATURDAY = 5


def analysis_due(resolved: int, tz: str) -> int:
    """Until when (ms UTC) the cause of what was resolved at that instant must be analysed.

    That is the end of the fifth working day after it, on the wall clock of ``tz``; Saturdays and Sundays are none.
    """
    day = local(resolved, tz).replace(hour=0, minute=0, second=0, microsecond=0)
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return instant(day + timedelta(days=1))
