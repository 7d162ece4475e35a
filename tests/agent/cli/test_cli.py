"""The program ``nineward-agent`` as a whole: its registry, its exit codes, its weight."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent import cli
from agent.cli import kinds
from agent.cli.terminal import registry
from docs import agent_commands

ROOT = Path(cli.__file__).parents[2]


def test_everything_in_the_folder_but_what_is_shared_is_a_command() -> None:
    folder = Path(cli.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    folders = {path.parent.name for path in folder.glob("*/__init__.py")} - {"terminal"}

    assert {name.replace("-", "_") for name in cli.names()} == files | folders


@pytest.mark.parametrize("name", cli.names())
def test_every_command_says_what_it_is(name: str) -> None:
    summary = registry.command("agent.cli", name).SUMMARY

    assert summary
    assert "\n" not in summary


def test_an_agent_at_work_carries_the_code_of_no_other_command() -> None:
    code = (
        "import sys; from agent.cli import build_parser; build_parser(['run']);"
        "print(sorted(name for name in sys.modules if name.startswith('agent.cli.') and 'terminal' not in name),"
        " sorted({'asyncio', 'logging', 'icmplib', 'pysnmp', 'cryptography', 'json.tool'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )

    assert done.stdout.strip() == "['agent.cli.run'] []"


@pytest.mark.parametrize("name", cli.names())
def test_every_command_and_action_has_something_to_run(name: str) -> None:
    (found,) = [child for _, _, child in agent_commands.children(cli.build_parser([name]))]
    runnable = [child for _, _, child in agent_commands.children(found)] or [found]

    assert all(callable(child.get_default("run")) for child in runnable)


def test_the_reference_page_says_what_the_program_says() -> None:
    assert agent_commands.PAGE.read_text(encoding="utf-8") == agent_commands.page(), "run `make docs`"


def test_an_unknown_command_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["fly"])

    assert "'fly'" in capsys.readouterr().err


def test_what_nobody_foresaw_is_exit_code_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def fail(_arguments: object) -> int:
        raise RuntimeError("surprise")

    monkeypatch.setattr(kinds, "run", fail)

    assert cli.main(["kinds"]) == 3
    assert "surprise" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ended = subprocess.run(
            (sys.executable, "-m", "agent", "kinds"), stdout=nobody, stderr=subprocess.PIPE, timeout=30
        )

    assert (ended.returncode, ended.stderr) == (0, b"")
