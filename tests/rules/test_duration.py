"""Durations as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.duration import format_duration, parse_duration
from rules.errors import Invalid


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("30s", 30_000),
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("0.5s", 500),
        ("250ms", 250),
        ("2w", 1_209_600_000),
        ("500h", 1_800_000_000),
        (" 0s ", 0),
    ],
)
def test_text_is_read(text: str, milliseconds: int) -> None:
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "5m5m", "5s1h", "1h x", "0.5ms", "٥m x"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_duration(text)


@given(st.integers(0, 10**12))
def test_what_is_written_reads_back(milliseconds: int) -> None:
    assert parse_duration(format_duration(milliseconds)) == milliseconds


@pytest.mark.parametrize(("milliseconds", "text"), [(259_200_000, "3d"), (1_800_000_000, "500h"), (90_000, "1m30s")])
def test_days_are_written_for_whole_days_only(milliseconds: int, text: str) -> None:
    assert format_duration(milliseconds) == text
