"""The pieces of a Word document as WordprocessingML (ISO/IEC 29500-1, transitional). Texts are escaped here.

Lengths are points. Styles are named as in ``report.styles.xml``.
"""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from collector.reports import columns, faces
from collector.reports.layout.blocks import Cell, Table, Unit

RIGHT = (Unit.SHARE, Unit.HOURS, Unit.LENGTH, Unit.COUNT)
"""Columns of these stand to the right."""

_EMU = 12_700
_TWENTIETHS = 20
_MARKS = {"met": ("Met", "✓ "), "missed": ("Missed", "✗ ")}
_UNJUDGED = ("Unjudged", "")

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)


def body(pieces: Iterable[str]) -> str:
    """Pieces under one root, with the names of all they use."""
    return f"<w:body {_NAMES}>{''.join(pieces)}</w:body>"


def cell_style(size: float, *, right: bool = False) -> str:
    """The name of the style of cells in a font size; ``right`` for figures, which stand there."""
    return f"Cell{round(10 * size)}{'R' if right else ''}"


def cell_styles(sizes: Iterable[float]) -> str:
    """The styles of cells in each font size, for texts and for figures."""
    return "".join(
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{cell_style(size, right=right)}">'
        f'<w:name w:val="Cell {size:g}{" right" if right else ""}"/><w:basedOn w:val="Cell"/>'
        f"<w:pPr>{_TO_RIGHT if right else ''}</w:pPr>"
        f'<w:rPr><w:sz w:val="{round(2 * size)}"/><w:szCs w:val="{round(2 * size)}"/></w:rPr></w:style>'
        for size in sorted(set(sizes))
        for right in (False, True)
    )


def run(text: str, style: str = "") -> str:
    """A text."""
    said = faces.visible(text)
    kept = ' xml:space="preserve"' if said != said.strip() else ""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>' if style else ""
    return f"<w:r>{look}<w:t{kept}>{escape(said)}</w:t></w:r>"


def paragraph(content: str, style: str = "") -> str:
    """A paragraph of runs."""
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{look}{content}</w:p>"


def heading(text: str, level: int, mark: int = 0) -> str:
    """A heading; with a ``mark`` the contents can lead to it."""
    content = run(text)
    if mark:
        content = f'<w:bookmarkStart w:id="{mark}" w:name="_Toc{mark}"/>{content}<w:bookmarkEnd w:id="{mark}"/>'
    return paragraph(content, f"Heading{level}")


def contents(titles: Sequence[str]) -> str:
    """A table of contents, filled in: each title leads to the heading whose mark is its place, from 1 on.

    Where pages end is known to the program that sets them alone: it adds their numbers when asked to update the field.
    """
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> TOC \\o "1-1" \\h '
        '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    made = []
    for mark, title in enumerate(titles, start=1):
        link = f'<w:hyperlink w:anchor="_Toc{mark}" w:history="1">{run(title)}</w:hyperlink>'
        made.append(paragraph(f"{begin if mark == 1 else ''}{link}{end if mark == len(titles) else ''}", "TOC1"))
    return "".join(made)


def page_break() -> str:
    return '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def line_at_foot(text: str, width: float) -> str:
    """The content of a page's foot: a text, and at the right the number of the page and of all."""
    stop = f'<w:tabs><w:tab w:val="right" w:pos="{_twentieths(width)}"/></w:tabs>'
    number, count = (f'<w:fldSimple w:instr=" {name} ">{run("1")}</w:fldSimple>' for name in ("PAGE", "NUMPAGES"))
    return (
        f'<w:p {_NAMES}><w:pPr><w:pStyle w:val="Footer"/>{stop}</w:pPr>{run(text)}<w:r><w:tab/></w:r>'
        f"{number}{run(' / ')}{count}</w:p>"
    )


def line_at_head(text: str, mark: str, width: float) -> str:
    """The content of a page's head: a text, and at the right a mark."""
    stop = f'<w:tabs><w:tab w:val="right" w:pos="{_twentieths(width)}"/></w:tabs>'
    return (
        f'<w:p {_NAMES}><w:pPr><w:pStyle w:val="Header"/>{stop}</w:pPr>{run(text)}<w:r><w:tab/></w:r>'
        f"{run(mark, 'Missed')}</w:p>"
    )


def picture(part: str, number: int, said: str, width: float, height: float) -> str:
    """A picture in a run. ``part`` is the id of its file in the document, ``number`` unique among all pictures.

    ``said`` tells it to those who cannot see it, and is empty where it only decorates.
    """
    told = quoteattr(faces.visible(said))
    across, down = round(width * _EMU), round(height * _EMU)
    return (
        '<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{across}" cy="{down}"/><wp:docPr id="{number}" name="Picture {number}" descr={told}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="{number}.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{part}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{across}" cy="{down}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r>"
    )


def table(laid: Table, fit: columns.Fit) -> str:
    """A table whose heads stand on every page it goes over, and whose rows are not torn."""
    styles = [cell_style(fit.size, right=column.unit in RIGHT) for column in laid.columns]
    heads = (paragraph(run(column.title), style) for column, style in zip(laid.columns, styles, strict=True))
    rows = [_row(heads, _REPEATED)]
    rows += [
        _row(paragraph(_cell(one), style) for one, style in zip(row, styles, strict=True))
        for row in (*laid.rows, *([laid.total] if laid.total else []))
    ]
    return _table(rows, fit.widths, "Figures", laid.title, total=bool(laid.total))


def grid(rows: Sequence[Sequence[str]], widths: Sequence[float]) -> str:
    """Paragraphs side by side, without lines or heads."""
    return _table([_row(row) for row in rows], widths, "TableNormal", "")


def _row(cells: Iterable[str], kind: str = "") -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{kind}</w:trPr>{''.join(f'<w:tc>{one}</w:tc>' for one in cells)}</w:tr>"


def _table(rows: Iterable[str], widths: Sequence[float], style: str, title: str, *, total: bool = False) -> str:
    heads = style != "TableNormal"
    caption = f"<w:tblCaption w:val={quoteattr(faces.visible(title))}/>" if title else ""
    columns_ = "".join(f'<w:gridCol w:w="{_twentieths(width)}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblW w:w="{_twentieths(sum(widths))}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="{_NO_BANDS | heads * _HEADS | total * _TOTAL:04X}"/>'
        f"{caption}</w:tblPr><w:tblGrid>{columns_}</w:tblGrid>{''.join(rows)}</w:tbl>{_AFTER}"
    )


_HEADS, _TOTAL, _NO_BANDS = 0x20, 0x40, 0x600
"""Which parts of a table its style looks different in."""
_REPEATED = "<w:tblHeader/>"
_TO_RIGHT = '<w:jc w:val="right"/>'
_AFTER = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/></w:pPr></w:p>'
"""Two tables without a paragraph between them would be one."""


def _cell(cell: Cell) -> str:
    if not cell.tone:
        return run(cell.shown)
    style, mark = _MARKS.get(cell.tone, _UNJUDGED)
    return run(mark + cell.shown, style)


def _twentieths(points: float) -> int:
    return round(points * _TWENTIETHS)
