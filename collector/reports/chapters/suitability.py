"""Whether targets suit: what is reached with most of it left asks for little, what is always missed for too much."""

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

LAX = 0.5
"""A target of which no more than this share of what it allows is used, and which every month reaches, is too lax."""
LEAST = 2
"""Fewer months with a verdict say nothing of a target."""


def suitability(headline: Sequence[Row]) -> list[dict[str, Any]]:
    """For each measure how much of what its target allows was used, and ``suits``: lax, tight, fits or unclear.

    Of a fault rate or a repair time the used share is actual ÷ target, of an MTBF target ÷ actual, of a share of
    requests what is lacking ÷ what may lack. It is None where nothing may lack, or there is no figure.
    """
    return [
        {
            **{key: row[key] for key in ("measure", "actual", "target", "exposure", "judged", "missed", "verdict")},
            "definition": row.get("definition"),
            "used": (used := _used(row)),
            "suits": _suits(row, used),
        }
        for row in headline
    ]


def exclusions(fleet: Row, objects: Sequence[Row], corrections: Sequence[Row]) -> dict[str, Any]:
    """How much time agreements left out of account, whose most, and how many corrections bear on the period."""
    rows = [
        {"name": one["name"], "excluded_ms": one["excluded_ms"], "maintenance_ms": one["maintenance_ms"]}
        for one in objects
        if one["kind"] != "service" and (one["excluded_ms"] or one["maintenance_ms"])
    ]
    return {
        "excluded_ms": fleet["excluded_ms"],
        "maintenance_ms": fleet["maintenance_ms"],
        "agreed_ms": fleet["agreed_ms"],
        "corrections": len(corrections),
        "approved": sum(bool(one["approved_by"]) for one in corrections),
        "flipped": list(fleet["flipped"]),
        "objects": sorted(rows, key=lambda one: (-one["excluded_ms"] - one["maintenance_ms"], one["name"])),
    }


def _used(row: Row) -> float | None:
    actual, target = row["actual"], row["target"]
    if actual is None:
        return None
    if row["measure"] == "mtbf":
        return float(target / actual) if actual else None
    if "due" in row["exposure"]:
        return float((1 - actual) / (1 - target)) if target < 1 else None
    return float(actual / target) if target else None


def _suits(row: Row, used: float | None) -> str:
    judged, missed = row["judged"], len(row["missed"])
    if judged < LEAST:
        return "unclear"
    if missed == judged:
        return "tight"
    return "lax" if not missed and used is not None and used <= LAX else "fits"
