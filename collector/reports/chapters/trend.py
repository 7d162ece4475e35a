"""The trend: thirteen months side by side, with the limits between which a month is no news."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.parameters import FaultRate
from rules.statistics.control import LEAST, of_lost_time

MONTHS = 13
MEASURES = ("mtbf_h", "mttr_h")


def trend(months: Sequence[Mapping[str, Any]], least: float, definition: str = FaultRate.R1) -> dict[str, Any]:
    """``months`` are the figures of all together, the oldest first, the report's own last, each with its ``name``.

    A month in which nothing was measured has no figures. The limits are for as much time as was watched in the report's
    own month, and come from the months before, so that it is judged by what it had no part in; those of which less
    than ``least`` was seen tell too little. Only a share of time has limits, no other ``definition`` of the rate.
    """
    shown = months[-MONTHS:]
    limits = _limits(shown, least) if definition == FaultRate.R1 else None
    return {"months": [_row(month, definition) for month in shown], "limits": {"fault_rate": limits}}


def _limits(months: Sequence[Mapping[str, Any]], least: float) -> dict[str, float] | None:
    seen = [month for month in months[:-1] if month["agreed_ms"] and month["coverage"] >= least]
    if len(seen) < LEAST:
        return None
    found = of_lost_time(
        sum(month["down_ms"] for month in seen),
        sum(month["episodes"] for month in seen),
        sum(map(_known, seen)),
        _known(months[-1]),
    )
    return None if found is None else {"centre": found.centre, "low": found.low, "high": found.high}


def _known(month: Mapping[str, Any]) -> int:
    return sum(month[f"{state}_ms"] for state in ("up", "degraded", "down"))


def _row(month: Mapping[str, Any], definition: str) -> dict[str, Any]:
    measured = bool(month["agreed_ms"])
    return {
        "name": month["name"],
        "from": month["from"],
        "agreed_ms": month["agreed_ms"],
        "coverage": month["coverage"],
        "availability": month["availability"] if measured else None,
        "failures": month["failures"] if measured else None,
        "fault_rate": month["fault_rates"][definition] if measured else None,
        **{measure: month[measure] if measured else None for measure in MEASURES},
    }
