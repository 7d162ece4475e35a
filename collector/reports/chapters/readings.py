"""Readings of the same faults side by side: who stands behind one figure can see what another way of counting says."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

SHARE, HOURS, COUNT = "share", "hours", "count"


def readings(fleet: Row, analysis: Row | None) -> list[dict[str, Any]]:
    """One row for each reading: ``value``, and ``low`` and ``high`` of its interval with ``confidence``, or None.

    ``fleet`` are the figures of all together, ``analysis`` what the statistics say of the period, if anything was
    analysed. Shares are fractions.
    """
    agreed, affected = fleet["agreed_ms"], (analysis or {}).get("affected") or {}
    lost = fleet["down_ms"] + fleet["unreachable_ms"] + fleet["unknown_ms"]
    exact, score = affected.get("clopper_pearson"), affected.get("wilson")
    rows = [
        _row("own", SHARE, fleet["fault_rate"]),
        _row("delivered", SHARE, fleet["fault_rate_delivered"]),
        _row("worst_case", SHARE, lost / agreed if agreed else None),
        _row("affected", SHARE, affected.get("share"), exact, affected.get("confidence")),
        _row("affected_wilson", SHARE, affected.get("share"), score, affected.get("confidence")),
        _row("per_100", COUNT, fleet["failures_per_100_device_months"]),
        _row("mtbf", HOURS, fleet["mtbf_h"], fleet["mtbf_interval90_h"], 0.9),
        _row("mtbf_lower", HOURS, fleet["mtbf_h"], (fleet["mtbf_lower90_h"], None), 0.9),
        _row("mtbsi", HOURS, fleet["mtbsi_h"]),
        _row("mttr", HOURS, fleet["mttr_h"]),
    ]
    return [row for row in rows if row["value"] is not None or row["low"] is not None]


def _row(
    reading: str, unit: str, value: float | None, interval: Sequence[float | None] | None = None, confidence: Any = None
) -> dict[str, Any]:
    low, high = interval or (None, None)
    return {
        "reading": reading,
        "unit": unit,
        "value": value,
        "low": low,
        "high": high,
        "confidence": None if interval is None else confidence,
    }
