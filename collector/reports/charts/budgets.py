"""How much of its error budget each service used: one bar each, against the whole of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST = 14
"""How many bars fit on the paper."""
_ROOM = 1.25
"""How far the axis goes beyond the longest bar, for what is written there."""


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Percent along the bars; what used more than all is hatched."""
    axes = plain(figure.subplots())
    rows = data["rows"][:MOST]
    used = [100 * (row["used"] or 0.0) for row in rows]
    for place, (row, share) in enumerate(zip(rows, used, strict=True)):
        over = share > 100
        axes.barh(
            place, share, color=RED if over else BLUE, hatch="///" if over else None, edgecolor="white", linewidth=0,
            height=0.65,
        )  # fmt: skip
        axes.annotate(row["shown"], (share, place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.axvline(100, color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["limit"])
    axes.set_yticks(range(len(rows)), [_short(row["name"]) for row in rows])
    axes.set_ylim(max(len(rows), 3) - 0.4, -0.6)
    axes.set_xlim(0, max(100.0, *used) * _ROOM)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x")
    axes.set_xlabel("%")
    figure.legend(loc="outside upper left")


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"
