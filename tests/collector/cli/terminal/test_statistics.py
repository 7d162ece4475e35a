"""Statistics in words: every sentence with its exposure, in every language, and nothing of what must not be quoted."""

import ast
from pathlib import Path
from typing import Any

import pytest

from collector.cli.terminal import statistics
from collector.languages import LANGUAGES
from collector.texts import translator
from tests.rules.analysis.fleets import analysed
from tests.rules.analysis.test_sections import EVEN, FASTER, Fates

FOLDER = Path(statistics.__file__).parent

UNEVEN: Fates = {
    **{f"d{number}": [(50.0 * number, 50.0 * number + 1)] for number in range(1, 10)},
    "bad": [(hour, hour + 1.0) for hour in range(20, 700, 50)],
}
FLEETS: dict[str, Fates] = {
    "nothing": {},
    "quiet": {"a": []},
    "one": {"a": [(100, 101)]},
    "even": {"a": EVEN, "b": []},
    "faster": {"a": FASTER, "b": EVEN},
    "open": {"a": [(700, 730)]},
    "uneven": UNEVEN,
}


def said(fates: Fates, lang: str = "en", **more: Any) -> str:
    return statistics.text(analysed(fates, **more), translator(lang))


def paragraph(fates: Fates, heading: str) -> str:
    """The lines below a heading."""
    parts = said(fates).split("\n\n")
    (found,) = [part for part in parts if part.startswith(f"{heading}\n")]
    return found.removeprefix(f"{heading}\n")


def texts() -> set[str]:
    """Every text of the folder that holds a place or is said through the translator."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value[:1].isupper():
                found.add(node.value)
    return {text for text in found if text.endswith((".", ":")) and "\n" not in text and "``" not in text}


@pytest.mark.parametrize("fates", FLEETS.values(), ids=FLEETS)
def test_everything_is_said_in_chinese(fates: Fates) -> None:
    english, chinese = said(fates).splitlines(), said(fates, "zh-CN").splitlines()

    assert len(english) == len(chinese)
    assert [line for line in chinese[1:] if line in english and not line.isascii() and line.strip()] == []


def test_every_sentence_of_the_folder_is_translated() -> None:
    docstrings = {
        ast.get_docstring(node) or ""
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Module | ast.FunctionDef)
    }
    catalogue = translator("zh-CN").catalogue

    assert len(texts() - docstrings) > 30
    assert sorted(texts() - docstrings - set(catalogue)) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fates", FLEETS.values(), ids=FLEETS)
def test_no_number_is_said_that_is_none(fates: Fates, lang: str) -> None:
    found = said(fates, lang)

    assert not {"nan", "inf", "None", "{"} & set(found.replace("{", " { ").split())


def test_exposure_comes_first_and_stands_beside_the_figures() -> None:
    assert said({"a": EVEN}).split("\n\n")[1].startswith("Observed\n  Objects: 1. Operating time 712.0 h")
    for heading in ("Mean time between failures", "Trend", "Differences between objects"):
        assert "1432.0 h of operation" in paragraph({"a": EVEN, "b": []}, heading)


def test_a_quiet_month_is_no_mtbf_of_a_month() -> None:
    found = paragraph({"a": []}, "Mean time between failures")

    assert "No failure in 720.0 h of operation, so there is no point value." in found
    assert "at least 312.6 h" in found
    assert "It takes 431.3 h more of operation" in found


def test_with_a_trend_no_bounds_are_quoted() -> None:
    found = paragraph({"a": FASTER}, "Mean time between failures")

    assert "no single MTBF" in found
    assert "confidence" not in found


def test_a_bound_is_never_printed_on_the_wrong_side_of_the_target() -> None:
    document = analysed({"a": []})
    document["mtbf"] = {**document["mtbf"], "lower_h": {"0.9": 499.9999}, "interval_h": [499.9, None]}

    assert "at least 499.9 h" in statistics.text(document, translator("en"))


def test_the_worst_and_the_order_are_tables() -> None:
    found = paragraph(UNEVEN, "Differences between objects")

    assert "The objects differ by more than chance." in found
    assert "bad" in found.split("In the order in which to look at them")[1].splitlines()[2]


def test_open_repairs_alone_are_said_to_be_open() -> None:
    assert paragraph({"a": [(700, 730)]}, "Time to restore").strip() == "Nothing restored, 1 open."
