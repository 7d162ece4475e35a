"""Lines of time as pictures (PNG), for formats that draw nothing themselves; the looks are those of the pages."""

import functools
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from collector.reports import bar
from collector.reports.charts.canvas import ONE_HAND

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Dots = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 1500, 24
"""Of a line, in dots."""
SWATCH = 36
"""Width of the sample of a state, in dots."""
SCALE = 40
"""Height of the days below the lines, in dots."""

_PLAIN = {
    "up": "#b5dfcb", "degraded": "#f0b429", "down": "#a81c14", "unreachable": "#8e5bbf", "maintenance": "#5aa9e0",
    "out_of_service": "#ffffff",
}  # fmt: skip
_HATCHED = {"unknown": ("#e4e8ec", "#7d8790", 1), "excluded": ("#e3eef8", "#4c9fd8", -1)}
"""Ground and lines, which rise (1) or fall (-1): told apart without colours too."""
_APART, _THICK = 10, 3
"""Lines of a hatching, in dots."""
_UNSIGNED: Any = {"Software": None}
"""The same picture whatever release drew it."""
_INK = "#57606a"
_INCH = 200
"""Dots of the days' drawing."""


def line(partition: Iterable[Sequence[Any]], start: int, end: int) -> bytes:
    """The partition ``[[from, to, state], …]`` (ms UTC) over [start, end)."""
    import numpy as np

    dots = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for stretch in bar.stretches(partition, start, end):
        left, right = (round(edge * WIDTH / bar.WIDTH) for edge in (stretch.left, stretch.left + stretch.width))
        right = max(right, left + 1)
        dots[:, left:right] = _tile(stretch.state)[:, left:right]
    return _png(dots)


def sample(state: str) -> bytes:
    """How a state looks, for the legend."""
    dots = _tile(state)[:, :SWATCH].copy()
    dots[[0, -1], :] = dots[:, [0, -1]] = 0xD0
    return _png(dots)


def days(start: int, end: int, tz: str) -> bytes:
    """The scale below lines: a mark at every local midnight, the number of some days."""
    from matplotlib.figure import Figure

    content = io.BytesIO()
    # A chart that is drawn meanwhile sets the style of this too.
    with ONE_HAND:
        figure = Figure(figsize=(WIDTH / _INCH, SCALE / _INCH), dpi=_INCH)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, bar.WIDTH)
        axes.set_ylim(0, 1)
        for mark in bar.marks(start, end, tz):
            axes.vlines(mark.left, 0.7 if mark.label else 0.85, 1, color=_INK, linewidth=0.5)
            if mark.label:
                axes.text(mark.left, 0.62, mark.label, size=6, color=_INK, va="top", family="DejaVu Sans")
        figure.savefig(content, format="png", dpi=_INCH, metadata=_UNSIGNED)
    return content.getvalue()


@functools.cache
def _tile(state: str) -> "Dots":
    """A whole line of one state."""
    import numpy as np
    from matplotlib.colors import to_rgb

    def shade(colour: str) -> "Dots":
        return np.round(np.array(to_rgb(colour)) * 255).astype(np.uint8)

    if state in _PLAIN:
        return np.broadcast_to(shade(_PLAIN[state]), (HEIGHT, WIDTH, 3))
    ground, ink, rising = _HATCHED[state]
    down, across = np.indices((HEIGHT, WIDTH))
    struck = (across + rising * down) % _APART < _THICK
    return np.where(struck[:, :, None], shade(ink), shade(ground))


def _png(dots: "Dots") -> bytes:
    from matplotlib.image import imsave

    content = io.BytesIO()
    imsave(content, dots, format="png", metadata=_UNSIGNED)
    return content.getvalue()
