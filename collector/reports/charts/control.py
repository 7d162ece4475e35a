"""A control chart: mean repair times in order, with the limits between which one is no news."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, GREY, ORANGE, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Hours over the stretches; one without a repair is a gap, one outside the limits a diamond."""
    axes = plain(figure.subplots())
    rows, limits = data["rows"], data["limits"]
    places = list(range(len(rows)))
    values = [float("nan") if row["mttr_h"] is None else row["mttr_h"] for row in rows]
    there = [(place, row["mttr_h"]) for place, row in enumerate(rows) if row["mttr_h"] is not None]
    axes.plot([place for place, _ in there], [value for _, value in there], color=BLUE, linewidth=0.9, alpha=0.5)
    axes.plot(places, values, color=BLUE, marker="o", markersize=5, linewidth=1.6, label=data["value"])
    if limits is not None:
        axes.axhspan(limits["low"], limits["high"], color=GREY, alpha=0.15, label=data["limits_said"])
        axes.axhline(limits["centre"], color=GREY, linewidth=0.8)
        outside = [(place, value) for place, value in there if not limits["low"] <= value <= limits["high"]]
        if outside:
            axes.plot(
                [place for place, _ in outside], [value for _, value in outside], color=ORANGE, marker="D",
                markersize=9, linestyle="", markeredgecolor="black", label=data["outside"],
            )  # fmt: skip
    axes.axhline(data["target_h"], color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["goal"])
    axes.set_xticks(places, [row["name"] for row in rows], rotation=30 if len(rows) > 8 else 0)
    axes.set_xlim(-0.4, max(len(rows), 3) - 0.6)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("h")
    figure.legend(loc="outside upper left", ncols=4)
