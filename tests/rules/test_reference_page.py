"""The page that explains the figures names what there is."""

import re
from pathlib import Path

import pytest

from rules.parameters import Parameters
from tests.rules.test_availability import FLEET, figures
from tests.rules.vectors import VECTORS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "availability.md").read_text(encoding="utf-8")


REPLAYED = sorted({vector.name.split()[0] for vector in VECTORS})


@pytest.mark.parametrize("name", REPLAYED)
def test_every_vector_is_in_the_table(name: str) -> None:
    assert name in PAGE


GAPS = {6, 7, 8, 9, 29}
"""Numbers that the method gives to no vector."""


def table() -> dict[str, list[str]]:
    """The files that the page names for each vector."""
    found: dict[str, list[str]] = {}
    for row in re.findall(r"^\| (TV-.*)\|$", PAGE, re.MULTILINE):
        names, _, files = (cell.strip() for cell in row.split("|"))
        for name in names.split(", "):
            found.setdefault(name, []).extend(re.findall(r"`([^`]+)`", files))
    return found


def test_every_vector_of_the_method_is_a_test() -> None:
    assert set(table()) == {f"TV-{number:02}" for number in range(1, 58) if number not in GAPS}


@pytest.mark.parametrize(("name", "file"), [(name, file) for name, files in sorted(table().items()) for file in files])
def test_each_test_of_a_vector_names_it(name: str, file: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    spelled = re.compile(rf"{name}\b|_{name.lower().replace('-', '_')}_")

    assert spelled.search(source) or ("import VECTORS" in source and name in REPLAYED)


def test_every_figure_is_explained() -> None:
    entry = figures(FLEET)["fleet"]
    own = {key for key in entry if not key.endswith("_ms") or key.startswith("down_ms_")}

    assert [key for key in sorted(own - {"glitches", "verdicts", "objects"}) if f"`{key}`" not in PAGE] == []


def test_the_parameters_of_the_calculation_are_listed() -> None:
    used = [
        "confirm_down",
        "edge_policy",
        "max_gap",
        "merge_gap",
        "min_coverage",
        "quorum",
        "recovery_grace",
        "targets",
    ]

    assert [name for name in used if name not in Parameters().as_settings() or f"`{name}`" not in PAGE] == []
