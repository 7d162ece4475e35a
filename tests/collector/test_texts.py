"""Every text has its translation, and no place for a value is lost in it."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from collector.languages import LANGUAGES
from collector.texts import catalogues, preferred, translator
from rules.errors import Invalid

COLLECTOR = Path(__file__).parents[2] / "collector"
KEYWORDS: dict[str, None] = dict.fromkeys(("_", "words", "marked", "number", "counted"))
TRANSLATED = [language for language in LANGUAGES if language != "en"]


def texts_used() -> dict[str, str]:
    """Every text that the pages and figures say, with a file that says it."""
    return {text: file for file, text in _texts()}


def _texts() -> Iterator[tuple[str, str]]:
    for path in [*sorted((COLLECTOR / "web").rglob("*.py")), COLLECTOR / "printed.py"]:
        with path.open("rb") as file:
            for _line, _name, message, _comments in extract_python(file, KEYWORDS, [], {"encoding": "utf-8"}):
                yield from ((path.name, text) for text in _strings(message))
    for path in sorted((COLLECTOR / "web" / "templates").glob("*.html")):
        with path.open("rb") as file:
            for _line, _name, said, _notes in babel_extract(file, tuple(KEYWORDS), [], {"encoding": "utf-8"}):
                yield from ((path.name, text) for text in _strings(said))


def _strings(message: object) -> Iterator[str]:
    if isinstance(message, str):
        yield message
    elif isinstance(message, tuple | list):
        yield from (text for text in message if isinstance(text, str))


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_the_search_for_texts_finds_those_of_code_and_templates() -> None:
    used = texts_used()

    assert {"Down", "{hours} h {minutes} min", "Enrol another machine", "{count} targets measured"} <= set(used)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    missing = set(texts_used()) - set(translator(language).catalogue)

    assert sorted(missing) == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_places_of_its_original(language: str) -> None:
    different = {
        text: translated
        for text, translated in translator(language).catalogue.items()
        if _places(text) != _places(translated)
    }

    assert different == {}


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_pages_catalogue_holds_nothing_that_is_not_said(language: str) -> None:
    pages = next(path for path in catalogues(language) if path.name == "pages.po")
    with pages.open("rb") as file:
        kept = {str(message.id) for message in read_po(file) if message.id}

    assert sorted(kept - set(texts_used())) == []


def test_a_text_nobody_translated_stays_as_it_is() -> None:
    assert translator("zh-CN")("Something {thing} new", thing="quite") == "Something quite new"


def test_values_are_filled_in_after_the_translation() -> None:
    assert translator("zh-CN")("{seconds} s", seconds=3) == "3 秒"


@pytest.mark.parametrize(("count", "told"), [(0, "0 outages"), (1, "1 outage"), (2, "2 outages")])
def test_english_tells_one_from_many(count: int, told: str) -> None:
    assert translator("en").number("{count} outage", "{count} outages", count) == told


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("zh", "zh-CN"),
        ("de, en;q=0.5, zh;q=0.1", "en"),
        ("en;q=0.4, zh-Hans;q=0.7", "zh-CN"),
        ("zh-TW,zh;q=0.9", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"),
        ("zh-HK", "zh-TW"),
        ("fr", "en"),
        ("zh;q=oops, en", "en"),
        ("zh;q=0", "en"),
    ],
)
def test_a_browser_gets_the_language_it_prefers(header: str | None, language: str) -> None:
    assert preferred(header) == language


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(Invalid, match="tlh"):
        translator("tlh")


def test_traditional_chinese_is_what_is_made_of_simplified_chinese() -> None:
    """``python -m docs.traditional`` writes it anew after a change."""
    from docs import traditional

    stale = [
        path.name
        for path, content in traditional.files().items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]

    assert stale == []
