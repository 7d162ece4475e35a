"""Tables for people: columns aligned by what a terminal shows, where a Chinese character is two cells wide."""

import unicodedata
from collections.abc import Collection, Sequence

GAP = "  "


def width(text: str) -> int:
    """The number of terminal cells ``text`` takes (Unicode Standard Annex 11: wide and full-width take two)."""
    if text.isascii():
        return len(text)
    cells = 0
    for character in text:
        if unicodedata.category(character) in ("Cf", "Mn", "Me"):
            continue
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return cells


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], right: Collection[int] = ()) -> str:
    """The rows under their heads, one line each; columns whose index is in ``right`` are aligned to the right.

    ``None`` is shown as ``–``. Control characters are shown as ``·``, so that no text from outside moves the cursor.
    """
    columns = [[cell(value) for value in column] for column in zip(heads, *rows, strict=True)]
    return "\n".join(
        GAP.join(line).rstrip()
        for line in zip(*(padded(column, at in right) for at, column in enumerate(columns)), strict=True)
    )


def padded(cells: Sequence[str], right: bool) -> list[str]:
    """The cells of one column, all equally wide."""
    if "".join(cells).isascii():
        most = max(map(len, cells))
        return [text.rjust(most) for text in cells] if right else [text.ljust(most) for text in cells]
    widths = [width(text) for text in cells]
    most = max(widths)
    spaces = [" " * (most - one) for one in widths]
    return [space + text if right else text + space for text, space in zip(cells, spaces, strict=True)]


def cells(texts: list[str]) -> list[str]:
    """Many texts as a table shows them: quick where nothing is to be replaced."""
    return texts if "".join(texts).isprintable() else [cell(text) for text in texts]


def cell(value: object) -> str:
    """One value as a table shows it."""
    if value is None:
        return "–"
    text = str(value)
    if text.isprintable():
        return text
    return "".join("·" if unicodedata.category(character) == "Cc" else character for character in text)
