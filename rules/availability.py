"""Figures: what the timelines of a set of objects say about a period. Plain data, as the public interface has it."""

from collections.abc import Iterable
from typing import Any

from rules.parameters import Parameters
from rules.period import Period
from rules.timeline import Timeline

METHOD_VERSION = "1"

SERVICE = "service"
"""The kind of objects composed of others; they are not pooled into the fleet."""


def figures(timelines: Iterable[Timeline], period: Period, parameters: Parameters) -> dict[str, Any]:
    """Period, method, one entry per object (by name) and the fleet, which pools all objects that are no services.

    Times in ms, ``*_h`` in hours, ratios as fractions. A figure that does not exist is None. The timelines must have
    been computed for this period.
    """
    raise NotImplementedError
