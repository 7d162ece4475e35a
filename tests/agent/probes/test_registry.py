"""The folder is the registry: every file is a probe, and one file more is one probe more."""

import textwrap
from pathlib import Path

import pytest

from agent.probes import find, kinds
from agent.probes.probe import Probe
from rules.errors import Broken, Invalid, Missing
from rules.result import Outcome
from tests.agent.probes.conftest import look

SHIPPED = [
    "component",
    "cpu",
    "disk",
    "dns",
    "http",
    "interface",
    "load",
    "memory",
    "net",
    "ping",
    "plugin",
    "process",
    "snmp",
    "tcp",
    "tls",
]

DICE = '''
    """A probe made for a test."""

    from dataclasses import dataclass

    from agent.probes.probe import Probe, Subject, option
    from rules.result import Outcome, Reading


    @dataclass(frozen=True, slots=True)
    class Options:
        sides: int = option(6, "sides of the dice", low=2, high=100)


    class Dice(Probe):
        shape = Options

        async def look(self, subject: Subject, deadline_s: float) -> Reading:
            return Reading(Outcome.OK, {"sides": self.options.sides}, f"rolled for {subject.address}")
'''


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NINEWARD_PROBES", str(tmp_path))
    return tmp_path


def test_all_shipped_probes_are_found() -> None:
    assert kinds() == SHIPPED
    assert all(issubclass(find(kind), Probe) and find(kind).kind == kind for kind in kinds())


def test_one_file_in_a_folder_is_a_new_probe_that_works(folder: Path) -> None:
    (folder / "dice.py").write_text(textwrap.dedent(DICE))

    found = look("dice", "table-1", sides="20")

    assert "dice" in kinds()
    assert (found.outcome, found.values, found.text) == (Outcome.OK, {"sides": 20}, "rolled for table-1")


def test_the_options_of_a_new_probe_are_checked_like_all_others(folder: Path) -> None:
    (folder / "dice2.py").write_text(textwrap.dedent(DICE))

    with pytest.raises(Invalid, match="sides: expected 2 to 100, found 1"):
        look("dice2", sides=1)


def test_a_file_without_a_probe_is_told(folder: Path) -> None:
    (folder / "empty.py").write_text("")

    with pytest.raises(Broken, match=r"empty\.py must hold exactly one subclass of Probe"):
        find("empty")


def test_an_unknown_kind_is_missing_with_the_nearest_one() -> None:
    with pytest.raises(Missing, match="did you mean 'ping'"):
        find("pnig")
