"""The page of every kind of ticket system: its example can be used, and it names every setting."""

import importlib
import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

import collector.tickets
from collector.tickets import configured, kinds
from tests.collector.rooms import START

FOLDER = Path(collector.tickets.__file__).parents[2] / "docs" / "reference" / "tickets"


def page(kind: str) -> str:
    return (FOLDER / f"{kind}.md").read_text("utf-8")


@pytest.mark.parametrize("kind", kinds())
def test_the_example_of_a_page_can_be_used(kind: str) -> None:
    (example,) = re.findall(r"```toml\n(\[tickets\..*?)```", page(kind), re.DOTALL)
    table: dict[str, Any] = tomllib.loads(example)
    found = configured(table["tickets"], lambda: START, lambda source, name: "a secret")
    for system in found.values():
        system.close()

    assert [options["kind"] for options in table["tickets"].values()] == [kind]


@pytest.mark.parametrize("kind", kinds())
def test_a_page_names_every_setting(kind: str) -> None:
    """One that has most of them in common with another kind points to the page of that kind."""
    options = importlib.import_module(f"collector.tickets.{kind}").Options
    text = page(kind)
    for other in re.findall(r"(?:keys\s+of|as for)\s+\[(\w+)\]\(\w+\.md\)", text):
        text += page(other)

    assert [item.name for item in fields(options) if f"`{item.name}`" not in text] == []


@pytest.mark.parametrize("kind", kinds())
def test_a_page_states_its_guarantee_and_on_what_it_was_tried(kind: str) -> None:
    assert "**Guarantee**: " in page(kind)
    assert kind in ("mail", "webhook") or "ried on" in page(kind)


def test_the_example_of_several_systems_can_be_used() -> None:
    example = FOLDER.parents[2] / "examples" / "tickets" / "nineward.toml"
    found = configured(
        tomllib.loads(example.read_text("utf-8"))["tickets"], lambda: START, lambda source, name: "a secret"
    )
    for system in found.values():
        system.close()

    assert sorted(found) == ["desk", "network", "oncall"]
