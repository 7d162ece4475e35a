"""Error budgets: what is used, what is left, when it will run out; the month of TV-55 among them."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.budget import Budget, Partition, bad_time, budget, forecast, spent_at
from rules.objective import Comparator, Objective, Verdict, share_verdict
from rules.parameters import DAY, HOUR, MINUTE
from rules.state import State

MONTH = 30 * DAY


def down(*spells: tuple[int, int], length: int = MONTH, state: State = State.DOWN) -> Partition:
    """A period that is up but for these stretches."""
    tiles, position = [], 0
    for start, end in spells:
        tiles += [(position, start, State.UP), (start, end, state)]
        position = end
    return [tile for tile in [*tiles, (position, length, State.UP)] if tile[0] < tile[1]]


@pytest.mark.parametrize(("days", "hours"), [(28, 6.72), (30, 7.2), (31, 7.44)])
def test_one_percent_of_a_month(days: int, hours: float) -> None:
    found = budget([down(length=days * DAY)], 0.01)

    assert float(found.whole) == hours * HOUR


def test_the_budget_of_a_fleet_is_of_all_its_hours() -> None:
    """TV-55: 35 992 device-hours, 16.5 down and 14 unreachable."""
    hours = {State.UP: 35949.5, State.DOWN: 16.5, State.UNREACHABLE: 14, State.UNKNOWN: 12}
    tiles, position = [], 0
    for state, length in hours.items():
        tiles.append((position, position + int(length * HOUR), state))
        position = tiles[-1][1]
    found = budget([tiles], 0.01)

    assert float(found.whole / HOUR) == 359.92
    assert f"{float(found.share(found.own) or 0) * 100:.3f}" == "4.584"
    assert f"{float(found.share(found.delivered) or 0) * 100:.3f}" == "8.474"
    assert found.judged == found.own
    assert budget([tiles], 0.01, delivered=True).judged == found.delivered


def test_time_that_is_not_agreed_has_no_budget() -> None:
    found = budget([down((0, 10 * DAY), state=State.MAINTENANCE)], 0.01)

    assert found.whole == Fraction(20 * DAY, 100)
    assert budget([down((0, MONTH), state=State.OUT_OF_SERVICE)], 0.01).used is None


def test_time_to_come_is_part_of_the_budget() -> None:
    assert budget([down(length=10 * DAY)], 0.01, ahead=20 * DAY).whole == Fraction(MONTH, 100)


def test_what_is_left_is_one_more_outage() -> None:
    """7.2 hours less 5 hours 2 minutes: 2 hours and 10 minutes less a trifle, since 1 % exactly would be missed."""
    found = budget([down((0, 5 * HOUR + 2 * MINUTE))], 0.01)

    assert found.outage_left == 2 * HOUR + 10 * MINUTE - 1


@given(st.integers(0, 2 * MONTH // 100))
def test_the_outage_that_is_left_keeps_the_promise_and_a_longer_one_breaks_it(used: int) -> None:
    promise = Objective(Comparator.BELOW, 0.01)
    left = budget([down((0, used))], 0.01).outage_left

    def verdict(bad: int) -> Verdict:
        return share_verdict(promise, bad, MONTH, 0, 0.95)

    assert verdict(used + left) is Verdict.MET or (left == 0 and used >= MONTH // 100)
    assert verdict(used + left + 1) is Verdict.MISSED


@pytest.mark.parametrize(("used", "reached"), [(0.49, 0), (0.5, 1), (0.75, 2), (0.9, 3), (0.999, 3), (1, 4), (1.5, 4)])
def test_people_are_warned_at_half_of_it_and_later(used: float, reached: int) -> None:
    found = Budget(Fraction(1, 100), MONTH, 0, 0, int(used * MONTH / 100))

    assert len(found.warnings) == reached


def test_bad_time_in_a_stretch_is_of_all_objects() -> None:
    partitions = [down((HOUR, 3 * HOUR)), down((2 * HOUR, 4 * HOUR), state=State.UNREACHABLE)]

    assert bad_time(partitions, 2 * HOUR, 5 * HOUR) == HOUR
    assert bad_time(partitions, 2 * HOUR, 5 * HOUR, delivered=True) == 3 * HOUR


partitions = st.lists(
    st.lists(st.integers(0, 200), min_size=2, max_size=8, unique=True).map(
        lambda cuts: down(*[(sorted(cuts)[k], sorted(cuts)[k + 1]) for k in range(0, len(cuts) - 1, 2)], length=1000)
    ),
    max_size=4,
)


@given(partitions, st.integers(1, 500))
def test_a_budget_is_spent_at_the_first_instant_at_which_so_much_is_used(
    found: Sequence[Partition], allowed: int
) -> None:
    instant = spent_at(found, Fraction(allowed))
    used = [bad_time(found, 0, at) for at in range(1001)]
    counted = next((at for at, bad in enumerate(used) if bad >= allowed), None)

    assert instant == counted


def test_a_forecast_of_the_last_week() -> None:
    """7.2 hours, of which one is left on the 20th; the week before used 20 minutes a day: three days more."""
    found = forecast(Fraction(HOUR), 7 * 20 * MINUTE, 7 * DAY, 20 * DAY, MONTH)

    assert (found.per_day, found.days_left) == (Fraction(20 * MINUTE), Fraction(3))
    assert (found.runs_out, found.missed) == (23 * DAY, True)


@pytest.mark.parametrize(
    ("left", "recent", "missed"),
    [
        (HOUR, 7 * 6 * MINUTE, True),  # lasts ten days of the ten: used up at the end, so not less than the target
        (HOUR + 1, 7 * 6 * MINUTE, False),
        (HOUR, 0, False),
        (0, 0, True),
        (-HOUR, 7 * HOUR, True),
    ],
)
def test_a_month_is_missed_when_the_budget_does_not_outlast_it(left: int, recent: int, missed: bool) -> None:
    assert forecast(Fraction(left), recent, 7 * DAY, 20 * DAY, MONTH).missed is missed


def test_without_use_there_is_no_day_on_which_it_runs_out() -> None:
    found = forecast(Fraction(HOUR), 0, 7 * DAY, 0, MONTH)

    assert (found.days_left, found.runs_out) == (None, None)
