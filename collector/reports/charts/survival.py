"""The share of failures that were over after a time, those still open counted for what they are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Percent over hours."""
    axes = plain(figure.subplots())
    points = [[0.0, 0.0], *data["points"]]
    axes.plot(
        [hours for hours, _ in points], [100 * share for _, share in points], color=BLUE, marker="o", markersize=4,
        linewidth=1.6,
    )  # fmt: skip
    axes.axvline(data["target_h"], color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["goal"])
    axes.set_xlim(left=0)
    axes.set_ylim(0, 105)
    axes.set_xlabel(data["hours"])
    axes.set_ylabel(f"{data['share']} [%]")
    axes.legend(loc="lower right")
