"""The folder of ticket systems is their registry."""

from pathlib import Path

import pytest

import collector.tickets
from collector.tickets import configured, kinds, make
from rules.errors import Invalid
from tests.collector.rooms import START

ROOT = Path(collector.tickets.__file__).parents[2]


def test_the_files_are_the_kinds() -> None:
    assert {"mail", "webhook"} <= set(kinds())
    assert "ticket_system" not in kinds()


def test_an_unknown_kind_is_told_with_the_likely_one() -> None:
    with pytest.raises(Invalid, match="did you mean 'webhook'"):
        make("desk", {"kind": "webhok"}, lambda: START)


def test_the_mistakes_of_all_systems_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        configured({"one": {"kind": "webhook"}, "two": {"kind": "mail"}, "three": 3}, lambda: START)

    assert "tickets.one.url: missing" in str(caught.value)
    assert "tickets.two.host: missing" in str(caught.value)
    assert "[tickets.three]: expected a table" in str(caught.value)


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_has_its_page_and_its_test(kind: str) -> None:
    assert (ROOT / "docs" / "reference" / "tickets" / f"{kind}.md").exists()
    assert (ROOT / "tests" / "collector" / "tickets" / f"test_{kind}.py").exists()
