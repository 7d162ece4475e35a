"""The share of failures that were over after a time, in real steps; marks stand where one is still open."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


Points = Sequence[Sequence[float]]


def staircase(points: Points) -> list[tuple[float, float]]:
    """The corners of a step function that begins with nothing: nobody is restored between two restorations."""
    found, last = [(0.0, 0.0)], 0.0
    for hours, share in points:
        found += [(hours, last), (hours, share)]
        last = share
    return found


def at(points: Points, hours: float) -> float:
    """The share at a time."""
    return max((share for time, share in points if time <= hours), default=0.0)


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Percent over hours."""
    axes = plain(figure.subplots())
    points = [*staircase(data["points"]), (data["until"], data["points"][-1][1])]
    axes.plot([hours for hours, _ in points], [100 * share for _, share in points], color=BLUE, linewidth=1.6)
    if data["open"]:
        heights = [100 * at(data["points"], hours) for hours in data["open"]]
        axes.plot(data["open"], heights, color=BLUE, marker="+", markersize=9, linestyle="", label=data["still"])
    axes.axvline(data["target_h"], color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["goal"])
    axes.set_xlim(left=0)
    axes.set_ylim(0, 105)
    axes.set_xlabel(data["hours"])
    axes.set_ylabel(f"{data['share']} [%]")
    axes.legend(loc="lower right")
