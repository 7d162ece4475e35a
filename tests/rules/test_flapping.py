"""Flapping as Nagios Core tells it: TV-33 of the vectors, and a loop over a ring of states beside it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import Invalid
from rules.flapping import Damping, flapping, state_change
from rules.result import Outcome

VECTOR = "000001000000100000101"
OUTCOMES = {"0": Outcome.OK, "1": Outcome.FAILED, "2": Outcome.DEGRADED, "e": Outcome.ERROR}


def outcomes(text: str) -> list[Outcome]:
    return [OUTCOMES[letter] for letter in text]


def percent(text: str) -> float:
    return float(100 * state_change(outcomes(text)))


def counted(states: str) -> float:
    """In per cent, as the C code walks its ring of 21 states that began as 0: with floats, and one state at a time."""
    ring, newest = ["0"] * 21, 20
    for state in states:
        newest = (newest + 1) % 21
        ring[newest] = state
    total, place = 0.0, (newest + 1) % 21
    previous = ring[place]
    for number in range(1, 21):
        place = (place + 1) % 21
        if ring[place] != previous:
            total += (number - 1) * (1.25 - 0.75) / 19 + 0.75
        previous = ring[place]
    return total * 100 / 20


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        pytest.param(VECTOR, 100 * (7 * 0.75 + 0.5 * 86 / 19) / 20, id="TV-33 seven changes"),
        pytest.param("0" * 20 + "1", 6.25, id="TV-33 the newest alone"),
        pytest.param("0" + "1" * 20, 3.75, id="TV-33 the oldest alone"),
        pytest.param("01" * 10 + "0", 100.0, id="TV-33 all alternating"),
        pytest.param("0" * 21, 0.0, id="none"),
        pytest.param("", 0.0, id="nothing known"),
        pytest.param("01", 6.25, id="two results"),
    ],
)
def test_the_share_of_changes_is_weighted_by_age(history: str, expected: float) -> None:
    assert percent(history) == pytest.approx(expected, rel=1e-12)


def test_the_vector_has_the_printed_value_and_flaps() -> None:
    assert percent(VECTOR) == pytest.approx(37.565789, abs=5e-7)
    assert flapping(outcomes(VECTOR))


@given(st.text("012", max_size=60))
def test_the_share_is_that_of_a_ring_of_states(later: str) -> None:
    history = "0" * 21 + later

    assert percent(history) == pytest.approx(counted(history), rel=1e-12)


def test_results_older_than_the_twenty_first_are_forgotten() -> None:
    assert percent("01" * 40 + "0" * 21) == 0


def test_an_error_is_no_result() -> None:
    assert percent("0e" * 20 + "1") == 6.25


def test_degraded_is_another_state_than_failed() -> None:
    assert percent("0" * 20 + "12") == percent("0" * 20 + "10")


AT_THE_START = "0" * 9 + "1010" + "0" * 8
"""Four changes, on the 9th to 12th of the 20 places: 20 per cent to the last digit."""


def test_flapping_starts_at_its_bound_and_not_below() -> None:
    assert state_change(outcomes(AT_THE_START)) == Fraction(1, 5)
    assert flapping(outcomes(AT_THE_START))
    assert not flapping(outcomes(AT_THE_START + "0"))


def test_flapping_stops_at_its_bound_and_not_above() -> None:
    damping = Damping(start=Fraction(1, 2), stop=Fraction(1, 5))

    assert not flapping(outcomes(AT_THE_START), before=True, damping=damping)
    assert flapping(outcomes("0" * 10 + "1010" + "0" * 7), before=True, damping=damping)


def test_between_its_bounds_it_stays_what_it_was() -> None:
    quietening = outcomes("01" * 2 + "0" * 17)

    assert Damping().stop < state_change(quietening) < Damping().start
    assert flapping(quietening, before=True)
    assert not flapping(quietening, before=False)


def test_a_check_that_settles_flaps_for_a_while_and_then_no_more() -> None:
    told, now = [], False
    story = "0" * 21 + "1010101" + "0" * 25
    for count in range(1, len(story) + 1):
        now = flapping(outcomes(story[:count]), now)
        told.append(now)

    assert told.index(True) == 21 + 3  # the fourth change in a row
    assert told.count(True) == len(told) - told[::-1].index(True) - told.index(True)  # one stretch of it
    assert not told[-1]


@pytest.mark.parametrize(
    ("start", "stop"),
    [(Fraction(1, 5), Fraction(1, 5)), (Fraction(2), Fraction(0)), (Fraction(1, 2), Fraction(-1, 10))],
)
def test_bounds_that_contradict_each_other_are_refused(start: Fraction, stop: Fraction) -> None:
    with pytest.raises(Invalid, match="smaller share"):
        Damping(start, stop)
