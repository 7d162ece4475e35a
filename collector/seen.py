"""Which sequence numbers of every agent process are in the log, as ranges. They outlive the log's retention."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]


class Ranges:
    """A set of integers kept as sorted ranges (first, last), both included; neighbours are joined."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def add(self, first: int, last: int) -> None:
        """Take in first…last."""
        if self._lasts and first == self._lasts[-1] + 1:
            self._lasts[-1] = last
            return
        low = bisect_right(self._lasts, first - 2)
        high = bisect_right(self._firsts, last + 1)
        if low < high:
            first, last = min(first, self._firsts[low]), max(last, self._lasts[high - 1])
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]

    def missing(self, first: int, last: int) -> list[Range]:
        """The parts of first…last that are not in the set, in order."""
        if not self._lasts or first > self._lasts[-1]:
            return [(first, last)]
        gaps = []
        for index in range(bisect_right(self._lasts, first - 1), len(self._firsts)):
            if self._firsts[index] > last:
                break
            if self._firsts[index] > first:
                gaps.append((first, self._firsts[index] - 1))
            first = self._lasts[index] + 1
        if first <= last:
            gaps.append((first, last))
        return gaps

    def __iter__(self) -> Iterator[Range]:
        return zip(self._firsts, self._lasts, strict=True)


Seen = dict[tuple[int, str], Ranges]
"""By agent number and boot."""
