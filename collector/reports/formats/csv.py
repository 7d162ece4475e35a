"""Every table of a report as a CSV file, together in one zip: UTF-8 with BOM, because Excel guesses wrong without it.

Instants are in the report's zone, lengths in seconds, shares as fractions, unrounded: what rounds is the reader's
program. A text that a spreadsheet would take for a formula is made harmless. The same report gives the same bytes.
"""

import csv
import io
import zipfile
from typing import Any

from collector.printed import NO_FIGURE
from collector.reports.layout.blocks import Cell, Column, Table, Unit
from collector.reports.layout.lay import lay

MEDIA = "application/zip"
LANGUAGES = True
EXTENSION = "csv.zip"

_FORMULA = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")
"""How a formula begins; where Chinese is written also in wide characters."""
_MADE = (1980, 1, 1, 0, 0, 0)
"""The date of each file: a zip has one, and it must not tell when it was made."""


def render(document: dict[str, Any], lang: str) -> bytes:
    """The zip, with one file for each table that has rows."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as files:
        for table in lay(document, lang).tables():
            if table.rows:
                entry = zipfile.ZipInfo(f"{table.name}.csv", _MADE)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                files.writestr(entry, _text(table))
    return content.getvalue()


def _text(table: Table) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow([_head(column) for column in table.columns])
    for row in (*table.rows, *((table.total,) if table.total else ())):
        sheet.writerow([_value(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _head(column: Column) -> str:
    return f"{column.title} [s]" if column.unit is Unit.LENGTH else column.title


def _value(cell: Cell) -> object:
    match cell.unit:
        case Unit.TEXT:
            return "" if cell.shown == NO_FIGURE else _harmless(cell.shown)
        case Unit.INSTANT:
            return "" if cell.shown == NO_FIGURE else cell.shown
        case Unit.LENGTH:
            return "" if cell.value is None else _seconds(cell.value)
    return "" if cell.value is None else cell.value


def _seconds(span: int) -> str:
    seconds, thousandths = divmod(span, 1000)
    return f"{seconds}.{thousandths:03d}".rstrip("0").rstrip(".") if thousandths else str(seconds)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
