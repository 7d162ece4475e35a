"""Every chapter of a report is about the report's own period, in the report's own zone."""

from typing import Any

import pytest

from collector.reports.kinds import kind_of, periods
from collector.reports.making import Wanted, make
from tests.collector.reports.test_revisions import FROZEN, MONTH, TZ
from tests.collector.rooms import START, Rooms
from tests.collector.watched import MINUTE, Watched, an_outage, watched


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


def made(found: Watched, kind: str, name: str, tz: str = TZ, at: int = FROZEN) -> dict[str, Any]:
    found.rooms.clock.at = at
    with found.state.read() as tx:
        period, before = periods(tx, kind_of(kind), name, tz, at)
    return make(found, Wanted(kind, name, tz), period, before, at, found.settings)


@pytest.mark.parametrize(("kind", "name"), [("month", MONTH), ("quarter", "2026-Q3"), ("year", "2026")])
@pytest.mark.parametrize("tz", [TZ, "UTC", "Pacific/Chatham"])
def test_what_was_promised_is_told_for_the_period_of_the_report(found: Watched, kind: str, name: str, tz: str) -> None:
    told = made(found, kind, name, tz)
    (house,) = told["attainment"]

    assert house["period"] == {key: told["period"][key] for key in ("from", "to", "tz")}
    (rate, *_) = house["objectives"]
    assert (rate["down_ms"], rate["agreed_ms"]) == (told["fleet"]["down_ms"], told["fleet"]["agreed_ms"])
    assert rate["value"] == told["headline"][0]["actual"]


def test_what_was_asked_in_a_quarter_counts_in_all_of_it(found: Watched) -> None:
    told = made(found, "year", "2026", at=FROZEN + 40 * 24 * 60 * MINUTE)
    (house,) = told["attainment"]

    assert house["objectives"][0]["down_ms"] == 10 * MINUTE
    assert {row["name"]: row["due"] for row in house["requests"]} == {
        row["name"]: row["due"] for row in told["handling"]["rules"]
    }
    assert told["period"]["from"] < START
