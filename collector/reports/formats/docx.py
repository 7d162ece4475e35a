"""A document for Word: headings that navigate, tables whose heads stand on each page, pictures told in words.

Its dates are those of the issue, inside the file too. Text and figures are the same at each rendering; where the
machine's fonts are the same, so are the bytes. Which letters it is read in is the reader's program's to find.
"""

import io
import string
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from collector.reports import columns, fonts, line_pictures, word
from collector.reports.charts import picture
from collector.reports.layout.blocks import Block, Chapter, Chart, Laid, Lines, Paragraph, Table
from collector.reports.layout.bounded import bounded
from collector.reports.layout.lay import lay
from collector.texts import translator
from rules.errors import Unavailable

if TYPE_CHECKING:
    from docx.document import Document

MEDIA = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXTENSION = "docx"
LANGUAGES = True

SHORT, LONG = 595.28, 841.89
"""Sides of A4 in points."""
MARGIN, ABOVE = 40.0, 48.0

_LATIN = "Arial"
_EASTERN = {"zh-TW": "Microsoft JhengHei"}
_EASTERN_ELSE = "Microsoft YaHei"
_CHART = 540.0
_NAMES = 120.0
"""Width of the names beside lines of time."""
_SWATCH = (14.0, 8.0)
_LINE = 10.0
_FACTS = 100.0
_SPARE = 1.09
"""Letters of the reader's program may be that much wider than those that columns are measured in."""
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
"""Nothing in a zip is older."""
_LEFT_OUT = ("thumbnail", "stylesWithEffects", "customXml")
"""Of the template of the library: a picture of its first page, and what belongs to other looks."""


def render(document: dict[str, Any], lang: str) -> bytes:
    """The file. Raises Unavailable where the `docx` extra, or a font with Chinese that the charts need, is missing."""
    laid = bounded(lay(document, lang))
    if laid.language.startswith("zh") and fonts.chinese() is None:
        raise Unavailable(f"No font on this machine has Chinese. On Debian: apt install {fonts.PACKAGE}.")
    try:
        import docx
    except ImportError as trouble:
        raise Unavailable("DOCX needs a package more: pip install 'nineward[docx]'.") from trouble
    issued = datetime.fromtimestamp(document["report"]["issued_at"] / 1000, UTC)
    file = docx.Document()
    _Pages(file, laid, document["seal"]["sha256"]).write()
    _name(file, laid, document["seal"]["sha256"], issued)
    content = io.BytesIO()
    file.save(content)
    return _dated(content, issued)


class _Pages:
    def __init__(self, file: "Document", laid: Laid, sha256: str) -> None:
        self._file = file
        self._laid = laid
        self._sha256 = sha256
        self._pictures = 0
        upright = [_fit(table, SHORT - 2 * MARGIN) for table in laid.tables() if table.rows]
        self._across = any(found.eased for found in upright)
        self._room = (LONG if self._across else SHORT) - 2 * MARGIN
        self._sizes: set[float] = {8.0}

    def write(self) -> None:
        """All that is read, its looks, and what surrounds the pages."""
        from docx.oxml import parse_xml

        pieces = [*self._cover()]
        for mark, chapter in enumerate(self._laid.chapters, start=1):
            pieces += self._chapter(mark, chapter)
        pieces.append(word.paragraph(word.run(self._laid.closing), "Note"))
        body = self._file.element.body
        for piece in list(parse_xml(word.body(pieces))):
            body.insert(len(body) - 1, piece)
        self._look()
        self._surround()

    def _cover(self) -> Iterator[str]:
        cover = self._laid.cover
        yield word.paragraph(word.run("NINEWARD"), "Maker")
        yield word.paragraph(word.run(f"{cover.title} {cover.name}"), "Title")
        if cover.draft:
            yield word.paragraph(word.run(cover.draft), "Draft")
        facts = [[word.paragraph(word.run(one), "Note"), word.paragraph(word.run(text))] for one, text in cover.facts]
        yield word.grid(facts, (_FACTS, self._room - _FACTS))
        yield word.paragraph(word.run(translator(self._laid.language)("Contents")), "TOCHeading")
        yield word.contents([f"{one.number} {one.title}" for one in self._laid.chapters])
        yield word.page_break()

    def _chapter(self, mark: int, chapter: Chapter) -> Iterator[str]:
        yield word.heading(f"{chapter.number} {chapter.title}", 1, mark)
        for block in chapter.blocks:
            yield from self._block(block)

    def _block(self, block: Block) -> Iterator[str]:
        match block:
            case Paragraph():
                yield word.paragraph(word.run(block.text), {"note": "Note", "warning": "Warning"}.get(block.kind, ""))
            case Table():
                if block.title:
                    yield word.heading(block.title, 2)
                if block.rows:
                    fit = _fit(block, self._room)
                    self._sizes.add(fit.size)
                    yield word.table(block, fit)
                else:
                    yield word.paragraph(word.run(block.empty), "Note")
            case Chart():
                yield word.heading(block.title, 2)
                content, height = picture(block)
                width = min(self._room, _CHART)
                yield word.paragraph(self._picture(content, block.said, width, width * height), "Picture")
                yield word.paragraph(word.run(block.said), "Note")
            case Lines():
                yield from self._lines(block)

    def _lines(self, block: Lines) -> Iterator[str]:
        legend = (
            self._picture(line_pictures.sample(state), "", *_SWATCH) + word.run(f" {name}   ")
            for state, name in block.legend.items()
        )
        yield word.paragraph("".join(legend), "Picture")
        width = self._room - _NAMES
        drawn = width - 2 * columns.PADDING
        rows = [
            (name, self._picture(line_pictures.line(partition, block.start, block.end), name, drawn, _LINE))
            for name, partition in block.rows
        ]
        scale = line_pictures.days(block.start, block.end, block.tz)
        rows.append(("", self._picture(scale, "", drawn, drawn * line_pictures.SCALE / line_pictures.WIDTH)))
        style = word.cell_style(8.0)
        told = [[word.paragraph(word.run(name), style), word.paragraph(line, style)] for name, line in rows]
        yield word.grid(told, (_NAMES, width))

    def _picture(self, content: bytes, said: str, width: float, height: float) -> str:
        part, _ = self._file.part.get_or_add_image(io.BytesIO(content))
        self._pictures += 1
        return word.picture(part, self._pictures, said, width, height)

    def _look(self) -> None:
        from docx.oxml import parse_xml

        language = self._laid.language
        template = (Path(__file__).parent / "report.styles.xml").read_text(encoding="utf-8")
        filled = string.Template(template[template.index("<w:styles") :]).substitute(
            latin=_LATIN,
            eastern=_EASTERN.get(language, _EASTERN_ELSE),
            latin_language="en-GB" if language == "en" else language,
            eastern_language="zh-CN" if language == "en" else language,
            cells=word.cell_styles(self._sizes),
        )
        self._file.styles.element[:] = parse_xml(filled)[:]

    def _surround(self) -> None:
        """The paper, and on each page the seal and the number; from the second on the title too."""
        from docx.enum.section import WD_ORIENT
        from docx.oxml import parse_xml
        from docx.shared import Pt

        section = self._file.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE if self._across else WD_ORIENT.PORTRAIT
        sides = Pt(SHORT), Pt(LONG)
        section.page_width, section.page_height = reversed(sides) if self._across else sides
        section.left_margin = section.right_margin = Pt(MARGIN)
        section.top_margin = section.bottom_margin = Pt(ABOVE)
        section.header_distance = section.footer_distance = Pt(ABOVE / 2)
        section.different_first_page_header_footer = True
        cover = self._laid.cover
        foot = word.line_at_foot(f"SHA-256 {self._sha256}", self._room)
        head = word.line_at_head(f"{cover.title} {cover.name}", cover.draft, self._room)
        for place, content in ((section.footer, foot), (section.first_page_footer, foot), (section.header, head)):
            place.is_linked_to_previous = False
            place._element[:] = [parse_xml(content)]


def _fit(table: Table, room: float) -> columns.Fit:
    found = columns.fit(table, room / _SPARE)
    return replace(found, widths=tuple(width * _SPARE for width in found.widths))


def _name(file: "Document", laid: Laid, sha256: str, issued: datetime) -> None:
    """What file managers and libraries show of it."""
    about = file.core_properties
    about.title = f"{laid.cover.title} {laid.cover.name}"
    about.author = about.last_modified_by = "Nineward"
    about.language = laid.language
    about.identifier = sha256
    about.comments = ""
    about.created = about.modified = issued.replace(tzinfo=None)
    for relations in (file.part.rels, file.part.package.rels):
        for key in [key for key, one in relations.items() if one.reltype.endswith(_LEFT_OUT)]:
            relations.pop(key)


def _dated(content: io.BytesIO, issued: datetime) -> bytes:
    """The same file with the date of the issue on every part, in place of now."""
    made = io.BytesIO()
    date = max(issued, _EPOCH).timetuple()[:6]
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(zipfile.ZipInfo(entry.filename, date), old.read(entry), zipfile.ZIP_DEFLATED)
    return made.getvalue()
