"""Values in force at an instant."""

import pytest

from rules.dated import Dated

REVISED = Dated.of([(20, "c"), (None, "a"), (10, "b")])


@pytest.mark.parametrize(("instant", "value"), [(-5, "a"), (9, "a"), (10, "b"), (20, "c"), (99, "c")])
def test_the_latest_revision_is_in_force(instant: int, value: str) -> None:
    assert REVISED.at(instant) == value


def test_before_the_first_revision_nothing_is() -> None:
    assert Dated.of([(10, "b")]).at(9) is None


def test_stretches_are_clipped() -> None:
    assert list(REVISED.stretches(5, 15)) == [(5, 10, "a"), (10, 15, "b")]


def test_what_never_changed_is_one_stretch() -> None:
    assert list(Dated.always("x").stretches(0, 5)) == [(0, 5, "x")]
