"""The worked month (TV-55) comes out of a report figure for figure, in every format."""

import io
import json
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from collector.reports import formats
from collector.reports.formats.html import render
from tests.collector.reports.formats import test_docx
from tests.collector.reports.formats.test_html import Reader
from tests.collector.reports.worked import document

HOUR = 3_600_000

FLEET = {
    "agreed_ms": 35_992 * HOUR,
    "up_ms": 35_949.5 * HOUR,
    "down_ms": 16.5 * HOUR,
    "unreachable_ms": 14 * HOUR,
    "unknown_ms": 12 * HOUR,
    "coverage": 0.99966647,
    "failures": 5,
    "episodes": 5,
    "restored": 5,
    "open": 1,
    "objects": 50,
    "objects_affected": 5,
    "mtbf_h": 7189.9,
    "mtbsi_h": 7193.2,
    "mttr_h": 3.5,
}
READINGS = {
    "own": (0.000458767, None, None),
    "delivered": (0.000847693, None, None),
    "worst_case": (0.001180818, None, None),
    "affected": (0.1, 0.03327509, 0.21813537),
    "affected_wilson": (0.1, 0.04347577, 0.21360231),
    "per_100": (10.00945, None, None),
    "mtbf": (7189.9, 3419.517, 18_247.092),
    "mtbf_lower": (7189.9, 3876.093, None),
    "mtbsi": (7193.2, None, None),
    "mttr": (3.5, None, None),
}
"""Of each reading the value and its interval."""
DEVICES = {"d11": 6 / 720, "d3": 5.5 / 720, "d7": 1 / 712}
"""The fault rates that are told one by one."""

PRINTED = {
    "own": ("0.0459 %", "–", "–"),
    "delivered": ("0.0848 %", "–", "–"),
    "worst_case": ("0.1181 %", "–", "–"),
    "affected": ("10.0000 %", "3.3275 %", "21.8136 %"),
    "affected_wilson": ("10.0000 %", "4.3475 %", "21.3603 %"),
    "per_100": ("10.010", "–", "–"),
    "mtbf": ("7189.900", "3419.516", "18247.092"),
    "mtbf_lower": ("7189.900", "3876.093", "–"),
    "mtbsi": ("7193.200", "–", "–"),
    "mttr": ("3.500", "–", "–"),
}
"""The same as people read them: rates up, an interval outwards."""
SENTENCES = (
    "Of 35992.00 h of agreed time of 50 targets, 16.50 h were down by own fault, 14.00 h unreachable behind another "
    "fault, 12.00 h unknown.",
    "Data coverage: 99.9666 %.",
    "Failures: 5, in 5 episodes; 5 restored in the period, 1 open at its end.",
    "MTBF, operating time per failure: 7189.90 h; with 90 % confidence at least 3876.09 h.",
    "The target allows 359.92 h of faults in this period. Used by own faults: 4.59 %; as delivered, with unreachable "
    "time: 8.48 %.",
)
RATES = {"d11": "0.8334 %", "d3": "0.7639 %", "d7": "0.1405 %"}
OUTAGES = [
    ("d1", "2026-08-31 21:00:00", "2026-09-01 02:00:00", "5:00:00"),
    ("d3", "2026-09-03 10:00:00", "2026-09-03 13:30:00", "3:30:00"),
    ("d11", "2026-09-09 08:00:00", "2026-09-09 14:00:00", "6:00:00"),
]


def near(value: float | None) -> Any:
    """The digits of the worked month, and no more."""
    return None if value is None else pytest.approx(value, rel=1e-6, abs=5e-10)


def readings(report: dict[str, Any]) -> dict[str, tuple[float | None, ...]]:
    return {row["reading"]: (row["value"], row["low"], row["high"]) for row in report["readings"]}


def text_of(name: str, content: bytes, folder: Path) -> str:
    """What people read in a file, with single spaces."""
    if name == "html":
        return " ".join(Reader(content).text)
    if name == "docx":
        return " ".join(test_docx.texts(content))
    (folder / "report.pdf").write_bytes(content)
    said = subprocess.run(["pdftotext", "-raw", folder / "report.pdf", "-"], check=True, capture_output=True, text=True)
    return re.sub(r"\s+", " ", said.stdout)


def test_the_sealed_data_have_the_figures() -> None:
    found = json.loads(formats.find("json").render(document(), "en"))["report"]

    assert {key: found["fleet"][key] for key in FLEET} == {key: near(value) for key, value in FLEET.items()}
    assert readings(found) == {key: tuple(near(one) for one in row) for key, row in READINGS.items()}


def test_the_budget_of_the_sealed_data_is_what_was_used() -> None:
    budget = document()["report"]["budget"]

    assert budget["allowed_ms"] == 359.92 * HOUR
    assert (budget["used"], budget["used_delivered"]) == (near(0.0458435), near(0.0847411))


def test_no_device_is_over_its_target_and_the_worst_come_first() -> None:
    worst = {row["name"]: row["fault_rate"] for row in document()["report"]["worst"]}

    assert {name: worst[name] for name in DEVICES} == {name: near(rate) for name, rate in DEVICES.items()}
    assert list(worst)[:2] == ["d11", "d3"]
    assert all(rate < 0.01 for rate in worst.values())


def test_every_verdict_is_met() -> None:
    verdicts = {row["measure"]: row["verdict"] for row in document()["report"]["headline"]}

    assert verdicts == {"fault_rate": "met", "mtbf": "met", "mttr": "met"}


PDF = pytest.param("pdf", marks=pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils"))


@pytest.mark.parametrize("name", ["html", "docx", PDF])
def test_the_text_people_read_says_the_same(name: str, tmp_path: Path) -> None:
    text = text_of(name, formats.find(name).render(document(), "en"), tmp_path)

    missing = [sentence for sentence in SENTENCES if sentence not in text]
    assert missing == []
    assert [rate for rate in RATES.values() if rate not in text] == []
    figures = [figure for row in PRINTED.values() for figure in row]
    assert [figure for figure in figures if figure not in text] == []


def test_each_figure_of_the_page_stands_in_its_own_cell() -> None:
    page = render(document(), "en").decode()
    table = page[page.index('<table id="table-readings">') :]
    rows = re.findall(r"<tr>(<td.*?)</tr>", table[: table.index("</table>")])

    cells = [tuple(re.findall(r"<td[^>]*>([^<]*)</td>", row))[1:4] for row in rows]

    assert cells == list(PRINTED.values())


def test_the_outages_of_the_page_have_the_edges_of_the_story() -> None:
    page = render(document(), "en").decode()
    table = page[page.index('<table id="table-outages">') :]
    rows = re.findall(r"<tr>(<td.*?)</tr>", table[: table.index("</table>")])

    cells = [tuple(re.findall(r"<td[^>]*>([^<]*)</td>", row))[:4] for row in rows]

    assert [row for row in OUTAGES if row not in cells] == []


def test_the_workbook_holds_the_figures_unrounded() -> None:
    book = openpyxl.load_workbook(io.BytesIO(formats.find("xlsx").render(document(), "en")), data_only=True)

    assert _rows(book["readings"], 2, 5) == [tuple(near(one) for one in row) for row in READINGS.values()]
    rates = {row[0].value: row[2].value for row in book["objects"].iter_rows(min_row=2)}
    assert {name: rates[name] for name in DEVICES} == {name: near(rate) for name, rate in DEVICES.items()}


def test_the_last_row_of_the_workbook_is_the_time_of_the_worked_month() -> None:
    book = openpyxl.load_workbook(io.BytesIO(formats.find("xlsx").render(document(), "en")), data_only=True)
    sheet = book["objects"]
    heads = [cell.value for cell in sheet[1]]
    total = dict(zip(heads, (cell.value for cell in sheet[sheet.max_row]), strict=True))

    hours = {name: _hours(total[name]) for name in ("Up", "Down", "Unreachable", "Unknown")}

    assert hours == {"Up": 35_949.5, "Down": 16.5, "Unreachable": 14.0, "Unknown": 12.0}
    assert (total["Failures"], total["MTBF [h]"], total["MTTR [h]"]) == (5, near(7189.9), 3.5)


def _hours(value: object) -> float:
    assert isinstance(value, timedelta)
    return value / timedelta(hours=1)


def _rows(sheet: Worksheet, first: int, last: int) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row[first - 1 : last - 1]) for row in sheet.iter_rows(min_row=2)]
