"""Each probe has its mirror test and its reference page, and the page tells what the code does."""

from pathlib import Path

import pytest

from agent.probes import find, kinds
from docs.probe_pages import FOLDER, filled

SOURCE = Path(__file__).parents[3] / "agent" / "probes"


@pytest.mark.parametrize("kind", kinds())
def test_every_probe_has_a_test_beside_this_one(kind: str) -> None:
    assert Path(__file__).with_name(f"test_{kind}.py").is_file()


@pytest.mark.parametrize("kind", kinds())
def test_every_probe_has_a_page_with_its_options_and_thresholds_up_to_date(kind: str) -> None:
    page = (FOLDER / f"{kind}.md").read_text("utf-8")

    assert page.startswith(f"# `{kind}`")
    assert page == filled(page, kind), "run: python -m docs.probe_pages"


@pytest.mark.parametrize("kind", kinds())
def test_every_value_a_threshold_judges_is_explained_on_the_page(kind: str) -> None:
    page = (FOLDER / f"{kind}.md").read_text("utf-8")
    before = page.partition("<!-- generated")[0]

    assert all(f"`{limit.metric}`" in before for limit in find(kind).thresholds)


def test_no_page_describes_a_probe_that_is_not_there() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} - {"README"} == set(kinds())


def test_the_list_of_probes_names_every_one() -> None:
    listed = (FOLDER / "README.md").read_text("utf-8")

    assert all(f"({kind}.md)" in listed for kind in kinds())
