"""The error budget over the days of the period: what was lost so far, against what may be lost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, ORANGE, RED, plain, ticked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HOUR = 3_600_000


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Hours over the days, from none at the beginning to what was lost at the end of each."""
    axes = plain(figure.subplots())
    days = list(range(len(data["days"]) + 1))
    delivered = [0.0, *(day["delivered_ms"] / _HOUR for day in data["days"])]
    own = [0.0, *(day["own_ms"] / _HOUR for day in data["days"])]
    axes.plot(days, delivered, color=ORANGE, linestyle=(0, (4, 2)), label=data["delivered"])
    axes.plot(days, own, color=BLUE, linewidth=1.8, label=data["own"])
    axes.fill_between(days, own, color=BLUE, alpha=0.12)
    axes.axhline(data["allowed_ms"] / _HOUR, color=RED, linewidth=1.2, linestyle=(0, (1, 1)), label=data["limit"])
    axes.set_xlim(0, days[-1])
    ticked(axes, data["ticks"])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("h")
    figure.legend(loc="outside upper left", ncols=3)
