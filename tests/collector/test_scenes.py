"""Scenes: whose results are heard, and by which parameters a target's time is judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.specs import AgreementSpec, PolicySpec
from collector.store import checks, targets
from collector.store.checks import Check
from collector.store.targets import Priority
from rules.period import Period
from rules.result import Outcome, Reading, Result
from tests.collector.rooms import ADMIN, START
from tests.collector.watch import BOOT_AT, SECOND, URGENT, World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        yield found


def figures(world: World) -> dict[str, Any]:
    document = world.timelines.figures(None, Period(START, world.now), world.now)
    (entry,) = [entry for entry in document["objects"] if entry["name"] == "core-1"]
    return dict(entry)


def ping(world: World) -> Check:
    with world.rooms.state.read() as tx:
        (check,) = checks.of_target(tx, targets.resolve(tx, "core-1").id)
    return check


def claims(world: World, name: str, outcome: Outcome, seconds: int) -> None:
    """Let an agent send results of the target's one check, asked or not, once each five seconds."""
    check = ping(world)
    for _ in range(seconds // 5):
        world.run(5)
        world.send(
            world.watchers[name],
            [Result(check.handle, 5 * SECOND, -1, world.now - BOOT_AT, Reading(outcome, {}, ""))],
        )


def test_an_agent_that_was_not_asked_has_no_voice(world: World) -> None:
    world.add("core-1", agents="a1", **URGENT)
    world.join("stranger")
    world.run(30)
    heard = figures(world)
    claims(world, "stranger", Outcome.FAILED, 60)

    entry = figures(world)

    assert (entry["down_ms"], entry["degraded_ms"], entry["glitches"]) == (0, 0, heard["glitches"])
    assert entry["up_ms"] > heard["up_ms"]


def test_an_agent_that_was_not_asked_puts_no_target_into_service(world: World) -> None:
    key = world.add("core-1", agents="nobody-yet", **URGENT)
    claims(world, "a1", Outcome.OK, 60)

    assert world.timelines.current(key, world.now).state == "pending"


def test_what_an_agent_sees_while_it_is_sent_elsewhere_counts_for_nothing(world: World) -> None:
    world.add("core-1", agents="a1", **URGENT)
    world.run(60)
    left = world.now
    check = ping(world)
    world.rooms.registry.set_check(check.id, {"agents": "nobody"}, ADMIN)
    claims(world, "a1", Outcome.FAILED, 60)
    back = world.now
    world.rooms.registry.set_check(check.id, {"agents": "a1"}, ADMIN)
    world.run(60)

    entry = figures(world)

    assert [left, back, "unknown"] in entry["partition"]
    unknown = sum(end - start for start, end, state in entry["partition"] if state == "unknown" and start >= left)
    assert unknown == back - left


def outage(world: World, seconds: int, **given: Any) -> dict[str, Any]:
    """The figures after one outage of so many seconds."""
    world.add("core-1", **{**URGENT, **given})
    world.run(30)
    world.fail("core-1")
    world.run(seconds)
    world.mend("core-1")
    world.run(30)
    return figures(world)


def test_a_policy_says_how_long_a_failure_lasts_at_least(world: World) -> None:
    world.rooms.registry.add_policy(PolicySpec("name=core-*", {"min_failure": "2m"}), ADMIN)

    entry = outage(world, 60)

    assert entry["down_ms"] > 0
    assert (entry["failures"], entry["episodes"]) == (0, 0)


def test_an_agreement_says_how_long_a_failure_lasts_at_least(world: World) -> None:
    spec = AgreementSpec("gold", selector="name=core-*", parameters={"min_failure": "2m"})
    world.rooms.registry.agreements.set_agreement(spec, ADMIN)

    entry = outage(world, 60)

    assert (entry["agreement"]["name"], entry["down_ms"] > 0, entry["failures"]) == ("gold", True, 0)


def test_without_either_every_outage_is_a_failure(world: World) -> None:
    assert outage(world, 60)["failures"] == 1


def opened(folder: Path, *, policy: str = "", agreed: str = "", set_to: str = "") -> list[str]:
    """What the desk was told of a fault of 100 s of an important target."""
    parameters: dict[str, Any] = {"ticket_after": {"important": set_to}} if set_to else {}
    with open_world(folder, **parameters) as world:
        world.join("a1")
        if policy:
            world.rooms.registry.add_policy(PolicySpec("name=core-*", {"ticket_after": policy}), ADMIN)
        if agreed:
            spec = AgreementSpec("gold", selector="name=core-*", parameters={"ticket_after": {"important": agreed}})
            world.rooms.registry.agreements.set_agreement(spec, ADMIN)
        world.add("core-1", priority=Priority.IMPORTANT, settings={"interval": "5s", "retry_interval": "500ms"})
        world.run(30)
        world.fail("core-1")
        world.run(100)
        return world.desk.events()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, ["opened"]),
        ({"set_to": "5m"}, []),
        ({"agreed": "5m"}, []),
        ({"set_to": "5m", "agreed": "30s"}, ["opened"]),
        ({"agreed": "5m", "policy": "60s"}, ["opened"]),
        ({"policy": "5m"}, []),
    ],
    ids=["shipped", "house", "agreement", "agreement over house", "policy over agreement", "policy"],
)
def test_how_long_a_fault_lasts_before_its_ticket(tmp_path: Path, given: dict[str, str], told: list[str]) -> None:
    assert opened(tmp_path, **given) == told
