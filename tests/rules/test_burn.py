"""Burn rates: TV-56, the table of rules, and what keeps them quiet."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.budget import Partition
from rules.burn import LONGEST, RULES, Severity, burns, share
from rules.parameters import DAY, HOUR, MINUTE
from rules.state import State

MONTH = 30 * DAY
NOW = 100 * DAY


def minutes(*bad: tuple[int, int], state: State = State.DOWN, otherwise: State = State.UP) -> Partition:
    """The last three days, up but from so many minutes ago to so many (given from the earlier to the later)."""
    tiles, position = [], NOW - LONGEST
    for before, after in bad:
        tiles += [(position, NOW - before * MINUTE, otherwise), (NOW - before * MINUTE, NOW - after * MINUTE, state)]
        position = tiles[-1][1]
    return [tile for tile in [*tiles, (position, NOW, otherwise)] if tile[0] < tile[1]]


def firing(*partitions: Partition, before: tuple[int, ...] = ()) -> list[int]:
    """The places of the rules that fire."""
    found = burns(partitions, 0.01, NOW, MONTH, firing=[RULES[place] for place in before])
    return [place for place, burn in enumerate(found) if burn.firing]


def test_nine_bad_minutes_of_the_last_hour_call_somebody() -> None:
    """TV-56: nine of sixty one-minute looks failed, the last five of them all: 15 % and 100 % against 14.4 %."""
    found = burns([minutes((40, 36), (5, 0))], 0.01, NOW, MONTH, whole=Fraction(MONTH, 100))[0]

    assert (found.long.bad, found.long.known) == (9 * MINUTE, HOUR)
    assert (found.long_burn, found.short_burn, found.rate) == (Fraction(15), Fraction(100), Fraction(144, 10))
    assert (found.rule.severity, found.firing) == (Severity.PAGE, True)
    assert f"{float(found.used or 0) * 100:.3f}" == "2.083"  # 0.15 h of 7.2 h


def test_nine_of_sixty_looks_counted() -> None:
    """TV-56 by counting looks: what each look says stands for its minute."""
    looks = [minute in range(20, 24) or minute >= 55 for minute in range(60)]

    assert (sum(looks), sum(looks[-5:])) == (9, 5)
    assert sum(looks) / 60 > 0.144 > 8 / 60
    assert sum(looks) / 60 / 7.2 == pytest.approx(0.02083, rel=1e-3)


def test_eight_bad_minutes_do_not() -> None:
    assert firing(minutes((40, 37), (5, 0))) == []


@pytest.mark.parametrize(
    ("days", "rates"), [(30, [14.4, 6.0, 3.0, 1.0]), (31, [14.88, 6.2, 3.1, pytest.approx(1.0333, rel=1e-4)])]
)
def test_the_rates_follow_the_length_of_the_month(days: int, rates: list[float]) -> None:
    assert [float(rule.rate(days * DAY)) for rule in RULES] == rates


@pytest.mark.parametrize(("place", "seconds"), [(0, 518), (1, 1296), (2, 2592), (3, 2592)])
def test_how_long_something_must_be_down_until_a_rule_fires(place: int, seconds: int) -> None:
    """8 min 38 s (518.4), 21 min 36 s, and twice 43 min 12 s, the limit itself not fast enough."""
    limit = float(RULES[place].rate(MONTH)) * 0.01 * RULES[place].long
    slow = [(NOW - LONGEST, NOW - int(limit), State.UP), (NOW - int(limit), NOW, State.DOWN)]
    fast = [(NOW - LONGEST, NOW - int(limit) - 1, State.UP), (NOW - int(limit) - 1, NOW, State.DOWN)]

    assert int(limit) // 1000 == seconds
    assert place not in firing(slow)
    assert place in firing(fast)


def test_it_is_over_when_the_short_window_is_well() -> None:
    assert 0 in firing(minutes((20, 4)))
    assert 0 not in firing(minutes((25, 5)))


def test_what_fired_goes_on_until_the_short_window_clears() -> None:
    """Three bad minutes alone are too few for the hour; after a page they say that it is not over yet."""
    assert firing(minutes((3, 0))) == []
    assert firing(minutes((3, 0)), before=(0,)) == [0]
    assert firing(minutes((9, 6)), before=(0,)) == []


def test_unknown_time_is_on_neither_side() -> None:
    found = share([minutes((30, 0), state=State.UNKNOWN)], NOW - HOUR, NOW)

    assert (found.bad, found.known, found.unknown, found.blind) == (0, 30 * MINUTE, 30 * MINUTE, False)


def test_a_window_of_which_less_than_half_is_known_fires_nothing_and_is_blind() -> None:
    tiles = [(NOW - LONGEST, NOW - 31 * MINUTE, State.UNKNOWN), (NOW - 31 * MINUTE, NOW - 29 * MINUTE, State.UP)]
    seen = [*tiles, (NOW - 29 * MINUTE, NOW, State.DOWN)]
    less = [(NOW - LONGEST, NOW - 29 * MINUTE, State.UNKNOWN), (NOW - 29 * MINUTE, NOW, State.DOWN)]

    assert burns([seen], 0.01, NOW, MONTH)[0].firing
    assert not burns([seen], 0.01, NOW, MONTH)[0].blind
    assert burns([less], 0.01, NOW, MONTH)[0].blind
    assert not burns([less], 0.01, NOW, MONTH)[0].firing


def test_what_fired_is_not_over_because_nobody_sees_it() -> None:
    assert 0 in firing([(NOW - LONGEST, NOW, State.UNKNOWN)], before=(0,))


def test_time_that_is_not_agreed_is_not_blind() -> None:
    found = burns([[(NOW - LONGEST, NOW, State.OUT_OF_SERVICE)]], 0.01, NOW, MONTH)

    assert not any(one.blind or one.firing for one in found)
    assert found[0].long_burn is None


def test_a_group_burns_by_all_of_its_time() -> None:
    """One of ten devices down for an hour is 10 % of it, which is not yet a page; two of them are 20 %."""
    assert firing(minutes((60, 0)), *[minutes()] * 9) == []
    assert firing(minutes((60, 0)), minutes((60, 0)), *[minutes()] * 8) == [0]


def test_what_a_failed_parent_hides_burns_a_services_budget() -> None:
    hidden = [minutes((60, 0), state=State.UNREACHABLE)]

    assert not burns(hidden, 0.01, NOW, MONTH)[0].firing
    assert burns(hidden, 0.01, NOW, MONTH, delivered=True)[0].firing


@given(st.lists(st.integers(1, 4000), min_size=2, max_size=8, unique=True), st.integers(1, 4000))
def test_a_share_is_what_a_grid_of_minutes_counts(cuts: list[int], window: int) -> None:
    edges = sorted(cuts, reverse=True)
    spells = [(edges[k], edges[k + 1]) for k in range(0, len(edges) - 1, 2)]

    found = share([minutes(*spells)], NOW - window * MINUTE, NOW)

    bad = sum(any(after <= minute < before for before, after in spells) for minute in range(window))
    assert (found.bad, found.known) == (bad * MINUTE, window * MINUTE)
