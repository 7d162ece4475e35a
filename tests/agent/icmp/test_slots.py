"""The tables of requests: which slots are used next."""

import pytest

from agent.icmp.slots import ANSWERED, SEQUENCES, WAITING, Slots


@pytest.fixture
def slots() -> Slots:
    made = Slots()
    made.add_way(100)
    return made


def never() -> None:
    raise AssertionError("there is room enough")


def test_a_run_is_as_long_as_wanted_or_as_there_is_room(slots: Slots) -> None:
    assert slots.find(64, never) == (0, 64)
    slots.next = 64
    assert slots.find(64, never) == (64, 36)


def test_a_run_ends_before_a_request_that_waits(slots: Slots) -> None:
    slots.states[0] = slots.states[5] = WAITING

    assert slots.find(64, never) == (1, 4)


def test_what_is_over_is_used_again_after_all_others(slots: Slots) -> None:
    slots.states[3] = ANSWERED
    slots.next = 100

    assert slots.find(64, never) == (0, 64)


def test_more_room_is_made_when_half_of_it_waits_and_used_next(slots: Slots) -> None:
    slots.states[:60] = bytes([WAITING]) * 60
    slots.next = 100

    assert slots.find(64, lambda: None if slots.widen() else never()) == (100, 64)
    assert slots.room == 400


def test_room_ends_with_the_sequences() -> None:
    slots = Slots()
    slots.add_way(SEQUENCES)

    assert slots.widen() is False


def test_a_run_never_crosses_from_one_way_to_another() -> None:
    slots = Slots()
    slots.add_way(SEQUENCES)
    slots.add_way(SEQUENCES)
    slots.next = SEQUENCES - 3

    assert slots.find(64, never) == (SEQUENCES - 3, 3)


def test_without_a_free_slot_there_is_none(slots: Slots) -> None:
    slots.states[:100] = bytes([WAITING]) * 100

    assert slots.find(1, lambda: None) == (0, 0)
