"""The share of the content month by month with its interval, against the goal and the line of alarm."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, ORANGE, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Percent over the names of the months; above each how many answered."""
    axes = plain(figure.subplots())
    rows = data["rows"]
    for place, row in enumerate(rows):
        if row["share"] is None:
            continue
        low, high = row["interval"]
        axes.plot([place, place], [100 * low, 100 * high], color=BLUE, linewidth=3, alpha=0.3, solid_capstyle="butt")
        axes.annotate(
            f"n = {row['answers']}", (place, 100 * row["share"]), xytext=(8, 5), textcoords="offset points", fontsize=8
        )
    shares = [float("nan") if row["share"] is None else 100 * row["share"] for row in rows]
    axes.plot(range(len(rows)), shares, color=BLUE, marker="o", markersize=5, linewidth=1.6, label=data["share"])
    axes.axhline(100 * data["target"], color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["goal"])
    axes.axhline(100 * data["alarm"], color=ORANGE, linewidth=1.2, linestyle=(0, (4, 2)), label=data["alarm_said"])
    axes.set_xticks(range(len(rows)), [row["name"] for row in rows], rotation=30 if len(rows) > 8 else 0)
    axes.set_xlim(-0.4, max(len(rows), 3) - 0.4)
    axes.set_ylim(0, 105)
    axes.set_ylabel("%")
    figure.legend(loc="outside upper left", ncols=3)
