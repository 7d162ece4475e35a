"""How wide a column of a spreadsheet must be for the texts in it."""

from collections.abc import Iterable

LEAST, MOST = 8, 48


def width(texts: Iterable[str]) -> float:
    """In signs of the usual font; a Chinese character takes the place of two."""
    longest = max((sum(1 + (ord(sign) > 0x2E7F) for sign in text) for text in texts), default=0)
    return float(min(MOST, max(LEAST, 2 + longest)))
