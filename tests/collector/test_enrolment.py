"""Joining: who may, what it makes, and who witnesses for whom."""

import json
from typing import Any

import pytest

from collector.specs import JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import agents, checks, targets
from rules.errors import Conflicting, Invalid, Unauthenticated
from tests.collector.rooms import ADMIN, START, Rooms

KINDS = ("cpu", "memory", "disk", "net", "load", "process", "ping", "tcp", "http")


def token(rooms: Rooms, **more: Any) -> str:
    return rooms.registry.agents.new_join_token(JoinTokenSpec(**more), ADMIN)[1]


def join(rooms: Rooms, name: str, machine: str, address: str, text: str = "", **more: Any) -> str:
    """Join and return the agent's id."""
    spec = JoinSpec(text or token(rooms), name=name, machine_id=machine, kinds=KINDS, **more)
    return rooms.registry.agents.join(spec, address).agent.id


def host_checks(rooms: Rooms, name: str) -> dict[str, bool]:
    """The living checks of a target and whether they are vital."""
    with rooms.state.read() as tx:
        target = targets.resolve(tx, name)
        return {check.kind: check.vital for check in checks.of_target(tx, target.id)}


def plan(rooms: Rooms, agent: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rooms.plans.plan(agent).body)
    return found


def test_a_join_token_carries_the_fingerprint_of_the_authority(rooms: Rooms) -> None:
    secret, _, fingerprint = token(rooms).partition(".")

    assert secret.startswith("nwj_")
    assert fingerprint == rooms.registry.place.fingerprint(START)


def test_an_agent_is_known_by_the_token_it_was_given(rooms: Rooms) -> None:
    joined = rooms.registry.agents.join(JoinSpec(token(rooms), name="a"), "192.0.2.7")
    identity = rooms.access.identify(joined.token)

    assert identity is not None
    assert (identity.id, identity.number) == (joined.agent.id, 1)


def test_joining_makes_the_machine_a_target(rooms: Rooms) -> None:
    agent = join(rooms, "hub", "m1", "192.0.2.7")

    with rooms.state.read() as tx:
        target = targets.resolve(tx, "hub")
    assert (target.agent, target.machine, target.address) == (agent, "m1", "192.0.2.7")


def test_a_join_token_works_once(rooms: Rooms) -> None:
    text = token(rooms)
    join(rooms, "a", "m1", "192.0.2.7", text)

    with pytest.raises(Unauthenticated, match="used up"):
        join(rooms, "b", "m2", "192.0.2.8", text)


def test_a_join_token_may_have_many_uses(rooms: Rooms) -> None:
    text = token(rooms, uses=2)
    join(rooms, "a", "m1", "192.0.2.7", text)
    join(rooms, "b", "m2", "192.0.2.8", text)

    with pytest.raises(Unauthenticated):
        join(rooms, "c", "m3", "192.0.2.9", text)


def test_a_join_token_expires(rooms: Rooms) -> None:
    text = token(rooms, ttl="10m")
    rooms.clock.at += 600_000

    with pytest.raises(Unauthenticated, match="expired"):
        join(rooms, "a", "m1", "192.0.2.7", text)


def test_a_refused_join_leaves_the_token_its_use(rooms: Rooms) -> None:
    join(rooms, "a", "m1", "192.0.2.7")
    text = token(rooms)
    with pytest.raises(Conflicting, match="--replace"):
        join(rooms, "a", "m2", "192.0.2.8", text)

    assert join(rooms, "b", "m2", "192.0.2.8", text)


def test_labels_of_the_token_become_the_agents(rooms: Rooms) -> None:
    agent = join(rooms, "a", "m1", "192.0.2.7", token(rooms, labels={"site": "hz"}))

    with rooms.state.read() as tx:
        assert agents.get(tx, agent).labels == {"site": "hz"}


def test_a_rebuilt_host_keeps_its_identity(rooms: Rooms) -> None:
    first = join(rooms, "a", "m1", "192.0.2.7")
    second = join(rooms, "a", "m9", "192.0.2.7", replace=True)

    assert second == first
    with rooms.state.read() as tx:
        assert targets.resolve(tx, "a").machine == "m9"


def test_replacing_makes_the_old_token_worthless(rooms: Rooms) -> None:
    old = rooms.registry.agents.join(JoinSpec(token(rooms), name="a"), "192.0.2.7").token
    join(rooms, "a", "m9", "192.0.2.7", replace=True)

    assert rooms.access.identify(old) is None


def test_a_lone_agent_has_no_outside_witness_and_speaks_for_its_host(rooms: Rooms) -> None:
    join(rooms, "hub", "m1", "192.0.2.7")

    with rooms.state.read() as tx:
        assert targets.resolve(tx, "hub").no_outside_witness
    assert host_checks(rooms, "hub")["cpu"]


def test_another_machines_agent_witnesses_by_ping(rooms: Rooms) -> None:
    join(rooms, "hub", "m1", "192.0.2.7")
    join(rooms, "far", "m2", "192.0.2.8")

    assert host_checks(rooms, "far") == {
        "cpu": False,
        "memory": False,
        "disk": False,
        "net": False,
        "load": False,
        "process": False,
        "ping": True,
    }
    with rooms.state.read() as tx:
        assert not targets.resolve(tx, "far").no_outside_witness


def test_the_first_agent_looks_at_the_second_ones_host(rooms: Rooms) -> None:
    hub = join(rooms, "hub", "m1", "192.0.2.7")
    join(rooms, "far", "m2", "192.0.2.8")

    looked_at = {(check["target"], check["kind"]) for check in plan(rooms, hub)["checks"]}
    assert ("far", "ping") in looked_at


def test_an_agent_on_the_same_machine_is_no_witness(rooms: Rooms) -> None:
    join(rooms, "hub", "m1", "192.0.2.7")
    join(rooms, "twin", "m1", "192.0.2.7")

    assert "ping" not in host_checks(rooms, "twin")
    assert host_checks(rooms, "twin")["cpu"]


def test_a_loopback_address_cannot_be_witnessed(rooms: Rooms) -> None:
    join(rooms, "hub", "m1", "192.0.2.7")
    join(rooms, "far", "m2", "127.0.0.5")

    assert "ping" not in host_checks(rooms, "far")


def test_neighbours_of_one_site_witness_for_each_other(rooms: Rooms) -> None:
    join(rooms, "hub", "m0", "192.0.2.1")
    site = token(rooms, uses=3, labels={"site": "hz"})
    neighbours = [join(rooms, f"hz-{number}", f"m{number}", f"192.0.2.1{number}", site) for number in (1, 2, 3)]

    lookers = [
        name
        for name, agent in zip(("hz-1", "hz-2", "hz-3"), neighbours, strict=True)
        if any(check["target"] == "hz-3" and check["kind"] == "ping" for check in plan(rooms, agent)["checks"])
    ]
    assert lookers == ["hz-1", "hz-2"]


def test_when_the_only_witness_goes_the_host_speaks_for_itself_again(rooms: Rooms) -> None:
    join(rooms, "hub", "m1", "127.0.0.1")
    join(rooms, "far", "m2", "192.0.2.8")
    rooms.registry.agents.revoke("hub", ADMIN)

    assert host_checks(rooms, "far").get("ping") is None
    assert host_checks(rooms, "far")["cpu"]


def test_a_revoked_agent_is_nobody(rooms: Rooms) -> None:
    joined = rooms.registry.agents.join(JoinSpec(token(rooms), name="a"), "192.0.2.7")
    rooms.registry.agents.revoke("a", ADMIN)

    assert rooms.access.identify(joined.token) is None


def test_a_host_that_was_watched_already_becomes_the_agents_own(rooms: Rooms) -> None:
    before = rooms.registry.add_target(TargetSpec("web-1", "192.0.2.8"), ADMIN)
    join(rooms, "hub", "m1", "192.0.2.7")
    agent = join(rooms, "web-1", "m2", "192.0.2.8")

    with rooms.state.read() as tx:
        after = targets.resolve(tx, "web-1")
    assert (after.id, after.agent) == (before.id, agent)
    assert host_checks(rooms, "web-1")["ping"]


def test_a_join_token_that_cannot_be_is_refused_with_all_mistakes(rooms: Rooms) -> None:
    with pytest.raises(Invalid) as refused:
        token(rooms, uses=0, ttl="soon")

    assert len(refused.value.mistakes) == 2


def test_the_agents_of_an_instant_stay_known(rooms: Rooms) -> None:
    join(rooms, "hub", "m1", "192.0.2.7")
    target = rooms.registry.add_target(TargetSpec("web", "192.0.2.9"), ADMIN)
    rooms.clock.at += 5_000
    rooms.registry.agents.revoke("hub", ADMIN)

    with rooms.state.read() as tx:
        check = checks.of_target(tx, target.id)[0]
        assert [(one.agent, one.since, one.until) for one in checks.assignments(tx, check.handle)] == [
            (1, START, START + 5_000)
        ]


def test_any_n_of_a_label_are_chosen_and_stay_when_another_joins(rooms: Rooms) -> None:
    text = token(rooms, uses=9, labels={"site": "hz"})
    names = [join(rooms, f"a{number}", f"m{number}", f"192.0.2.{number}", text) for number in range(1, 5)]
    rooms.registry.add_target(TargetSpec("web", "192.0.2.99", agents="any 2 of site=hz"), ADMIN)

    def chosen() -> set[str]:
        return {name for name in names if any(check["target"] == "web" for check in plan(rooms, name)["checks"])}

    before = chosen()
    names.append(join(rooms, "a5", "m5", "192.0.2.5", text))
    assert len(before) == 2
    assert len(chosen() & before) >= 1
    assert len(chosen()) == 2
