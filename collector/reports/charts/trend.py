"""Thirteen months of the fault rate, with the goal and the limits between which a month is no news."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, GREY, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Percent over the names of the months; a month without figures is a gap."""
    axes = plain(figure.subplots())
    months = data["months"]
    rates = [float("nan") if row["fault_rate"] is None else 100 * row["fault_rate"] for row in months]
    places = list(range(len(months)))
    axes.plot(places, rates, color=BLUE, marker="o", markersize=4, linewidth=1.6)
    axes.plot(places[-1:], rates[-1:], color=BLUE, marker="o", markersize=8, markerfacecolor="white")
    axes.axhline(100 * data["target"], color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["goal"])
    limits = data["limits"]["fault_rate"]
    if limits is not None:
        axes.axhspan(100 * limits["low"], 100 * limits["high"], color=GREY, alpha=0.15, label=data["limits_said"])
        axes.axhline(100 * limits["centre"], color=GREY, linewidth=0.8)
    axes.set_xticks(places, [row["name"] for row in months], rotation=30 if len(months) > 8 else 0)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("%")
    figure.legend(loc="outside upper left", ncols=2)
