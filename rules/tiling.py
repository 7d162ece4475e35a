"""Tilings: stretches that follow each other without a break or overlap, each with a label."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from rules.intervals import Interval, union

A = TypeVar("A")
B = TypeVar("B")


def join(tiles: Iterable[tuple[int, int, A]]) -> list[tuple[int, int, A]]:
    """The same tiling with equal neighbours made one and empty tiles left out."""
    joined: list[tuple[int, int, A]] = []
    for start, end, label in tiles:
        if start >= end:
            continue
        if joined and joined[-1][2] == label:
            joined[-1] = (joined[-1][0], end, label)
        else:
            joined.append((start, end, label))
    return joined


def stretch(tiles: Sequence[tuple[int, int, A]], start: int, end: int, label: A) -> list[tuple[int, int, A]]:
    """The tiling over [start, end), which must hold it, with ``label`` where it says nothing."""
    if not tiles:
        return [(start, end, label)]
    return join([(start, tiles[0][0], label), *tiles, (tiles[-1][1], end, label)])


def paint(
    tiles: Sequence[tuple[int, int, A]], where: Sequence[Interval], change: Callable[[A], A]
) -> list[tuple[int, int, A]]:
    """The tiling with the labels inside the (sorted, disjoint) intervals changed."""
    if not where:
        return list(tiles)
    painted: list[tuple[int, int, A]] = []
    position = 0
    for start, end, label in tiles:
        while position < len(where) and where[position][1] <= start:
            position += 1
        at = start
        index = position
        while index < len(where) and where[index][0] < end:
            begin, finish = max(where[index][0], start), min(where[index][1], end)
            painted += [(at, begin, label), (begin, finish, change(label))]
            at = finish
            index += 1
        painted.append((at, end, label))
    return join(painted)


def where(tiles: Iterable[tuple[int, int, A]], labels: Collection[A]) -> list[Interval]:
    """The intervals that carry one of the labels."""
    return union((start, end) for start, end, label in tiles if label in labels)


def clip(tiles: Iterable[tuple[int, int, A]], start: int, end: int) -> list[tuple[int, int, A]]:
    """The part of the tiling inside [start, end)."""
    return [(max(a, start), min(b, end), label) for a, b, label in tiles if max(a, start) < min(b, end)]


def together(
    first: Sequence[tuple[int, int, A]], second: Sequence[tuple[int, int, B]]
) -> Iterator[tuple[int, int, A, B]]:
    """Both labels over each stretch that two tilings of the same time have in common."""
    i = j = 0
    while i < len(first) and j < len(second):
        yield max(first[i][0], second[j][0]), min(first[i][1], second[j][1]), first[i][2], second[j][2]
        if first[i][1] <= second[j][1]:
            i, j = i + 1, j + (first[i][1] == second[j][1])
        else:
            j += 1
