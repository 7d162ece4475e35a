"""TV-47: the milestones of one failure, and the five parts of its repair."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.milestones import Milestones, parts
from rules.parameters import HOUR, MINUTE, SECOND
from rules.period import parse_instant


def at(text: str, day: int = 1) -> int:
    return parse_instant(f"2026-10-{day:02}T{text}", "Asia/Shanghai")


TOLD = Milestones(
    failed=at("08:00:00"),
    detected=at("08:00:53"),
    opened=at("08:01"),
    answered=at("08:25"),
    started=at("09:00"),
    repaired=at("10:40"),
    restored=at("11:00"),
    confirmed=at("11:30"),
    closed=at("09:00", day=2),
)


@pytest.mark.parametrize(
    ("measure", "length"),
    [
        ("detection", 53 * SECOND),
        ("response", 24 * MINUTE),
        ("start_of_work", 59 * MINUTE),
        ("active_repair", HOUR + 40 * MINUTE),
        ("restoration", 3 * HOUR),
        ("resolution", 2 * HOUR + 59 * MINUTE),
    ],
)
def test_the_times_between_milestones(measure: str, length: int) -> None:
    assert getattr(TOLD, measure) == length


def test_the_parts_of_a_repair_add_up_to_it() -> None:
    found = parts(TOLD)

    assert found is not None
    assert [found.detection, found.response, found.waiting, found.repair, found.returning] == [
        MINUTE,
        24 * MINUTE,
        35 * MINUTE,
        HOUR + 40 * MINUTE,
        20 * MINUTE,
    ]
    assert found.whole == TOLD.restoration


def test_what_was_not_recorded_stays_unknown() -> None:
    told = replace(TOLD, answered=None)

    assert (told.response, parts(told)) == (None, None)
    assert told.restoration == 3 * HOUR


def test_milestones_out_of_order_have_no_parts() -> None:
    assert parts(replace(TOLD, started=at("11:30"))) is None


@given(st.lists(st.integers(0, 10**6), min_size=6, max_size=6).map(sorted))
def test_the_parts_always_add_up(instants: list[int]) -> None:
    failed, opened, answered, started, repaired, restored = instants
    told = Milestones(failed, opened=opened, answered=answered, started=started, repaired=repaired, restored=restored)

    found = parts(told)

    assert found is not None
    assert found.whole == restored - failed
