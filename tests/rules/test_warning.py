"""Warnings: each share of an allowance when it is reached, in time of the clock."""

from fractions import Fraction

from rules.sla_clock import Allowance, deadline
from rules.warning import SHARES, following, reached

HOUR = 3_600_000
OPENED = 1_783_000_000_000


def test_the_shares_end_with_the_whole() -> None:
    assert (Fraction(1, 2), Fraction(3, 4), Fraction(9, 10), Fraction(1)) == SHARES


def test_a_share_is_reached_at_its_instant_and_not_before() -> None:
    running = deadline("response", OPENED, [Allowance(OPENED, HOUR)])

    assert reached(running, OPENED + HOUR // 2 - 1) is None
    assert reached(running, OPENED + HOUR // 2) == Fraction(1, 2)
    assert reached(running, OPENED + HOUR) == 1


def test_the_next_share_comes_after_the_instant_and_none_after_the_whole() -> None:
    running = deadline("response", OPENED, [Allowance(OPENED, HOUR)])

    assert following(running, OPENED) == OPENED + HOUR // 2
    assert following(running, OPENED + HOUR // 2) == OPENED + HOUR * 3 // 4
    assert following(running, OPENED + HOUR) is None


def test_a_pause_moves_what_comes_and_while_it_lasts_nothing_does() -> None:
    over = deadline("solved", OPENED, [Allowance(OPENED, HOUR)], [(OPENED, OPENED + HOUR)])
    lasting = deadline("solved", OPENED, [Allowance(OPENED, HOUR)], [(OPENED + HOUR * 2 // 3, None)])

    assert following(over, OPENED) == OPENED + HOUR * 3 // 2
    assert reached(lasting, OPENED + 9 * HOUR) == Fraction(1, 2)
    assert following(lasting, OPENED + HOUR) is None
