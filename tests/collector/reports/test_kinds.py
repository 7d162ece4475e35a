"""The kinds of reports and their periods."""

import sqlite3
from pathlib import Path

import pytest

from collector.reports.kinds import Kind, canonical, following, frozen_at, kind_of, periods
from collector.store import incidents
from rules.errors import Invalid, Missing
from rules.parameters import DAY, FreezeAt
from rules.period import Period, month, parse_instant, quarter, year
from tests.collector.watch import URGENT, world

TZ = "Asia/Shanghai"


def test_a_period_and_the_one_before() -> None:
    tx = sqlite3.connect(":memory:")

    assert periods(tx, Kind.MONTH, "2026-01", TZ, 0) == (month("2026-01", TZ), month("2025-12", TZ))
    assert periods(tx, Kind.QUARTER, "2026-Q1", TZ, 0) == (quarter("2026-Q1", TZ), quarter("2025-Q4", TZ))
    assert periods(tx, Kind.YEAR, "2026", TZ, 0) == (year("2026", TZ), year("2025", TZ))


@pytest.mark.parametrize(("kind", "name"), [(Kind.QUARTER, "2026-q1"), (Kind.MONTH, "2026-01"), (Kind.YEAR, "2026")])
def test_a_period_has_one_name_by_which_it_is_kept(kind: Kind, name: str) -> None:
    tx = sqlite3.connect(":memory:")

    kept = canonical(tx, kind, name)

    assert kept == name.replace("q", "Q")
    assert periods(tx, kind, kept, TZ, 0) == periods(tx, kind, name, TZ, 0)


@pytest.mark.parametrize("name", ["9999", "0001", "1969"])
def test_a_year_that_nothing_can_be_told_of_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        periods(sqlite3.connect(":memory:"), Kind.YEAR, name, TZ, 0)


def test_an_unknown_kind_is_told_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="month, quarter, year, special"):
        kind_of("week")


def test_a_calendar_period_is_frozen_later_and_a_special_one_when_it_is_over() -> None:
    period = month("2026-09", TZ)

    assert frozen_at(Kind.MONTH, period, FreezeAt(3, 12, 0)) == parse_instant("2026-10-03T12:00", TZ)
    assert frozen_at(Kind.SPECIAL, period, FreezeAt(3, 12, 0)) == period.end


def test_a_special_report_covers_the_days_that_its_incident_touches(tmp_path: Path) -> None:
    with world(tmp_path) as found:
        found.join("a1")
        found.add("core-1", **URGENT)
        found.run(20)
        found.fail("core-1")
        found.run(20)
        with found.rooms.state.read() as tx:
            incident = incidents.page(tx)[0]
            period, before = periods(tx, Kind.SPECIAL, incident.name, TZ, found.now)
            with pytest.raises(Missing):
                periods(tx, Kind.SPECIAL, "INC-2026-999999", TZ, found.now)

    assert period.start <= incident.opened < found.now <= period.end
    assert (period.length, before.end) == (24 * 3_600_000, period.start)


@pytest.mark.parametrize(
    ("period", "end"),
    [
        (month("2026-01", TZ), month("2026-02", TZ).end),
        (month("2026-02", TZ), month("2026-03", TZ).end),
        (month("2026-11", TZ), month("2026-12", TZ).end),
        (quarter("2026-Q4", TZ), quarter("2027-Q1", TZ).end),
        (year("2027", TZ), year("2028", TZ).end),
    ],
)
def test_what_follows_is_the_next_period_of_the_kind(period: Period, end: int) -> None:
    assert (following(period).start, following(period).end) == (period.end, end)


def test_after_some_days_follow_as_many() -> None:
    days = Period(month("2026-09", TZ).start + DAY, month("2026-09", TZ).start + 3 * DAY, TZ)

    assert following(days).length == 2 * DAY
