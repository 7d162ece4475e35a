"""What a quarter or a year says besides what every report says."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.reports.chapters import beside, course, days, effects, suitability, volume
from collector.reports.chapters.budgets import budgets
from collector.reports.chapters.together import together
from collector.reports.chapters.trend import MONTHS
from collector.reports.evidence import Evidence, Past, Review
from rules.period import Period

Row = Mapping[str, Any]

WEEK = 7
FEW = 3
"""So many months and fewer are looked at week by week where months would be too few to show a course."""


def review(
    evidence: Evidence, headline: Sequence[Row], outages: Sequence[Row], corrections: Sequence[Row], passed: Period
) -> dict[str, Any] | None:
    """The data; None where the evidence is that of a report without months of its own."""
    found = evidence.review
    if found is None:
        return None
    return _reviewed(found, evidence, headline, outages, corrections, passed)


def _reviewed(
    found: Review,
    evidence: Evidence,
    headline: Sequence[Row],
    outages: Sequence[Row],
    corrections: Sequence[Row],
    passed: Period,
) -> dict[str, Any]:
    figures, marks = evidence.figures, _marks(found, passed)
    objects, fleet = figures["objects"], figures["fleet"]
    kinds = {entry["name"]: entry["kind"] for entry in objects}
    months = beside.headline(headline, evidence)
    wanted = figures["method"]["parameters"]["targets"]["satisfaction"]
    goal = next(row["target"] for row in headline if row["measure"] == "mtbf")
    return {
        "months": [part.name for part in found.parts],
        "stretch": "week" if len(found.parts) <= FEW else "month",
        "headline": months,
        "agreements": beside.agreements(found.parts),
        "objects": beside.objects(found.parts, objects),
        "budgets": budgets(figures),
        "rolling": course.rolling([*found.older, *evidence.months], MONTHS),
        "control": course.control(outages, kinds, marks),
        "demonstration": course.demonstration(fleet, goal),
        "models": [dict(model) for model in found.models],
        "together": together(found.spares, outages, passed.start, passed.end),
        "volume": volume.by_month(found.parts, evidence.incidents),
        "volume_whole": volume.volume(evidence.incidents, passed.start, passed.end),
        "volume_before": _volume(found.before),
        "volume_year_ago": _volume(found.year_ago),
        "satisfaction": volume.satisfaction(found.parts, evidence.voices, wanted),
        "earlier": effects.earlier(evidence.actions, passed.start, passed.end),
        "burn_down": effects.burn_down(evidence.actions, marks[1:]),
        "effects": effects.effects(found.effects),
        "suitability": suitability.suitability(months),
        "exclusions": suitability.exclusions(fleet, objects, corrections),
        "capacity": volume.capacity(found.parts, evidence.incidents),
    }


def _marks(found: Review, passed: Period) -> list[int]:
    """The beginnings of the weeks or months (ms UTC) in which a course is told, and the end of the last one."""
    if len(found.parts) > FEW:
        return [*(part.start for part in found.parts), passed.end]
    bounds = days.bounds(passed)
    # What is left over of the last week belongs to the week before it: a day alone is no week.
    return [*bounds[: max(1, len(bounds) - WEEK) : WEEK], passed.end]


def _volume(past: Past) -> dict[str, Any] | None:
    return None if past.fleet is None else volume.volume(past.incidents, past.start, past.end)
