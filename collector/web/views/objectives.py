"""The objectives: agreement by agreement what was promised, what is reached, and whether the budget lasts the month."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.objective_words import Alert, Row, Spending, alerts, deadline, rows, spending
from collector.printed import duration, instant, percent
from collector.texts import Translator
from rules.period import Period, local

MOST_DEADLINES = 10
"""How many of the next deadlines are shown of one agreement."""


@dataclass(frozen=True, slots=True)
class Meter:
    """A budget as a bar: ``used`` of 100, ``passed`` the part of the period that is over, of 100."""

    used: str
    passed: str
    label: str


@dataclass(frozen=True, slots=True)
class Part:
    """A group, a service or a target: its fault rate and its own budget."""

    label: str
    name: str
    objects: str
    fault_rate: str
    verdict: str
    verdict_word: str
    spending: Spending
    meter: Meter | None
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline that runs: of which incident, until when."""

    incident: str
    summary: str
    text: str
    late: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """One agreement."""

    name: str
    house: bool
    version: str
    customer: str
    scope: str
    objects: int
    rows: tuple[Row, ...]
    asked: tuple[Row, ...]
    spending: Spending
    meter: Meter | None
    alerts: tuple[Alert, ...]
    deadlines: tuple[Due, ...]
    more_deadlines: int
    groups: tuple[Part, ...]
    services: tuple[Part, ...]
    worst: tuple[Part, ...]
    uncovered: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    month: str
    previous_month: str
    next_month: str
    until: str
    zone: str
    standings: tuple[Standing, ...]


def objectives_page(document: Mapping[str, Any], shown: Period, now: int, words: Translator) -> Page:
    """``document`` is what :class:`collector.objectives.Objectives` tells as of now or the end of the month shown."""
    at, tz = document["at"], shown.tz
    return Page(
        f"{local(shown.start, tz):%Y-%m}",
        f"{local(shown.start - 1, tz):%Y-%m}",
        f"{local(shown.end, tz):%Y-%m}" if shown.end <= now else "",
        instant(at, tz, seconds=False),
        tz,
        tuple(_standing(item, at, words) for item in document["items"]),
    )


def _standing(item: Mapping[str, Any], at: int, words: Translator) -> Standing:
    period, agreement = item["period"], item["agreement"]
    tz = period["tz"]
    due = [Due(one["incident"], one["summary"], deadline(one, tz, at, words), one["late"]) for one in item["deadlines"]]
    version = agreement["version"]
    return Standing(
        name=agreement["name"],
        house=agreement["name"] == "house",
        version="" if version is None else words("version {version}", version=version),
        customer=item["customer"],
        scope=item["selector"],
        objects=item["objects"],
        rows=tuple(rows({**item, "requests": ()}, words)),
        asked=tuple(row for row in rows({**item, "objectives": ()}, words) if row.verdict != "not_applicable"),
        spending=spending(item, tz, words),
        meter=_meter(item, period, at, words),
        alerts=tuple(alerts(item, words)),
        deadlines=tuple(due[:MOST_DEADLINES]),
        more_deadlines=max(0, len(due) - MOST_DEADLINES),
        groups=tuple(_part(one, period, at, words) for one in item["groups"]),
        services=tuple(_part(one, period, at, words) for one in item["services"]),
        worst=tuple(_worst(one, period, at, words) for one in item["worst"]),
        uncovered=", ".join(map(str, item["uncovered_years"])),
        calendar=item["calendar"],
    )


def _part(one: Mapping[str, Any], period: Mapping[str, Any], at: int, words: Translator) -> Part:
    first = rows(one, words)[0]
    label, objects = one.get("label", ""), one.get("objects")
    return Part(
        label,
        one.get("value", one.get("name", "")),
        "" if objects is None else words.number("{count} target", "{count} targets", objects),
        first.value,
        first.verdict,
        first.verdict_word,
        spending(one, period["tz"], words),
        _meter(one, period, at, words),
        tuple(alerts(one, words)),
    )


def _worst(one: Mapping[str, Any], period: Mapping[str, Any], at: int, words: Translator) -> Part:
    return Part(
        "",
        one["name"],
        duration(one["down_ms"], words),
        percent(one["fault_rate"], 4, up=True),
        "",
        "",
        spending(one, period["tz"], words),
        _meter(one, period, at, words),
        (),
    )


def _meter(one: Mapping[str, Any], period: Mapping[str, Any], at: int, words: Translator) -> Meter | None:
    kept = one["budget"]
    if kept is None or kept["used"] is None:
        return None
    passed = (at - period["from"]) / (period["to"] - period["from"])
    label = words(
        "{used} of the budget used, {passed} of the month over",
        used=percent(kept["used"], 1, 1.0, up=True),
        passed=percent(passed, 0),
    )
    return Meter(f"{min(100.0, 100 * kept['used']):.2f}", f"{100 * passed:.2f}", label)
