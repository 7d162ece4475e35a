"""A fault that comes and goes is one incident that says so, and no churn of tickets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.specs import MaintenanceSpec
from collector.store import incidents
from collector.store.targets import Priority
from tests.collector.fleet import Fleet, fleet
from tests.collector.rooms import ADMIN
from tests.collector.watch import World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        yield found


@pytest.fixture
def core(world: World) -> Fleet:
    return fleet(world, [("core-1", {"priority": Priority.URGENT})])


def flap(core: Fleet, times: int, seconds: int) -> None:
    for _ in range(times):
        core.fail(["core-1"])
        core.confirm()
        core.rest(seconds)
        core.mend(["core-1"])
        core.confirm()
        core.rest(seconds)


def verbs(world: World) -> list[str]:
    with world.rooms.state.read() as tx:
        return [event.verb for event in incidents.events(tx, world.one().id) if event.verb != "delivered"]


def test_a_fault_that_flaps_is_one_incident_whose_ticket_hears_of_it_once(world: World, core: Fleet) -> None:
    flap(core, 8, 10)

    assert world.one().unstable is not None
    assert world.one().living
    told = world.desk.events()
    assert told[-1] == "reopened"
    assert len(told) <= 5
    assert world.desk.told[-1].facts["incident"]["unstable"]
    assert verbs(world).count("returned") + verbs(world).count("reopen") == 7


def test_a_fault_that_returns_slowly_but_often_is_unstable_too(world: World, core: Fleet) -> None:
    flap(core, 4, 120)

    assert verbs(world).count("unstable") == 1
    assert world.one().living


def test_a_fault_that_returns_now_and_then_is_not_unstable(world: World, core: Fleet) -> None:
    for _ in range(4):
        flap(core, 1, 60)
        world.rooms.clock.at += 1_500_000
        core.rest(30)

    assert "unstable" not in verbs(world)


def test_an_unstable_incident_ends_when_it_has_been_calm_for_a_while(world: World, core: Fleet) -> None:
    flap(core, 6, 10)
    core.rest(14 * 60)
    assert world.one().living
    core.rest(2 * 60)

    assert world.one().phase == "resolved"
    assert world.one().unstable is None
    assert world.desk.events()[-1] == "resolved"


def test_an_unstable_fault_that_stays_is_a_plain_one_again(world: World, core: Fleet) -> None:
    flap(core, 6, 10)
    core.fail(["core-1"])
    core.confirm()
    core.rest(16 * 60)

    assert world.one().living
    assert world.one().unstable is None
    assert verbs(world)[-1] == "stable"


def work(world: World, name: str, length: str) -> None:
    world.rooms.registry.overlays.announce(MaintenanceSpec((name,), "new fan", duration=length), ADMIN)


def test_maintenance_that_begins_ends_the_incident_and_its_end_opens_it_again(world: World, core: Fleet) -> None:
    core.fail(["core-1"])
    core.confirm()
    work(world, "core-1", "60s")
    core.rest(20)
    assert world.one().phase == "resolved"
    core.rest(60)

    assert world.one().phase == "open"
    assert world.desk.events() == ["opened", "resolved", "reopened"]


def test_what_was_mended_in_maintenance_is_not_opened_again(world: World, core: Fleet) -> None:
    core.fail(["core-1"])
    core.confirm()
    work(world, "core-1", "60s")
    core.rest(20)
    core.mend(["core-1"])
    core.confirm()
    core.rest(80)

    assert world.one().phase == "resolved"
    assert world.desk.events() == ["opened", "resolved"]


def test_maintenance_that_begins_takes_back_what_was_not_sent_yet(world: World) -> None:
    looked_at = {"interval": "5s", "retry_interval": "500ms", "max_gap": "15s"}
    shelf = fleet(world, [("shelf", {"settings": looked_at})])
    shelf.fail(["shelf"])
    shelf.confirm()
    assert world.queued() == {"waiting": 1}
    work(world, "shelf", "1h")
    shelf.rest(20)

    assert world.queued() == {"cancelled": 1}
    assert world.one().phase == "resolved"
