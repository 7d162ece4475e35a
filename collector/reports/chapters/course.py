"""The course of reliability: MTBF over twelve months with its band, repair times in their limits, what is proven."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rules.parameters import HOUR
from rules.statistics.control import individuals
from rules.statistics.demonstration import demonstrated, needed
from rules.statistics.mtbf import mtbf_interval, mtbf_lower_bound

Row = Mapping[str, Any]

ROLLING = 12
BAND = 0.90
LEVELS = (0.90, 0.95)


def rolling(months: Sequence[Row], shown: int) -> list[dict[str, Any]]:
    """For each of the last ``shown`` months the MTBF of the twelve that end with it, with its 90 % interval (hours).

    ``months`` are figures of all together, the oldest first; ``months`` of a row says how many were recorded.
    """
    rows = []
    for last in range(max(0, len(months) - shown), len(months)):
        taken = [month for month in months[max(0, last - ROLLING + 1) : last + 1] if month["agreed_ms"]]
        operating = sum(month["up_ms"] + month["degraded_ms"] for month in taken) / HOUR
        failures = sum(month["episodes"] for month in taken)
        low, high = mtbf_interval(operating, failures, BAND) or (None, None)
        rows.append(
            {
                "name": months[last]["name"],
                "months": len(taken),
                "operating_h": operating,
                "failures": failures,
                "mtbf_h": operating / failures if failures else None,
                "low_h": low,
                "high_h": high,
            }
        )
    return rows


def control(outages: Sequence[Row], kinds: Mapping[str, str], marks: Sequence[int]) -> dict[str, Any]:
    """The mean time to restore in each stretch between two ``marks`` (ms UTC), and the natural limits around it.

    An outage counts where it was restored; those of services are their targets' own. ``outside`` are the beginnings of
    the stretches beyond the limits.
    """
    rows = []
    for start, end in pairwise(marks):
        repairs = [
            outage["repair_ms"]
            for outage in outages
            if kinds.get(outage["target"]) != "service"
            and outage["restored"]
            and outage["repair_ms"] is not None
            and outage["end"] is not None
            and start <= outage["end"] < end
        ]
        mean = sum(repairs) / len(repairs) / HOUR if repairs else None
        rows.append({"from": start, "restored": len(repairs), "mttr_h": mean})
    limits = individuals([row["mttr_h"] for row in rows])
    return {
        "stretches": rows,
        "limits": None if limits is None else {"centre": limits.centre, "low": limits.low, "high": limits.high},
        "outside": []
        if limits is None
        else [
            row["from"]
            for row in rows
            if row["mttr_h"] is not None and not limits.low <= row["mttr_h"] <= limits.high
        ],
    }  # fmt: skip


def demonstration(fleet: Row, target_h: float) -> list[dict[str, Any]]:
    """Whether the operating time of the period proves the promised MTBF, for each confidence."""
    operating, failures = (fleet["up_ms"] + fleet["degraded_ms"]) / HOUR, fleet["episodes"]
    return [
        {
            "confidence": level,
            "target_h": target_h,
            "operating_h": operating,
            "failures": failures,
            "lower_h": mtbf_lower_bound(operating, failures, level),
            "needed_h": needed(target_h, failures, level),
            "demonstrated": demonstrated(operating, failures, target_h, level),
        }
        for level in LEVELS
    ]
