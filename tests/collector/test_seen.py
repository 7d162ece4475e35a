"""Ranges behave like the set of integers they stand for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.seen import Ranges

RANGE = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(RANGE, max_size=15), RANGE)
def test_ranges_are_a_set(added: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    ranges = Ranges(added)
    members = {number for first, last in added for number in range(first, last + 1)}

    missing = [number for first, last in ranges.missing(*asked) for number in range(first, last + 1)]

    assert missing == [number for number in range(asked[0], asked[1] + 1) if number not in members]
    found = list(ranges)
    assert {number for first, last in found for number in range(first, last + 1)} == members
    assert all(one[1] + 1 < other[0] for one, other in pairwise(found))
