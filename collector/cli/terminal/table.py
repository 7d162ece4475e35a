"""Tables for people: columns aligned by what a terminal shows, where a Chinese character is two cells wide."""

import unicodedata
from collections.abc import Sequence

GAP = "  "


def width(text: str) -> int:
    """The number of terminal cells ``text`` takes (Unicode Standard Annex 11: wide and full-width take two)."""
    cells = 0
    for character in text:
        if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
            continue
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return cells


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> str:
    """The rows under their heads, one line each; columns whose index is in ``right`` are aligned to the right.

    ``None`` is shown as ``–``. Control characters are shown as ``·``, so that no name can move the cursor.
    """
    lines = [[_cell(head) for head in heads], *([_cell(value) for value in row] for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        GAP.join(_pad(cell, widths[column], column in right) for column, cell in enumerate(line)).rstrip()
        for line in lines
    )


def facts(pairs: Sequence[tuple[str, object]]) -> str:
    """Names and values, one pair a line, the values aligned."""
    widest = max((width(name) for name, _ in pairs), default=0)
    return "\n".join(f"{_pad(name, widest, False)}{GAP}{_cell(value)}".rstrip() for name, value in pairs)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return "".join("·" if unicodedata.category(character) == "Cc" else character for character in str(value))


def _pad(cell: str, cells: int, right: bool) -> str:
    space = " " * (cells - width(cell))
    return space + cell if right else cell + space
