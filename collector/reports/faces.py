"""What the fonts that pages are set in can write, and how wide: read from the font files themselves.

The first face is the one with Chinese, where the machine has one; the last is DejaVu Sans, which comes with the charts.
"""

import functools
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from collector.reports import fonts
from rules.errors import Unavailable

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font, GlyphIndexType

_OWN = "DejaVu Sans"
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Categories of characters that nobody could see, or that turn around how others are read."""


def families() -> tuple[str, ...]:
    """Names of the families in the order in which a character is looked for."""
    found = fonts.chinese()
    return (found[1], _OWN) if found else (_OWN,)


def folders() -> tuple[Path, ...]:
    """Where their files lie."""
    found = fonts.chinese()
    return (found[0].parent, _own().parent) if found else (_own().parent,)


def written(text: str) -> str:
    """The text as these fonts can write it: what they have no sign for, and what is invisible, is named U+XXXX.

    Raises Unavailable for Chinese where no font has it: a report full of numbers of characters helps nobody.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_sign(character) for character in text)


def visible(text: str) -> str:
    """The text for programs that look for fonts themselves: only what is invisible is named U+XXXX."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_named(character) for character in text)


def width(text: str) -> float:
    """How wide a text is set in one line, as a multiple of the font size."""
    return sum(_advance(character) for character in text)


def _named(character: str) -> str:
    if character in "\n\t":
        return " "
    return f"U+{ord(character):04X}" if unicodedata.category(character) in _UNSEEN else character


@functools.lru_cache(maxsize=20_000)
def _sign(character: str) -> str:
    shown = _named(character)
    if shown != character or any(ord(character) in signs for _, signs in _faces()):
        return shown
    if unicodedata.name(character, "").startswith("CJK ") and fonts.chinese() is None:
        raise Unavailable(
            f"No font on this machine has the Chinese that this PDF needs. On Debian: apt install {fonts.PACKAGE}."
        )
    return f"U+{ord(character):04X}"


@functools.lru_cache(maxsize=20_000)
def _advance(character: str) -> float:
    from matplotlib.ft2font import LoadFlags

    for font, signs in _faces():
        if (sign := signs.get(ord(character))) is not None:
            return font.load_glyph(sign, flags=LoadFlags.NO_SCALE).horiAdvance / font.units_per_EM
    return 1.0


@functools.cache
def _faces() -> tuple[tuple["FT2Font", dict[int, "GlyphIndexType"]], ...]:
    """Each with its signs by code point. The first face of a collection: all of one have the same signs and widths."""
    from matplotlib.ft2font import FT2Font

    found = fonts.chinese()
    files = (found[0], _own()) if found else (_own(),)
    return tuple((font, dict(font.get_charmap())) for font in (FT2Font(str(file)) for file in files))


def _own() -> Path:
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
