"""Incidents as requests: what people and the monitor did, in the form in which it is measured."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.requests import request
from collector.store.targets import Priority
from rules.incident import ActorKind, Verb, Waiting
from rules.parameters import Parameters
from rules.request import Origin, Request, Rule, attainment
from tests.collector.rooms import ADMIN
from tests.collector.watch import World, world

HOUR = 3600


@pytest.fixture
def fault(tmp_path: Path) -> Iterator[World]:
    """A world in which core-1 has just failed."""
    with world(tmp_path) as found:
        found.join("a1")
        found.add("core-1", priority=Priority.IMPORTANT)
        found.run(600)
        found.fail("core-1")
        found.run(300)
        yield found


def told(found: World, at: int | None = None) -> Request:
    with found.rooms.state.read() as tx:
        return request(tx, found.one(), None, found.now if at is None else at)


def act(found: World, verb: Verb, reason: str = "") -> int:
    """One step by a person, now."""
    found.incidents.act(found.one().id, verb, ADMIN, reason=reason)
    return found.now


def test_a_fault_that_the_monitor_found(fault: World) -> None:
    found = told(fault)

    assert (found.opened, found.origin) == (fault.one().opened, Origin.MONITOR)
    assert (found.priorities[0][1], found.answers, found.solved) == ("important", (), None)


def test_who_answered_began_and_solved(fault: World) -> None:
    answered = act(fault, Verb.ACKNOWLEDGE)
    fault.run(60)
    started = act(fault, Verb.START)
    fault.run(60)
    solved = act(fault, Verb.RESOLVE)

    found = told(fault)

    assert [(one.at, one.by) for one in found.answers] == [(at, ActorKind.PERSON) for at in (answered, started, solved)]
    assert (found.started, found.solved, found.recovered) == (started, solved, None)


def test_waits_have_their_reason(fault: World) -> None:
    began = act(fault, Verb.PAUSE, "supplier")
    fault.run(60)
    ended = act(fault, Verb.RESUME)
    again = act(fault, Verb.PAUSE, "customer")

    assert told(fault).pauses == (((began, ended), Waiting.SUPPLIER), ((again, None), Waiting.CUSTOMER))


def test_what_ended_by_itself_is_told_apart(fault: World) -> None:
    fault.mend("core-1")
    fault.run(300)

    found = told(fault)

    assert found.recovered == found.solved is not None
    assert attainment(Rule.RESPONSE, [found], Parameters(), fault.now).by_itself == 1


def test_a_comment_is_no_answer(fault: World) -> None:
    fault.incidents.act(fault.one().id, Verb.COMMENT, ADMIN, "seen")

    assert told(fault).answers == ()


def test_the_time_it_was_taken_for_solved_is_told(fault: World) -> None:
    solved = act(fault, Verb.RESOLVE)
    fault.deciding = False
    fault.run(60)
    reopened = act(fault, Verb.REOPEN)

    found = told(fault)

    assert (found.reopened, found.solved) == (((solved, reopened),), None)


def test_it_is_told_as_it_stood_at_the_time(fault: World) -> None:
    before = fault.now
    fault.run(60)
    act(fault, Verb.ACKNOWLEDGE)

    assert told(fault, before).answers == ()
