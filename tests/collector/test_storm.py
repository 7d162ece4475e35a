"""The storm brake: a ticket system gets so many tickets an hour, and of the rest it is told in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.store import families, incidents
from collector.store.incidents import Incident
from tests.collector.fleet import URGENT, Fleet, fleet
from tests.collector.rooms import START
from tests.collector.watch import World
from tests.collector.watch import world as open_world

CAP = 30
NAMES = [f"t{number:04}" for number in range(100)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        yield found


@pytest.fixture
def storm(world: World) -> Fleet:
    """A hundred unrelated faults at once."""
    found = fleet(world, [(name, {"priority": URGENT}) for name in NAMES])
    found.fail(NAMES)
    found.confirm()
    return found


def everything(world: World) -> list[Incident]:
    with world.rooms.state.read() as tx:
        return incidents.page(tx, limit=-1)


def the_storm(world: World) -> Incident:
    (incident,) = [incident for incident in everything(world) if incident.kind == "storm"]
    return incident


def opened(world: World) -> int:
    return world.desk.events().count("opened") + world.desk.events().count("reopened")


def test_of_a_hundred_faults_a_system_gets_as_many_tickets_as_it_bears_and_one_of_the_storm(
    world: World, storm: Fleet
) -> None:
    assert opened(world) == CAP + 1
    assert the_storm(world).priority == "urgent"


def test_no_fault_is_lost_in_a_storm(world: World, storm: Fleet) -> None:
    outages = [incident for incident in everything(world) if incident.kind == "outage"]

    assert sorted(incident.summary for incident in outages) == [f"{name} is down" for name in NAMES]
    assert all(incident.living for incident in outages)


def test_every_ticket_that_is_held_is_told_of_by_the_storm(world: World, storm: Fleet) -> None:
    storm.rest(10)
    told = {telling.key for telling in world.desk.told}
    held = [incident for incident in everything(world) if incident.correlation not in told]

    assert len(held) == len(NAMES) - CAP
    assert {incident.parent for incident in held} == {the_storm(world).id}
    last = [telling for telling in world.desk.told if telling.key == the_storm(world).correlation][-1]
    assert (last.event, last.facts["members"]["count"]) == ("updated", len(held))


def test_a_storm_that_grows_is_told_of_when_it_has_doubled_not_with_every_fault(tmp_path: Path) -> None:
    with open_world(tmp_path) as world:
        names = [f"t{number:04}" for number in range(CAP + 12)]
        found = fleet(world, [(name, {"priority": URGENT}) for name in names])
        for number in range(CAP, len(names), 2):
            found.fail(names[: number + 2])
            found.confirm()

        key = the_storm(world).correlation
        assert world.desk.events(key) == ["opened", "updated", "updated", "updated"]
        with world.rooms.state.read() as tx:
            assert families.count_members(tx, the_storm(world).id) == 12


def test_a_storm_is_over_when_nothing_that_it_tells_of_lasts(world: World, storm: Fleet) -> None:
    storm.mend(NAMES[:99])
    storm.confirm()
    storm.rest(10)
    held = [incident for incident in everything(world) if incident.parent and incident.living]
    assert the_storm(world).living == bool(held)
    storm.mend(NAMES)
    storm.confirm()
    storm.rest(150)

    assert {incident.phase.value for incident in everything(world)} == {"resolved"}
    assert world.desk.events(the_storm(world).correlation)[-1] == "resolved"


def test_within_the_hour_a_further_fault_returns_to_the_storm(world: World, storm: Fleet) -> None:
    storm.mend(NAMES)
    storm.confirm()
    storm.rest(150)
    storm.fail([NAMES[0]])
    storm.confirm()
    storm.rest(10)

    assert the_storm(world).living
    assert world.desk.events(the_storm(world).correlation)[-1] == "reopened"


def test_an_hour_later_each_fault_gets_its_ticket_again(world: World, storm: Fleet) -> None:
    storm.mend(NAMES)
    storm.confirm()
    world.rooms.clock.at += 3_600_000
    storm.look(0)
    storm.rest(10)
    before = opened(world)
    storm.fail([NAMES[0]])
    storm.confirm()

    assert opened(world) == before + 1
    assert not the_storm(world).living


def test_tickets_that_were_never_sent_do_not_count(world: World) -> None:
    """Short faults of general targets are incidents without tickets: no storm, however many."""
    given = {"settings": {"interval": "5s", "retry_interval": "500ms", "max_gap": "15s"}, "in_service_from": START}
    names = NAMES[: CAP - 5]
    found = fleet(world, [(name, given) for name in names])
    for _ in range(3):
        found.fail(names)
        found.confirm()
        found.mend(names)
        found.confirm()

    assert [incident for incident in everything(world) if incident.kind == "storm"] == []
    assert opened(world) == 0
