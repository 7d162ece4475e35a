"""``snmp discover`` as its user types it: devices found, and a file the collector takes."""

import json
from pathlib import Path

import pytest

from agent.cli import main
from collector.cli.terminal.importing import targets
from tests.agent.snmp.recordings.simulator import Recordings

SWITCH = "arista-7150s52-eos4_20"


@pytest.fixture(autouse=True)
def community(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMUNITY", SWITCH)


def discovered(recordings: Recordings, *more: str) -> int:
    return main(
        ["snmp", "discover", recordings.address, "--port", str(recordings.port), "--v2c", "env:COMMUNITY", *more]
    )


def test_a_device_is_told_with_its_profile_and_the_ports_to_watch(
    recordings: Recordings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert discovered(recordings) == 0
    told = capsys.readouterr().out
    assert "arista-eos" in told
    assert "Ethernet47: leads to ZJ-BP-Bak-Arista" in told


def test_as_one_json_document(recordings: Recordings, capsys: pytest.CaptureFixture[str]) -> None:
    assert discovered(recordings, "--json") == 0
    (device,) = json.loads(capsys.readouterr().out)["devices"]
    assert [port["name"] for port in device["ports"] if port["proposed"]] == [
        "Ethernet47",
        "Ethernet48",
        "Port-Channel1",
    ]


def test_the_file_is_read_by_the_collectors_import(recordings: Recordings, tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    assert discovered(recordings, "--out", str(file), "--as-credential", "lab") == 0
    (target,) = targets(str(file))
    assert (target["credentials"], [check.get("part") for check in target["checks"]]) == (
        ["lab"],
        [None, None, "Ethernet47", "Ethernet48", "Port-Channel1"],
    )


def test_no_secret_stands_in_the_file_or_on_the_screen(
    recordings: Recordings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    discovered(recordings, "--out", str(tmp_path / "found.json"), "--json")
    shown = capsys.readouterr()
    assert SWITCH not in shown.out + shown.err + (tmp_path / "found.json").read_text()


def test_nobody_found_is_exit_code_1(recordings: Recordings, capsys: pytest.CaptureFixture[str]) -> None:
    address = ["snmp", "discover", "127.9.9.9", "--port", str(recordings.port), "--v2c", "env:COMMUNITY"]
    assert main([*address, "--timeout", "0.3"]) == 1
    assert "0 devices answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["core-1"], "searched for by addresses"),
        (["10.0.0.0/8"], "10.0.0.0/8"),
        (["192.0.2.1", "--parents"], "--root"),
        (["192.0.2.1", "--out", "found.txt"], ".json"),
        (["192.0.2.1", "--v2c", "public"], "never on the command line"),
    ],
)
def test_bad_input_is_told_before_anything_is_sent(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    way = [] if "--v2c" in words else ["--v2c", "env:COMMUNITY"]
    assert main(["snmp", "discover", *words, *way]) == 2
    assert said in capsys.readouterr().err
