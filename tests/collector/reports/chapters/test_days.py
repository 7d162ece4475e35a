"""Day by day: what was lost adds up to what was lost."""

from itertools import pairwise
from typing import Any

from collector.reports.chapters import days
from rules.period import Period, month, parse_instant

HOUR = 3_600_000
TZ = "Asia/Shanghai"
SEPTEMBER = month("2026-09", TZ)


def at(text: str) -> int:
    return parse_instant(f"2026-{text}", TZ)


def entry(name: str, downs: list[tuple[int, int]], kind: str = "host", state: str = "down") -> dict[str, Any]:
    partition: list[list[Any]] = []
    last = SEPTEMBER.start
    for start, end in downs:
        partition += [[last, start, "up"], [start, end, state]]
        last = end
    partition.append([last, SEPTEMBER.end, "up"])
    lost = sum(end - start for start, end in downs)
    return {
        "name": name, "kind": kind, "partition": partition, "down_ms": lost if state == "down" else 0,
        "unreachable_ms": lost if state == "unreachable" else 0,
    }  # fmt: skip


def test_a_night_is_split_at_midnight() -> None:
    found = days.heat([entry("core-1", [(at("09-03T22:00"), at("09-04T03:00"))])], SEPTEMBER)

    lost = found["rows"][0]["lost_ms"]
    assert (lost[2], lost[3], sum(lost)) == (2 * HOUR, 3 * HOUR, 5 * HOUR)
    assert found["rows"][0]["agreed_ms"] == [24 * HOUR] * 30


def test_a_day_on_which_clocks_change_has_its_own_length() -> None:
    march = month("2026-03", "Europe/Berlin")
    marks = days.bounds(march)

    lengths = [end - start for start, end in pairwise(marks)]
    assert (len(lengths), lengths[28], set(lengths)) == (31, 23 * HOUR, {23 * HOUR, 24 * HOUR})


def test_those_that_lost_most_come_first_and_services_before_targets() -> None:
    one = [(at("09-03T00:00"), at("09-03T01:00"))]
    two = [(at("09-03T00:00"), at("09-03T02:00"))]
    given = [entry("a", one), entry("b", two), entry("web", one, kind="service"), entry("calm", [], kind="service")]

    assert [row["name"] for row in days.heat(given, SEPTEMBER)["rows"]] == ["b", "web", "a", "calm"]


def test_what_does_not_fit_on_the_paper_is_counted() -> None:
    found = days.heat([entry(f"t{number}", []) for number in range(60)], SEPTEMBER)

    assert (len(found["rows"]), found["left_out"]) == (20, 40)


def test_a_service_loses_what_it_was_unreachable() -> None:
    found = [(at("09-03T00:00"), at("09-03T01:00"))]
    service = entry("web", found, kind="service", state="unreachable")
    host = entry("a", found, state="unreachable")

    rows = days.heat([service, host], SEPTEMBER)["rows"]
    assert [sum(row["lost_ms"]) for row in rows] == [HOUR, 0]


def test_the_budget_is_used_up_day_by_day() -> None:
    objects = [
        entry("a", [(at("09-03T00:00"), at("09-03T06:00"))]),
        entry("b", [(at("09-10T00:00"), at("09-10T01:12"))]),
    ]
    agreed = 2 * 30 * 24 * HOUR
    found = days.budget(objects, SEPTEMBER, 0.01, agreed)

    assert found["allowed_ms"] == agreed // 100
    assert found["days"][1]["own_ms"] == 0
    assert found["days"][2]["own_ms"] == 6 * HOUR
    assert found["days"][-1]["own_ms"] == 6 * HOUR + 72 * 60_000
    assert found["used"] == (6 * HOUR + 72 * 60_000) / (agreed // 100)


def test_without_agreed_time_there_is_no_share() -> None:
    assert days.budget([], Period(SEPTEMBER.start, SEPTEMBER.start + 1, TZ), 0.01, 0)["used"] is None
