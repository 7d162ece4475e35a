"""The command line's other commands, as a person types them."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import probes
from agent.cli import main


@pytest.fixture
def port() -> Iterator[int]:
    """A port that answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def probe(tmp_path: Path, *words: str) -> int:
    return main(["probe", *words, "--config", str(tmp_path / "agent.toml")])


def test_kinds_lists_every_probe_with_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kinds"]) == 0

    said = capsys.readouterr().out
    assert all(f"\n{kind}" in f"\n{said}" for kind in probes.kinds())
    assert "--option count=" in said


def test_a_probe_that_finds_all_well_ends_with_0(tmp_path: Path, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(tmp_path, "tcp", f"127.0.0.1:{port}") == 0

    assert capsys.readouterr().out.startswith("ok")


def test_a_probe_that_finds_a_dead_target_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(tmp_path, "tcp", "127.0.0.1:1") == 1

    assert capsys.readouterr().out.startswith("failed: ")


def test_a_probe_that_could_not_look_ends_with_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert probe(tmp_path, "tcp", "no-such-name.invalid:80") == 3

    assert capsys.readouterr().out.startswith("error: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pingg", "127.0.0.1"], "did you mean 'ping'?"),
        (["ping", "127.0.0.1", "--option", "cuont=1"], "did you mean 'count'?"),
        (["ping", "127.0.0.1", "--option", "count"], "NAME=VALUE"),
        (["ping", "127.0.0.1", "--credential", "lab"], "names no credential 'lab'"),
        (["snmp", "127.0.0.1", "--with", "community=public"], "env:NAME or file:PATH"),
        (["snmp", "127.0.0.1", "--with", "community=env:NOT_SET_ANYWHERE"], "has no NOT_SET_ANYWHERE"),
    ],
)
def test_usage_mistakes_are_told_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert probe(tmp_path, *words) == 2
    assert said in capsys.readouterr().err


def test_bad_settings_stop_a_run_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "agent.toml").write_text("spol = 1")

    assert main(["run", "--config", str(tmp_path / "agent.toml")]) == 2
    assert "did you mean 'spool'" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ended = subprocess.run(
            (sys.executable, "-m", "agent", "kinds"), stdout=nobody, stderr=subprocess.PIPE, timeout=30
        )

    assert (ended.returncode, ended.stderr) == (0, b"")
