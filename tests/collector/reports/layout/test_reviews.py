"""The chapters of a quarter and a year: all of them, in three languages, with their tables and charts filled."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from collector.reports import words
from collector.reports.charts import draw
from collector.reports.layout import lay as laying
from collector.reports.layout.blocks import Chart, Laid, Paragraph, Table, Unit
from collector.reports.layout.lay import lay
from collector.texts import translator
from tests.collector.reports.reviewed import MONTHS, document

KINDS = ("quarter", "year")
QUARTER = [
    "Earlier decisions", "Attainment and trend", "Analysis of reliability", "Response and efficiency",
    "Satisfaction and complaints", "Sampled quality checks", "Effect of improvement measures",
    "Suitability of the targets", "Capacity and risks", "Training and knowledge", "Costs", "Decisions",
]  # fmt: skip
YEAR = [
    "Annual targets", "Attainment of agreements", "Availability and reliability over the year",
    "Volume and efficiency", "Satisfaction over the year", "Complaints and call-backs",
    "Major incidents and what they taught", "Improvement measures of the year", "People, training and certificates",
    "Backup, drills and continuity", "Information security", "Costs and benefit", "Targets and plan of the next year",
]  # fmt: skip


@dataclass
class Listening:
    """A translator that notes what it could not translate."""

    language: str = "zh-CN"
    missed: set[str] = field(default_factory=set)

    def __call__(self, text: str, **values: Any) -> str:
        known = translator(self.language).catalogue
        if text not in known and text.isascii() and any(sign.islower() for sign in text):
            self.missed.add(text)
        return translator(self.language)(text, **values)

    def number(self, one: str, many: str, count: int) -> str:
        return self(one if count == 1 else many, count=count)


def tables(found: Laid) -> dict[str, Table]:
    return {table.name: table for table in found.tables()}


def charts(found: Laid) -> dict[str, Chart]:
    return {block.name: block for one in found.chapters for block in one.blocks if isinstance(block, Chart)}


@pytest.mark.parametrize(("kind", "titles"), [("quarter", QUARTER), ("year", YEAR)])
def test_the_chapters_come_in_the_order_of_the_agenda(kind: str, titles: list[str]) -> None:
    chapters = lay(document(kind), "en").chapters
    numbered = [one for one in chapters if one.number.isdecimal()]

    assert [one.title for one in numbered] == titles
    assert [one.number for one in numbered] == [str(number) for number in range(1, len(titles) + 1)]
    assert [one.number for one in chapters[len(titles) :]] == ["A", "B", "C"][: 2 if kind == "quarter" else 3]


@pytest.mark.parametrize("kind", KINDS)
def test_no_chapter_is_without_a_word(kind: str) -> None:
    assert all(one.blocks for one in lay(document(kind), "en").chapters)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["zh-CN", "zh-TW"])
def test_everything_said_has_its_translation(kind: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    listening = Listening(lang)
    monkeypatch.setattr(laying, "translator", lambda _: listening)
    laying.lay(document(kind), lang)

    assert listening.missed == set()


@pytest.mark.parametrize("kind", KINDS)
def test_no_table_has_the_name_of_another_and_rows_fit_their_columns(kind: str) -> None:
    found = lay(document(kind), "zh-CN").tables()
    names = [table.name for table in found]

    assert len(names) == len(set(names))
    assert all(name.isascii() and len(name) <= 31 for name in names)
    for table in found:
        assert {len(row) for row in (*table.rows, table.total or table.columns)} == {len(table.columns)}


@pytest.mark.parametrize("kind", KINDS)
def test_languages_differ_in_words_and_in_nothing_else(kind: str) -> None:
    for one, other in zip(lay(document(kind), "en").tables(), lay(document(kind), "zh-TW").tables(), strict=True):
        assert (one.name, len(one.rows)) == (other.name, len(other.rows))
        for row, translated in zip(one.rows, other.rows, strict=True):
            numbers = [cell.value for cell in row if cell.unit is not Unit.TEXT]
            assert numbers == [cell.value for cell in translated if cell.unit is not Unit.TEXT]


@pytest.mark.parametrize("kind", KINDS)
def test_the_charts_of_a_review_are_there_and_can_be_drawn(kind: str) -> None:
    found = charts(lay(document(kind), "zh-CN"))

    assert set(found) >= {"rolling", "control", "budget_by_service", "burn_down", "satisfaction", "volume"}
    assert all(chart.said and "<path" in draw(chart) for chart in found.values())


def test_three_months_stand_side_by_side_with_their_verdicts() -> None:
    data = document()["report"]
    table = tables(lay(document(), "en"))["by_month"]
    rate = table.rows[0]

    assert [column.title for column in table.columns][2:5] == list(MONTHS)
    assert {cell.tone for cell in rate[2:5]} == {data["fleet"]["verdicts"]["fault_rate"]}
    assert [cell.value for cell in rate[2:5]] == [pytest.approx(data["fleet"]["fault_rate"])] * 3


def test_the_period_before_and_the_year_before_stand_beside() -> None:
    table = tables(lay(document(), "en"))["by_month"]
    titles = [column.title for column in table.columns]
    rate = table.rows[0]

    assert rate[titles.index("Period before")].shown == "–"
    assert rate[titles.index("A year before")].shown == "–"


def test_the_model_that_fails_most_often_leads_the_ranking() -> None:
    rows = tables(lay(document("year"), "en"))["replacement"].rows

    assert [(row[0].value, row[1].value, row[3].value) for row in rows] == [(1, "X1", 6), (2, "X2", 1)]


def test_redundancy_that_failed_together_is_told() -> None:
    (row,) = tables(lay(document(), "en"))["together"].rows

    assert [cell.shown for cell in row[:2]] == ["portal", "1/2"]
    assert row[6].shown == "old-1, old-2"


def test_the_effect_of_a_measure_is_told_with_its_probability() -> None:
    rows = tables(lay(document(), "en"))["effects"].rows

    assert [row[-1].shown for row in rows] == ["Fewer failures", "No more than chance", "Not countable"]
    assert [row[-2].shown for row in rows] == ["0.0313", "0.7500", "–"]


def test_decisions_begin_with_what_is_open_and_end_with_room() -> None:
    rows = tables(lay(document(), "en"))["decisions"].rows

    assert rows[0][1].shown == "INC-2026-000000: 新风扇 new fan"
    assert (rows[0][3].shown, rows[0][2].value) == ("li.wei", "")
    assert all(cell.value == "" for cell in rows[-1][1:])


def test_the_seven_inputs_name_chapters_that_are_there() -> None:
    found = lay(document("year"), "en")
    numbers = {one.number for one in found.chapters}
    rows = tables(found)["inputs"].rows

    assert [row[0].shown for row in rows] == list("①②③④⑤⑥⑦")
    named = {number for row in rows for number in row[2].shown.split(", ")} - {"–"}
    assert named <= numbers


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_not_recorded_is_said_in_a_line(kind: str) -> None:
    titles = {"quarter": ("Costs", "Training and knowledge"), "year": ("Information security", "Costs and benefit")}
    chapters = {one.title: one for one in lay(document(kind), "en").chapters}

    for title in titles[kind]:
        (only,) = chapters[title].blocks
        assert isinstance(only, Paragraph)
        assert only.text.startswith("Nothing is recorded")


@pytest.mark.parametrize("title", [*QUARTER, *YEAR])
def test_the_manual_tells_of_every_chapter(title: str) -> None:
    assert title in (Path(__file__).parents[4] / "docs/reference/reports.md").read_text()


def test_a_report_of_an_older_shape_keeps_the_chapters_of_a_month() -> None:
    old = document()
    del old["report"]["review"]

    assert lay(old, "en").chapters[0].title == "Summary and verdict"


@pytest.mark.parametrize("table", [words.DEVICES, words.EDGES, words.CHANGES, words.MEASURES, words.STATES])
def test_the_names_of_things_have_their_translations(table: dict[str, str]) -> None:
    assert [word for word in table.values() if word not in translator("zh-CN").catalogue] == []


@pytest.mark.parametrize(("kind", "chapters"), [("quarter", 8), ("year", 8)])
def test_an_edition_leaves_out_what_is_for_the_house_alone(kind: str, chapters: int) -> None:
    served = document(kind)
    told = {"name": "acme", "service": "", "selector": "customer=acme", "targets": [], "services": []}
    served["report"] |= {"edition": told, "risks": None}
    found = lay(served, "zh-CN")

    assert [one.number for one in found.chapters if one.number.isdecimal()] == [str(n) for n in range(1, chapters + 1)]
    assert {table.name for table in found.tables()}.isdisjoint(
        {"models", "replacement", "decisions", "inputs", "capacity"}
    )
