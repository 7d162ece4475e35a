"""The page that explains the figures names what there is."""

from pathlib import Path

import pytest

from rules.parameters import Parameters
from tests.rules.test_availability import FLEET, figures
from tests.rules.vectors import VECTORS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "availability.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({vector.name.split()[0] for vector in VECTORS}))
def test_every_vector_is_in_the_table(name: str) -> None:
    assert name in PAGE


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
