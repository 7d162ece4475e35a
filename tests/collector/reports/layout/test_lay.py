"""The laid-out report: the same in every format, whole in both languages, and no chapter without a word."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import collector.reports.layout
from collector.reports import report, seal
from collector.reports.layout.blocks import Chart, Laid, Paragraph, Table, Unit
from collector.reports.layout.lay import TITLES, lay
from collector.texts import translator
from tests.collector.reports import reviewed
from tests.collector.reports.stories import DAY, MONTH, document, evidence

LAYOUT = Path(collector.reports.layout.__file__).parent


def laid(lang: str = "en", **more: Any) -> Laid:
    return lay(document(**more), lang)


def tables(found: Laid) -> dict[str, Table]:
    return {table.name: table for table in found.tables()}


def test_the_chapters_are_numbered_without_a_hole() -> None:
    numbers = [chapter.number for chapter in laid().chapters]

    assert numbers == [*(str(number) for number in range(1, 12)), "A"]


@pytest.mark.parametrize("kind", TITLES)
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_every_kind_can_be_laid_out(kind: str, lang: str) -> None:
    data = report.build(kind, "x", MONTH, MONTH.end + DAY, evidence())
    found = lay(seal.seal(data, {"first": 1, "last": 2, "head": ""}), lang)

    assert found.cover.title == translator(lang)(TITLES[kind])
    assert found.chapters[-1].title == translator(lang)("Annex: corrections, method and seal")


def test_no_table_has_the_name_of_another() -> None:
    names = [table.name for table in laid().tables()]

    assert len(names) == len(set(names))
    assert all(name.isascii() and len(name) <= 31 for name in names)


def test_each_row_has_a_cell_for_each_column() -> None:
    for table in laid().tables():
        assert {len(row) for row in (*table.rows, table.total or table.columns)} == {len(table.columns)}


def test_what_has_no_rows_says_so() -> None:
    empty = laid(targets=[], pending=[], mutes=[], maintenance=[], corrections=[], incidents=[])

    assert all(table.rows or table.empty for table in empty.tables())


def test_the_total_is_the_sum_of_the_column() -> None:
    found = tables(laid())["objects"]

    for place, column in enumerate(found.columns):
        if column.added:
            assert sum(row[place].value for row in found.rows) == found.total[place].value


def test_a_cell_without_a_figure_is_a_dash_and_not_nothing() -> None:
    for table in laid().tables():
        for row in table.rows:
            assert all(cell.shown for cell in row if cell.unit is not Unit.TEXT)


def test_the_figures_are_those_of_the_data() -> None:
    issued = document()
    entries = {entry["name"]: entry for entry in issued["report"]["objects"]}

    for row in tables(lay(issued, "zh-CN"))["objects"].rows:
        entry = entries[row[0].value]
        assert [cell.value for cell in row[1:4]] == [entry["availability"], entry["fault_rate"], entry["coverage"]]


def test_languages_differ_in_words_and_in_nothing_else() -> None:
    for one, other in zip(laid("en").tables(), laid("zh-CN").tables(), strict=True):
        assert (one.name, len(one.rows)) == (other.name, len(other.rows))
        for row, translated in zip(one.rows, other.rows, strict=True):
            numbers = [cell.value for cell in row if cell.unit is not Unit.TEXT]
            assert numbers == [cell.value for cell in translated if cell.unit is not Unit.TEXT]


def test_every_chart_is_told_in_words() -> None:
    charts = [block for chapter in laid().chapters for block in chapter.blocks if isinstance(block, Chart)]

    assert {chart.kind for chart in charts} >= {"budget", "heat"}
    assert all(chart.said for chart in charts)


def test_a_miss_without_a_measure_is_a_warning() -> None:
    found = [block for chapter in laid().chapters for block in chapter.blocks if isinstance(block, Paragraph)]

    missed = [row["measure"] for row in document()["report"]["headline"] if row["verdict"] == "missed"]
    assert any(block.kind == "warning" for block in found) == bool(missed)


def texts() -> Iterator[tuple[str, str]]:
    """Every English text that is put in the reader's language: given to say(), or a title, head or empty of a table."""
    for path in sorted(LAYOUT.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name not in ("say", "table", "columns", "Cell"):
                continue
            given = [*node.args, *(one.value for one in node.keywords if one.arg == "empty")]
            if name == "table":
                given = given[1:2] + given[4:]
            for value in given:
                for part in ast.walk(value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value[:1].isupper():
                        yield path.name, part.value


def test_every_text_has_its_translation() -> None:
    catalogue = translator("zh-CN").catalogue
    same = {"SHA-256", "A"}

    assert sorted({text for _, text in texts() if text not in catalogue} - same) == []


COMPLAINT = {
    "number": "C-1", "received_at": MONTH.start, "about": "core-1", "incident": None, "by": "Mrs Chen",
    "text": "it is slow", "due_at": MONTH.start + 3_600_000, "in_time": False, "replied_at": MONTH.start + DAY,
    "reply": "we look into it", "area": "tool", "closed_at": MONTH.start + 2 * DAY, "outcome": "done",
    "state": "closed",
}  # fmt: skip


def test_a_complaint_is_told_with_its_answer_cause_and_end() -> None:
    (row,) = tables(laid(complaints=[COMPLAINT]))["complaints"].rows

    shown = [cell.shown for cell in row]
    assert shown[:1] + shown[2:6] == ["C-1", "core-1", "–", "Mrs Chen", "it is slow"]
    assert shown[7:9] + shown[10:] == ["Late", "Tool", "done", "Closed"]


def test_an_edition_does_not_say_who_complained() -> None:
    edition = {"name": "acme", "service": "", "selector": "customer=acme", "targets": [], "services": []}
    found = document(complaints=[COMPLAINT], edition=edition)
    table = tables(lay(found, "en"))["complaints"]

    assert "Complainant" not in [column.title for column in table.columns]
    assert "Mrs Chen" not in str(found)


def test_a_report_from_before_there_were_complaints_says_nothing_of_them() -> None:
    old = document()
    del old["report"]["complaints"]

    assert "complaints" not in tables(lay(old, "en"))


@pytest.mark.parametrize(
    ("signature", "said"),
    [(None, "none"), ({"algorithm": "ed25519", "key": "ab" * 32, "value": "cd"}, f"ed25519, by the key {'ab' * 32}")],
)
def test_the_annex_says_whether_and_by_which_key_it_is_signed(signature: dict[str, str] | None, said: str) -> None:
    found = document()
    if signature is not None:
        found["seal"]["signature"] = signature

    rows = {row[0].shown: row[1].shown for row in tables(lay(found, "en"))["seal"].rows}

    assert rows["Signature"] == said


def test_a_special_report_lists_what_was_touched_and_nothing_else() -> None:
    found = tables(lay(reviewed.document("special"), "en"))["objects"]

    assert {row[0].value for row in found.rows} == {"portal", "old-1", "old-2", "new-1"}
    assert not found.total


def test_a_special_report_maps_only_objects_that_lost_time() -> None:
    (chart,) = (
        block
        for chapter in lay(reviewed.document("special"), "en").chapters
        for block in chapter.blocks
        if isinstance(block, Chart) and block.kind == "heat"
    )

    assert all(any(row["lost_ms"]) for row in chart.data["rows"])
    assert chart.data["left_out"] == 0


def test_availability_and_contentment_stand_in_the_headline() -> None:
    fleet = document()["report"]["fleet"]
    rows = {row[0].shown: row for row in tables(laid())["headline"].rows}

    assert rows["Availability"][2].value == fleet["availability"]
    assert rows["Share of the content"][1].shown == "≥ 90.00 %"
    assert rows["Share of the content"][-1].shown == "Not applicable"


def test_each_measure_of_an_agreement_says_over_what_it_was_taken() -> None:
    objective = {"name": "mttr", "target_h": 4.0, "value_h": 1.0, "verdict": "met", "restored": 2, "open": 0}
    terms = {"agreement": {"name": "acme", "version": 1}, "customer": "", "objectives": [objective], "requests": []}
    (row,) = tables(laid(attainment=[{**terms, "budget": None, "forecast": None}]))["agreements"].rows

    assert row[5].shown == "2 outages restored"


def test_events_of_entries_are_told_in_the_readers_language() -> None:
    told = {"kind": "correction", "name": "1", "by": "li.wei", "at": MONTH.end}
    revision = {
        "number": 2, "previous": {"number": 1, "issued_at": MONTH.end},
        "differences": [{"part": "fleet", "name": "", "key": "failures", "before": 1, "after": 2}],
        "reasons": [{**told, "what": "approve"}, {**told, "kind": "late_results", "what": "1 batches"}],
    }  # fmt: skip
    issued = document()
    issued["report"]["revision"] = revision

    assert [row[2].shown for row in tables(lay(issued, "zh-CN"))["reasons"].rows] == ["已批准", "1 批"]
    assert [row[2].shown for row in tables(lay(issued, "en"))["reasons"].rows] == ["approved", "1 batch"]
