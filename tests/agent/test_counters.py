"""Movement of counters."""

import pytest

from agent.counters import moved, rate


@pytest.mark.parametrize(
    ("before", "after", "bits", "step"),
    [
        (10, 25, None, 15),
        (25, 10, None, None),
        (2**32 - 5, 5, 32, 10),
        (2**32 - 5, 5, 64, 10),
        (2**40, 5, 64, None),
    ],
)
def test_a_counter_moves_wraps_or_begins_anew(before: int, after: int, bits: int | None, step: int | None) -> None:
    assert moved(before, after, bits) == step


def test_a_rate_needs_time_between() -> None:
    assert rate(0, 10, 5) == 2
    assert rate(0, 10, 0.1) is None
