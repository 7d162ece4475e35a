"""``nineward complaint``, typed as people type it."""

from collections.abc import Iterator

import pytest

from collector.app import House, open_house
from collector.serve import serving
from collector.settings import load
from tests.collector.cli.test_commands import Shell


@pytest.fixture
def shell(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    house: House
    with open_house(load(folder)) as house, serving(house):
        yield Shell(house.settings.data, capsys)


def test_one_is_noted_answered_closed_and_listed(shell: Shell) -> None:
    said = shell("complaint add --by Chen", "the portal is slow")
    shell("complaint reply 1", "we look into it")
    closed = shell.json("complaint close 1 --area tool done")
    listed = shell("complaint list --lang zh-CN")

    assert said.startswith("Complaint 1: to be answered until ")
    assert (closed["state"], closed["by"], closed["outcome"]) == ("closed", "Chen", "done")
    assert "the portal is slow" in listed
    assert "工具" in listed


def test_those_nobody_answered_can_be_asked_for(shell: Shell) -> None:
    shell("complaint add --received 2026-01-05T10:00:00+08:00", "slow")
    shell("complaint add", "loud")
    shell("complaint reply 2", "sorry")

    (found,) = shell.json("complaint list --state open")
    assert (found["number"], found["in_time"]) == (1, False)
