"""Answers read together are told together to whom they belong."""

from collections.abc import Sequence

import pytest

from agent.icmp.counts import Counts
from agent.icmp.slots import Slots
from agent.icmp.telling import Telling
from tests.agent.icmp.conftest import Heard


@pytest.fixture
def slots() -> Slots:
    made = Slots()
    made.add_way(8)
    made.keys[:] = [100 + slot for slot in range(8)]
    return made


class Crowd(Heard):
    """Writes down how many were told at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[int] = []

    def answered(self, keys: Sequence[int], rtts_ns: Sequence[int]) -> None:
        super().answered(keys, rtts_ns)
        self.together.append(len(keys))


def test_one_owners_answers_are_told_in_one_call(slots: Slots) -> None:
    owner, counts = Crowd(), Counts()
    slots.owners[:] = [owner] * 8

    Telling(slots, counts).answered([5, 2, 7], [50, 20, 70])

    assert owner.answers == {105: 50, 102: 20, 107: 70}
    assert owner.together == [3]
    assert counts.received == 3


def test_each_owner_is_told_of_its_own(slots: Slots) -> None:
    one, other = Heard(), Heard()
    slots.owners[:] = [one, other] * 4

    Telling(slots, Counts()).answered([0, 1, 2], [10, 11, 12])

    assert one.answers == {100: 10, 102: 12}
    assert other.answers == {101: 11}


def test_an_owner_that_left_is_passed_over(slots: Slots) -> None:
    owner = Heard()
    slots.owners[:] = [None, owner] * 4

    Telling(slots, Counts()).answered([0, 1], [10, 11])

    assert owner.answers == {101: 11}


def test_what_one_owner_raises_is_logged_and_another_is_told(slots: Slots, caplog: pytest.LogCaptureFixture) -> None:
    owner = Heard()

    class Broken(Heard):
        def answered(self, keys: object, rtts_ns: object) -> None:
            raise ValueError("not today")

    slots.owners[:] = [Broken(), owner] * 4

    Telling(slots, Counts()).answered([0, 1], [10, 11])

    assert owner.answers == {101: 11}
    assert "not today" in caplog.text
