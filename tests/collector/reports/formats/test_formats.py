"""What every format promises."""

from pathlib import Path

import pytest

from collector.reports import formats
from rules.errors import Invalid
from tests.collector.reports.stories import document


def test_every_file_in_the_folder_is_a_format() -> None:
    files = {path.stem for path in Path(formats.__file__).parent.glob("*.py")} - {"__init__"}

    assert set(formats.names()) == files


@pytest.mark.parametrize("name", formats.names())
def test_the_same_document_gives_the_same_bytes(name: str) -> None:
    found = formats.find(name)

    assert found.render(document(), "zh-CN") == found.render(document(), "zh-CN")


@pytest.mark.parametrize("name", formats.names())
def test_a_month_without_anything_can_be_rendered(name: str) -> None:
    empty = document(targets=[], pending=[], mutes=[], maintenance=[], corrections=[], incidents=[])

    assert formats.find(name).render(empty, "en")


def test_an_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="html"):
        formats.find("odt")
