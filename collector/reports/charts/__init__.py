"""Charts of a report as SVG. The folder is the registry: the file ``trend.py`` draws charts of the kind ``trend``.

Drawn by matplotlib: it measures text with the font it names, so Chinese labels fit; it writes plain SVG whose text
stays text, and the same bytes for the same data. Told apart by shape and shade as well as by colour, so that a chart
survives a photocopier and colour-blind eyes.
"""

import importlib

from collector.reports.charts.canvas import canvas, svg
from collector.reports.layout.blocks import Chart


def draw(chart: Chart) -> str:
    """The chart as an SVG element, without what stands around it in a file."""
    with canvas(chart.kind) as figure:
        importlib.import_module(f"{__name__}.{chart.kind}").draw(figure, chart.data)
        return svg(figure, chart.name)
