"""How many incidents came each month and how many were resolved, with what was still open at its end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, GREEN, INK, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WIDTH = 0.36


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Two bars for each month, the second one hatched, and a line."""
    from matplotlib.ticker import MaxNLocator

    axes = plain(figure.subplots())
    rows = data["rows"]
    places = list(range(len(rows)))
    axes.bar(
        [place - _WIDTH / 2 for place in places], [row["opened"] for row in rows], color=BLUE, width=_WIDTH,
        label=data["opened"],
    )  # fmt: skip
    axes.bar(
        [place + _WIDTH / 2 for place in places], [row["resolved"] for row in rows], color=GREEN, width=_WIDTH,
        hatch="///", edgecolor="white", linewidth=0, label=data["resolved"],
    )  # fmt: skip
    axes.plot(
        places,
        [row["backlog"] for row in rows],
        color=INK,
        marker="o",
        markersize=4,
        linewidth=1,
        label=data["backlog"],
    )
    axes.set_xticks(places, [row["name"] for row in rows], rotation=30 if len(rows) > 8 else 0)
    axes.set_xlim(-0.6, max(len(rows), 4) - 0.4)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=0)
    figure.legend(loc="outside upper left", ncols=3)
