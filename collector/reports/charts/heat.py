"""The heat map: objects by days, the darker the more of the day was lost."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from collector.reports.charts.canvas import ticked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LEAST = 1e-9
"""Whatever was lost is not white."""
_APART = 45
"""Up to so many days lines between them leave room for their colours."""
_GRID = "#d0d7de"


def draw(figure: "Figure", data: Mapping[str, Any]) -> None:
    """Shares of the day: nothing is white, and the scale is stretched where a day is nearly whole."""
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.colors import PowerNorm

    rows = data["rows"]
    share = np.array(
        [
            [lost / agreed if agreed else np.nan for lost, agreed in zip(row["lost_ms"], row["agreed_ms"], strict=True)]
            for row in rows
        ]
    )
    colours = colormaps["OrRd"].with_extremes(under="white")
    axes = figure.subplots()
    axes.grid(visible=False)
    axes.set_facecolor("#eceff2")
    shown = axes.pcolormesh(
        np.arange(share.shape[1] + 1), np.arange(len(rows) + 1), share, cmap=colours, edgecolors=_GRID,
        linewidth=0.5 if share.shape[1] <= _APART else 0, norm=PowerNorm(0.4, vmin=_LEAST, vmax=1),
    )  # fmt: skip
    axes.set_yticks(np.arange(len(rows)) + 0.5, [_short(row["name"]) for row in rows])
    axes.invert_yaxis()
    ticked(axes, data["ticks"], middle=share.shape[1] <= _APART)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    bar = figure.colorbar(shown, ax=axes, fraction=0.03, pad=0.02, ticks=[0.01, 0.1, 0.5, 1])
    bar.ax.set_yticklabels(["1 %", "10 %", "50 %", "100 %"])
    bar.outline.set_visible(False)
    bar.set_label(data["scale"])


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"
