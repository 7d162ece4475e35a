"""A workbook: a sheet for each table with real numbers, filters and sums that recalculate, and charts of its own.

Instants are on the wall clock of the report's zone, because a spreadsheet knows no zones; the cover names it. In
the hour that comes twice they are texts with their offset. Texts are
written as texts, so that none can become a formula.
"""

import io
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from collector.printed import NO_FIGURE
from collector.reports import exact, native_charts
from collector.reports.layout.blocks import Cell, Chart, Laid, Paragraph, Table, Unit
from collector.reports.layout.lay import lay
from collector.reports.sheet_width import width
from collector.texts import Translator, translator
from rules.period import local

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LANGUAGES = True
EXTENSION = "xlsx"

_DAY = 86_400_000
_FORMS = {
    Unit.TEXT: "@",
    Unit.SHARE: "0.0000%",
    Unit.HOURS: "#,##0.00",
    Unit.LENGTH: "[h]:mm:ss",
    Unit.INSTANT: "yyyy-mm-dd hh:mm:ss",
    Unit.COUNT: "General",
}
_FRACTION = "#,##0.000"
_LEAST_DECIMALS = {Unit.SHARE: 4, Unit.HOURS: 2}
_MOST_DECIMALS = 12
_LONGEST = 32_767
"""So many signs a cell of a spreadsheet takes."""
_SAID = 200
"""More than it takes to say that there is more."""
_TONES = {"met": "#1c6b4f", "missed": "#b3261e"}
_READ = 100
"""How many rows tell how wide a column must be."""
_A4 = 9
"""Its number among the paper sizes of spreadsheets."""
_HEAD, _BOLD, _WRAP = "head", "bold", "wrap"


def render(document: dict[str, Any], lang: str) -> bytes:
    """The workbook."""
    import xlsxwriter

    laid = lay(document, lang)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    issued = datetime.fromtimestamp(document["report"]["issued_at"] / 1000, UTC).replace(tzinfo=None)
    book.set_properties({"title": f"{laid.cover.title} {laid.cover.name}", "author": "Nineward", "created": issued})
    _Sheets(book, laid, document["report"]["period"]["tz"], translator(lang)).write()
    book.close()
    return content.getvalue()


class _Sheets:
    def __init__(self, book: "Workbook", laid: Laid, tz: str, say: Translator) -> None:
        self._book = book
        self._laid = laid
        self._tz = tz
        self._say = say
        self._formats: dict[tuple[str, ...], Format] = {}

    def write(self) -> None:
        tables = [table for table in self._laid.tables() if table.rows]
        self._cover(tables)
        for table in tables:
            self._table(table)
        charts = [block for chapter in self._laid.chapters for block in chapter.blocks if isinstance(block, Chart)]
        for chart in charts:
            native_charts.add(self._book, chart)
        for sheet in self._book.worksheets():
            _printed_whole(sheet)

    def _cover(self, tables: list[Table]) -> None:
        sheet = self._book.add_worksheet(_named(self._laid.cover.title))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 110, self._form(_WRAP))
        cover = self._laid.cover
        sheet.write_string(0, 0, f"{cover.title} {cover.name} {cover.draft}".rstrip(), self._form(_BOLD))
        row = 2
        for name, text in cover.facts:
            sheet.write_string(row, 0, name, self._form(_BOLD))
            sheet.write_string(row, 1, text, self._form(_WRAP))
            row += 1
        row += 1
        for chapter in self._laid.chapters:
            sheet.write_string(row, 0, f"{chapter.number} {chapter.title}", self._form(_BOLD))
            row += 1
            for block in chapter.blocks:
                match block:
                    case Paragraph():
                        sheet.write_string(row, 1, block.text, self._form(_WRAP))
                        row += 1
                    case Table() if block in tables:
                        title = block.title or chapter.title
                        sheet.write_url(row, 1, f"internal:'{block.name}'!A1", string=title)
                        row += 1
                    case Table():
                        sheet.write_string(row, 1, f"{block.title}: {block.empty}".lstrip(": "), self._form(_WRAP))
                        row += 1
        sheet.write_string(row + 1, 1, self._laid.closing, self._form(_WRAP))

    def _table(self, table: Table) -> None:
        sheet = self._book.add_worksheet(_named(table.name))
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.title, self._form(_HEAD))
        for number, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row):
                self._cell(sheet, number, place, cell, hours=table.columns[place].unit is Unit.TEXT)
        last = len(table.rows)
        sheet.autofilter(0, 0, last, len(table.columns) - 1)
        if table.total:
            self._total(sheet, table, last)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, width([column.title, *(row[place].shown for row in table.rows[:_READ])]))

    def _total(self, sheet: "Worksheet", table: Table, last: int) -> None:
        """Sums are formulas, so that whoever changes a row sees what follows; the filter leaves them out."""
        from xlsxwriter.utility import xl_col_to_name

        for place, (column, cell) in enumerate(zip(table.columns, table.total, strict=True)):
            if column.added and cell.value is not None:
                name = xl_col_to_name(place)
                formula = f"=SUM({name}{table.apart + 2}:{name}{last + 1})"
                value = cell.value / _DAY if column.unit is Unit.LENGTH else cell.value
                sheet.write_formula(last + 1, place, formula, self._form(_BOLD, _FORMS[column.unit]), value)
            else:
                self._cell(sheet, last + 1, place, cell, _BOLD)

    def _cell(
        self, sheet: "Worksheet", row: int, place: int, cell: Cell, look: str = "", *, hours: bool = False
    ) -> None:
        """``hours``: the column does not say that a length is in hours."""
        value = cell.value
        number = number_format(cell) + ('" h"' if hours and cell.unit is Unit.HOURS else "")
        form = self._form(look, number, _TONES.get(cell.tone, ""))
        if value is None or isinstance(value, str | bool) or cell.unit is Unit.TEXT:
            if cell.shown != NO_FIGURE:
                sheet.write_string(row, place, self._fitting(cell.shown), form)
            return
        match cell.unit:
            case Unit.LENGTH:
                sheet.write_number(row, place, value / _DAY, form)
            case Unit.INSTANT if exact.twice(value, self._tz):
                sheet.write_string(row, place, cell.shown, form)
            case Unit.INSTANT:
                sheet.write_datetime(row, place, local(value, self._tz).replace(tzinfo=None), form)
            case _:
                sheet.write_number(row, place, value, form)

    def _fitting(self, text: str) -> str:
        """A text as far as a cell takes it, with how much it leaves out."""
        if len(text) <= _LONGEST:
            return text
        kept = _LONGEST - _SAID
        more = len(text) - kept
        return self._say(
            "{start} … and {count} more signs, which are in the other formats", start=text[:kept], count=more
        )

    def _form(self, look: str = "", number: str = "", colour: str = "") -> "Format":
        key = (look, number, colour)
        if key not in self._formats:
            given: dict[str, Any] = {"valign": "top", "font_name": "Calibri"}
            if number:
                given["num_format"] = number
            if colour:
                given |= {"font_color": colour, "bold": True}
            if look == _HEAD:
                given |= {"bold": True, "bg_color": "#f6f8fa", "bottom": 1, "text_wrap": True}
            if look == _BOLD:
                given["bold"] = True
            if look == _WRAP:
                given["text_wrap"] = True
            self._formats[key] = self._book.add_format(given)
        return self._formats[key]


def number_format(cell: Cell) -> str:
    """The number format: with as many decimals as it takes that a spreadsheet, which rounds to the nearest, does not
    show a value on another side of nothing, of everything or of its goal."""
    if cell.unit not in _LEAST_DECIMALS or not isinstance(cell.value, int | float):
        return _FRACTION if cell.unit is Unit.COUNT and isinstance(cell.value, float) else _FORMS[cell.unit]
    share = cell.unit is Unit.SHARE
    scale = 100 if share else 1
    whole = Decimal(repr(cell.value)) * scale
    fences = [Decimal(0), *([Decimal(100)] if share else [])]
    fences += [] if cell.goal is None else [Decimal(repr(cell.goal)) * scale]
    for places in range(_LEAST_DECIMALS[cell.unit], _MOST_DECIMALS):
        shown = whole.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if all(shown.compare(fence) == whole.compare(fence) for fence in fences):
            break
    return f"{'0' if share else '#,##0'}.{'0' * places}{'%' if share else ''}"


def _printed_whole(sheet: "Worksheet") -> None:
    """On paper a sheet is as wide as a page: a table whose columns lie on several pages cannot be read."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _named(text: str) -> str:
    """A text as the name of a sheet: at most 31 signs, without those a sheet's name may not have."""
    return "".join(sign for sign in text if sign not in "[]:*?/\\'")[:31]
