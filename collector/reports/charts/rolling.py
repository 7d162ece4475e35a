"""The MTBF of twelve months at a time, with the band in which it lies, against what was promised."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, RED, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Hours over the names of the months; without a failure there is a lower end of the band and no point."""
    axes = plain(figure.subplots())
    rows = data["rows"]
    places = list(range(len(rows)))
    low, high, value = ([_hours(row[key]) for row in rows] for key in ("low_h", "high_h", "mtbf_h"))
    axes.fill_between(places, low, high, color=BLUE, alpha=0.15, label=data["band"])
    axes.plot(places, low, color=BLUE, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(places, high, color=BLUE, linewidth=0.8, linestyle=(0, (4, 2)))
    axes.plot(places, value, color=BLUE, marker="o", markersize=4, linewidth=1.8, label=data["value"])
    axes.axhline(data["target_h"], color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["goal"])
    axes.set_xticks(places, [row["name"] for row in rows], rotation=30 if len(rows) > 8 else 0)
    axes.set_xlim(-0.4, max(len(rows), 3) - 0.6)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("h")
    figure.legend(loc="outside upper left", ncols=3)


def _hours(value: float | None) -> float:
    return float("nan") if value is None else value
