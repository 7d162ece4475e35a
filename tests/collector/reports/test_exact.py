"""Instants and lengths are printed exactly."""

import pytest

from collector.reports.exact import length, moment


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
