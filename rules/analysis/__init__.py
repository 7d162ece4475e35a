"""Analysis: everything that the statistics say about a set of objects in a period, as one plain document.

Lengths of time are in ms (``*_ms``) or hours (``*_h``), shares are fractions; a figure that does not exist is None.
How much was observed comes first, since no other number means anything without it.
"""

from collections.abc import Iterable
from typing import Any

from rules.analysis.exposure import exposure
from rules.analysis.mtbf import mtbf
from rules.lives import Lives, lives
from rules.parameters import Parameters
from rules.period import Period
from rules.timeline import Timeline

METHOD_VERSION = "1"


def analyse(timelines: Iterable[Timeline], period: Period, parameters: Parameters) -> dict[str, Any]:
    """The document for timelines computed for this period. Services are left out where targets are given too."""
    return analyse_lives(lives(timelines, period), period, parameters)


def analyse_lives(found: Lives, period: Period, parameters: Parameters) -> dict[str, Any]:
    """The same for columns; see :class:`rules.lives.Lives`."""
    return {
        "period": {"from": period.start, "to": period.end, "tz": period.tz},
        "method": {"version": METHOD_VERSION},
        "exposure": exposure(found),
        "mtbf": mtbf(found, parameters),
    }
