"""Decisions are applied once, in order, whatever is decided twice and wherever the process dies."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from collector import decisions
from collector.errands import Errands
from collector.incidents import Incidents
from collector.specs import MaintenanceSpec
from collector.store import incidents
from rules.errors import Conflicting
from rules.incident import Verb
from tests.collector.rooms import ADMIN
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        found.add("core-1", **URGENT)
        found.run(20)
        yield found


class Killed(BaseException):
    """The process is gone."""


def die(world: World, at: int, before: bool) -> None:
    """The process dies at its ``at``-th decision: before the log has it, or just after."""
    record = world.rooms.intake.record
    count = 0

    def dying(kind: str, payload: Mapping[str, Any]) -> "Future[int]":
        nonlocal count
        count += kind == "incident"
        if kind == "incident" and count == at and before:
            raise Killed
        recorded = record(kind, payload)
        if kind == "incident" and count == at:
            recorded.result(10)
            raise Killed
        return recorded

    world.rooms.intake.record = dying  # type: ignore[method-assign]


def start_again(world: World) -> None:
    """New rooms for deciding and telling, on what the old ones left."""
    vars(world.rooms.intake).pop("record", None)
    found = world.rooms
    world.fold()
    found.fold.after_commit.clear()
    world.incidents = Incidents(
        found.state, found.intake, found.fold, found.registry, world.timelines, found.tracks, world.contacts,
        world.events, found.clock, found.settings,
    )  # fmt: skip
    world.errands = Errands(
        found.state, found.intake, found.fold, found.clock, found.settings, world.events, lambda: 0.0
    )
    world.errands.start()
    world.errands.stop()
    found.fold.after_commit.append(world.incidents.after_commit)
    world.incidents.prepare()


def through_a_death(world: World, seconds: float, act: Callable[[], None]) -> None:
    act()
    try:
        world.run(seconds)
    except Killed:
        start_again(world)
        world.run(seconds)


@pytest.mark.parametrize("before", [True, False], ids=["before the log has it", "after the log has it"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_death_at_any_decision_loses_and_doubles_nothing(world: World, at: int, before: bool) -> None:
    """Opening, delivery of the opening, recovery, delivery of the recovery: it dies at each of them."""
    die(world, at, before)
    through_a_death(world, 15, lambda: world.fail("core-1"))
    through_a_death(world, 30, lambda: world.mend("core-1"))

    assert world.one().phase == "resolved"
    assert list(dict.fromkeys(telling.id for telling in world.desk.told)) == [
        f"{world.one().id}.desk.1",
        f"{world.one().id}.desk.2",
    ]
    with world.rooms.state.read() as tx:
        (episode,) = incidents.episodes(tx, world.one().id)
    assert episode.ended is not None


def test_a_new_process_remembers_what_only_time_decides(world: World) -> None:
    """A target that is down in maintenance has no incident. When the window ends it gets one, also from a successor."""
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="60s"), ADMIN)
    world.run(1)
    world.fail("core-1")
    world.run(40)
    start_again(world)
    world.run(30)

    assert world.one().kind == "outage"


def test_a_fault_decided_twice_is_opened_once(world: World) -> None:
    world.deciding = False
    world.fail("core-1")
    world.run(10)
    world.fold()
    with world.incidents._targets.sight(world.now) as sight:
        drafted = world.incidents._targets.about(sight, next(iter(_targets(world))), world.now - 10_000).drafts
    again = [{**drafted[0], "incident": "i_second"}]
    for payload in [*drafted, *again]:
        world.rooms.intake.record("incident", payload).result(10)
    world.fold()

    assert world.one().id == drafted[0]["incident"]


def test_an_entry_applied_again_changes_nothing(world: World) -> None:
    world.fail("core-1")
    world.run(10)
    with world.rooms.state.read() as tx:
        (opened, *_) = incidents.events(tx, world.one().id)
    with world.rooms.state.write() as tx:
        decisions.apply(tx, opened.position, opened.at, {"verb": "open", "incident": "i_other"})

    assert len(world.all()) == 1


def test_what_a_person_resolved_stays_resolved_while_the_fault_lasts(world: World) -> None:
    world.fail("core-1")
    world.run(10)
    world.incidents.act(world.one().name, Verb.RESOLVE, ADMIN)
    world.run(20)
    assert world.one().phase == "resolved"
    world.mend("core-1")
    world.run(20)

    with world.rooms.state.read() as tx:
        assert incidents.events(tx, world.one().id)[-1].verb == "recover"
        assert incidents.episodes(tx, world.one().id)[0].ended is not None
    assert world.desk.events() == ["opened", "resolved"]


def test_a_step_after_the_recovery_is_refused_with_the_steps_that_are_possible(world: World) -> None:
    world.fail("core-1")
    world.run(10)
    world.mend("core-1")
    world.run(20)

    possible = r"is resolved: ack is not possible now \(possible: comment, close, reopen, merge, void\)"
    with pytest.raises(Conflicting, match=possible):
        world.incidents.act(world.one().name, Verb.ACKNOWLEDGE, ADMIN)


def test_numbers_count_within_the_year(world: World) -> None:
    world.add("core-2", "192.0.2.2", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(20)
    world.fail("core-2")
    world.run(20)

    assert [incident.name for incident in world.all()] == ["INC-2026-000001", "INC-2026-000002"]


def _targets(world: World) -> list[str]:
    with world.rooms.state.read() as tx:
        return [row["target"] for row in tx.execute("SELECT target FROM touched")]


def test_a_clock_that_is_put_back_changes_no_order(world: World) -> None:
    """Else an answer would come before the incident it answers, and the log could be folded no further."""
    world.fail("core-1")
    world.run(10)
    key = world.one().id
    world.deciding = False
    for verb in (Verb.ACKNOWLEDGE, Verb.START, Verb.RESOLVE):
        world.rooms.clock.at -= 3_600_000
        world.incidents.act(key, verb, ADMIN)

    incident = world.one()
    assert (incident.phase, incident.opened <= (incident.answered or 0)) == ("resolved", True)
    with world.rooms.state.read() as tx:
        steps = [step.verb for step in incidents.steps_of(tx, key)]
    assert steps == [Verb.OPEN, Verb.ACKNOWLEDGE, Verb.START, Verb.RESOLVE]


def opening_of(world: World, key: str, fault: str, **more: Any) -> None:
    monitor = {"kind": "monitor", "name": "nineward"}
    world.rooms.intake.record(
        "incident",
        {
            "verb": "open", "incident": key, "actor": monitor, "text": "", "kind": "outage", "fault": fault,
            "target": "", "check": "", "agent": "", "priority": "urgent", "summary": key, "year": 2026,
            "correlation": f"nineward:n:{key}", "since": world.now, "detected": world.now, "due": world.now,
            "systems": [], **more,
        },
    ).result(10)  # fmt: skip
    world.fold()


def test_of_two_storms_decided_at_once_there_is_one_and_it_tells_of_all(world: World) -> None:
    opening_of(world, "i_S1", "storm", kind="storm", systems=["desk"])
    opening_of(world, "i_S2", "storm", kind="storm", systems=["desk"])
    opening_of(world, "i_a", "outage:a", parent="i_S2", held=["desk"])

    with world.rooms.state.read() as tx:
        assert incidents.find(tx, "i_S2") is None
        assert incidents.get(tx, "i_a").parent == "i_S1"


def test_what_no_storm_holds_has_its_own_ticket(world: World) -> None:
    opening_of(world, "i_a", "outage:a", parent="i_gone", held=["desk"])
    world.decide()

    with world.rooms.state.read() as tx:
        assert incidents.get(tx, "i_a").parent == ""
    assert [telling.key for telling in world.desk.told] == ["nineward:n:i_a"]
