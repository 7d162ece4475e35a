"""The timeline bar: everything in its place, trouble never too small to see."""

import pytest

from collector.texts import translator
from collector.web.views.bar import bar, clock_ticks, month_ticks, recent
from rules.period import Period, month

EN = translator("en")
DAY = 86_400_000
PERIOD = Period(0, 10 * DAY, "UTC")


def test_a_segment_lies_where_its_time_is() -> None:
    drawn = bar([[0, 5 * DAY, "up"], [5 * DAY, 10 * DAY, "down"]], PERIOD, 10 * DAY, EN)

    assert [(one.state, one.x, one.width) for one in drawn.segments] == [("up", "0", "50"), ("down", "50", "50")]


def test_an_outage_of_a_second_is_wide_enough_to_see_and_lies_on_top() -> None:
    drawn = bar([[0, 100, "up"], [100, 1100, "down"], [1100, 10 * DAY, "up"]], PERIOD, 10 * DAY, EN)

    assert drawn.segments[-1].state == "down"
    assert float(drawn.segments[-1].width) >= 0.25


def test_a_segment_at_the_end_stays_inside() -> None:
    drawn = bar([[0, 10 * DAY - 1, "up"], [10 * DAY - 1, 10 * DAY, "down"]], PERIOD, 10 * DAY, EN)

    last = drawn.segments[-1]
    assert float(last.x) + float(last.width) <= 100


def test_many_small_outages_become_few_rectangles() -> None:
    tiles: list[list[object]] = []
    for number in range(5_000):
        tiles += [[number * 1000, number * 1000 + 500, "up"], [number * 1000 + 500, number * 1000 + 1000, "down"]]

    drawn = bar(tiles, Period(0, 5_000_000, "UTC"), 5_000_000, EN)

    assert len(drawn.segments) < 20


def test_the_future_is_blank_and_now_is_marked() -> None:
    drawn = bar([[0, 4 * DAY, "up"]], PERIOD, 4 * DAY, EN)

    assert drawn.now == "40"
    assert sum(float(one.width) for one in drawn.segments) == 40


def test_a_bar_says_itself_in_words() -> None:
    drawn = bar([[0, 9 * DAY, "up"], [9 * DAY, 10 * DAY, "unknown"]], PERIOD, 10 * DAY, EN)

    assert drawn.label == "Unknown 1 d 0 h, Up 9 d 0 h"
    assert bar([], PERIOD, 0, EN).label == "no data"


def test_the_axis_of_a_month_has_its_days() -> None:
    assert [tick.label for tick in month_ticks(month("2026-02", "UTC"))] == ["1", "5", "10", "15", "20", "25"]


def test_the_axis_of_a_day_follows_the_local_clock_over_a_change_to_summer_time() -> None:
    start = 1_774_738_800_000  # 2026-03-29 00:00 in Berlin; the clock leaps from two to three
    labels = [tick.label for tick in clock_ticks(Period(start, start + DAY, "Europe/Berlin"))]

    assert labels[:3] == ["00:00", "03:00", "06:00"]


def test_the_axis_of_an_hour_has_its_tens_of_minutes() -> None:
    start = 1_774_738_800_000

    labels = [tick.label for tick in clock_ticks(Period(start + 60_000, start + 3_660_000, "Europe/Berlin"))]

    assert labels == ["00:10", "00:20", "00:30", "00:40", "00:50", "01:00"]


@pytest.mark.parametrize(("lived", "hours"), [(60_000, 1), (3_600_001, 6), (7 * 3_600_000, 24), (None, 24)])
def test_what_is_young_is_seen_from_near(lived: int | None, hours: int) -> None:
    now = 100 * DAY

    assert recent(now, None if lived is None else now - lived, "UTC").length == hours * 3_600_000
