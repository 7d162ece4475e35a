"""The document in LibreOffice: it opens, its headings lead through it, and everything in it is read."""

import functools
import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import Destination

from collector.reports import fonts
from collector.reports.formats.docx import render
from collector.reports.layout.bounded import bounded
from collector.reports.layout.lay import lay
from tests.collector.reports import stories, wide
from tests.collector.reports.formats import test_pdf
from tests.readers.office import PROGRAM, Office

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="libreoffice-writer-nogui is not installed"),
    pytest.mark.skipif(fonts.chinese() is None, reason="needs Chinese letters (Debian: fonts-noto-cjk)"),
]
DOCUMENTS: dict[str, Callable[[], dict[str, Any]]] = {
    "five targets": stories.document,
    "200 targets": functools.partial(wide.document, 200),
}
each = pytest.mark.parametrize(("name", "lang"), [(name, lang) for name in DOCUMENTS for lang in ("en", "zh-CN")])


@functools.cache
def issued(name: str, lang: str) -> bytes:
    return render(DOCUMENTS[name](), lang)


@each
def test_every_text_is_read_in_order(name: str, lang: str, office: Office) -> None:
    content = office.saved(issued(name, lang), "docx", "txt")
    assert content is not None, "LibreOffice did not open it"
    found, missing, at = test_pdf.bare(content.decode("utf-8-sig")), [], 0

    for text in test_pdf.texts(bounded(lay(DOCUMENTS[name](), lang))):
        place = found.find(test_pdf.bare(text), at)
        if place < 0:
            missing.append(text)
        else:
            at = place + len(test_pdf.bare(text))

    assert missing == []


@each
def test_pages_have_bookmarks_numbers_and_the_seal(name: str, lang: str, office: Office) -> None:
    content = office.saved(issued(name, lang), "docx", "pdf")
    assert content is not None, "LibreOffice did not open it"
    reader = PdfReader(io.BytesIO(content))
    seal = DOCUMENTS[name]()["seal"]["sha256"]

    chapters = [str(entry.title) for entry in reader.outline if isinstance(entry, Destination)]

    assert chapters == [f"{one.number} {one.title}" for one in lay(DOCUMENTS[name](), lang).chapters]
    for number, page in enumerate(reader.pages, start=1):
        shown = test_pdf.bare(page.extract_text())
        assert f"{number}/{len(reader.pages)}" in shown
        assert seal in shown


def test_a_damaged_document_is_not_opened(office: Office) -> None:
    assert office.saved(issued("five targets", "en")[:-400], "docx", "pdf") is None
