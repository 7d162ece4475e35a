"""The token bucket: never more than the rate and one burst, and no less than the rate to a caller who comes in time."""

from hypothesis import given
from hypothesis import strategies as st

from agent.icmp.pace import Pace


@given(
    st.lists(st.tuples(st.floats(0, 0.1), st.integers(0, 200)), max_size=100),
    st.floats(1, 1e5),
    st.integers(1, 500),
)
def test_no_more_leaves_than_rate_and_burst_allow(calls: list[tuple[float, int]], rate: float, burst: int) -> None:
    pace = Pace(rate, burst, 0.0)
    now = 0.0
    left = 0
    for pause, wanted in calls:
        now += pause
        left += pace.take(wanted, now)

        assert left <= burst + rate * now + 1e-3


def test_who_comes_when_told_gets_what_was_asked() -> None:
    pace = Pace(1000, 64, 0.0)
    pace.take(64, 0.0)
    now = 0.0
    for _ in range(100):
        now += pace.wait(16, now)
        assert pace.take(16, now) == 16

    assert abs(now - 1.6) < 1e-6


def test_a_long_pause_earns_one_burst_only() -> None:
    pace = Pace(1000, 64, 0.0)

    assert pace.take(1000, 3600.0) == 64


def test_what_could_not_leave_is_given_back() -> None:
    pace = Pace(1000, 64, 0.0)
    pace.take(64, 0.0)
    pace.give_back(10)

    assert pace.take(64, 0.0) == 10


def test_a_clock_that_stands_gives_nothing() -> None:
    pace = Pace(1000, 8, 5.0)
    pace.take(8, 5.0)

    assert pace.take(1, 4.0) == 0
    assert pace.wait(1, 4.0) > 0
