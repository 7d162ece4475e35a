"""Sets of instants as sorted, disjoint, half-open intervals [start, end) of integer milliseconds."""

from collections.abc import Iterable, Sequence

Interval = tuple[int, int]


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """All instants in any of the intervals, which may come in any order and overlap; empty ones are dropped."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def intersect(first: Sequence[Interval], second: Sequence[Interval]) -> list[Interval]:
    """The instants in both sets."""
    common: list[Interval] = []
    i = j = 0
    while i < len(first) and j < len(second):
        start = max(first[i][0], second[j][0])
        end = min(first[i][1], second[j][1])
        if start < end:
            common.append((start, end))
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return common


def subtract(first: Sequence[Interval], second: Sequence[Interval]) -> list[Interval]:
    """The instants of the first set that are not in the second."""
    left: list[Interval] = []
    j = 0
    for start, end in first:
        position = start
        while j < len(second) and second[j][1] <= position:
            j += 1
        k = j
        while k < len(second) and second[k][0] < end:
            if second[k][0] > position:
                left.append((position, second[k][0]))
            position = max(position, second[k][1])
            k += 1
        if position < end:
            left.append((position, end))
    return left


def clip(intervals: Iterable[Interval], start: int, end: int) -> list[Interval]:
    """The part of each interval inside [start, end), without the empty ones."""
    return [(max(a, start), min(b, end)) for a, b in intervals if max(a, start) < min(b, end)]


def total(intervals: Iterable[Interval]) -> int:
    """Their lengths added up, in milliseconds."""
    return sum(end - start for start, end in intervals)
