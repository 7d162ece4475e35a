"""The pages of device profiles tell what the files say."""

import re
from pathlib import Path

from agent.snmp.profile import UNITS
from agent.snmp.profile_file import read_file
from docs.profile_pages import PAGE, filled

HOW_TO = PAGE.parents[1] / "how-to" / "write-a-device-profile.md"


def example() -> str:
    """The example of the how-to page."""
    found = re.search(r"```toml\n(title = .*?)```", HOW_TO.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_reference_is_up_to_date() -> None:
    page = PAGE.read_text("utf-8")

    assert page == filled(page), "run: make docs"


def test_the_example_of_the_how_to_page_is_a_profile(tmp_path: Path) -> None:
    path = tmp_path / "acme-box.toml"
    path.write_text(example(), "utf-8")

    assert read_file(path)[0].title == "Acme boxes"


def test_the_how_to_page_names_every_unit() -> None:
    page = HOW_TO.read_text("utf-8")

    assert [unit for unit in UNITS if unit and f"`{unit}`" not in page] == []
