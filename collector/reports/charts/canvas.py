"""The paper all charts are drawn on: one size, one hand, colours that everybody can tell apart."""

import io
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from collector.reports import fonts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, RED, GREY, INK = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#8b949e", "#1b1f24"
"""Okabe and Ito's colours, which differ in lightness too."""

WIDTH, HEIGHT = 7.6, 2.7
"""Inches."""

_TALL = {"heat": 3.6, "steps": 1.7}


_DOTS = 200
"""To the inch, in a picture."""

_TAG = re.compile(r"<[^>]*>")
_ID = re.compile(r'(\bid="|url\(#|xlink:href="#)')
"""Where an id is given or named; a label may say the same, outside of tags."""

ONE_HAND = threading.RLock()
"""Held by whoever draws: what matplotlib is told of style, and which warnings Python keeps quiet, holds for all threads
of a process."""


@contextmanager
def canvas(kind: str) -> Iterator["Figure"]:
    """An empty figure for a chart of that kind. Whoever wants another one meanwhile waits."""
    import matplotlib
    from matplotlib.figure import Figure

    style: dict[str, Any] = {
        "font.size": 8.5, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": GREY,
        "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e1e4e8", "grid.linewidth": 0.6,
        "axes.axisbelow": True, "svg.fonttype": "none", "svg.hashsalt": "nineward", "hatch.linewidth": 0.6,
        "axes.titlesize": 9, "legend.frameon": False, "legend.fontsize": 8, "path.simplify": False,
        # A name such as ${HOST}_${IF} is a name, no formula.
        "text.parse_math": False,
    }  # fmt: skip
    with ONE_HAND, warnings.catch_warnings(), matplotlib.rc_context(cast("Any", {"font.family": _family(), **style})):
        # Without a Chinese font the reader's program chooses one; only the measure of the text is then a guess.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(WIDTH, _TALL.get(kind, HEIGHT)), layout="constrained")
        yield figure


def _family() -> list[str]:
    """The names of the fonts, the first choice first."""
    from matplotlib.font_manager import fontManager

    found = fonts.chinese()
    if found is None:
        return ["DejaVu Sans"]
    path, name = found
    if all(entry.name != name for entry in fontManager.ttflist):
        fontManager.addfont(str(path))
        # A collection is known by the name of its first face.
        name = next((entry.name for entry in fontManager.ttflist if entry.fname == str(path)), name)
    return [name, "DejaVu Sans"]


def plain(axes: "Axes") -> "Axes":
    """Axes without the frame that says nothing."""
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=0)
    return axes


def ticked(axes: "Axes", ticks: Sequence[tuple[int, str]], *, middle: bool = False) -> None:
    """Marks along the days of a period, ``middle``: in the middle of each and not at its beginning."""
    axes.set_xticks([place + (0.5 if middle else 0) for place, _ in ticks], [label for _, label in ticks])


def svg(figure: "Figure", name: str) -> str:
    """The SVG element; ids are made unique by the chart's name, since a page holds several."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    content = text.getvalue()
    content = content[content.index("<svg") :]
    content = re.sub(r"<metadata>.*?</metadata>\s*", "", content, flags=re.DOTALL)
    content = _TAG.sub(lambda tag: _ID.sub(rf"\g<1>{name}-", tag[0]), content)
    return re.sub(r"[ \t]+\n", "\n", content).strip()


def png(figure: "Figure") -> bytes:
    """The same as dots; the same bytes where the fonts are the same."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": None})
    return content.getvalue()
