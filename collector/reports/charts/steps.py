"""Where the time of a repair went: one bar in its parts, each told by its shade and its name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HOUR = 3_600_000
_SHADES = (("#08306b", ""), ("#4c9fd8", "///"), ("#bcd7ee", ""), ("#e69f00", "..."), ("#fbe0b0", "\\\\\\"))


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Hours along the bar."""
    axes = plain(figure.subplots())
    begun = 0.0
    for (name, span), (colour, hatch) in zip(data["steps"], _SHADES, strict=True):
        axes.barh(
            0, span / _HOUR, left=begun, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5, label=name,
            height=0.6,
        )  # fmt: skip
        begun += span / _HOUR
    axes.set_yticks([])
    axes.set_xlabel(data["hours"])
    axes.grid(axis="x")
    figure.legend(loc="outside upper left", ncols=5)
