"""The storm brake: a ticket system gets so many tickets an hour, and of the rest it is told in one."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.rebuild import rebuild
from collector.store import families, incidents
from collector.store.incidents import Incident
from collector.store.targets import Priority
from rules.incident import Verb
from tests.collector.fleet import URGENT, Fleet, fleet
from tests.collector.rooms import ADMIN, START
from tests.collector.watch import World
from tests.collector.watch import world as open_world

CAP = 30
OFTEN = {"interval": "5s", "retry_interval": "500ms", "max_gap": "15s"}
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


FEW = 3
"""The cap of a desk that bears little."""


@pytest.fixture
def gust(world: World) -> Fleet:
    """Ten unrelated faults at once, where the desk gets three tickets an hour."""
    world.incidents._brake._caps["desk"] = FEW
    found = fleet(world, [(name, {"priority": URGENT}) for name in NAMES[:10]])
    found.fail(NAMES[:10])
    found.confirm()
    return found


def held(world: World) -> list[Incident]:
    """What the storm tells of and nobody was told of by itself."""
    return [incident for incident in everything(world) if incident.parent and incident.living]


def later(world: World, found: Fleet, minutes: int) -> None:
    """Time in which nothing changes, looked at every ten minutes."""
    for _ in range(minutes // 10):
        world.rooms.clock.at += 590_000
        found.look()
        found.look()


def test_a_storm_ends_when_what_lasts_fits_within_the_hour_and_that_gets_its_tickets(world: World, gust: Fleet) -> None:
    lasting = held(world)[-2:]
    gust.mend([name for name in NAMES if f"{name} is down" not in {one.summary for one in lasting}])
    gust.confirm()
    later(world, gust, 50)
    assert the_storm(world).living
    assert len(held(world)) == len(lasting)
    later(world, gust, 20)

    assert not the_storm(world).living
    assert held(world) == []
    for incident in lasting:
        assert world.desk.events(incident.correlation) == ["opened"]


def test_while_more_lasts_than_fits_the_storm_goes_on_telling_of_it(world: World, gust: Fleet) -> None:
    before = opened(world)
    later(world, gust, 80)

    assert the_storm(world).living
    assert opened(world) == before


def test_what_lasts_when_people_end_the_storm_is_told_within_the_cap_each_hour(world: World, gust: Fleet) -> None:
    world.incidents.act(the_storm(world).name, Verb.RESOLVE, ADMIN)
    later(world, gust, 10)
    assert len(held(world)) == 10 - FEW
    later(world, gust, 60)
    assert opened(world) == 2 * FEW + 1
    later(world, gust, 150)

    assert held(world) == []
    assert opened(world) == 10 + 1


def test_the_most_urgent_and_the_oldest_are_told_first(world: World) -> None:
    world.incidents._brake._caps["desk"] = 1
    given = {"a": URGENT, "general": Priority.GENERAL, "late": URGENT, "early": URGENT, "important": Priority.IMPORTANT}
    found = fleet(world, [(name, {"priority": one, "settings": OFTEN}) for name, one in given.items()])
    for name in ("a", "general", "early", "late", "important"):
        found.fail([name])
        found.confirm()
    with world.rooms.state.read() as tx:
        order = [incidents.get(tx, key).summary for key in families.held(tx, the_storm(world).id, 10)]

    assert order == ["early is down", "late is down", "important is down", "general is down"]


def test_a_storm_that_was_none_lets_go_of_what_it_held(world: World, gust: Fleet) -> None:
    world.incidents.act(the_storm(world).name, Verb.VOID, ADMIN, reason="a drill")
    later(world, gust, 70)

    assert len(held(world)) == 10 - 2 * FEW


def test_a_held_fault_that_ends_with_the_storm_gets_no_ticket(world: World, gust: Fleet) -> None:
    before = opened(world)
    world.incidents.act(the_storm(world).name, Verb.RESOLVE, ADMIN)
    gust.mend(NAMES)
    gust.confirm()
    later(world, gust, 70)

    assert opened(world) == before


def test_what_a_storm_let_go_is_the_same_when_the_log_is_folded_again(world: World, gust: Fleet) -> None:
    world.incidents.act(the_storm(world).name, Verb.RESOLVE, ADMIN)
    later(world, gust, 70)
    rooms = world.rooms
    parts = SimpleNamespace(
        log=rooms.log, state=rooms.state, live=rooms.live, fold=rooms.fold, timelines=world.timelines,
        settings=rooms.settings,
    )  # fmt: skip

    assert rebuild(parts, world.now)["differences"] == []
