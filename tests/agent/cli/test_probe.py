"""``nineward-agent probe``, as a person types it."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.cli import main


@pytest.fixture
def port() -> Iterator[int]:
    """A port that answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def probe(tmp_path: Path, *words: str) -> int:
    return main(["probe", *words, "--config", str(tmp_path / "agent.toml")])


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
