"""How wide the columns of a table are on paper: by what stands in them, so that nothing is cut off.

Lengths are points. A table is set in the largest size in which its columns fit; a figure or an instant stays in one
line as long as any size allows it, and only words wider than their column are broken inside.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from collector.reports import faces
from collector.reports.layout.blocks import Cell, Table, Unit

PADDING = 3.5
"""Left and right of a cell's text."""

_TRIALS = ((8.5, 24), (8, 24), (7.5, 24), (7, 24), (7, 12), (6.5, 12), (6, 12), (6, 6), (5.5, 5))
"""Font size, and the width in ems above which a word may be broken, the best first."""
_WHOLE = 24
"""From this limit on downwards instants too may stand in two lines."""
_SLACK = 1.04
"""Headings are bold, which is wider than what is measured."""
_MARK = 1.5
"""The mark before a verdict and the space behind it, in ems, as wide as any font draws them."""
_PIECE = 4
"""Characters between two places where a broken word may go on in the next line."""
_STEPS = 40

_NAME = 8
"""A word up to this many ems, names of things mostly, is kept whole whatever it is written in."""

_PARTS = re.compile(r"[⺀-鿿豈-﫿︰-﹏＀-￯]{1,4}|[^\s⺀-鿿豈-﫿︰-﹏＀-￯]+")
"""Chinese breaks anywhere, but a column of single characters could not be read."""


_STRETCHES = re.compile(r"[^./_:@=,-]+[./_:@=,-]*|[./_:@=,-]+")
"""Names are broken behind their dots and dashes."""


@dataclass(frozen=True, slots=True)
class Fit:
    """``size`` is the font's; ``widths`` are those of the columns, padding included."""

    size: float
    widths: tuple[float, ...]
    eased: bool
    """Whether it took a smaller font or broken words."""


def fit(table: Table, room: float) -> Fit:
    """The columns of a table that together are as wide as ``room``."""
    rows = [*table.rows, *([table.total] if table.total else [])]
    heads = [Cell(None, column.title) for column in table.columns]
    columns = [list(cells) for cells in zip(heads, *rows, strict=True)]
    whole = [max(map(_whole, cells)) for cells in columns]
    words = {kept: [max(_longest(cell, kept=kept) for cell in cells) for cells in columns] for kept in (True, False)}
    inner = room - 2 * PADDING * len(columns)
    for number, (size, limit) in enumerate(_TRIALS):
        kept = limit == _WHOLE
        least = [
            word if kept and _is_figure(cells) else min(word, limit)
            for word, cells in zip(words[kept], columns, strict=True)
        ]
        if sum(least) * size <= inner:
            return Fit(size, _spread([one * size for one in least], [one * size for one in whole], inner), number > 1)
    share = inner / sum(least)
    return Fit(size, tuple(one * share + 2 * PADDING for one in least), True)


def in_one_line(cell: Cell, size: float, room: float) -> bool:
    """Whether the cell's text, with the mark of a verdict, is no wider than ``room``."""
    return _whole(cell) * size <= room


def pieces(text: str, size: float, room: float) -> tuple[str, ...]:
    """The text in parts between which a line may end: one part, unless a word of it is wider than ``room``."""
    if not text or faces.width(text) * size * _SLACK <= room:
        return (text,)
    parts: list[str] = []
    held = ""
    for word in re.split(r"(\s+)", text):
        if faces.width(word) * size * _SLACK <= room:
            held += word
            continue
        for stretch in _STRETCHES.findall(word):
            if faces.width(stretch) * size * _SLACK <= room:
                parts += [held, stretch]
            else:
                parts += [held, *(stretch[at : at + _PIECE] for at in range(0, len(stretch), _PIECE))]
            held = ""
    return tuple(part for part in [*parts, held] if part)


def _is_figure(cells: Sequence[Cell]) -> bool:
    return any(cell.unit is not Unit.TEXT for cell in cells[1:])


def _whole(cell: Cell) -> float:
    return faces.width(cell.shown) * _SLACK + (_MARK if cell.tone else 0)


def _longest(cell: Cell, *, kept: bool) -> float:
    """The widest part that should not be broken."""
    if cell.tone or (kept and cell.unit is not Unit.TEXT):
        return _whole(cell)
    return max((_least(word) for word in cell.shown.split()), default=0)


def _least(word: str) -> float:
    width = faces.width(word) * _SLACK
    return width if width <= _NAME else max(faces.width(part) * _SLACK for part in _PARTS.findall(word))


def _spread(least: Sequence[float], whole: Sequence[float], room: float) -> tuple[float, ...]:
    """Columns as wide as their text, the widest cut to one common width where that is too much; what is left over is
    given out by width."""
    low, high = 0.0, max(max(whole), room)
    for _ in range(_STEPS):
        level = (low + high) / 2
        if sum(max(some, min(all_, level)) for some, all_ in zip(least, whole, strict=True)) > room:
            high = level
        else:
            low = level
    widths = [max(some, min(all_, low)) for some, all_ in zip(least, whole, strict=True)]
    total = sum(widths)
    spare = room - total
    return tuple(width + (spare * width / total if total else spare / len(widths)) + 2 * PADDING for width in widths)
