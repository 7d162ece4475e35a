"""Timelines from real rooms: states now, figures, and what history changes about them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.specs import MaintenanceSpec
from collector.store import checks
from rules.errors import Invalid, Missing
from rules.period import Period
from tests.collector.rooms import ADMIN, START
from tests.collector.watch import SECOND, URGENT, World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        yield found


def figures(world: World, name: str) -> dict[str, Any]:
    document = world.timelines.figures(None, Period(START, START + 3600 * SECOND), world.now)
    (entry,) = [entry for entry in document["objects"] if entry["name"] == name]
    return dict(entry)


def test_a_target_that_is_up_is_up_since_it_began(world: World) -> None:
    key = world.add("core-1", **URGENT)
    world.run(60)

    current = world.timelines.current(key, world.now)
    assert (current.state, current.reason) == ("up", "")
    assert current.since is not None
    assert current.since <= START + 6 * SECOND


def test_a_target_that_came_back_is_up_since_then(world: World) -> None:
    key = world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(30)
    world.mend("core-1")
    mended = world.now
    world.run(30)

    since = world.timelines.current(key, world.now).since
    assert since is not None
    assert abs(since - mended) <= 5 * SECOND


def test_a_target_that_is_down_says_why(world: World) -> None:
    key = world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(30)

    assert world.timelines.current(key, world.now).reason == "ping: ping says failed"


def test_all_states_at_once_are_those_of_each(world: World) -> None:
    for number in range(5):
        world.add(f"host-{number}", f"192.0.2.{number + 1}", **URGENT)
    world.run(20)
    world.fail("host-3")
    world.run(20)
    for _ in range(2):
        many = world.timelines.currents(world.now)
        assert many == {key: world.timelines.current(key, world.now) for key in many}
    world.mend("host-3")
    world.run(20)

    assert {current.state for current in world.timelines.currents(world.now).values()} == {"up"}


def test_what_nobody_looked_at_for_long_is_unknown(world: World) -> None:
    key = world.add("core-1", **URGENT)
    world.run(20)
    world.connected = False
    world.run(13)

    assert world.state(key) == "unknown"
    assert world.states()["core-1"] == "unknown"


def test_downtime_is_counted_from_midpoint_to_midpoint(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(60)
    world.mend("core-1")
    world.run(60)

    entry = figures(world, "core-1")
    (outage,) = entry["outages"]
    low, high = outage["start_bracket"]
    first, last = outage["end_bracket"]
    assert entry["down_ms"] == (first + last) // 2 - (low + high) // 2
    assert entry["failures"] == 1


def test_figures_cover_what_has_passed(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(60)
    document = world.timelines.figures(None, Period(START, START + 3600 * SECOND), world.now)

    assert document["period"]["to"] == world.now
    with pytest.raises(Invalid):
        world.timelines.figures(None, Period(world.now + 1, world.now + 2), world.now)


def test_pending_targets_are_in_no_figure(world: World) -> None:
    world.fail("typo")
    key = world.add("typo", **URGENT)
    world.run(60)
    document = world.timelines.figures(None, Period(START, START + 3600 * SECOND), world.now)

    assert "typo" not in {entry["name"] for entry in document["objects"]}
    assert world.timelines.current(key, world.now).reason == "ping: ping says failed"


def test_a_removed_target_keeps_its_figures_to_its_end(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(60)
    world.rooms.registry.remove_target("core-1", ADMIN)
    removed = world.now
    world.run(60)

    entry = figures(world, "core-1")
    assert entry["partition"][-1] == [removed, world.now, "out_of_service"]


def test_a_window_is_maintenance_and_no_downtime(world: World) -> None:
    key = world.add("core-1", **URGENT)
    world.run(20)
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="60s"), ADMIN)
    world.run(1)
    world.fail("core-1")
    world.run(30)
    assert world.state(key) == "maintenance"
    world.mend("core-1")
    world.run(60)

    assert figures(world, "core-1")["down_ms"] == 0


def test_a_check_that_becomes_vital_counts_as_such_from_then_on(world: World) -> None:
    key = world.add("core-1", snmp="v2c", kind="switch", **URGENT)
    world.run(20)
    world.fail("core-1", "ping")
    world.run(60)
    assert world.state(key) == "degraded"
    with world.rooms.state.read() as tx:
        (snmp,) = [check for check in checks.of_target(tx, key) if check.kind == "snmp"]
    world.rooms.registry.set_check(snmp.id, {"vital": False}, ADMIN)
    changed = world.now
    world.run(10)

    assert world.state(key) == "down"
    (outage,) = figures(world, "core-1")["outages"]
    assert outage["start"] == changed


def test_a_state_of_nothing_is_missing(world: World) -> None:
    with pytest.raises(Missing):
        world.timelines.current("t_none", START)
