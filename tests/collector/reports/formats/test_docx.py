"""The document: every text of the laid-out report, in order, and what guides readers through it."""

import functools
import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any, cast

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn

from collector.languages import LANGUAGES
from collector.reports import fonts
from collector.reports.formats.docx import render
from collector.reports.layout.blocks import Chart, Lines
from collector.reports.layout.bounded import MOST_ROWS
from collector.reports.layout.lay import lay
from rules.errors import Unavailable
from tests.collector.reports.formats import test_pdf
from tests.collector.reports.stories import document

pytestmark = pytest.mark.skipif(fonts.chinese() is None, reason="needs Chinese letters (Debian: fonts-noto-cjk)")
each = pytest.mark.parametrize("lang", LANGUAGES)
EASTERN = {"en": "Microsoft YaHei", "zh-CN": "Microsoft YaHei", "zh-TW": "Microsoft JhengHei"}


@functools.cache
def made(lang: str) -> bytes:
    return render(document(), lang)


def opened(content: bytes) -> Document:
    return docx.Document(io.BytesIO(content))


def texts(content: bytes) -> list[str]:
    """The texts of all paragraphs, in order, those in tables too."""
    body = opened(content).element.body
    return ["".join(part.text or "" for part in one.iter(qn("w:t"))) for one in body.iter(qn("w:p"))]


def elements(content: bytes, *path: str) -> list[Any]:
    """All elements of the last name that lie somewhere in one of those before."""
    found: list[Any] = [opened(content).element.body]
    for name in path:
        found = [one for outer in found for one in outer.iter(qn(name))]
    return found


def laid_out(lang: str) -> Any:
    return lay(document(), lang)


@each
def test_every_text_stands_in_it_in_order(lang: str) -> None:
    found, missing, at = test_pdf.bare("".join(texts(made(lang)))), [], 0
    for text in test_pdf.texts(laid_out(lang)):
        place = found.find(test_pdf.bare(text), at)
        if place < 0:
            missing.append(text)
        else:
            at = place + len(test_pdf.bare(text))

    assert missing == []


@each
def test_headings_are_those_of_the_chapters(lang: str) -> None:
    paragraphs = opened(made(lang)).paragraphs
    named = {number: [one.text for one in paragraphs if cast(Any, one.style).name == f"Heading {number}"]
             for number in (1, 2)}  # fmt: skip

    assert named[1] == [f"{one.number} {one.title}" for one in laid_out(lang).chapters]
    assert {table.title for table in laid_out(lang).tables() if table.title} <= set(named[2])


@each
def test_the_contents_lead_to_the_headings(lang: str) -> None:
    links = elements(made(lang), "w:hyperlink")
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in elements(made(lang), "w:bookmarkStart")}

    led = ["".join(part.text or "" for part in marks[link.get(qn("w:anchor"))].iter(qn("w:t"))) for link in links]

    assert led == [f"{one.number} {one.title}" for one in laid_out(lang).chapters]


@each
def test_each_table_has_its_cells_and_repeats_its_heads(lang: str) -> None:
    tables = [one for one in laid_out(lang).tables() if one.rows]
    found = [one for one in elements(made(lang), "w:tbl") if one.find(f".//{qn('w:tblHeader')}") is not None]

    assert len(found) == len(tables)
    for table, one in zip(tables, found, strict=True):
        first, *rows = [["".join(part.text or "" for part in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
                        for row in one.iter(qn("w:tr"))]  # fmt: skip
        wanted = [[cell.shown for cell in row] for row in (*table.rows, *([table.total] if table.total else []))]
        assert first == [column.title for column in table.columns]
        assert [[re.sub("^[✓✗] ", "", cell) for cell in row] for row in rows] == wanted
        assert len(one.findall(f".//{qn('w:tblHeader')}")) == 1


@each
def test_each_picture_is_told_in_words_or_decorates(lang: str) -> None:
    blocks = [block for chapter in laid_out(lang).chapters for block in chapter.blocks]
    told = [one.get("descr") for one in elements(made(lang), "wp:docPr")]
    wanted = {block.said for block in blocks if isinstance(block, Chart)}
    wanted |= {name for block in blocks if isinstance(block, Lines) for name, _ in block.rows}

    assert {one for one in told if one} == wanted


def test_no_two_pictures_have_the_same_number() -> None:
    numbers = [one.get("id") for one in elements(made("en"), "wp:docPr")]

    assert len(set(numbers)) == len(numbers) > 0


@each
def test_fonts_and_language_are_set_for_chinese_too(lang: str) -> None:
    defaults = opened(made(lang)).styles.element.find(f".//{qn('w:rPrDefault')}")
    chosen, spoken = (defaults.find(f".//{qn(name)}") for name in ("w:rFonts", "w:lang"))

    assert chosen.get(qn("w:eastAsia")) == EASTERN[lang]
    assert spoken.get(qn("w:eastAsia")) == ("zh-CN" if lang == "en" else lang)


@each
def test_it_names_title_language_seal_and_the_day_of_issue(lang: str) -> None:
    about = opened(made(lang)).core_properties
    issued = datetime.fromtimestamp(document()["report"]["issued_at"] / 1000, UTC)

    assert (about.title, about.author) == (f"{laid_out(lang).cover.title} 2026-09", "Nineward")
    assert (about.language, about.identifier) == (lang, document()["seal"]["sha256"])
    assert (about.created, about.modified) == (issued, issued)


def test_no_part_has_another_date_than_that_of_issue() -> None:
    issued = datetime.fromtimestamp(document()["report"]["issued_at"] / 1000, UTC)
    with zipfile.ZipFile(io.BytesIO(made("en"))) as parts:
        dates = {entry.date_time for entry in parts.infolist()}

    assert dates == {tuple(issued.timetuple()[:6])}


def test_each_page_has_its_number_and_the_seal() -> None:
    (section,) = opened(made("en")).sections

    for foot in (section.footer, section.first_page_footer):
        fields = [one.get(qn("w:instr")).strip() for one in foot._element.iter(qn("w:fldSimple"))]
        assert fields == ["PAGE", "NUMPAGES"]
        assert document()["seal"]["sha256"] in foot.paragraphs[0].text


def test_a_draft_says_so_on_the_cover_and_on_every_page() -> None:
    draft = opened(render(document(now=document()["report"]["period"]["from"] + 86_400_000), "en"))
    (section,) = draft.sections

    assert [one.text for one in draft.paragraphs if cast(Any, one.style).name == "Draft"] == ["Draft"]
    assert section.header.paragraphs[0].text.endswith("Draft")


def test_the_tail_of_a_long_table_is_counted_and_not_set() -> None:
    long = document()
    entry = long["report"]["objects"][0]
    long["report"]["objects"] = [{**entry, "name": f"host-{number:04}"} for number in range(MOST_ROWS + 7)]

    found = texts(render(long, "en"))

    assert f"host-{MOST_ROWS - 1:04}" in found
    assert f"host-{MOST_ROWS:04}" not in found
    assert "7 more rows are in the page and in the workbook." in found


def test_names_are_text_and_never_markup() -> None:
    bad = document()
    bad["report"]["objects"][0]["name"] = "<w:br/>&amp; \x00\u202e]]>"

    assert "<w:br/>&amp; U+0000U+202E]]>" in texts(render(bad, "en"))


def test_without_chinese_letters_it_says_which_package_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "chinese", lambda: None)

    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        render(document(), "zh-CN")
