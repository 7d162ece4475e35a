"""When the time of which requests is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.icmp.expiries import Expiries, tick


def test_those_of_one_instant_are_over_together_and_in_order() -> None:
    expiries = Expiries()
    expiries.note(10, [500, 500, 400])
    expiries.note(7, [400])

    assert expiries.first == 400
    assert list(expiries.over(0.5)) == [(400, [12, 7]), (500, [10, 11])]
    assert expiries.first is None


def test_what_is_told_over_is_not_told_again() -> None:
    expiries = Expiries()
    expiries.note(0, [100, 200])

    assert list(expiries.over(0.1)) == [(100, [0])]
    assert list(expiries.over(0.199)) == []
    assert list(expiries.over(0.2)) == [(200, [1])]


@given(now=st.floats(0, 1e6), timeout_s=st.floats(0.001, 60))
def test_nobody_is_given_up_early_nor_much_later(now: float, timeout_s: float) -> None:
    late_ms = tick(now, timeout_s) - (now + timeout_s) * 1000

    assert -1e-3 <= late_ms <= 1 + max(1, 0.02 * timeout_s * 1000)


@pytest.mark.parametrize("timeout_s", [0.2, 0.8, 5])
def test_requests_of_a_while_share_an_instant(timeout_s: float) -> None:
    assert len({tick(at / 1000, timeout_s) for at in range(100, 200)}) <= 100 / 4 + 1
