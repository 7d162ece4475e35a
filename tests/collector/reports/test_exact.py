"""Instants and lengths are printed exactly."""

import pytest

from collector.reports.exact import length, moment
from rules.period import parse_instant


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (0, "0:00:00"),
        (59_999, "0:00:59.999"),
        (12_600_000, "3:30:00"),
        (2_592_000_000, "720:00:00"),
        (1_500, "0:00:01.5"),
        (-1_000, "-0:00:01"),
        (None, "–"),
    ],
)
def test_length(span: int | None, text: str) -> None:
    assert length(span) == text


def test_a_moment_is_told_in_the_zone_of_the_report() -> None:
    assert moment(1_788_192_000_500, "Asia/Shanghai") == "2026-09-01 00:00:00.5"


def test_no_moment_is_a_dash() -> None:
    assert moment(None, "Asia/Shanghai") == "–"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        ("2026-10-25T00:50:00Z", "2026-10-25 02:50:00 +02:00"),
        ("2026-10-25T01:10:00.5Z", "2026-10-25 02:10:00.5 +01:00"),
        ("2026-10-25T02:00:00Z", "2026-10-25 03:00:00"),
        ("2026-03-29T01:10:00Z", "2026-03-29 03:10:00"),
    ],
)
def test_the_hour_that_comes_twice_tells_its_offset(instant: str, text: str) -> None:
    assert moment(parse_instant(instant, "UTC"), "Europe/Berlin") == text
