"""Headline figures: each with its goal, its verdict and what it rests on, never a number alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.printed import NO_FIGURE, duration, number, percent
from collector.texts import Translator
from collector.web.views.words import STATES, VERDICTS, word
from rules.duration import parse_duration
from rules.state import State

_HOUR = 3_600_000

_PARTS = tuple((state, f"{state}_ms") for state in State)


@dataclass(frozen=True, slots=True)
class Availability:
    """Availability as printed, always beside its coverage. ``verdict`` is empty where there is none to give."""

    value: str
    coverage: str
    low_coverage: bool
    verdict: str
    verdict_word: str


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of a strip: ``goal`` and ``basis`` are sentences, ``verdict`` the key that colours it (or empty)."""

    name: str
    value: str
    goal: str
    verdict: str
    verdict_word: str
    basis: str


@dataclass(frozen=True, slots=True)
class Part:
    """How much of the period is in one of the eight classes."""

    state: str
    word: str
    length: str
    share: str
    none: bool


@dataclass(frozen=True, slots=True)
class Goals:
    """What is promised, from the method's parameters: fractions and hours."""

    fault_rate: float = 0.01
    mtbf_h: float = 500.0
    mttr_h: float = 4.0
    min_coverage: float = 0.95

    @property
    def availability(self) -> float:
        """The availability that must be exceeded."""
        return round(1 - self.fault_rate, 12)


def goals(figures: Mapping[str, Any]) -> Goals:
    """The goals printed in a figures document (interfaces §5); shipped ones where it names none."""
    parameters = figures.get("method", {}).get("parameters", {})
    targets = parameters.get("targets", {})
    shipped = Goals()
    return Goals(
        float(targets.get("fault_rate", shipped.fault_rate)),
        _hours(targets.get("mtbf"), shipped.mtbf_h),
        _hours(targets.get("mttr"), shipped.mttr_h),
        float(parameters.get("min_coverage", shipped.min_coverage)),
    )


def availability(entry: Mapping[str, Any] | None, promised: Goals, words: Translator) -> Availability:
    """Availability and coverage of one object or the fleet; no figure where there is no known time."""
    known = entry or {}
    value, coverage = known.get("availability"), known.get("coverage")
    verdict = (known.get("verdicts") or {}).get("fault_rate", "") if value is not None else ""
    return Availability(
        percent(value, goal=promised.availability),
        percent(coverage, goal=promised.min_coverage),
        coverage is not None and coverage < promised.min_coverage,
        verdict,
        word(VERDICTS, verdict, words) if verdict else "",
    )


def headlines(entry: Mapping[str, Any], promised: Goals, words: Translator) -> tuple[Headline, ...]:
    """Availability, MTBF, MTTR and downtime of one object or the fleet."""
    verdicts = entry.get("verdicts") or {}
    operating = _known_up(entry)
    bounds = ""
    if entry.get("down_ms_min") is not None and entry.get("down_ms_max") is not None:
        bounds = words(
            "certainly {least}, at most {most}",
            least=duration(entry["down_ms_min"], words),
            most=duration(entry["down_ms_max"], words),
        )

    def verdict(name: str) -> tuple[str, str]:
        key = verdicts.get(name, "")
        return key, word(VERDICTS, key, words) if key else ""

    return (
        Headline(
            words("Availability"),
            percent(entry.get("availability"), goal=promised.availability),
            words("goal: over {goal}", goal=f"{promised.availability * 100:g} %"),
            *verdict("fault_rate"),
            words("coverage {share}", share=percent(entry.get("coverage"), goal=promised.min_coverage)),
        ),
        Headline(
            words("MTBF"),
            _in_hours(entry.get("mtbf_h"), promised.mtbf_h, words),
            words("goal: at least {hours} h", hours=f"{promised.mtbf_h:g}"),
            *verdict("mtbf"),
            words("{hours} h in operation", hours=number(operating / _HOUR, 1)),
        ),
        Headline(
            words("MTTR"),
            _in_hours(entry.get("mttr_h"), promised.mttr_h, words, up=True),
            words("goal: at most {hours} h", hours=f"{promised.mttr_h:g}"),
            *verdict("mttr"),
            words.number("{count} outage restored", "{count} outages restored", entry.get("restored") or 0),
        ),
        Headline(
            words("Downtime"),
            duration(entry.get("down_ms"), words),
            words.number("{count} failure", "{count} failures", entry.get("failures") or 0),
            "",
            "",
            bounds,
        ),
    )


def parts(entry: Mapping[str, Any], words: Translator) -> tuple[Part, ...]:
    """The eight classes, in their order, with their shares of the whole period so far."""
    whole = sum(entry.get(key) or 0 for _, key in _PARTS)
    return tuple(
        Part(
            state,
            word(STATES, state, words),
            duration(entry.get(key) or 0, words),
            percent((entry.get(key) or 0) / whole) if whole else NO_FIGURE,
            not entry.get(key),
        )
        for state, key in _PARTS
    )


def _known_up(entry: Mapping[str, Any]) -> int:
    return int(entry.get("up_ms") or 0) + int(entry.get("degraded_ms") or 0)


def _in_hours(value: float | None, goal: float, words: Translator, *, up: bool = False) -> str:
    return NO_FIGURE if value is None else words("{hours} h", hours=number(value, 1, goal, up=up))


def _hours(setting: object, otherwise: float) -> float:
    if isinstance(setting, str):
        return parse_duration(setting) / _HOUR
    if isinstance(setting, int | float):
        return setting / _HOUR
    return otherwise
