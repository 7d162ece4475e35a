"""Improvement measures as they are worked off: how many were open, how many of these overdue, how many done in all."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, GREEN, ORANGE, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """A bar of what was open at the end of each stretch, its overdue part hatched; a line of what was done so far."""
    from matplotlib.ticker import MaxNLocator

    axes = plain(figure.subplots())
    rows = data["rows"]
    places = list(range(len(rows)))
    overdue = [row["overdue"] for row in rows]
    timely = [row["open"] - row["overdue"] for row in rows]
    axes.bar(
        places, overdue, color=ORANGE, hatch="///", edgecolor="white", linewidth=0, width=0.6, label=data["overdue"]
    )
    axes.bar(places, timely, bottom=overdue, color=BLUE, width=0.6, label=data["open"])
    axes.plot(
        places, [row["done"] for row in rows], color=GREEN, marker="s", markersize=4, linewidth=1.4, label=data["done"]
    )
    axes.set_xticks(places, [row["name"] for row in rows], rotation=30 if len(rows) > 8 else 0)
    axes.set_xlim(-0.6, max(len(rows), 4) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=0, top=max(3, *(max(row["open"], row["done"]) for row in rows)) * 1.08)
    figure.legend(loc="outside upper left", ncols=3)
