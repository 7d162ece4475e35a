"""Quiet hours: when they hold and when they end."""

import pytest

from rules.errors import Invalid
from rules.period import parse_instant
from rules.quiet import Quiet

NIGHT = Quiet.from_setting({"mon-sun": ["00:00-07:00", "22:00-24:00"]})


def at(text: str) -> int:
    return parse_instant(text, "Asia/Shanghai")


@pytest.mark.parametrize(
    ("instant", "end"),
    [
        ("2026-03-02T21:59", None),
        ("2026-03-02T22:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59", "2026-03-03T07:00"),
        ("2026-03-03T07:00", None),
    ],
)
def test_hours_that_touch_at_midnight_are_one_stretch(instant: str, end: str | None) -> None:
    assert NIGHT.until(at(instant), "Asia/Shanghai") == (None if end is None else at(end))


def test_a_weekend_ends_on_monday() -> None:
    weekend = Quiet.from_setting({"sat-sun": ["00:00-24:00"]})

    assert weekend.until(at("2026-03-07T12:00"), "Asia/Shanghai") == at("2026-03-09T00:00")


@pytest.mark.parametrize("table", [3, {"someday": ["01:00-02:00"]}, {"mon": ["22:00-07:00"]}, {"mon": "01:00-02:00"}])
def test_mistakes_are_refused(table: object) -> None:
    with pytest.raises(Invalid):
        Quiet.from_setting(table)


@pytest.mark.parametrize(
    "table", [{"mon-sun": ["00:00-24:00"]}, {"mon-fri": ["00:00-12:00", "12:00-24:00"], "sat-sun": ["00:00-24:00"]}]
)
def test_a_week_that_is_quiet_throughout_is_refused(table: dict[str, list[str]]) -> None:
    with pytest.raises(Invalid, match="expected an hour of the week that is not quiet"):
        Quiet.from_setting(table)


def test_one_minute_a_week_that_is_not_quiet_is_enough() -> None:
    week = Quiet.from_setting({"mon-sat": ["00:00-24:00"], "sun": ["00:00-23:59"]})

    assert week.until(at("2026-03-02T00:00"), "Asia/Shanghai") == at("2026-03-08T23:59")
