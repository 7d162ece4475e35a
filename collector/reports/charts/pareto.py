"""A Pareto chart: the few that make most of it, and the share they add up to."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import BLUE, GREY, INK, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HOUR = 3_600_000
MOST = 10


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Bars of hours; the vital few are dark and hatched, the line is the share of all so far."""
    axes = plain(figure.subplots())
    bars = data["bars"][:MOST]
    places = range(len(bars))
    for place, bar in zip(places, bars, strict=True):
        axes.bar(
            place, bar["amount"] / _HOUR, color=BLUE if bar["vital"] else GREY, width=0.7,
            hatch="///" if bar["vital"] else None, edgecolor="white", linewidth=0,
        )  # fmt: skip
    axes.set_xticks(
        list(places), [_short(bar["name"]) for bar in bars], rotation=20 if len(bars) > 4 else 0, ha="center"
    )
    axes.set_ylabel(data["hours"])
    axes.set_xlim(-0.6, max(len(bars), 4) - 0.4)
    share = axes.twinx()
    share.plot(
        list(places), [100 * bar["cumulative"] for bar in bars], color=INK, marker="o", markersize=3, linewidth=1
    )
    share.set_ylim(0, 105)
    share.grid(visible=False)
    share.tick_params(length=0)
    share.set_ylabel(f"{data['cumulative']} [%]")
    for side in share.spines.values():
        side.set_visible(False)


def _short(name: str) -> str:
    return name if len(name) <= 18 else name[:17] + "…"
