"""The paper all charts are drawn on: one size, one hand, colours that everybody can tell apart."""

import io
import re
import warnings
from collections.abc import Iterator
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


@contextmanager
def canvas(kind: str) -> Iterator["Figure"]:
    """An empty figure for a chart of that kind."""
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    found = fonts.chinese()
    family = ["DejaVu Sans"]
    if found is not None:
        path, name = found
        if all(entry.name != name for entry in fontManager.ttflist):
            fontManager.addfont(str(path))
            # A collection is known by the name of its first face.
            name = next((entry.name for entry in fontManager.ttflist if entry.fname == str(path)), name)
        family.insert(0, name)
    style: dict[str, Any] = {
        "font.family": family, "font.size": 8.5, "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": GREY,
        "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False,
        "axes.grid": True, "axes.grid.axis": "y", "grid.color": "#e1e4e8", "grid.linewidth": 0.6,
        "axes.axisbelow": True, "svg.fonttype": "none", "svg.hashsalt": "nineward", "hatch.linewidth": 0.6,
        "axes.titlesize": 9, "legend.frameon": False, "legend.fontsize": 8, "path.simplify": False,
    }  # fmt: skip
    with matplotlib.rc_context(cast("Any", style)), warnings.catch_warnings():
        # Without a Chinese font the reader's program chooses one; only the measure of the text is then a guess.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure = Figure(figsize=(WIDTH, _TALL.get(kind, HEIGHT)), layout="constrained")
        yield figure


def plain(axes: "Axes") -> "Axes":
    """Axes without the frame that says nothing."""
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=0)
    return axes


def svg(figure: "Figure", name: str) -> str:
    """The SVG element; ids are made unique by the chart's name, since a page holds several."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    content = text.getvalue()
    content = content[content.index("<svg") :]
    content = re.sub(r"<metadata>.*?</metadata>\s*", "", content, flags=re.DOTALL)
    content = re.sub(r'(id="|url\(#|xlink:href="#)', rf"\g<1>{name}-", content)
    return re.sub(r"[ \t]+\n", "\n", content).strip()


def png(figure: "Figure") -> bytes:
    """The same as dots; the same bytes where the fonts are the same."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=_DOTS, metadata={"Software": None})
    return content.getvalue()
