"""Clocks: warnings while there is time, and steps upwards when nobody acts, each once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from collector.clocks import Clocks
from collector.recording import Recording
from collector.specs import AgreementSpec
from collector.store import errands, incidents
from collector.store.incidents import Happening
from collector.store.targets import Priority
from rules.escalation import Step
from rules.incident import Verb
from rules.request import Rule
from tests.collector.rooms import ADMIN
from tests.collector.watch import World, world

MINUTE = 60_000
HOUR = 60 * MINUTE


@dataclass
class Watched:
    """A world in which core-1 has failed, and its clocks, which look when a test says so."""

    world: World
    clocks: Clocks

    def after(self, minutes: float) -> list[str]:
        """What the clocks say when so much time has passed since the opening."""
        before = len(self.said())
        self.world.rooms.clock.at = self.world.one().opened + int(minutes * MINUTE)
        self.look()
        return self.said()[before:]

    def look(self) -> None:
        self.clocks.step(self.world.now)
        # What was just said is news, too; and saying it again would show.
        self.clocks.step(self.world.now)

    def happened(self) -> list[Happening]:
        with self.world.rooms.state.read() as tx:
            return incidents.events(tx, self.world.one().id)

    def said(self) -> list[str]:
        return [event.text for event in self.happened() if event.verb in ("warned", "escalated") and not event.moot]

    def act(self, verb: Verb, **more: str) -> None:
        self.world.incidents.act(self.world.one().id, verb, ADMIN, **more)


def clocks_of(world: World, *steps: Step) -> Clocks:
    rooms = world.rooms
    recording = Recording(rooms.state, rooms.intake, rooms.fold, world.events)
    return Clocks(rooms.state, rooms.fold, recording, rooms.clock, replace(rooms.settings, escalation=steps))


@pytest.fixture
def fault(tmp_path: Path) -> Iterator[Watched]:
    with world(tmp_path) as found:
        found.join("a1")
        found.add("core-1", priority=Priority.URGENT)
        found.run(60)
        found.fail("core-1")
        found.run(30)
        yield Watched(found, clocks_of(found))


def test_people_are_warned_at_each_share_of_each_deadline(fault: Watched) -> None:
    assert fault.after(29) == []
    assert fault.after(30) == ["response: 50 %"]
    assert fault.after(45) == ["response: 75 %"]
    assert fault.after(54) == ["response: 90 %"]
    assert fault.after(60) == ["response: 100 %", "response_by_priority: 50 %"]


def test_of_several_shares_passed_at_once_the_greatest_is_told(fault: Watched) -> None:
    assert fault.after(119) == ["response: 100 %", "response_by_priority: 90 %"]


def test_what_is_answered_is_warned_of_no_more(fault: Watched) -> None:
    fault.act(Verb.ACKNOWLEDGE)

    assert fault.after(119) == []
    assert fault.after(120) == ["start_of_work: 50 %"]


def test_nothing_is_said_twice_by_the_next_process(fault: Watched) -> None:
    fault.after(45)
    again = Watched(fault.world, clocks_of(fault.world))

    assert again.after(45) == []
    assert again.after(54) == ["response: 90 %"]


def test_a_warning_that_two_decided_is_moot_the_second_time(fault: Watched) -> None:
    other = clocks_of(fault.world)
    at = fault.world.rooms.clock.at = fault.world.one().opened + 30 * MINUTE
    with fault.world.rooms.state.read() as tx:
        key = incidents.living(tx)[0].id
    fault.clocks.step(at)
    draft = {"verb": "warned", "incident": key, "actor": {"kind": "monitor", "name": "nineward"}, "text": "again"}
    fault.world.rooms.intake.record("incident", {**draft, "rule": "response", "share": 0.5, "due": None}).result(10)
    fault.world.fold()
    other.step(at)

    assert fault.said() == ["response: 50 %"]


def test_what_ended_by_itself_is_warned_of_no_more(fault: Watched) -> None:
    fault.world.mend("core-1")
    fault.world.run(60)

    assert fault.after(600) == []


def test_those_who_were_solved_for_are_to_be_called_back(fault: Watched) -> None:
    fault.act(Verb.START)
    fault.act(Verb.RESOLVE)

    assert fault.after(13 * 60) == ["call_back: 50 %"]


def test_a_step_upwards_is_taken_once_at_its_share(fault: Watched) -> None:
    fault.clocks = clocks_of(fault.world, Step("team lead", share=0.75))

    assert "team lead: response_by_priority" not in fault.after(89)
    assert fault.after(90) == ["response_by_priority: 75 %", "team lead: response_by_priority"]
    assert not any("team lead" in one for one in fault.after(180))


def test_who_is_told_of_what_nobody_answers(fault: Watched) -> None:
    fault.clocks = clocks_of(fault.world, Step("second", unanswered=15 * MINUTE), Step("third", unanswered=20 * MINUTE))

    assert fault.after(15) == ["second: unanswered"]
    fault.act(Verb.ACKNOWLEDGE)
    assert fault.after(25) == []


def test_a_step_may_be_for_some_priorities_only(fault: Watched) -> None:
    fault.clocks = clocks_of(fault.world, Step("night shift", unanswered=MINUTE, priorities=("general",)))

    assert fault.after(20) == []


def test_ticket_systems_hear_of_a_step_upwards(fault: Watched) -> None:
    fault.clocks = clocks_of(fault.world, Step("second", unanswered=15 * MINUTE))
    fault.after(15)

    with fault.world.rooms.state.read() as tx:
        told = errands.of_incident(tx, fault.world.one().id)
    assert (told[-1].event, told[-1].body["facts"]["notice"]["to"]) == ("escalated", "second")


def test_a_ticket_that_is_solved_is_left_alone(fault: Watched) -> None:
    fault.clocks = clocks_of(fault.world, Step("service desk", share=1.0, rules=(Rule.CALL_BACK,)))
    fault.act(Verb.START)
    fault.act(Verb.RESOLVE)

    assert "service desk: call_back" in fault.after(25 * 60)
    with fault.world.rooms.state.read() as tx:
        assert "escalated" not in {one.event for one in errands.of_incident(tx, fault.world.one().id)}


def test_what_another_incident_tells_of_is_warned_of_there(fault: Watched) -> None:
    with fault.world.rooms.state.write() as tx:
        tx.execute("UPDATE incident SET parent = 'i_storm'")

    assert fault.after(119) == []


def test_a_pause_for_the_customer_stops_the_clock_of_the_solution(fault: Watched) -> None:
    fault.act(Verb.START)
    fault.world.rooms.clock.at += HOUR
    fault.act(Verb.PAUSE, reason="customer")

    assert fault.after(20 * 60) == []


def test_a_new_promise_counts_at_once(fault: Watched) -> None:
    fault.look()
    fault.world.rooms.registry.agreements.set_agreement(
        AgreementSpec(
            "gold", "Bank", "*", fault.world.now - HOUR, parameters={"targets": {"response": "10m"}}, calendar=""
        ),
        ADMIN,
    )
    fault.world.fold()

    assert fault.after(5) == ["response: 50 %"]
