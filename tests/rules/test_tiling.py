"""Tilings, held to labels of single instants."""

from hypothesis import given
from hypothesis import strategies as st

from rules.intervals import union
from rules.tiling import clip, join, paint, stretch, together, where

LENGTHS = st.lists(st.tuples(st.integers(1, 5), st.sampled_from("abc")), min_size=1, max_size=8)
PAIRS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5)

Tiles = list[tuple[int, int, str]]


def tiling(lengths: list[tuple[int, str]]) -> Tiles:
    tiles, at = [], 0
    for length, label in lengths:
        tiles.append((at, at + length, label))
        at += length
    return join(tiles)


def labels(tiles: Tiles) -> str:
    return "".join(label * (end - start) for start, end, label in tiles)


@given(LENGTHS, PAIRS)
def test_painting_changes_the_labels_inside_and_no_others(
    lengths: list[tuple[int, str]], pairs: list[tuple[int, int]]
) -> None:
    tiles, inside = tiling(lengths), union(pairs)
    expected = "".join(
        label.upper() if any(a <= at < b for a, b in inside) else label for at, label in enumerate(labels(tiles))
    )

    painted = paint(tiles, inside, str.upper)

    assert labels(painted) == expected
    assert painted == join(painted)


@given(LENGTHS, LENGTHS)
def test_together_gives_both_labels_of_each_instant(one: list[tuple[int, str]], other: list[tuple[int, str]]) -> None:
    first, second = tiling(one), tiling(other)

    both = "".join((a + b) * (end - start) for start, end, a, b in together(first, second))

    assert both == "".join(a + b for a, b in zip(labels(first), labels(second), strict=False))


def test_stretching_fills_both_ends() -> None:
    assert stretch([(2, 4, "a")], 0, 6, "x") == [(0, 2, "x"), (2, 4, "a"), (4, 6, "x")]


def test_stretching_nothing_is_one_tile() -> None:
    assert stretch([], 0, 6, "x") == [(0, 6, "x")]


def test_where_unites_the_labels() -> None:
    assert where([(0, 1, "a"), (1, 2, "b"), (2, 3, "c")], "ab") == [(0, 2)]


def test_clipping_cuts_the_ends() -> None:
    assert clip([(0, 4, "a"), (4, 8, "b")], 2, 5) == [(2, 4, "a"), (4, 5, "b")]
