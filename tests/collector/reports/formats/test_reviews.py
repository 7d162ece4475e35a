"""A quarter and a year in every format: their chapters on pages, their tables as sheets, their charts drawn."""

import functools
import io
import re

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from collector.languages import LANGUAGES
from collector.reports import faces, fonts
from collector.reports.formats import html, pdf, xlsx
from collector.reports.layout.blocks import Chart, Paragraph
from collector.reports.layout.lay import lay
from tests.collector.reports.reviewed import document

KINDS = ("quarter", "year")
chinese = pytest.mark.skipif(fonts.chinese() is None, reason="needs Chinese letters (Debian: fonts-noto-cjk)")


@functools.cache
def pages(kind: str, lang: str) -> str:
    """All that stands on the pages, without blanks."""
    found = PdfReader(io.BytesIO(pdf.render(document(kind), lang)))
    return bare("".join(page.extract_text() for page in found.pages))


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@chinese
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_chapter_and_every_sentence_is_on_a_page(kind: str, lang: str) -> None:
    text = pages(kind, lang)

    for chapter in lay(document(kind), lang).chapters:
        assert bare(f"{chapter.number} {chapter.title}") in text
        for block in chapter.blocks:
            if isinstance(block, Paragraph):
                assert bare(faces.written(block.text))[:20] in text
            elif isinstance(block, Chart):
                assert bare(faces.written(block.said))[:20] in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_is_a_native_one_of_the_workbook(kind: str) -> None:
    book = load_workbook(io.BytesIO(xlsx.render(document(kind), "zh-CN")))
    names = {
        block.name for one in lay(document(kind), "zh-CN").chapters for block in one.blocks if isinstance(block, Chart)
    }

    sheets = {f"chart_{name}"[:31] for name in names}
    assert sheets <= set(book.sheetnames)
    # The heat map is cells with colours.
    assert all(book[sheet].max_row > 4 for sheet in sheets)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_holds_each_table_and_no_text_of_a_template(kind: str) -> None:
    page = html.render(document(kind), "zh-TW").decode()

    assert all(f'id="table-{table.name}"' in page for table in lay(document(kind), "zh-TW").tables() if table.rows)
    drawn = re.sub(r"<(svg|style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert "{" not in drawn
