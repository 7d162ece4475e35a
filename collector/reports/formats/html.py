"""One self-contained page: reads on any screen, prints on A4, needs nothing from the network, holds its sealed data.

The sealed document stands in the page itself (``<script id="sealed">``), so that ``report verify`` can recompute what
the page says. Shown figures are printed by `collector.printed` and `collector.reports.exact`.
"""

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from collector.reports import bar, seal
from collector.reports.charts import draw
from collector.reports.layout.blocks import Cell, Chart, Lines, Table, Unit
from collector.reports.layout.lay import lay
from collector.texts import translator
from rules.errors import Invalid

MEDIA = "text/html; charset=utf-8"
LANGUAGES = True
EXTENSION = "html"

_RIGHT = (Unit.SHARE, Unit.HOURS, Unit.LENGTH, Unit.COUNT)

_pages = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_SEALED = re.compile(rb'<script type="application/json" id="sealed">(.*?)</script>', re.DOTALL)
_LANGUAGE = re.compile(rb'<html lang="([A-Za-z-]+)">')


def render(document: dict[str, Any], lang: str) -> bytes:
    """The page in a language of `collector.texts`."""
    laid = lay(document, lang)
    page = _pages.get_template("report.html").render(
        laid=laid,
        contents=translator(lang)("Contents"),
        sealed=_embedded(document),
        is_table=lambda block: isinstance(block, Table),
        is_chart=lambda block: isinstance(block, Chart),
        is_lines=lambda block: isinstance(block, Lines),
        is_number=lambda column: column.unit in _RIGHT,
        cell_class=_class,
        drawn=lambda chart: Markup(draw(chart)),  # noqa: S704 - drawn by ourselves, its texts escaped there
        bar=lambda block, name, partition: bar.bar(partition, block.start, block.end, name),
        days=lambda block: bar.days(block.start, block.end, block.tz),
    )
    return page.encode()


def sealed_in(page: bytes) -> tuple[object, str]:
    """The document a page holds, and the page's language. Raises Invalid when it is no such page."""
    data, lang = _SEALED.search(page), _LANGUAGE.search(page)
    if data is None or lang is None:
        raise Invalid("This page holds no sealed report.")
    try:
        return seal.parsed(data[1]), lang[1].decode()
    except Invalid as trouble:
        raise Invalid(f"The report inside this page is damaged: {trouble.message}") from trouble


def _embedded(document: dict[str, Any]) -> Markup:
    # Inside a script element only "</" and "<!--" could end or change it; JSON may write "<" as an escape.
    return Markup(seal.canonical(document).decode().replace("<", "\\u003c"))  # noqa: S704 - "<" is gone


def _class(cell: Cell) -> str:
    """How a cell looks: numbers to the right, instants and goals unbroken, verdicts with their mark."""
    if cell.tone:
        return cell.tone
    if cell.unit in _RIGHT:
        return "n"
    return "t" if cell.unit is Unit.INSTANT or isinstance(cell.value, float) else ""
