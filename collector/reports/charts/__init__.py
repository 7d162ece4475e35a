"""Charts of a report as SVG. The folder is the registry: the file ``trend.py`` draws charts of the kind ``trend``.

Drawn by matplotlib: it measures text with the font it names, so Chinese labels fit; it writes plain SVG whose text
stays text, and the same bytes for the same data. Told apart by shape and shade as well as by colour, so that a chart
survives a photocopier and colour-blind eyes.
"""

import importlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from collector.reports import faces
from collector.reports.charts.canvas import canvas, png, svg
from collector.reports.layout.blocks import Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw(chart: Chart) -> str:
    """The chart as an SVG element, without what stands around it in a file."""
    with canvas(chart.kind) as figure:
        _draw(figure, chart)
        return svg(figure, chart.name)


def picture(chart: Chart) -> tuple[bytes, float]:
    """The chart as a PNG, and its height as a multiple of its width. What no font here can write is named U+XXXX.

    Raises Unavailable for Chinese where no font has it.
    """
    with canvas(chart.kind) as figure:
        _draw(figure, replace(chart, data=_written(chart.data)))
        return png(figure), figure.get_figheight() / figure.get_figwidth()


def _draw(figure: "Figure", chart: Chart) -> None:
    importlib.import_module(f"{__name__}.{chart.kind}").draw(figure, chart.data)


def _written(data: Any) -> Any:
    """Plain data with every text in characters that the fonts have."""
    match data:
        case str():
            return faces.written(data)
        case dict():
            return {key: _written(value) for key, value in data.items()}
        case list() | tuple():
            return [_written(value) for value in data]
    return data
