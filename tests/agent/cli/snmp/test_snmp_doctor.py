"""``nineward-agent snmp doctor`` against a real snmpd that is set up wrong in each way."""

import json
import socket
from typing import Any

import pytest

from tests.agent.cli.snmp.conftest import Snmp
from tests.agent.cli.snmp.daemon import AUTH_KEY, COMMUNITY, PRIV_KEY

SECRETS = (COMMUNITY, AUTH_KEY, PRIV_KEY, "a-wrong-word", "others-word")
V2C = ("--v2c", "env:COMMUNITY")
V3 = ("--v3", "watcher", "--auth", "sha256:env:AUTH_KEY", "--priv", "aes128:env:PRIV_KEY")
QUICK = ("--timeout", "0.6")


@pytest.fixture
def doctor(snmp: Snmp, capsys: pytest.CaptureFixture[str]) -> Any:
    """Examines; the document, in which no secret may be."""

    def run(*words: str) -> dict[str, Any]:
        code = snmp("doctor", *words, "--json", *QUICK)
        told = capsys.readouterr()
        assert not any(secret in told.out + told.err for secret in SECRETS)
        document: dict[str, Any] = json.loads(told.out)
        assert code == (0 if document["healthy"] else 1)
        return document

    return run


def wrong(document: dict[str, Any]) -> list[str]:
    """The steps that went wrong."""
    return [finding["step"] for finding in document["findings"] if finding["mark"] == "bad"]


def text(document: dict[str, Any], step: str) -> str:
    return " ".join(str(finding["text"]) for finding in document["findings"] if finding["step"] == step)


@pytest.mark.parametrize("way", [V2C, ("--v1", "env:COMMUNITY"), V3])
def test_a_device_that_is_set_up_right_is_found_healthy(doctor: Any, device: str, way: tuple[str, ...]) -> None:
    told = doctor(device, *way)

    assert wrong(told) == []
    assert told["description"] == "Test device"
    assert "uptime" in {finding["step"] for finding in told["findings"]}


def test_large_answers_and_the_clocks_are_looked_at(doctor: Any, device: str) -> None:
    told = doctor(device, *V3)

    assert "in fragments, arrives" in text(told, "size")
    assert "has started once" in text(told, "engine clock")
    assert "The device's clock says" in text(told, "device clock")


@pytest.mark.parametrize("word", ["WRONG", "OTHERS"])
def test_a_wrong_community_and_one_for_others_look_the_same_and_it_says_so(doctor: Any, device: str, word: str) -> None:
    told = doctor(device, "--v2c", f"env:{word}")

    assert wrong(told) == ["community"]
    assert "It tells nobody outside which" in text(told, "community")
    assert {remedy["vendor"] for remedy in told["remedies"]} == {"cisco", "h3c", "huawei", "juniper", "ruijie"}


def user(name: str, auth: str = "sha256:env:AUTH_KEY", priv: str = "aes128:env:PRIV_KEY") -> tuple[str, ...]:
    return ("--v3", name, *(("--auth", auth) if auth else ()), *(("--priv", priv) if priv else ()))


@pytest.mark.parametrize(
    ("way", "step", "said"),
    [
        (user("stranger"), "user", "does not know the user 'stranger'"),
        (user("watcher", auth="sha256:env:WRONG"), "authentication key", "is wrong"),
        (user("watcher", auth="sha1:env:AUTH_KEY"), "authentication protocol", "takes sha256, not sha1"),
        (user("watcher", "sha256:env:PRIV_KEY", "aes128:env:AUTH_KEY"), "authentication key", "swapped"),
        (user("watcher", priv="aes128:env:WRONG"), "privacy key", "is wrong"),
        (user("watcher", priv="des:env:PRIV_KEY"), "privacy protocol", "takes aes128, not des"),
        (user("watcher", priv=""), "level", "asks for encryption"),
        (user("half"), "level", "has no privacy on the device"),
        (user("unkeyed"), "level", "does not offer this user what was asked"),
        ((*user("watcher"), "--context", "blue"), "context", "without a context it answers"),
        (user("groupless"), "view", "lets nothing be read"),
    ],
)
def test_what_is_wrong_with_a_user_is_told(
    doctor: Any, device: str, way: tuple[str, ...], step: str, said: str
) -> None:
    told = doctor(device, *way)

    assert wrong(told) == [step]
    assert said in text(told, step)


def test_a_view_that_leaves_out_what_is_needed_is_told(doctor: Any, device: str) -> None:
    told = doctor(device, *user("narrow"))

    assert wrong(told) == ["view", "view"]
    assert "the system group" in text(told, "view")
    assert "the interfaces" in text(told, "view")


def test_the_other_key_extension_of_aes_is_tried(doctor: Any, device: str) -> None:
    told = doctor(device, *user("legacy", "sha1:env:AUTH_KEY", "aes256-blumenthal:env:PRIV_KEY"))

    assert wrong(told) == ["privacy protocol"]
    assert "takes aes256, not aes256-blumenthal" in text(told, "privacy protocol")


def test_an_engine_at_the_end_of_its_count_is_told(doctor: Any, clone: str) -> None:
    told = doctor(clone, *V3)

    assert "engine clock" in wrong(told)
    assert "counted its starts to the end" in text(told, "engine clock")


def test_a_clone_with_the_same_engine_id_is_told(doctor: Any, device: str, clone: str) -> None:
    told = doctor(device, *V3, "--against", clone)

    assert wrong(told) == ["engine"]
    assert clone.replace(":", " port ") in text(told, "engine")


def test_a_port_where_nobody_listens_is_told(doctor: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    told = doctor(f"127.0.0.1:{port}", *V2C)

    assert wrong(told) == ["port"]
    assert "Nothing listens" in text(told, "port")


def test_a_port_that_keeps_silent_is_told(doctor: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        told = doctor(f"127.0.0.1:{held.getsockname()[1]}", *V2C)

    assert "port" in wrong(told)
    assert "keeps silent" in text(told, "port")


def test_a_name_that_does_not_resolve_is_told(doctor: Any) -> None:
    assert wrong(doctor("no-such-name.invalid", *V2C)) == ["name"]


def test_people_get_a_line_for_each_step_and_the_lines_to_type(
    snmp: Snmp, device: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert snmp("doctor", device, *user("stranger"), *QUICK) == 1

    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("✓ port") for line in lines)
    assert any(line.startswith("✗ user") for line in lines)
    assert "On Huawei (VRP):" in lines
    assert any("snmp-agent usm-user v3 stranger" in line for line in lines)
