"""The workbook in LibreOffice: it opens as it is, and computed anew it comes to the same figures."""

import functools
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel

from collector.reports.formats.xlsx import render
from collector.reports.layout.blocks import Chart, Table, Unit
from collector.reports.layout.lay import lay
from tests.collector.reports import stories, wide
from tests.readers.office import PROGRAM, Office

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="libreoffice-calc-nogui is not installed")

DAY_MS = 86_400_000
DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "five targets": stories.document,
    "200 targets": functools.partial(wide.document, 200),
}


@functools.cache
def issued(name: str, lang: str) -> bytes:
    return render(DOCUMENTS[name](), lang)


@pytest.fixture(scope="module", params=[(name, lang) for name in DOCUMENTS for lang in ("en", "zh-CN")])
def opened(request: pytest.FixtureRequest, office: Office) -> tuple[str, str, openpyxl.Workbook]:
    name, lang = request.param
    content = office.saved(without_results(issued(name, lang)))
    assert content is not None, "LibreOffice did not open it"
    return name, lang, openpyxl.load_workbook(io.BytesIO(content), data_only=True)


def without_results(content: bytes) -> bytes:
    """The workbook with every result of a formula replaced by -1, so that only what is computed anew can be right."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            part = old.read(entry)
            if entry.filename.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"</f><v>[^<]*</v>", b"</f><v>-1</v>", part)
            new.writestr(entry, part)
    return made.getvalue()


def number(value: Any) -> float:
    """A cell's number as the workbook holds it, in days where openpyxl makes a time of it."""
    if isinstance(value, timedelta):
        return value / timedelta(days=1)
    if isinstance(value, datetime | date | time):
        return float(to_excel(value))  # type: ignore[no-untyped-call]
    return float(value)


def compared(tables: list[Table], book: openpyxl.Workbook) -> int:
    """Compare every number of every table; how many there were."""
    count = 0
    for table in tables:
        sheet = book[table.name]
        for line, row in enumerate((*table.rows, *((table.total,) if table.total else ())), start=2):
            for place, cell in enumerate(row, start=1):
                if cell.unit in (Unit.TEXT, Unit.INSTANT) or not isinstance(cell.value, int | float):
                    continue
                wanted = cell.value / DAY_MS if cell.unit is Unit.LENGTH else cell.value
                found = sheet.cell(line, place).value
                where = f"{table.name}, row {line}, column {place}"
                assert found is not None, where
                assert number(found) == pytest.approx(wanted, rel=1e-9, abs=1e-9), where
                count += 1
    return count


def test_it_opens_with_all_its_sheets(opened: tuple[str, str, openpyxl.Workbook]) -> None:
    name, lang, book = opened

    assert book.sheetnames == openpyxl.load_workbook(io.BytesIO(issued(name, lang))).sheetnames


def test_every_number_and_every_sum_is_that_of_the_report(opened: tuple[str, str, openpyxl.Workbook]) -> None:
    name, lang, book = opened
    tables = [table for table in lay(DOCUMENTS[name](), lang).tables() if table.rows]

    assert compared(tables, book) > (2000 if name == "200 targets" else 100)


def test_the_sums_of_the_states_are_the_time_of_the_report(opened: tuple[str, str, openpyxl.Workbook]) -> None:
    name, lang, book = opened
    fleet = DOCUMENTS[name]()["report"]["fleet"]
    table = next(table for table in lay(DOCUMENTS[name](), lang).tables() if table.name == "objects")
    keys = [f"{state}_ms" for state in ("up", "degraded", "down", "unreachable", "unknown", "maintenance", "excluded")]
    first = next(place for place, column in enumerate(table.columns, start=1) if column.added)

    sums = [number(book["objects"].cell(len(table.rows) + 2, first + more).value) for more in range(len(keys))]

    assert [round(days * DAY_MS) for days in sums] == [fleet[key] for key in keys]


def test_no_cell_is_an_error(opened: tuple[str, str, openpyxl.Workbook]) -> None:
    errors = [
        cell.coordinate for sheet in opened[2] for row in sheet.iter_rows() for cell in row if cell.data_type == "e"
    ]

    assert errors == []


def test_its_charts_are_still_there(opened: tuple[str, str, openpyxl.Workbook], office: Office) -> None:
    name, lang, _ = opened
    drawn = [
        block
        for chapter in lay(DOCUMENTS[name](), lang).chapters
        for block in chapter.blocks
        if isinstance(block, Chart) and block.kind != "heat"
    ]

    again = office.saved(issued(name, lang))

    assert again is not None
    with zipfile.ZipFile(io.BytesIO(again)) as parts:
        charts = [part for part in parts.namelist() if part.startswith("xl/charts/chart")]
    assert len(charts) == len(drawn) > 0


def test_a_damaged_workbook_is_not_opened(office: Office) -> None:
    assert office.saved(issued("five targets", "en")[:-400]) is None


def test_a_changed_row_changes_the_sum(office: Office) -> None:
    book = openpyxl.load_workbook(io.BytesIO(issued("five targets", "en")))
    table = next(table for table in lay(stories.document(), "en").tables() if table.name == "objects")
    place = next(place for place, column in enumerate(table.columns, start=1) if column.title == "Failures")
    cell = book["objects"].cell(2, place)
    cell.value = number(cell.value) + 7
    content = io.BytesIO()
    book.save(content)

    saved = office.saved(content.getvalue())

    assert saved is not None
    again = openpyxl.load_workbook(io.BytesIO(saved), data_only=True)
    assert again["objects"].cell(len(table.rows) + 2, place).value == table.total[place - 1].value + 7
