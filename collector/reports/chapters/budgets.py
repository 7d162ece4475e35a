"""How much of its error budget each service used in the period."""

from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]


def budgets(figures: Row) -> list[dict[str, Any]]:
    """Each service by its own agreement's fault rate, what used most first; time lost includes what was unreachable."""
    allowed = {
        (one["name"], one["version"]): one["parameters"]["targets"]["fault_rate"] for one in figures["agreements"]
    }
    rows = []
    for entry in figures["objects"]:
        if entry["kind"] != "service":
            continue
        terms = entry["agreement"]
        target = allowed[terms["name"], terms["version"]]
        whole, lost = round(target * entry["agreed_ms"]), entry["down_ms"] + entry["unreachable_ms"]
        rows.append(
            {
                "name": entry["name"],
                "agreement": terms["name"],
                "target": target,
                "allowed_ms": whole,
                "lost_ms": lost,
                "used": lost / whole if whole else None,
            }
        )
    return sorted(rows, key=lambda row: (-(row["used"] or 0), row["name"]))
