"""The services: what each is made of, how it is, and what this month says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector.needs import spelled
from collector.printed import duration, instant
from collector.texts import Translator
from collector.timelines import Current
from collector.web.views.bar import Bar, bar, clock_ticks
from collector.web.views.figure import Availability, Goals, availability, goals
from collector.web.views.words import STATES, word
from rules.period import Period


@dataclass(frozen=True, slots=True)
class Measured:
    """What a row is made of: the service by its parts' names, its state, its figures and its last hours."""

    id: str
    name: str
    needs: Mapping[str, Any]
    labels: Mapping[str, str]
    current: Current
    figures: Mapping[str, Any]
    partition: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service as listed."""

    id: str
    name: str
    needs: str
    labels: tuple[str, ...]
    agreement: str
    state: str
    state_word: str
    since: str
    since_at: str
    availability: Availability
    downtime: str
    failures: int
    strip: Bar


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the page of services shows."""

    month: str
    strip_period: str
    rows: tuple[ServiceRow, ...]


def services(
    found: Sequence[Measured], document: Mapping[str, Any], month: str, strip: Period, now: int, words: Translator
) -> Services:
    """``document`` is the figures of the month so far, for the terms by which each service is judged."""
    terms = {
        (one["name"], one["version"]): goals({"method": {"parameters": one["parameters"]}})
        for one in document["agreements"]
    }
    return Services(
        month=month,
        strip_period=words("last {hours} h", hours=strip.length // 3_600_000),
        rows=tuple(_row(one, terms, strip, now, words) for one in sorted(found, key=lambda one: one.name.casefold())),
    )


def _row(
    one: Measured, terms: Mapping[tuple[str, int | None], Goals], strip: Period, now: int, words: Translator
) -> ServiceRow:
    named = one.figures["agreement"]
    return ServiceRow(
        id=one.id,
        name=one.name,
        needs=spelled(one.needs),
        labels=tuple(f"{key}={value}" for key, value in sorted(one.labels.items())),
        agreement=" ".join(str(part) for part in (named["name"], named["version"]) if part is not None),
        state=one.current.state,
        state_word=word(STATES, one.current.state, words),
        since=duration(now - one.current.since, words) if one.current.since is not None else "",
        since_at=instant(one.current.since, strip.tz),
        availability=availability(one.figures, terms[named["name"], named["version"]], words),
        downtime=duration(one.figures["down_ms"], words),
        failures=one.figures["failures"],
        strip=bar(one.partition, strip, now, words, clock_ticks(strip)),
    )
