"""Pages of A4, tagged for screen readers (PDF/UA-1), with bookmarks, page numbers and the fonts they are set in.

Set by Typst from ``report.typ`` beside this file. What the report says reaches it as data, never as source. Text and
figures are the same at each rendering; where the machine's fonts are the same, so are the bytes.
"""

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from collector.reports import bar, columns, faces, fonts
from collector.reports.charts import draw
from collector.reports.layout.blocks import (
    Block,
    Cell,
    Chapter,
    Chart,
    Column,
    Laid,
    Lines,
    Table,
    Unit,
)
from collector.reports.layout.bounded import bounded
from collector.reports.layout.lay import lay
from collector.texts import translator
from rules.errors import Unavailable

if TYPE_CHECKING:
    import typst

MEDIA = "application/pdf"
EXTENSION = "pdf"
LANGUAGES = True

UPRIGHT, ACROSS = 595.28, 841.89
"""Widths of A4 in points, portrait and landscape."""
MARGIN = 40.0

_RIGHT = (Unit.SHARE, Unit.HOURS, Unit.LENGTH, Unit.COUNT)
_TEXT = 9.5
_CHART = 560.0
"""Charts are no wider: their letters would be larger than those of the text."""
_NAMES = 120.0
"""Width of the names beside lines of time."""
_UNBROKEN = 400
"""Up to how many characters of a cell its row stays on one page."""
_ABOVE = 2.4
"""Above and below the text of a row, in points."""

_SVG = Markup('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" preserveAspectRatio="none">{}{}</svg>')
_STYLE = Markup(
    "<style>.up{fill:#b5dfcb}.degraded{fill:#f0b429}.down{fill:#a81c14}.unreachable{fill:#8e5bbf}"
    ".unknown{fill:url(#unknown)}.maintenance{fill:#5aa9e0}.excluded{fill:url(#excluded)}"
    ".out_of_service{fill:#ffffff}line{stroke:#57606a;stroke-width:1}"
    "text{font-family:'DejaVu Sans';font-size:9px;fill:#57606a}</style>"
    '<defs><pattern id="unknown" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#e4e8ec"/><path d="M0 6 6 0" stroke="#7d8790" stroke-width="1.4"/></pattern>'
    '<pattern id="excluded" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#e3eef8"/><path d="M0 0 6 6" stroke="#4c9fd8" stroke-width="1.2"/></pattern>'
    "</defs>"
)


def render(document: dict[str, Any], lang: str) -> bytes:
    """The file. Raises Unavailable where the `pdf` extra, or a font with Chinese that it needs, is not installed."""
    laid = bounded(lay(document, lang))
    if laid.language.startswith("zh") and fonts.chinese() is None:
        raise Unavailable(f"No font on this machine has Chinese. On Debian: apt install {fonts.PACKAGE}.")
    try:
        import typst
    except ImportError as trouble:
        raise Unavailable("PDF needs a package more: pip install 'nineward[pdf]'.") from trouble
    told = _told(laid, document["seal"]["sha256"])
    return typst.compile(
        (Path(__file__).parent / "report.typ").read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(told, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=document["report"]["issued_at"] // 1000,
    )


@functools.cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder) for folder in faces.folders()]
    )


def _told(laid: Laid, sha256: str) -> dict[str, Any]:
    """What the template sets: texts, widths and drawings."""
    tables = {table.name: _readable(table) for table in laid.tables()}
    upright = {name: columns.fit(table, UPRIGHT - 2 * MARGIN) for name, table in tables.items() if table.rows}
    across = any(found.eased for found in upright.values())
    room = (ACROSS if across else UPRIGHT) - 2 * MARGIN
    fits = {name: columns.fit(tables[name], room) for name in upright} if across else upright
    language, _, region = laid.language.partition("-")
    cover = laid.cover
    return {
        "lang": language,
        "region": region or None,
        "fonts": faces.families(),
        "across": across,
        "margin": MARGIN,
        "size": _TEXT,
        "chart": min(room, _CHART),
        "title": faces.written(f"{cover.title} {cover.name}"),
        "draft": cover.draft,
        "facts": [[name, _pieces(text, room - 110)] for name, text in cover.facts],
        "contents": translator(laid.language)("Contents"),
        "seal": sha256,
        "closing": _pieces(laid.closing, room),
        "chapters": [_chapter(chapter, tables, fits, room) for chapter in laid.chapters],
    }


def _readable(table: Table) -> Table:
    """The same table in characters that the fonts have."""
    heads = [Column(faces.written(column.title), column.unit, column.added) for column in table.columns]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    return Table(table.name, table.title, heads, rows, [_cell(cell) for cell in table.total], table.empty)


def _cell(cell: Cell) -> Cell:
    return Cell(None, faces.written(cell.shown), cell.unit, cell.tone)


def _pieces(text: str, room: float, size: float = _TEXT) -> tuple[str, ...]:
    return columns.pieces(faces.written(text), size, room)


def _chapter(chapter: Chapter, tables: dict[str, Table], fits: dict[str, columns.Fit], room: float) -> dict[str, Any]:
    blocks = [_block(block, tables, fits, room) for block in chapter.blocks]
    return {"title": f"{chapter.number} {chapter.title}", "blocks": blocks}


def _block(block: Block, tables: dict[str, Table], fits: dict[str, columns.Fit], room: float) -> dict[str, Any]:
    match block:
        case Table() if not block.rows:
            return {"is": "empty", "title": block.title, "text": block.empty}
        case Table():
            return _table(tables[block.name], fits[block.name])
        case Chart():
            return {"is": "chart", "title": block.title, "svg": draw(block), "said": faces.written(block.said)}
        case Lines():
            return _lines(block)
        case _:
            return {"is": block.kind, "text": _pieces(block.text, room)}


def _table(table: Table, fit: columns.Fit) -> dict[str, Any]:
    rooms = [width - 2 * columns.PADDING for width in fit.widths]
    total = [_set(cell, fit.size, room) for cell, room in zip(table.total, rooms, strict=True)] if table.total else []
    return {
        "is": "table",
        "title": table.title,
        "size": fit.size,
        "widths": fit.widths,
        "padding": columns.PADDING,
        "above": _ABOVE,
        "figures": [column.unit in _RIGHT for column in table.columns],
        "heads": [
            columns.pieces(column.title, fit.size, room) for column, room in zip(table.columns, rooms, strict=True)
        ],
        "whole": all(len(cell.shown) <= _UNBROKEN for row in table.rows for cell in row),
        "heights": [_height(row, fit.size, rooms) for row in table.rows],
        "rows": [[_set(cell, fit.size, room) for cell, room in zip(row, rooms, strict=True)] for row in table.rows],
        "total": total,
    }


def _height(row: Sequence[Cell], size: float, rooms: Sequence[float]) -> float | None:
    """The height of a row whose every text has room in one line, in points: what is known need not be found out."""
    single = all(columns.in_one_line(cell, size, room) for cell, room in zip(row, rooms, strict=True))
    return size + 2 * _ABOVE if single else None


def _set(cell: Cell, size: float, room: float) -> Any:
    """A text, or the parts of one that must be broken, or a verdict, which has a mark before it."""
    if cell.tone:
        return {"tone": cell.tone, "text": cell.shown}
    parts = columns.pieces(cell.shown, size, room)
    return parts[0] if len(parts) == 1 else parts


def _lines(block: Lines) -> dict[str, Any]:
    return {
        "is": "lines",
        "names": _NAMES,
        "legend": [[name, _svg(14, 9, Markup('<rect class="{}" width="14" height="9"/>').format(state))]
                   for state, name in block.legend.items()],
        "rows": [
            [_pieces(name, _NAMES - 6, 8), _svg(bar.WIDTH, bar.HEIGHT, bar.bar(partition, block.start, block.end, ""))]
            for name, partition in block.rows
        ],
        "days": _svg(bar.WIDTH, 20, bar.days(block.start, block.end, block.tz)),
    }  # fmt: skip


def _svg(width: int, height: int, content: Markup) -> str:
    return str(_SVG.format(width, height, _STYLE, content))
