"""The page: whole in itself, in two languages, with its sealed data inside."""

import re
from html.parser import HTMLParser

import pytest

from collector.reports.formats.html import render, sealed_in
from collector.reports.seal import opened
from rules.errors import Invalid
from tests.collector.reports.stories import document


class Reader(HTMLParser):
    """Collects the text people see, and every address the page would fetch."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.text: list[str] = []
        self.fetched: list[str] = []
        self._hidden = 0
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style")
        found = [value for name, value in attrs if name in ("src", "href") and value]
        self.fetched += [value for value in found if not value.startswith("#")]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._hidden and data.strip():
            self.text.append(data.strip())


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_page_fetches_nothing(lang: str) -> None:
    assert Reader(render(document(), lang)).fetched == []


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_the_sealed_data_inside_opens(lang: str) -> None:
    found, language = sealed_in(render(document(), lang))

    assert opened(found)[0] == document()["report"]
    assert language == lang


@pytest.mark.parametrize(
    "words",
    [
        ["Summary and verdict", "Insufficient data"],
        ["typo-1", "no such name"],
        ["No outside witness: only its own agent sees this target."],
        ["INC-2026-000001"],
        ["mains failure", "Not approved: without effect"],
        ["upgrade", "zhang.min"],
        ["known"],
        ["Satisfaction and complaints", "Nobody was asked, or nobody answered, in this period."],
        ["confirm_down"],
        ["3:30:00"],
    ],
)
def test_what_happened_is_on_the_page(words: list[str]) -> None:
    page = render(document(), "en").decode()

    for word in words:
        assert word in page


@pytest.mark.parametrize(("verdict", "said"), [("insufficient_data", True), ("missed", False), ("met", False)])
def test_the_page_denies_a_verdict_only_where_it_gives_none(verdict: str, said: bool) -> None:
    issued = document()
    issued["report"]["fleet"] |= {"coverage": 0.9, "verdicts": {"fault_rate": verdict}}

    assert ("no verdict is given" in render(issued, "en").decode()) is said


def test_the_chinese_page_leaves_no_english_sentence() -> None:
    shown = Reader(render(document(), "zh-CN")).text
    english = [text for text in shown if re.search(r"[A-Za-z]{3,} [a-z]{3,}", text) and "nineward report" not in text]

    assert english == ["no such name", "mains failure"]


def test_names_cannot_become_markup() -> None:
    bad = document()
    bad["report"]["objects"][0]["name"] = "</script><script>alert(1)</script>"

    page = render(bad, "en").decode()

    assert page.count("<script") == 1
    assert sealed_in(page.encode())[0] == bad


def test_a_draft_says_so() -> None:
    from tests.collector.reports.stories import DAY, MONTH

    assert "Draft" in Reader(render(document(now=MONTH.end - DAY), "en")).text


def test_another_page_holds_no_report() -> None:
    with pytest.raises(Invalid):
        sealed_in(b"<html lang='en'></html>")
