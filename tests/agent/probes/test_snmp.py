"""A real snmpd on loopback, by every version of the protocol, with right and wrong credentials."""

import time
from typing import Any

import pytest

from agent.probes.probe import Credential, credential
from agent.snmp import interfaces
from agent.snmp.survey import HR_SYSTEM_UPTIME, Alive
from rules.errors import Invalid
from rules.result import Outcome
from rules.uptime import UPTIME_ROUND
from tests.agent.probes.conftest import Daemon, free_udp_port, look, looks
from tests.agent.probes.switch import Switch, seen
from tests.agent.snmp.recordings.simulator import Recordings
from tests.agent.snmp.wire import Question

READING = credential("lab", {"kind": "snmp", "community": "reading"})
PORTS_AGAIN: dict[str, Any] = {"interfaces_every_s": 1, "health": False, "pause_s": 0.6}
"""So that the second look reads the interfaces too."""
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
        "snmp", snmpd.address, 2, pause_s=1.1, credentials=(READING,), interfaces_every_s=1, health=False, deadline_s=5
    )
    names = {key.partition("[")[2] for key in first.values if key.startswith("oper_up[")}

    assert names
    assert "lo]" not in names
    assert not any(key.startswith("in_bytes_s") for key in first.values)
    assert any(key.startswith("in_bytes_s") for key in second.values)


def test_the_tables_are_left_alone_when_not_wanted(snmpd: Daemon) -> None:
    found = look("snmp", snmpd.address, credentials=(READING,), interfaces=False, health=False)

    assert found.values.keys() == {"uptime_s", "host_uptime_s", "engine_boots"}


def test_version_1_walks_row_by_row(snmpd: Daemon) -> None:
    found = look("snmp", snmpd.address, credentials=(READING,), version="v1", health=False, deadline_s=5)

    assert any(key.startswith("oper_up[") for key in found.values)


def test_credentials_are_tried_in_order_and_the_one_that_worked_is_kept(snmpd: Daemon) -> None:
    lines: list[str] = []

    found = looks(
        "snmp",
        snmpd.address,
        2,
        deadline_s=1,
        credentials=(WRONG, READING),
        log=lines.append,
        interfaces=False,
        health=False,
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


def test_a_question_that_never_left_this_machine_is_no_silence_of_the_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.snmp.line.MOST_UNDER_WAY", 0)

    found = look("snmp", "127.0.0.62", credentials=(READING,), deadline_s=0.2)

    assert found.outcome is Outcome.ERROR
    assert found.text.startswith("could not look: not asked")


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


def test_a_restart_is_told_once_with_its_instant() -> None:
    switch = Switch(uptime=50_000)

    first, second, third = seen("snmp", switch, None, lambda: switch.set(uptime=200), lambda: switch.set(uptime=220))

    assert first.text == third.text == ""
    assert "SNMP agent restarted 2 s ago" in second.text
    assert second.values["restarted_s"] == pytest.approx(2, abs=1)
    assert "restarted_s" not in third.values


def test_running_times_go_with_each_look() -> None:
    switch = Switch(uptime=50_000, host=900_000)

    first, second = seen("snmp", switch, None, None)

    assert (first.values["uptime_s"], first.values["host_uptime_s"]) == (500, 9_000)
    assert second.values["host_uptime_s"] == pytest.approx(9_000, abs=2)


def test_a_shared_reading_is_told_as_of_the_look() -> None:
    assert Alive(50_000, at_s=100.0).uptime_at(112.5) == 51_250
    assert Alive(50_000, at_s=100.0).uptime_at(99.5) == 49_950


def test_a_count_near_its_end_goes_on_from_nothing() -> None:
    assert Alive(UPTIME_ROUND - 100, at_s=100.0).uptime_at(102.0) == 100


def test_clocks_whose_answer_was_lost_are_asked_for_again_in_the_next_look() -> None:
    class Lossy(Switch):
        losing = True

        def answer(self, question: Question) -> bytes | None:
            lost = self.losing and HR_SYSTEM_UPTIME in question.oids
            return None if lost else super().answer(question)

    switch = Lossy(uptime=50_000, host=900_000)
    steps = (None, lambda: setattr(switch, "losing", False), lambda: switch.set(uptime=200))

    assert "only its SNMP agent" in seen("snmp", switch, *steps, deadline_s=1.0, interfaces=False, health=False)[2].text


def test_a_restart_of_the_agent_alone_is_told_apart_from_one_of_the_host() -> None:
    switch = Switch(uptime=50_000, host=900_000)

    agent = seen("snmp", switch, None, lambda: switch.set(uptime=200))[1]
    host = seen("snmp", switch, lambda: switch.set(uptime=50_000), lambda: switch.set(uptime=200, host=300))[1]

    assert agent.text == "only its SNMP agent restarted 2 s ago, the host went on"
    assert host.values["host_restarted_s"] == pytest.approx(3, abs=1)


def test_a_wrap_of_the_uptime_is_no_restart() -> None:
    switch = Switch(uptime=2**32 - 10)

    assert seen("snmp", switch, None, lambda: switch.set(uptime=20))[1].text == ""


def test_traffic_counts_by_the_clock_of_the_device() -> None:
    switch = Switch(uptime=50_000)

    second = seen("snmp", switch, None, lambda: switch.set(uptime=50_200, octets_in=2000), **PORTS_AGAIN)[1]

    assert second.values["in_bytes_s[Gi1]"] == 1000
    assert second.values["in_utilisation_ratio[Gi1]"] == 0.0


def test_across_a_restart_no_traffic_is_told() -> None:
    switch = Switch(uptime=50_000, octets_in=9000)

    second = seen("snmp", switch, None, lambda: switch.set(uptime=200, octets_in=9500), **PORTS_AGAIN)[1]

    assert "oper_up[Gi1]" in second.values

    assert not any(key.startswith("in_bytes_s") for key in second.values)


def test_traffic_of_a_port_that_is_taken_down_is_not_recorded() -> None:
    switch = Switch(uptime=50_000, admin=2, oper=2)

    second = seen("snmp", switch, None, lambda: switch.set(uptime=50_200), **PORTS_AGAIN)[1]

    assert {key for key in second.values if "[Gi1]" in key} == {"admin_up[Gi1]", "oper_up[Gi1]"}


def test_a_table_that_brings_nothing_leaves_the_device_up_and_is_told_in_words() -> None:
    found = seen("snmp", Switch(uptime=50_000, mute_tables=True), None, deadline_s=0.3, health=False)[0]

    assert found.outcome is Outcome.OK
    assert found.text.startswith("interface table: no ")
    assert "1.3.6" not in found.text


def test_a_profile_nobody_knows_leaves_the_device_up_and_is_told() -> None:
    found = seen("snmp", Switch(uptime=50_000), None, profile="cisco-ois")[0]

    assert found.outcome is Outcome.OK
    assert "cisco-ois" in found.text


def test_what_a_device_has_not_got_is_not_asked_for_again() -> None:
    switch = Switch(uptime=50_000)

    seen("snmp", switch, None, switch.forget_questions, interfaces_every_s=1, health=False, pause_s=0.6)

    assert switch.asked_for(interfaces.HC_IN_OCTETS)
    assert not switch.asked_for(interfaces.DISCONTINUITY)
    assert not switch.asked_for(interfaces.IN_OCTETS)


def test_version_1_is_not_asked_for_what_it_cannot_carry() -> None:
    switch = Switch(uptime=50_000)

    seen("snmp", switch, None, version="v1", health=False)

    assert switch.asked_for(interfaces.IN_OCTETS)
    assert not switch.asked_for(interfaces.HC_IN_OCTETS)


def test_a_recorded_device_is_read_by_its_own_profile(recordings: Recordings) -> None:
    lines: list[str] = []
    found = look(
        "snmp",
        f"{recordings.address}:{recordings.port}",
        credentials=(credential("c", {"kind": "snmp", "community": "mikrotik-crs317-6_44"}),),
        deadline_s=20,
        log=lines.append,
    )

    assert found.outcome is Outcome.OK
    assert found.text == "not well: power_supply:psu2-state (failed)"
    assert found.values["state[power_supply:psu2-state]"] == 2
    assert any("profile mikrotik" in line for line in lines)
