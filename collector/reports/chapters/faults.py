"""Availability and faults: by class of device, the worst, the glitches, what was unreachable behind others."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.statistics.pareto import pareto

WORST = 10

Row = Mapping[str, Any]

_CLASS = (
    "agreed_ms", "up_ms", "degraded_ms", "down_ms", "unreachable_ms", "unknown_ms", "maintenance_ms", "excluded_ms",
    "coverage", "availability", "fault_rate", "failures", "episodes", "glitches", "mtbf_h", "mtbf_lower90_h", "mttr_h",
    "restored", "open", "fault_rates", "headline",
)  # fmt: skip


def classes(groups: Sequence[Row], objects: Sequence[Row]) -> list[dict[str, Any]]:
    """One row for each kind of object, with how many there are; ``groups`` are the figures pooled by kind."""
    size: dict[str, int] = {}
    for entry in objects:
        size[entry["kind"]] = size.get(entry["kind"], 0) + 1
    return [
        {"kind": group["value"], "objects": size.get(group["value"], 0), **{key: group.get(key) for key in _CLASS}}
        for group in groups
    ]


def worst(objects: Sequence[Row]) -> list[dict[str, Any]]:
    """The objects that lost most of their time, the worst first; those that lost none are left out."""
    faulty = sorted((entry for entry in objects if entry["down_ms"]), key=lambda one: (-one["down_ms"], one["name"]))
    keys = ("name", "kind", "down_ms", "fault_rate", "failures", "mtbf_h", "mttr_h", "availability")
    return [{key: entry[key] for key in keys} for entry in faulty[:WORST]]


def glitches(objects: Sequence[Row]) -> list[dict[str, Any]]:
    """Objects with outages too short to count as failures, the most first."""
    found = [{"name": entry["name"], "glitches": entry["glitches"]} for entry in objects if entry["glitches"]]
    return sorted(found, key=lambda row: (-row["glitches"], row["name"]))


def unreachable(objects: Sequence[Row]) -> list[dict[str, Any]]:
    """Objects that could not be reached behind another's fault, and for how long (ms), the longest first."""
    found = [
        {"name": entry["name"], "unreachable_ms": entry["unreachable_ms"]}
        for entry in objects
        if entry["unreachable_ms"]
    ]
    return sorted(found, key=lambda row: (-row["unreachable_ms"], row["name"]))


def causes(outages: Sequence[Row], incidents: Sequence[Row]) -> list[dict[str, Any]]:
    """The causes that people told by the time down (ms) of their outages, the greatest first.

    A cause is the code of the analysis, or what was said; empty where nobody told it. The amounts of the outages of all
    targets add up to the time down of all together.
    """
    told = {row["number"]: _told(row) for row in incidents}
    lengths: dict[str, int] = {}
    for outage in outages:
        cause = told.get(outage["incident"], "") or str(outage["cause"] or "")
        lengths[cause] = lengths.get(cause, 0) + outage["down_ms"]
    return [
        {"name": bar.name, "amount": bar.amount, "cumulative": bar.cumulative, "vital": bar.vital}
        for bar in pareto(lengths.items())
    ]


def _told(incident: Row) -> str:
    analysis = incident["root_cause"]
    return str((analysis["code"] or analysis["text"]) if analysis else incident["cause"])
