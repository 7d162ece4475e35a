"""The bar shows every stretch, trouble above all."""

from collector.reports.bar import WIDTH, bar, days, marks
from rules.period import month, quarter


def test_seconds_of_trouble_in_a_month_are_still_seen() -> None:
    drawn = bar([[0, 10, "up"], [10, 11, "down"], [11, 10_000_000, "up"]], 0, 10_000_000, "x")

    assert 'class="down" x="0.00" width="1.50"' in drawn


def test_trouble_at_the_very_end_stays_inside() -> None:
    drawn = bar([[0, 9_999_999, "up"], [9_999_999, 10_000_000, "down"]], 0, 10_000_000, "x")

    assert f'x="{WIDTH - 1.5:.2f}"' in drawn


def test_trouble_is_drawn_over_calm() -> None:
    drawn = bar([[0, 5, "down"], [5, 10, "up"]], 0, 10, "x")

    assert drawn.index('"up"') < drawn.index('"down"')


def test_a_name_cannot_become_markup() -> None:
    assert "<b>" not in bar([], 0, 1, "<b>")


def test_a_month_with_a_clock_change_has_all_its_days() -> None:
    period = month("2026-03", "Europe/Berlin")

    assert days(period.start, period.end, period.tz).count("<line") == 31


def test_under_a_long_period_months_are_marked_and_no_days() -> None:
    whole = quarter("2026-Q3", "Asia/Shanghai")

    assert [mark.label for mark in marks(whole.start, whole.end, whole.tz)] == ["2026-07", "2026-08", "2026-09"]
