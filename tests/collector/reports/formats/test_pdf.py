"""The pages: every text of the laid-out report, in order, in every language, and what guides readers through them."""

import functools
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, cast

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from collector.languages import LANGUAGES
from collector.reports import columns, faces, fonts
from collector.reports.formats.pdf import render
from collector.reports.layout.blocks import Cell, Chart, Column, Laid, Lines, Paragraph, Table, Unit
from collector.reports.layout.bounded import MOST_ROWS
from collector.reports.layout.lay import lay
from rules.errors import Unavailable
from tests.collector.reports.stories import document

poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Poppler (Debian: poppler-utils)")
chinese = pytest.mark.skipif(fonts.chinese() is None, reason="needs Chinese letters (Debian: fonts-noto-cjk)")
pytestmark = chinese
# Poppler's tree of tags names a sign by its shape, which names of both kinds of Chinese share in the third language.
tagged = pytest.mark.parametrize("lang", ["en", "zh-CN"])
each = pytest.mark.parametrize("lang", LANGUAGES)


@functools.cache
def made(lang: str) -> bytes:
    return render(document(), lang)


def told(lang: str) -> Laid:
    return lay(document(), lang)


def reader(lang: str) -> PdfReader:
    return PdfReader(io.BytesIO(made(lang)))


def root(lang: str) -> Any:
    """The catalogue of the file."""
    return reader(lang).trailer["/Root"]


def poured(program: str, *options: str, pdf: bytes) -> str:
    return subprocess.run([program, *options], input=pdf, capture_output=True, check=True).stdout.decode(
        errors="replace"
    )


def structure(pdf: bytes) -> str:
    """What a screen reader is told: the tagged text alone, without what only decorates pages."""
    found = poured("pdfinfo", "-struct-text", "-", pdf=pdf)
    return bare("".join(re.findall(r'^ *"(.*)"$', found, re.MULTILINE)))


def bare(text: str) -> str:
    """The text without the spaces, at which lines may end."""
    return re.sub(r"\s+", "", text)


def texts(laid: Laid) -> Iterator[str]:
    """All that must be read, in order; charts are drawn."""
    yield f"{laid.cover.title} {laid.cover.name}"
    for name, fact in laid.cover.facts:
        yield from (name, fact)
    for chapter in laid.chapters:
        yield f"{chapter.number} {chapter.title}"
        for block in chapter.blocks:
            yield from written(block)
    yield laid.closing


def written(block: object) -> Iterator[str]:
    match block:
        case Table():
            yield block.title
            yield from (column.title for column in block.columns if block.rows)
            yield from (cell.shown for row in [*block.rows, block.total] for cell in row)
            if not block.rows:
                yield block.empty
        case Paragraph():
            yield block.text
        case Lines():
            yield from block.legend.values()
            yield from (name for name, _ in block.rows)
        case Chart():
            yield block.title
            yield block.said


@poppler
@tagged
def test_every_text_stands_in_the_tagged_pages_in_order(lang: str) -> None:
    found, missing, at = structure(made(lang)), [], 0
    for text in texts(told(lang)):
        place = found.find(bare(text), at)
        if place < 0:
            missing.append(text)
        else:
            at = place + len(bare(text))

    assert missing == []


@poppler
@tagged
def test_table_cells_are_those_laid_out_and_no_others(lang: str) -> None:
    tree = poured("pdfinfo", "-struct-text", "-", pdf=made(lang))
    cells = [bare("".join(re.findall(r'^ *"(.*)"$', part, re.MULTILINE)))
             for part in re.split(r"^ *TD\b.*$", tree, flags=re.MULTILINE)[1:]]  # fmt: skip
    expected = [bare(cell.shown) for table in told(lang).tables() for row in [*table.rows, table.total] for cell in row]

    # What follows the last cell of a table is not in it.
    assert len(cells) == len(expected)
    assert [one for one, other in zip(cells, expected, strict=True) if not one.startswith(other)] == []


@poppler
@each
def test_what_is_copied_from_the_pages_has_every_cell(lang: str) -> None:
    found = bare(poured("pdftotext", "-raw", "-", "-", pdf=made(lang)))
    cells = {bare(cell.shown) for table in told(lang).tables() for row in table.rows for cell in row}

    assert [text for text in cells if text not in found] == []


@each
def test_no_sign_is_missing(lang: str) -> None:
    shown = "".join(page.extract_text() for page in reader(lang).pages)

    assert "\ufffd" not in shown
    assert "\x00" not in shown


@each
def test_fonts_are_subsets_inside_the_file(lang: str) -> None:
    names = set()
    for page in reader(lang).pages:
        for font in cast(Any, page["/Resources"]).get("/Font", {}).values():
            names.add(str(font.get_object()["/BaseFont"]))

    assert names
    assert [name for name in names if not re.match(r"/[A-Z]{6}\+", name)] == []


@each
def test_it_is_tagged_and_names_its_language_and_title(lang: str) -> None:
    found = root(lang)
    metadata = reader(lang).metadata

    assert found["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own kind of Boolean
    assert found["/Lang"] == lang
    assert metadata is not None
    assert metadata.title == f"{told(lang).cover.title} 2026-09"
    assert b"pdfuaid" in found["/Metadata"].get_data()


@each
def test_bookmarks_are_the_chapters_and_their_tables(lang: str) -> None:
    chapters = [str(entry.title) for entry in reader(lang).outline if isinstance(entry, Destination)]
    below = [str(entry.title) for part in reader(lang).outline if isinstance(part, list)
             for entry in part if isinstance(entry, Destination)]  # fmt: skip

    assert chapters[-len(told(lang).chapters) :] == [f"{one.number} {one.title}" for one in told(lang).chapters]
    assert {table.title for table in told(lang).tables() if table.title} <= set(below)


@each
def test_each_page_has_its_number_and_the_seal(lang: str) -> None:
    pages = reader(lang).pages
    seal = document()["seal"]["sha256"]

    for number, page in enumerate(pages, start=1):
        shown = page.extract_text()
        assert f"{number} / {len(pages)}" in shown
        assert seal in shown


@each
def test_each_chart_is_told_in_words(lang: str) -> None:
    charts = [block for chapter in told(lang).chapters for block in chapter.blocks if isinstance(block, Chart)]
    alternatives = [str(node["/Alt"]) for node in nodes(lang) if "/Alt" in node]

    assert charts
    assert {chart.said for chart in charts} <= set(alternatives)


def nodes(lang: str) -> Iterator[dict[str, object]]:
    waiting = [root(lang)["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            if "/K" in node:
                waiting.append(node["/K"])


def test_it_was_made_when_it_was_issued() -> None:
    metadata = reader("en").metadata

    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.timestamp() * 1000 == document()["report"]["issued_at"]


@poppler
def test_names_are_text_and_never_source() -> None:
    bad = document()
    name = '#panic("x") $y$ *z* \\ `'
    bad["report"]["objects"][0]["name"] = name

    assert bare(name) in structure(render(bad, "en"))


@poppler
def test_a_long_name_is_broken_and_not_cut_off() -> None:
    bad = document()
    name = "x" * 150 + "end"
    bad["report"]["objects"][0]["name"] = name

    assert name in structure(render(bad, "en"))


@poppler
def test_a_sign_that_no_font_has_is_named() -> None:
    bad = document()
    bad["report"]["objects"][0]["name"] = "core \U0001f980\u202e"

    assert "coreU+1F980U+202E" in structure(render(bad, "en"))


def test_without_chinese_letters_it_says_which_package_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "chinese", lambda: None)

    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        render(document(), "zh-CN")


def wide(count: int, text: str) -> Table:
    heads = [Column(f"Column {number}") for number in range(count)]
    return Table("wide", "Wide", heads, [[Cell(None, text) for _ in heads]])


@pytest.mark.parametrize(
    ("count", "text"), [(1, "a"), (3, "word " * 80), (16, "714:30:00"), (12, "x" * 64), (40, "ab")]
)
def test_columns_together_are_as_wide_as_the_page(count: int, text: str) -> None:
    assert sum(columns.fit(wide(count, text), 760).widths) == pytest.approx(760)


def test_figures_stay_in_one_line_beside_long_texts() -> None:
    heads = (Column("Start", Unit.INSTANT), Column("Reason"))
    instant = Cell(0, "2026-09-03 10:20:00", Unit.INSTANT)
    table = Table("t", "", heads, [(instant, Cell(None, "many words " * 60))])

    found = columns.fit(table, 500)

    assert columns.in_one_line(instant, found.size, found.widths[0] - 2 * columns.PADDING)


@pytest.mark.parametrize("text", ["", "short", "two words", "x" * 200, "a " + "y" * 99 + " b", "数据库" * 30])
def test_pieces_are_the_whole_text(text: str) -> None:
    assert "".join(columns.pieces(text, 8, 60)) == text


def test_each_piece_of_a_long_word_has_room() -> None:
    assert max(faces.width(part) * 8 for part in columns.pieces("W" * 200, 8, 60)) <= 60


@poppler
def test_a_verdict_stands_whole_in_the_line_of_its_measure() -> None:
    """Beside a long text, too, which takes all the room there is."""
    crowded = document()
    crowded["report"]["satisfaction"] |= {"share": 0.5}
    for number, row in enumerate(crowded["report"]["headline"]):
        row |= {"verdict": "missed", "before": row["actual"], "year": row["actual"]}
        if "known_ms" in row["exposure"]:
            row["exposure"] = {"known_ms": 144_626_400_000 + number}
        row |= {"before_exposure": row["exposure"], "year_exposure": row["exposure"]}
    lines = poured("pdftotext", "-layout", "-", "-", pdf=render(crowded, "en")).splitlines()

    verdicts = [line for line in lines if line.endswith("✗ Missed")]
    assert len(verdicts) >= len(crowded["report"]["headline"])
    assert [line for line in lines if line.strip() in ("✗", "Missed")] == []


def test_the_tail_of_a_long_table_is_counted_and_not_set() -> None:
    long = document()
    entry = long["report"]["objects"][0]
    long["report"]["objects"] = [{**entry, "name": f"host-{number:04}"} for number in range(MOST_ROWS + 7)]
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(render(long, "en"))).pages)

    assert f"host-{MOST_ROWS - 1:04}" in text
    assert f"host-{MOST_ROWS:04}" not in text
    assert "7 more rows are in the page and in the workbook." in " ".join(text.split())
