"""The program ``nineward`` as a whole: its registry, its exit codes, its reference page."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from collector import cli
from collector.cli import replay
from collector.cli.terminal import reference

ROOT = Path(cli.__file__).parents[2]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real program."""
    return subprocess.run(
        [sys.executable, "-m", "collector.cli", *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_every_file_in_the_folder_is_a_command() -> None:
    files = {path.stem for path in Path(cli.__file__).parent.glob("*.py")} - {"__init__", "__main__"}

    assert {name.replace("-", "_") for name in cli.names()} == files


@pytest.mark.parametrize("name", cli.names())
def test_every_command_says_what_it_is(name: str) -> None:
    module = cli.command(name)

    assert module.SUMMARY
    assert "\n" not in module.SUMMARY


@pytest.mark.parametrize("name", cli.names())
def test_every_command_and_action_has_something_to_run(name: str) -> None:
    (found,) = [child for _, _, child in reference.children(cli.build_parser([name]))]
    runnable = [child for _, _, child in reference.children(found)] or [found]

    assert all(callable(child.get_default("run")) for child in runnable)


def test_the_reference_page_says_what_the_program_says() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")

    assert page == reference.page(cli.build_parser()), "run `make docs`"


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    code = (
        "import sys; from collector import cli; cli.build_parser();"
        "print(sorted({'numpy', 'scipy', 'litestar', 'babel', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )

    assert done.stdout.strip() == "[]"


def test_an_unknown_command_is_a_usage_error() -> None:
    assert run("fly").returncode == 2


def test_a_mistake_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    done = run("replay", str(tmp_path / "absent.jsonl"), "--from", "2026-09-01", "--to", "2026-10-01")

    assert done.returncode == 2
    assert done.stderr.startswith("nineward: ")
    assert "absent.jsonl" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_collector_out_of_reach_is_exit_code_3() -> None:
    done = run("target", "list", "--url", "http://127.0.0.1:9")

    assert done.returncode == 3
    assert "No answer from the collector" in done.stderr


def test_a_literal_secret_is_refused() -> None:
    done = run("target", "list", "--url", "http://127.0.0.1:9", "--token", "hunter2")

    assert done.returncode == 2
    assert "hunter2" not in done.stderr


def test_what_nobody_foresaw_is_exit_code_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def fail(_arguments: object) -> int:
        raise RuntimeError("surprise")

    monkeypatch.setattr(replay, "run", fail)

    code = cli.main(["replay", "x", "--from", "0", "--to", "1"])

    assert code == 3
    assert "surprise" in capsys.readouterr().err
