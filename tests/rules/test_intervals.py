"""The algebra of intervals, held to sets of whole numbers."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from rules.intervals import Interval, clip, intersect, subtract, total, union

PAIRS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=6)


def points(intervals: Iterable[Interval]) -> set[int]:
    return {at for start, end in intervals for at in range(start, end)}


@given(PAIRS, PAIRS)
def test_each_operation_is_that_of_sets_and_keeps_the_form(one: list[Interval], other: list[Interval]) -> None:
    first, second = union(one), union(other)

    for found, expected in [
        (first, points(one)),
        (intersect(first, second), points(one) & points(other)),
        (subtract(first, second), points(one) - points(other)),
        (clip(first, 5, 20), points(one) & set(range(5, 20))),
    ]:
        assert points(found) == expected
        assert total(found) == len(expected)
        assert found == union(found)
