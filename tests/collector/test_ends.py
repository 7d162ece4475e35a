"""How an incident ended: solved, or only dealt with no more, while nobody saw its fault end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from collector.agreed import Agreed
from collector.countdown import running
from collector.handling import milestones
from collector.rebuild import rebuild
from collector.requests import asked
from collector.sentences import said
from collector.specs import MaintenanceSpec
from collector.store import checks, follow_up, incidents
from collector.texts import translator
from rules.incident import Verb
from rules.request import Rule
from tests.collector.fleet import RETRY, Fleet, fleet
from tests.collector.rooms import ADMIN
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        yield found


@pytest.fixture
def core(world: World) -> Fleet:
    found = fleet(world, [("core-1", dict(URGENT))])
    found.fail(["core-1"])
    found.confirm()
    return found


def work(world: World, core: Fleet) -> None:
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="10m"), ADMIN)
    core.rest(10)


def recover(world: World, core: Fleet) -> None:
    core.mend(["core-1"])
    core.confirm()


def solved(world: World) -> bool | None:
    with world.rooms.state.read() as tx:
        return incidents.solved(tx, world.one())


def last_text(world: World) -> str:
    with world.rooms.state.read() as tx:
        told = [one.text for one in incidents.events(tx, world.one().id) if one.verb == "resolve"]
    return told[-1]


def test_what_is_dealt_with_has_no_end(world: World, core: Fleet) -> None:
    assert solved(world) is None


def test_a_fault_that_ended_is_solved(world: World, core: Fleet) -> None:
    recover(world, core)

    assert (world.one().phase.value, solved(world)) == ("resolved", True)


def test_maintenance_that_begins_solves_nothing(world: World, core: Fleet) -> None:
    work(world, core)

    assert (world.one().phase.value, solved(world)) == ("resolved", False)


def test_a_person_who_solved_it_is_believed_though_maintenance_begins(world: World, core: Fleet) -> None:
    world.incidents.act(world.one().name, Verb.RESOLVE, ADMIN)
    work(world, core)

    assert solved(world) is True


def test_what_is_void_was_not_solved(world: World, core: Fleet) -> None:
    world.incidents.act(world.one().name, Verb.VOID, ADMIN, reason="a drill")

    assert solved(world) is False


def test_a_target_taken_out_of_service_was_not_repaired(world: World, core: Fleet) -> None:
    world.rooms.registry.remove_target("core-1", ADMIN)
    core.handles.clear()
    world.run(3)

    assert (solved(world), last_text(world)) == (False, "No fault of core-1 any more: it is out_of_service")
    assert world.desk.told[-1].title.endswith("Set aside: core-1 is down")


def test_a_check_that_is_removed_was_not_repaired(world: World) -> None:
    world.join("a1")
    key = world.add("core-1", kind="switch", snmp="v2c", **URGENT)
    world.run(20)
    world.fail("core-1", "snmp")
    world.run(60)
    with world.rooms.state.read() as tx:
        (snmp,) = [check.id for check in checks.of_target(tx, key) if check.kind == "snmp"]
    world.rooms.registry.remove_check(snmp, ADMIN)
    world.run(3)

    assert (solved(world), last_text(world)) == (False, "core-1: snmp is looked at no more")


def test_what_it_hangs_on_being_down_solves_nothing(world: World) -> None:
    found = fleet(world, [("core-1", dict(URGENT)), ("shop", {**URGENT, "parents": ("core-1",)})])
    found.fail(["shop"])
    found.confirm()
    (shop,) = world.all()
    found.fail(["core-1"])
    for _ in range(3):
        found.look(RETRY)
    found.rest(20)

    with world.rooms.state.read() as tx:
        after = incidents.get(tx, shop.id)
        assert (after.phase.value, incidents.solved(tx, after)) == ("resolved", False)


def test_an_agent_that_is_retired_was_not_found_again(world: World) -> None:
    world.join("a1")
    other = world.join("a2")
    world.run(60)
    other.alive = False
    world.run(300)
    world.rooms.registry.agents.revoke("a2", ADMIN)
    world.run(3)

    assert (last_text(world), solved(world)) == ("The agent was retired", False)


def test_what_came_and_went_ends_as_its_last_turn_did(world: World, core: Fleet) -> None:
    for _ in range(7):
        recover(world, core)
        core.rest(10)
        core.fail(["core-1"])
        core.confirm()
        core.rest(10)
    assert world.one().unstable is not None
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="40m"), ADMIN)
    core.rest(17 * 60)

    assert (world.one().unstable, world.one().phase.value, solved(world)) == (None, "resolved", False)


def test_a_return_that_is_repaired_is_solved(world: World, core: Fleet) -> None:
    work(world, core)
    core.rest(600)
    assert world.one().living
    recover(world, core)

    assert solved(world) is True


def test_an_end_that_was_not_seen_closes_without_the_word_of_a_solution(world: World, core: Fleet) -> None:
    work(world, core)
    world.incidents._close_old(world.now + 40 * 86_400_000)
    world.decide()

    assert world.one().phase.value == "closed"
    assert world.desk.told[-1].facts["text"] == "Set aside, and it did not come back"
    assert "feedback" not in world.desk.told[-1].facts


@pytest.mark.parametrize(("end", "wanted"), [(recover, True), (work, False)])
def test_those_who_asked_are_called_back_only_about_what_was_solved(
    world: World, core: Fleet, end: Callable[[World, Fleet], None], wanted: bool
) -> None:
    world.incidents.act(world.one().name, Verb.ACKNOWLEDGE, ADMIN)
    end(world, core)

    with world.rooms.state.read() as tx:
        agreed = Agreed(tx, world.rooms.settings.calculation, world.rooms.settings.tz)
        (one,) = asked(tx, agreed, [world.one()], world.now, None)
        assert (Rule.CALL_BACK in running(one, world.now)) is wanted
        assert bool(follow_up.to_call_back(tx, 0)) is wanted


def test_nothing_is_restored_where_nobody_saw_it(world: World, core: Fleet) -> None:
    work(world, core)

    with world.rooms.state.read() as tx:
        assert milestones(tx, world.one(), world.now).restored is None


def test_nothing_is_restored_while_it_comes_and_goes(world: World, core: Fleet) -> None:
    for _ in range(7):
        recover(world, core)
        core.rest(10)
        core.fail(["core-1"])
        core.confirm()
        core.rest(10)
    recover(world, core)

    with world.rooms.state.read() as tx:
        assert world.one().living
        assert incidents.episodes(tx, world.one().id)[-1].ended is not None
        assert milestones(tx, world.one(), world.now).restored is None


def test_the_log_tells_the_end_again(world: World, core: Fleet) -> None:
    work(world, core)
    rooms = world.rooms
    parts = SimpleNamespace(
        log=rooms.log, state=rooms.state, live=rooms.live, fold=rooms.fold, timelines=world.timelines,
        settings=rooms.settings,
    )  # fmt: skip

    assert rebuild(parts, world.now)["differences"] == []


@pytest.mark.parametrize(
    "text",
    [
        "No fault of core-1 any more: it is out_of_service",
        "Maintenance of core-1 began",
        "core-1: smart is looked at no more",
        "Set aside, and it did not come back",
    ],
)
def test_every_end_is_told_in_chinese(text: str) -> None:
    assert said(text, translator("zh-CN")) != text
