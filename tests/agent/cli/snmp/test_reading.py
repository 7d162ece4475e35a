"""``nineward-agent snmp get``, ``walk`` and ``table`` against a real snmpd."""

import json
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from agent.cli import main
from tests.agent.cli.snmp.conftest import Snmp
from tests.agent.cli.snmp.daemon import COMMUNITY

V2C = ("--v2c", "env:COMMUNITY")
V3 = ("--v3", "watcher", "--auth", "sha256:env:AUTH_KEY", "--priv", "aes128:env:PRIV_KEY")


@pytest.mark.parametrize("way", [V2C, ("--v1", "env:COMMUNITY"), V3])
def test_objects_are_shown_with_their_names_types_and_words(
    snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str], way: tuple[str, ...]
) -> None:
    assert snmp("get", device, *way, "sysName", "IF-MIB::ifOperStatus.1", "sysLocation.0") == 0

    assert capsys.readouterr().out.splitlines() == [
        "SNMPv2-MIB::sysName.0 = STRING: core-1",
        "IF-MIB::ifOperStatus.1 = INTEGER: up(1)",
        "SNMPv2-MIB::sysLocation.0 = STRING: 机房",
    ]


def test_a_user_with_the_other_kind_of_long_key_is_let_in(
    snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]
) -> None:
    way = ("--v3", "legacy", "--auth", "sha1:env:AUTH_KEY", "--priv", "aes256:env:PRIV_KEY")
    assert snmp("get", device, *way, "sysName") == 0

    assert "core-1" in capsys.readouterr().out


def test_numbers_are_shown_when_they_are_wanted(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("get", device, *V2C, "--numeric", "ifOperStatus.1") == 0

    assert capsys.readouterr().out == "1.3.6.1.2.1.2.2.1.8.1 = INTEGER: 1\n"


def test_an_object_that_is_not_there_ends_with_1(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("get", device, *V2C, "ifDescr.9999") == 1

    assert capsys.readouterr().out == "IF-MIB::ifDescr.9999 = no such instance\n"


def test_programs_get_numbers_names_and_words(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("get", device, *V2C, "--json", "ifOperStatus.1", "sysName") == 0

    document = json.loads(capsys.readouterr().out)
    assert document["rows"] == [
        {
            "oid": "1.3.6.1.2.1.2.2.1.8.1",
            "name": "IF-MIB::ifOperStatus.1",
            "type": "INTEGER",
            "value": 1,
            "text": "up(1)",
        },
        {
            "oid": "1.3.6.1.2.1.1.5.0",
            "name": "SNMPv2-MIB::sysName.0",
            "type": "STRING",
            "value": b"core-1".hex(),
            "text": "core-1",
        },
    ]


@pytest.mark.parametrize(("version", "place"), [("v1", "1.3.6.1.6.3.16.1.5"), ("v2c", "1.3.6.1.6.3")])
def test_a_walk_brings_what_net_snmp_brings(
    snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str], version: str, place: str
) -> None:
    tool = shutil.which("snmpwalk")
    if tool is None:
        pytest.skip("needs the Debian package snmp")
    theirs = subprocess.run(
        [tool, f"-{version}", "-c", COMMUNITY, "-On", device, place], capture_output=True, text=True, check=True
    )
    assert snmp("walk", device, f"--{version}", "env:COMMUNITY", "--numeric", place) == 0

    ours = [line.partition(" = ")[0] for line in capsys.readouterr().out.splitlines()]
    lines = [line for line in theirs.stdout.splitlines() if line.startswith(".") and "No more variables" not in line]
    told = [line.partition(" = ")[0].removeprefix(".") for line in lines]
    assert len(ours) > 30
    assert ours == told


def test_a_walk_of_one_object_shows_it(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("walk", device, *V2C, "sysName.0") == 0

    assert capsys.readouterr().out == "SNMPv2-MIB::sysName.0 = STRING: core-1\n"


def test_a_walk_where_nothing_is_ends_with_1(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("walk", device, *V2C, "1.3.6.1.4.1.99999") == 1

    assert "nothing there" in capsys.readouterr().err


def test_a_walk_that_is_cut_off_says_so(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("walk", device, *V2C, "--most", "5", "snmp") == 1

    assert "more than 5 values" in capsys.readouterr().err


def test_a_table_has_a_line_for_each_row(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("table", device, *V2C, "ifTable", "--columns", "ifIndex,ifDescr,7") == 0

    heads, first, *_ = capsys.readouterr().out.splitlines()
    assert heads.split() == ["index", "ifIndex", "ifDescr", "ifAdminStatus"]
    assert first.split() == ["1", "1", "lo", "up(1)"]


def test_a_table_nobody_named_is_shown_by_its_columns_numbers(
    snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert snmp("table", device, *V2C, "--json", "1.3.6.1.6.3.16.1.5.2") == 0

    document = json.loads(capsys.readouterr().out)
    assert set(document["rows"][0]) == {"index", "3", "4", "5", "6"}


def test_a_table_the_device_has_not_ends_with_1(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("table", device, *V2C, "upsAlarmTable") == 1

    assert "UPS-MIB::upsAlarmTable" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--v2c", "public", "sysName"), "process"),
        (("--v3", "watcher", "--auth", "sha256:literal", "sysName"), "process"),
        (("--v3", "watcher", "--priv", "aes128:env:PRIV_KEY", "sysName"), "give --auth too"),
        (("--v2c", "env:COMMUNITY", "--context", "blue", "sysName"), "go with --v3"),
        (("--v3", "watcher", "--auth", "sha3:env:AUTH_KEY", "sysName"), "expected one of md5"),
        (("--v2c", "env:NOT_SET_ANYWHERE", "sysName"), "has no NOT_SET_ANYWHERE"),
        (("--credential", "lab", "sysName"), "names no credential 'lab'"),
        (("--v2c", "ask", "sysName"), "no terminal"),
        (("--v2c", "env:COMMUNITY", "sysNmae"), "did you mean"),
    ],
)
def test_usage_mistakes_are_told_with_2_and_no_secret_is_repeated(
    snmp: Snmp, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert snmp("get", "192.0.2.1", *words) == 2

    told = capsys.readouterr()
    assert said in told.err
    assert "public" not in told.err
    assert "literal" not in told.err


def test_a_device_that_is_silent_ends_with_1_and_the_way_to_the_doctor(
    snmp: Snmp, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        assert snmp("get", f"127.0.0.1:{held.getsockname()[1]}", *V2C, "--timeout", "0.2", "sysName") == 1

    assert "snmp doctor" in capsys.readouterr().err


def test_a_refusal_is_told_with_1_and_as_json(snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert snmp("get", device, "--v3", "stranger", "--json", "sysName") == 1

    assert "does not know the user" in json.loads(capsys.readouterr().out)["error"]


def test_a_credential_of_the_plan_is_taken_by_its_name(
    tmp_path: Path, snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = {"revision": 1, "credentials": {"lab": {"kind": "snmp", "version": "2c", "community": COMMUNITY}}}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    assert snmp("get", device, "--credential", "lab", "sysName") == 0

    assert "core-1" in capsys.readouterr().out


MIB = """
EXAMPLE-MIB DEFINITIONS ::= BEGIN
IMPORTS MODULE-IDENTITY, OBJECT-TYPE, Integer32, mib-2 FROM SNMPv2-SMI
    DisplayString FROM SNMPv2-TC;
example MODULE-IDENTITY
    LAST-UPDATED "202611210000Z" ORGANIZATION "x" CONTACT-INFO "x" DESCRIPTION "x"
    ::= { mib-2 1 }
exampleName OBJECT-TYPE
    SYNTAX DisplayString MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { example 5 }
exampleServices OBJECT-TYPE
    SYNTAX INTEGER { bridge(2), host(72) } MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { example 7 }
END
"""


@pytest.mark.parametrize("by_settings", [False, True])
def test_names_of_the_user_s_own_mibs_are_used(
    tmp_path: Path, snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str], by_settings: bool
) -> None:
    pytest.importorskip("pysmi", reason="needs the Python package pysmi")
    folder = tmp_path / "mibs"
    folder.mkdir()
    (folder / "example.txt").write_text(MIB)
    words: tuple[str, ...] = ("--mibs", str(folder))
    if by_settings:
        (tmp_path / "agent.toml").write_text(f'[probes.snmp]\nmibs = ["{folder}"]\n')
        words = ()
    assert snmp("get", device, *V2C, *words, "exampleName", "EXAMPLE-MIB::exampleServices") == 0

    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "EXAMPLE-MIB::exampleName.0 = STRING: core-1",
        "EXAMPLE-MIB::exampleServices.0 = INTEGER: host(72)",
    ]
    assert told.err == ""


def test_help_names_the_actions(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["snmp", "--help"])

    told = capsys.readouterr().out
    assert all(action in told for action in ("get", "walk", "table", "doctor"))
