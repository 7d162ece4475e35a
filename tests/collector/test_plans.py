"""Plans: what stands in them, that only secrets an agent needs do, and that a change ends the wait for one."""

import asyncio
import json
from typing import Any

import pytest

from collector.specs import CheckSpec, CredentialSpec, JoinSpec, JoinTokenSpec, PolicySpec, TargetSpec
from collector.store import checks
from tests.collector.rooms import ADMIN, Rooms

KINDS = ("cpu", "memory", "ping", "snmp", "interface", "component", "http", "tls", "tcp")


@pytest.fixture
def agent(rooms: Rooms) -> str:
    text = rooms.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)[1]
    return rooms.registry.agents.join(JoinSpec(text, name="hub", machine_id="m1", kinds=KINDS), "127.0.0.1").agent.id


def plan(rooms: Rooms, agent: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rooms.plans.plan(agent).body)
    return found


def switch(rooms: Rooms) -> None:
    rooms.registry.credentials.set(CredentialSpec("lab", "snmp", {"community": "public"}), ADMIN)
    rooms.registry.credentials.set(CredentialSpec("other", "snmp", {"community": "private"}), ADMIN)
    rooms.registry.add_target(TargetSpec("core-1", "127.0.0.2", snmp="v2c", credentials=("lab",)), ADMIN)


def test_an_agent_gets_only_the_credentials_its_checks_need(rooms: Rooms, agent: str) -> None:
    switch(rooms)

    assert plan(rooms, agent)["credentials"] == {"lab": {"kind": "snmp", "community": "public"}}


def test_a_ping_carries_no_credential(rooms: Rooms, agent: str) -> None:
    switch(rooms)

    by_kind = {check["kind"]: check["credentials"] for check in plan(rooms, agent)["checks"]}
    assert (by_kind["ping"], by_kind["snmp"]) == ([], ["lab"])


def test_a_rotated_credential_changes_the_plan(rooms: Rooms, agent: str) -> None:
    switch(rooms)
    before = rooms.plans.plan(agent)
    rooms.registry.credentials.set(CredentialSpec("lab", "snmp", {"community": "newer"}), ADMIN)

    after = rooms.plans.plan(agent)
    assert after.tag != before.tag
    assert json.loads(after.body)["credentials"]["lab"]["community"] == "newer"


def test_resources_of_a_host_fall_due_together(rooms: Rooms, agent: str) -> None:
    phases = {check["phase_key"] for check in plan(rooms, agent)["checks"] if check["kind"] in ("cpu", "memory")}

    assert len(phases) == 1


def test_the_revision_grows_with_each_change(rooms: Rooms, agent: str) -> None:
    before = plan(rooms, agent)["revision"]
    rooms.registry.add_policy(PolicySpec("*", {"interval": "30s"}), ADMIN)

    assert plan(rooms, agent)["revision"] > before


@pytest.mark.parametrize(("interval", "sent_every"), [("30s", 5_000), ("2s", 2_000), ("500ms", 1_000)])
def test_good_news_is_sent_as_often_as_the_quickest_check_looks(
    rooms: Rooms, agent: str, interval: str, sent_every: int
) -> None:
    rooms.registry.add_policy(PolicySpec("*", {"interval": interval, "timeout": "100ms"}), ADMIN)

    assert plan(rooms, agent)["send_every_ms"] == sent_every


def test_thresholds_come_from_the_layers(rooms: Rooms, agent: str) -> None:
    settings = {"memory.threshold.used_ratio.warn": 0.8, "memory.threshold.used_ratio.for": "15m"}
    rooms.registry.add_policy(PolicySpec("*", settings), ADMIN)

    found = {check["kind"]: check["thresholds"] for check in plan(rooms, agent)["checks"]}
    assert found["memory"] == [{"metric": "used_ratio", "warn": 0.8, "for_ms": 900_000}]
    assert found["cpu"] == []


def test_a_removed_check_is_no_longer_planned(rooms: Rooms, agent: str) -> None:
    added = rooms.registry.add_check("hub", CheckSpec("tcp", options={"port": 22}), ADMIN)
    rooms.registry.remove_check(added.id, ADMIN)

    assert added.id not in {check["id"] for check in plan(rooms, agent)["checks"]}


def test_a_new_check_is_looked_at_now_and_once(rooms: Rooms, agent: str) -> None:
    plan(rooms, agent)
    added = rooms.registry.add_check("hub", CheckSpec("tcp", options={"port": 22}), ADMIN)

    assert plan(rooms, agent)["look_now"] == [added.id]
    assert plan(rooms, agent)["look_now"] == []


def test_a_look_is_asked_for_at_most_every_five_seconds(rooms: Rooms, agent: str) -> None:
    rooms.clock.at += 120_000
    plan(rooms, agent)
    with rooms.state.read() as tx:
        handle = checks.assigned_to(tx, 1)[0].handle
    rooms.plans.look_now([handle])
    first = plan(rooms, agent)["look_now"]
    rooms.plans.look_now([handle])
    second = plan(rooms, agent)["look_now"]
    rooms.clock.at += 5_000
    rooms.plans.look_now([handle])
    third = plan(rooms, agent)["look_now"]

    assert (len(first), len(second), len(third)) == (1, 0, 1)


def test_a_change_ends_the_wait(rooms: Rooms, agent: str) -> None:
    tag = rooms.plans.plan(agent).tag

    async def story() -> Any:
        waiting = asyncio.create_task(rooms.plans.wait(agent, tag, 30.0))
        await asyncio.sleep(0)
        policy = PolicySpec("*", {"interval": "30s"})
        await asyncio.to_thread(rooms.registry.add_policy, policy, ADMIN)
        return await asyncio.wait_for(waiting, 10.0)

    found = asyncio.run(story())
    assert found.tag != tag


def test_without_a_change_the_wait_ends_empty(rooms: Rooms, agent: str) -> None:
    tag = rooms.plans.plan(agent).tag

    assert asyncio.run(rooms.plans.wait(agent, tag, 0.05)) is None


def test_a_credential_that_cannot_be_opened_does_not_stop_the_other_checks(rooms: Rooms, agent: str) -> None:
    switch(rooms)
    with rooms.state.write() as tx:
        tx.execute("UPDATE sealed SET box = 'broken'")

    found = plan(rooms, agent)
    assert found["credentials"] == {}
    assert "ping" in {check["kind"] for check in found["checks"]}


def device_checks(rooms: Rooms, agent: str) -> dict[str, dict[str, Any]]:
    return {check["kind"]: check for check in plan(rooms, agent)["checks"] if check["target"] == "core-1"}


def test_the_checks_of_a_device_fall_due_together(rooms: Rooms, agent: str) -> None:
    switch(rooms)
    rooms.registry.add_check("core-1", CheckSpec("interface", part="Gi1/0/1"), ADMIN)
    found = device_checks(rooms, agent)

    assert found["interface"]["phase_key"] == found["snmp"]["phase_key"] != found["ping"]["phase_key"]


def test_two_devices_fall_due_apart(rooms: Rooms, agent: str) -> None:
    switch(rooms)
    rooms.registry.add_target(TargetSpec("core-2", "127.0.0.3", snmp="v2c", credentials=("lab",)), ADMIN)
    phases = {check["phase_key"] for check in plan(rooms, agent)["checks"] if check["kind"] == "snmp"}

    assert len(phases) == 2


def test_a_part_is_read_as_its_device_is(rooms: Rooms, agent: str) -> None:
    switch(rooms)
    rooms.registry.set_target("core-1", {"profile": "cisco-ios", "settings": {"snmp.option.port": 1161}}, ADMIN)
    rooms.registry.add_check("core-1", CheckSpec("component", part="fan:1"), ADMIN)
    found = device_checks(rooms, agent)

    assert found["component"]["options"] == {"key": "fan:1", "version": "v2c", "port": 1161, "profile": "cisco-ios"}
    assert found["component"]["credentials"] == ["lab"]
    assert found["snmp"]["options"] == {"version": "v2c", "port": 1161, "profile": "cisco-ios"}
    assert found["ping"]["options"] == {}
