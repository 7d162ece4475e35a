"""A real snmpd on loopback, by every version of the protocol, with right and wrong credentials."""

import time

import pytest

from agent.probes.probe import Credential, credential
from rules.errors import Invalid
from rules.result import Outcome
from tests.agent.probes.conftest import Daemon, free_udp_port, look, looks

READING = credential("lab", {"kind": "snmp", "community": "reading"})
WRONG = credential("old", {"kind": "snmp", "community": "guess"})


def watcher(daemon: Daemon, **changes: str) -> Credential:
    table = {
        "kind": "snmp",
        "user": "watcher",
        "auth": "sha256",
        "auth_key": daemon.auth_key,
        "priv": "aes128",
        "priv_key": daemon.priv_key,
    }
    return credential("v3", {**table, **changes})


@pytest.mark.parametrize("version", ["v1", "v2c"])
def test_a_device_answers_by_community(snmpd: Daemon, version: str) -> None:
    found = look("snmp", snmpd.address, credentials=(READING,), version=version)

    assert found.outcome is Outcome.OK
    assert 0 <= found.values["uptime_s"] < 300


def test_a_device_answers_by_user(snmpd: Daemon) -> None:
    assert look("snmp", snmpd.address, credentials=(watcher(snmpd),)).outcome is Outcome.OK


def test_interfaces_are_recorded_by_name_with_traffic_from_the_second_look_on(snmpd: Daemon) -> None:
    first, second = looks(
        "snmp", snmpd.address, 2, pause_s=1.1, credentials=(READING,), interfaces_every_s=1, deadline_s=5
    )
    names = {key.partition("[")[2] for key in first.values if key.startswith("oper_up[")}

    assert names
    assert "lo]" not in names
    assert not any(key.startswith("in_bytes_s") for key in first.values)
    assert any(key.startswith("in_bytes_s") for key in second.values)


def test_the_table_is_left_alone_when_not_wanted(snmpd: Daemon) -> None:
    found = look("snmp", snmpd.address, credentials=(READING,), interfaces=False)

    assert found.values.keys() == {"uptime_s"}


def test_a_device_without_getbulk_is_walked_one_by_one(snmpd: Daemon) -> None:
    found = look("snmp", snmpd.address, credentials=(READING,), repetitions=1)

    assert any(key.startswith("oper_up[") for key in found.values)


def test_credentials_are_tried_in_order_and_the_one_that_worked_is_kept(snmpd: Daemon) -> None:
    lines: list[str] = []

    found = looks(
        "snmp", snmpd.address, 2, deadline_s=1, credentials=(WRONG, READING), log=lines.append, interfaces=False
    )

    assert [one.outcome for one in found] == [Outcome.OK, Outcome.OK]
    assert [line.partition(" ")[0] for line in lines] == ["old", "lab", "lab"]


def test_a_wrong_community_is_silence_and_so_failed(snmpd: Daemon) -> None:
    found = look("snmp", snmpd.address, credentials=(WRONG,), deadline_s=0.5)

    assert (found.outcome, found.text) == (Outcome.FAILED, "no answer")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user": "nobody"}, "does not know the user"),
        ({"auth_key": "another long key"}, "wrong authentication key"),
        ({"priv_key": "another long key"}, "privacy key"),
        ({"priv": "none"}, "may not read"),
    ],
)
def test_refused_users_are_an_error_with_the_reason(snmpd: Daemon, changes: dict[str, str], reason: str) -> None:
    found = look("snmp", snmpd.address, credentials=(watcher(snmpd, **changes),), deadline_s=1.5)

    assert found.outcome is Outcome.ERROR
    assert reason in found.text
    assert "long key" not in found.text


def test_a_right_credential_after_a_refused_one_is_ok(snmpd: Daemon) -> None:
    refused = watcher(snmpd, user="nobody")

    assert look("snmp", snmpd.address, credentials=(refused, READING)).outcome is Outcome.OK


@pytest.mark.parametrize("version", ["v1", "v2c", "v3"])
def test_a_device_that_is_not_there_is_failed_within_the_deadline(version: str) -> None:
    begun = time.monotonic()
    user = watcher(Daemon(""))

    found = look(
        "snmp",
        f"127.0.0.62:{free_udp_port('127.0.0.62')}",
        credentials=(READING, user),
        version=version,
        deadline_s=0.6,
    )

    assert found.outcome is Outcome.FAILED
    assert time.monotonic() - begun < 3


def test_without_a_credential_nothing_can_be_looked_at() -> None:
    assert look("snmp", "127.0.0.1").outcome is Outcome.ERROR
    assert look("snmp", "127.0.0.1", credentials=(READING,), version="v3").outcome is Outcome.ERROR


def test_a_protocol_nobody_knows_is_our_own_mistake() -> None:
    found = look("snmp", "127.0.0.1", credentials=(watcher(Daemon(""), auth="rot13"),))

    assert found.outcome is Outcome.ERROR
    assert "rot13" in found.text


def test_a_name_that_does_not_resolve_is_an_error() -> None:
    assert look("snmp", "no-such-host.invalid", credentials=(READING,)).outcome is Outcome.ERROR


def test_a_version_nobody_knows_is_refused() -> None:
    with pytest.raises(Invalid, match="version: expected one of auto, v1, v2c, v3"):
        look("snmp", "127.0.0.1", version="v4")
