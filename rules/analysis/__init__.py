"""Analysis: everything that the statistics say about a set of objects in a period, as one plain document.

Lengths of time are in ms (``*_ms``) or hours (``*_h``), shares are fractions; a figure that does not exist is None.
How much was observed comes first, since no other number means anything without it.
"""

from collections.abc import Iterable
from typing import Any

from rules.analysis.affected import affected
from rules.analysis.exposure import exposure
from rules.analysis.fault_rate import fault_rate
from rules.analysis.mtbf import mtbf
from rules.analysis.pareto import pareto
from rules.analysis.plausibility import plausibility
from rules.analysis.pooling import pooling
from rules.analysis.repair import repair
from rules.analysis.repeats import repeats
from rules.analysis.trend import trend
from rules.analysis.up_times import up_times
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
    course = trend(found)
    return {
        "period": {"from": period.start, "to": period.end, "tz": period.tz},
        "method": {"version": METHOD_VERSION, "targets": parameters.as_settings()["targets"]},
        "exposure": exposure(found),
        "mtbf": mtbf(found, parameters, course),
        "fault_rate": fault_rate(found, parameters),
        "affected": affected(found, parameters),
        "repair": repair(found, parameters),
        "up_times": up_times(found, trend=course["rejects"]),
        "trend": course,
        "pooling": pooling(found),
        "pareto": pareto(found),
        "repeats": repeats(found, period),
        "plausibility": plausibility(found),
    }
