"""What moved between two readings of an interface's counters, and counters kept small."""

from typing import Any

import pytest

from agent.snmp.traffic import Counters, Kept, Moved, motion, narrow_inside, share

BEFORE = Counters(10, True, 0, 1000, 2000, 500, 0, 0, 6000, 6000, 6000)
GIGABIT = 10**9


def after(**changes: Any) -> Counters:
    """The same interface ten seconds of the device's clock later."""
    return BEFORE._replace(at_in=7000, at_out=7000, at_errors=7000, **changes)


def test_traffic_is_movement_over_the_time_of_the_device() -> None:
    found = motion(BEFORE, after(octets_in=11_000, octets_out=4000, packets=590, errors=10, discards=1), GIGABIT, 180)

    assert found.values(GIGABIT) == {
        "in_bytes_s": 1000,
        "in_utilisation_ratio": 0.0,
        "out_bytes_s": 200,
        "out_utilisation_ratio": 0.0,
        "errors_s": 1.0,
        "errors_ratio": 0.1,
        "discards_s": 0.1,
        "discards_ratio": 0.0,
    }


def test_each_direction_counts_by_the_answer_that_brought_it() -> None:
    found = motion(BEFORE, after(octets_in=11_000, octets_out=12_000)._replace(at_out=8000), GIGABIT, 180)

    assert (found.in_bytes_s, found.out_bytes_s) == (1000, 500)


def test_a_line_that_is_half_full_says_so() -> None:
    found = motion(BEFORE, after(octets_in=1000 + 625_000_000), GIGABIT, 180)

    assert found.values(GIGABIT)["in_utilisation_ratio"] == 0.5


@pytest.mark.parametrize(
    "other",
    [
        pytest.param({"row": 11}, id="renumbered"),
        pytest.param({"discontinuity": 99}, id="discontinuity"),
        pytest.param({"wide": False}, id="other counters"),
    ],
)
def test_an_interface_that_is_not_the_same_any_more_is_a_gap(other: dict[str, int]) -> None:
    assert motion(BEFORE, after(octets_in=2000, **other), GIGABIT, 180) == Moved()


@pytest.mark.parametrize("at", [6049, 6000 + 18_100, None])
def test_a_time_too_short_or_too_long_or_unknown_is_a_gap(at: int | None) -> None:
    assert motion(BEFORE, BEFORE._replace(at_in=at, at_out=at, at_errors=at), GIGABIT, 180) == Moved()


def test_a_wide_counter_that_goes_down_is_a_gap() -> None:
    assert motion(BEFORE._replace(octets_in=2**50), after(octets_in=1000), GIGABIT, 180).in_bytes_s is None


def test_a_wide_counter_with_narrow_content_may_wrap_once_and_is_told() -> None:
    before = BEFORE._replace(octets_in=2**32 - 1000)

    assert motion(before, after(octets_in=9000), GIGABIT, 180).in_bytes_s == 1000
    assert narrow_inside(before, after(octets_in=9000))
    assert not narrow_inside(BEFORE, after(octets_in=9000))


def test_tv_32_a_narrow_counter_wraps() -> None:
    before = BEFORE._replace(wide=False, octets_in=4_294_967_000, at_in=0)
    later = before._replace(octets_in=704, at_in=30_000)

    assert motion(before, later, 10**7, 900).in_bytes_s == pytest.approx(3.333333)


def test_more_than_the_line_carries_is_no_measurement() -> None:
    assert motion(BEFORE, after(octets_in=10**12), GIGABIT, 180).in_bytes_s is None


def test_a_narrow_counter_is_no_use_on_a_fast_line() -> None:
    before, later = BEFORE._replace(wide=False), after(wide=False, octets_in=5000)

    assert motion(before, later, GIGABIT, 180).in_bytes_s is None
    assert motion(before, later, 10**8, 180).in_bytes_s == 400


def test_a_counter_of_errors_that_went_back_is_a_gap() -> None:
    found = motion(BEFORE._replace(errors=5), after(), GIGABIT, 180)

    assert (found.errors, found.discards) == (None, 0)


def test_a_few_faulty_packets_are_no_finding() -> None:
    assert (share(9, 20), share(10, 90)) == (0.0, 0.1)


def test_kept_counters_come_back_as_they_were() -> None:
    rows = {"Gi1": BEFORE, "Gi2": Counters(11, False)}

    assert Kept(rows).get() == rows


def test_kept_counters_take_a_tenth_of_a_kilobyte_each() -> None:
    kept = Kept({f"Gi1/0/{number}": BEFORE for number in range(1000)})

    assert kept.size < 100_000


def test_names_that_stay_the_same_are_kept_once() -> None:
    first = Kept({"Gi1": BEFORE})

    assert Kept({"Gi1": after()}, first).names is first.names
