"""What the fonts that reports are set in can write, and how wide: read from the font files themselves.

The first face is the one with Chinese, where the machine has one; the last is DejaVu Sans, which comes with the charts.
"""

import functools
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from collector.reports import fonts
from rules.errors import Unavailable

_LAST_NUMBER = 99
"""More faces than any collection holds."""


@dataclass(frozen=True, slots=True)
class Face:
    """``widths`` are those of its characters, by code point, as fractions of the font size."""

    family: str
    file: Path
    widths: Mapping[int, float]


@functools.cache
def faces() -> tuple[Face, ...]:
    """The faces in the order in which a character is looked for. Raises Unavailable without the `pdf` extra."""
    try:
        import matplotlib
    except ImportError as trouble:
        raise Unavailable("PDF needs more packages: pip install 'nineward[pdf]'.") from trouble
    found = fonts.chinese()
    own = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    return (*((_read(*found),) if found else ()), _read(own, "DejaVu Sans"))


def _read(file: Path, family: str) -> Face:
    from fontTools.ttLib import TTFont

    for number in range(_LAST_NUMBER):
        with TTFont(file, fontNumber=number, lazy=True) as font:
            # A file that holds one face takes any number for it.
            if font["name"].getBestFamilyName() == family or font.reader.sfntVersion is None:
                break
            if number + 1 >= getattr(font.reader, "numFonts", 1):
                break
    with TTFont(file, fontNumber=number, lazy=True) as font:
        unit = font["head"].unitsPerEm
        advances = font["hmtx"].metrics
        return Face(family, file, {code: advances[name][0] / unit for code, name in font.getBestCmap().items()})
