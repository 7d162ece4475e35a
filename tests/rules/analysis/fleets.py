"""Fleets in words: when each object was down, in hours of a month; through replay, as anybody could."""

from collections.abc import Iterable, Mapping
from typing import Any

from rules.analysis import analyse
from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import timelines
from rules.timeline import Timeline
from tests.rules.stories import EPOCH, HOUR, line, target

MONTH = 720.0
"""Hours of the period in which everything happens."""

Stretches = Iterable[tuple[float, float]]


def at(hours: float) -> int:
    """ms UTC of hours after EPOCH."""
    return EPOCH + round(hours * HOUR)


def period(end: float = MONTH, start: float = 0.0) -> Period:
    return Period(at(start), at(end), "Asia/Shanghai")


def lines(down: Mapping[str, Stretches], targets: Mapping[str, Mapping[str, Any]], until: float) -> list[str]:
    """A record in which each object is up from ten days before the period on, except where it is down.

    ``targets`` says more of an object, as a target line has it.
    """
    found: list[str] = []
    for name, stretches in down.items():
        found += target(name, **targets.get(name, {}))
        position = -240.0
        for start, end in stretches:
            found += _span(name, position, start, "up") + _span(name, start, end, "down")
            position = end
        found += _span(name, position, until, "up")
    return found


def fleet(
    down: Mapping[str, Stretches], whole: Period | None = None, extra: Iterable[str] = (), **targets: Mapping[str, Any]
) -> list[Timeline]:
    """The timelines of such objects; ``extra`` are further lines of the record."""
    record = read_record([*lines(down, targets, MONTH + 240), *extra])
    return list(timelines(record, whole or period(), Parameters()).values())


def analysed(
    down: Mapping[str, Stretches],
    whole: Period | None = None,
    extra: Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
    **targets: Mapping[str, Any],
) -> dict[str, Any]:
    """The whole document for such objects."""
    parameters = Parameters().with_settings(dict(settings or {}))
    return analyse(fleet(down, whole, extra, **targets), whole or period(), parameters)


def _span(name: str, start: float, end: float, state: str) -> list[str]:
    if start >= end:
        return []
    return [line("span", check=f"{name}/ping", agent="a1", from_=at(start), to=at(end), state=state)]
