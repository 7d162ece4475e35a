"""The workbook: real numbers, sums that recalculate, the same figures as everywhere."""

import copy
import functools
import io
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from collector.reports.formats.xlsx import number_format, render
from collector.reports.layout.blocks import Cell, Chart, Unit
from collector.reports.layout.lay import lay
from rules.period import local, parse_instant
from tests.collector.reports import wide
from tests.collector.reports.stories import TZ, document


@functools.cache
def book(lang: str = "en", *, values: bool = False) -> dict[str, Worksheet]:
    """The sheets by name; with ``values`` what was computed instead of formulas."""
    found = openpyxl.load_workbook(io.BytesIO(render(document(), lang)), data_only=values)
    return {sheet.title: sheet for sheet in found.worksheets}


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_each_table_with_rows_has_a_sheet(lang: str) -> None:
    tables = [table for table in lay(document(), lang).tables() if table.rows]

    for table in tables:
        sheet = book(lang)[table.name]
        assert [cell.value for cell in sheet[1]] == [column.title for column in table.columns]
        assert sheet.max_row == 1 + len(table.rows) + bool(table.total)


def test_numbers_are_numbers() -> None:
    tables = {table.name: table for table in lay(document(), "en").tables()}
    compared = 0
    for name in ("objects", "outages", "worst", "corrections"):
        for number, row in enumerate(tables[name].rows, start=2):
            for place, cell in enumerate(row, start=1):
                value: Any = book()[name].cell(number, place).value
                if isinstance(cell.value, int | float) and cell.unit is not Unit.TEXT:
                    compared += 1
                    match cell.unit:
                        case Unit.LENGTH if isinstance(value, timedelta):
                            assert round(value.total_seconds() * 1000) == cell.value
                        case Unit.LENGTH:
                            assert _ms(value) == cell.value
                        case Unit.INSTANT:
                            assert value == local(int(cell.value), TZ).replace(tzinfo=None)
                        case _:
                            assert value == pytest.approx(cell.value, rel=1e-12)
    assert compared > 100


def _ms(value: Any) -> int:
    """A length as openpyxl gives it: a time of day below one day, days as a number without any."""
    if hasattr(value, "hour"):
        return int(((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000)
    return round(float(value) * 86_400_000)


def test_sums_are_formulas_over_their_column() -> None:
    table = next(table for table in lay(document(), "en").tables() if table.name == "objects")
    last = len(table.rows)
    for place, column in enumerate(table.columns, start=1):
        shown = book()["objects"].cell(last + 2, place).value
        if column.added:
            letter = get_column_letter(place)
            assert shown == f"=SUM({letter}2:{letter}{last + 1})"


def test_a_sum_leaves_out_services_because_they_are_made_of_the_targets_below() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(render(wide.document(3), "en")))["objects"]

    assert [sheet.cell(row, 1).value for row in (2, 6)] == ["门户网站", "All targets"]
    assert sheet.cell(6, 5).value == "=SUM(E3:E5)"


def test_there_is_a_filter_and_the_heads_stay() -> None:
    sheet = book()["outages"]

    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref is not None


def test_each_sheet_is_printed_as_wide_as_a_page_with_its_heads_on_each() -> None:
    for name, sheet in book().items():
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0), name
    assert book()["objects"].print_title_rows == "$1:$1"


def test_a_fraction_that_is_no_share_is_shown_with_three_decimals() -> None:
    rows = [cells for cells in book()["readings"].iter_rows(min_row=2) if "100" in str(cells[0].value)]

    assert [row[1].number_format for row in rows] == ["#,##0.000"]


def test_a_name_is_no_formula() -> None:
    bad = document()
    bad["report"]["objects"][0]["name"] = "=cmd|' /C calc'!A0"
    sheets = openpyxl.load_workbook(io.BytesIO(render(bad, "en")))

    cell = sheets["objects"]["A2"]
    assert (cell.value, cell.data_type) == ("=cmd|' /C calc'!A0", "s")


def test_every_chart_is_one_of_the_workbook() -> None:
    charts = [
        block for chapter in lay(document(), "en").chapters for block in chapter.blocks if isinstance(block, Chart)
    ]

    for chart in charts:
        sheet = book()[f"chart_{chart.name}"]
        assert sheet["A1"].value == chart.title
    assert {chart.name for chart in charts} >= {"budget", "heat"}


def test_the_cover_tells_the_seal_and_the_sentences() -> None:
    issued = document()
    sheet = next(iter(book("zh-CN").values()))
    told = " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)

    assert issued["seal"]["sha256"] in told
    assert "数据完整率" in told


def shown(cell: Cell) -> str:
    """What a spreadsheet shows of a value: rounded to the nearest of the decimals of its format."""
    form = number_format(cell)
    decimals = form.partition(".")[2].count("0")
    scale = 100 if form.endswith("%") else 1
    return f"{(Decimal(repr(cell.value)) * scale).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (Cell(1 - 2.3e-7, "", Unit.SHARE), "99.99998"),
        (Cell(2.3e-9, "", Unit.SHARE), "0.0000002"),
        (Cell(0.00999999, "", Unit.SHARE, goal=0.01), "0.999999"),
        (Cell(0.0100001, "", Unit.SHARE, goal=0.01), "1.00001"),
        (Cell(499.996, "", Unit.HOURS, goal=500.0), "499.996"),
        (Cell(4.001, "", Unit.HOURS, goal=4.0), "4.001"),
        (Cell(0.5, "", Unit.SHARE), "50.0000"),
        (Cell(1.0, "", Unit.SHARE, goal=0.95), "100.0000"),
    ],
)
def test_a_rounded_number_stays_on_its_side(cell: Cell, said: str) -> None:
    assert shown(cell) == said


def test_the_headline_has_numbers() -> None:
    sheet = book()["headline"]
    rows = {sheet.cell(row, 1).value: sheet.cell(row, 3) for row in range(2, sheet.max_row + 1)}
    found = {row["measure"]: row["actual"] for row in document()["report"]["headline"]}

    assert rows["Fault rate"].value == pytest.approx(found["fault_rate"])
    assert rows["Mean time between failures (MTBF)"].value == pytest.approx(found["mtbf"])
    assert rows["Mean time between failures (MTBF)"].number_format == '#,##0.00" h"'


def test_what_a_cell_does_not_take_is_said() -> None:
    changed = copy.deepcopy(document())
    names = [f"access-switch-building-{number:04d}.example.org" for number in range(1000)]
    changed["report"]["maintenance"][0]["targets"] = names
    found = openpyxl.load_workbook(io.BytesIO(render(changed, "en")))["maintenance"].cell(2, 2).value

    whole = ", ".join(names)
    assert isinstance(found, str)
    assert len(found) <= 32_767
    assert found.endswith(f" … and {len(whole) - 32_567} more signs, which are in the other formats")


def test_an_instant_of_the_hour_that_comes_twice_is_a_text_with_its_offset() -> None:
    changed = copy.deepcopy(document())
    changed["report"]["period"]["tz"] = "Europe/Berlin"
    changed["report"]["maintenance"][0]["from"] = parse_instant("2026-10-25T00:50:00Z", "UTC")
    sheet = openpyxl.load_workbook(io.BytesIO(render(changed, "en")))["maintenance"]

    assert "2026-10-25 02:50:00 +02:00" in [cell.value for cell in sheet[2]]
