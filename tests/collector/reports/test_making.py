"""Every chapter of a report is about the report's own period, in the report's own zone."""

from typing import Any

import pytest

from collector.reports import seal
from collector.reports.kinds import kind_of, periods
from collector.reports.layout.blocks import Paragraph
from collector.reports.layout.lay import lay
from collector.reports.making import Wanted, make
from collector.specs import PolicySpec
from tests.collector.reports.test_revisions import FROZEN, MONTH, TZ
from tests.collector.rooms import ADMIN, START, Rooms
from tests.collector.watched import MINUTE, Watched, an_outage, watched

DAY = 24 * 60 * MINUTE


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


def test_it_says_from_when_there_are_records(found: Watched) -> None:
    told = made(found, "quarter", "2026-Q3")

    assert told["since"] == START
    for block in (lay(sealed(told), "en").cover.facts, [("", text) for text in paragraphs(told)]):
        assert any("2026-09-21 22:13:20" in text for _, text in block)
    later = made(found, "month", "2026-10", at=FROZEN + 35 * DAY)
    assert not any("2026-09-21" in text for _, text in lay(sealed(later), "en").cover.facts)


def test_the_annex_tells_how_checks_looked_and_not_what_is_shipped(found: Watched) -> None:
    found.rooms.registry.add_policy(PolicySpec("name=core-*", {"interval": "5m", "timeout": "2s"}), ADMIN)

    told = made(found, "month", MONTH)

    assert told["looks"] == [
        {
            "kind": "ping",
            "interval": 300_000,
            "retry_interval": told["looks"][0]["retry_interval"],
            "timeout": 2_000,
            "confirm_down": 3,
            "confirm_up": 2,
            "max_gap": told["looks"][0]["max_gap"],
            "checks": 1,
        }
    ]
    tables = {table.name: [row[0].shown for row in table.rows] for table in lay(sealed(told), "en").tables()}
    assert tables["looks"] == ["ping"]
    assert "interval" not in tables["parameters"]
    assert "fault_rate_definition" in tables["parameters"]


def test_settings_made_after_the_period_are_no_matter_of_it(found: Watched) -> None:
    before = made(found, "month", MONTH)
    found.rooms.registry.add_policy(PolicySpec("name=core-*", {"interval": "5m"}), ADMIN)

    assert made(found, "month", MONTH, at=FROZEN + DAY)["looks"] == before["looks"]


def sealed(data: dict[str, Any]) -> dict[str, Any]:
    return seal.seal(data, {"first": 1, "last": 1, "head": "ab" * 32})


def paragraphs(data: dict[str, Any]) -> list[str]:
    return [
        block.text for chapter in lay(sealed(data), "en").chapters for block in chapter.blocks
        if isinstance(block, Paragraph)
    ]  # fmt: skip
