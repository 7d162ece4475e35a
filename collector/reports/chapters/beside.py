"""The months of a longer period side by side: every measure with a target, every agreement, what missed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from collector.reports.evidence import Evidence, Part, Past

Row = Mapping[str, Any]

MISSED, MET = "missed", "met"
_FLEET = {"fault_rate": "fault_rate", "mtbf": "mtbf_h", "mttr": "mttr_h"}


def headline(rows: Sequence[Row], evidence: Evidence) -> list[dict[str, Any]]:
    """The headline rows of the period with each of its ``months``, and the same period a ``year_ago``.

    ``missed`` names the months that missed, ``judged`` counts those that had a verdict.
    """
    review = evidence.review
    if review is None:
        return []
    found = []
    for row in rows:
        months = [{"name": part.name, **_of(part.fleet, part.rules, row["measure"])} for part in review.parts]
        found.append(
            {
                **row,
                "months": months,
                **_misses(months),
                "year_ago": _past(review.year_ago, row["measure"]),
            }
        )
    return found


def agreements(parts: Sequence[Part]) -> list[dict[str, Any]]:
    """Each measure of each agreement in force in any of the months, month by month; the house first."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for part in parts:
        for item in part.attainment:
            for one in (*item["objectives"], *item["requests"]):
                key = (item["agreement"]["name"], one["name"])
                row = found.setdefault(
                    key, {"agreement": key[0], "customer": item["customer"], "measure": key[1], "months": []}
                )
                row |= {"target": one.get("target", one.get("target_h")), "asked": "due" in one}
                row["definition"] = one.get("definition")
                value = one.get("value", one.get("value_h"))
                row["months"].append({"name": part.name, "value": value, "verdict": one["verdict"]})
    return [{**row, **_misses(row["months"])} for row in found.values()]


def objects(parts: Sequence[Part], whole: Iterable[Row]) -> list[dict[str, Any]]:
    """Every service, then every target that missed a month: the months that missed, by measure; the most first.

    ``whole`` are the objects' figures of the whole period.
    """
    months: dict[str, list[tuple[str, Row]]] = {}
    for part in parts:
        for entry in part.objects:
            if entry["agreed_ms"]:
                months.setdefault(entry["name"], []).append((part.name, entry["verdicts"]))
    found = []
    for entry in whole:
        own = months.get(entry["name"], [])
        missed = {
            measure: [name for name, verdicts in own if verdicts[measure] == MISSED] for measure in _FLEET
        }  # fmt: skip
        if entry["kind"] == "service" or any(missed.values()):
            found.append(
                {
                    "name": entry["name"],
                    "kind": entry["kind"],
                    "months": len(own),
                    "missed": missed,
                    "any_missed": len({name for names in missed.values() for name in names}),
                    "fault_rate": entry["fault_rate_delivered" if entry["kind"] == "service" else "fault_rate"],
                    "verdict": entry["verdicts"]["fault_rate"],
                }
            )
    return sorted(found, key=lambda row: (row["kind"] != "service", -row["any_missed"], row["name"]))


def _of(fleet: Row | None, rules: Sequence[Row], measure: str) -> dict[str, Any]:
    if measure in _FLEET:
        if fleet is None:
            return {"value": None, "verdict": None}
        value = fleet["headline"]["value"] if measure == "fault_rate" else fleet[_FLEET[measure]]
        return {"value": value, "verdict": fleet["verdicts"][measure]}
    rule = next((one for one in rules if one["name"] == measure), None)
    return {"value": None if rule is None else rule["value"], "verdict": None if rule is None else rule["verdict"]}


def _past(past: Past, measure: str) -> float | None:
    value: float | None = _of(past.fleet, past.rules, measure)["value"]
    return value


def _misses(months: Sequence[Row]) -> dict[str, Any]:
    return {
        "judged": sum(month["verdict"] in (MET, MISSED) for month in months),
        "missed": [month["name"] for month in months if month["verdict"] == MISSED],
    }
