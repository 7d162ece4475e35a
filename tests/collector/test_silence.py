"""When an agent is silent, and when everyone is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.silence import GRACE, Judgement, Watched, judge
from tests.collector.rooms import ADMIN
from tests.collector.watch import World
from tests.collector.watch import world as open_world

NOW = 1_000_000
STARTED = 0


def heard(number: int, ago: int | None, often: bool = True) -> Watched:
    return Watched(number, None if ago is None else NOW - ago, often)


def test_an_agent_that_looks_often_is_missed_after_twenty_seconds() -> None:
    others = heard(2, 1_000)

    assert judge([heard(1, 19_999), others], {}, STARTED, NOW) == Judgement()
    assert judge([heard(1, 20_000), others], {}, STARTED, NOW) == Judgement(lost=((1, NOW - 20_000),))


def test_an_agent_that_looks_seldom_is_missed_after_forty_five() -> None:
    assert judge([heard(1, 44_999, often=False), heard(2, 1_000)], {}, STARTED, NOW) == Judgement()
    assert judge([heard(1, 45_000, often=False), heard(2, 1_000)], {}, STARTED, NOW).lost == ((1, NOW - 45_000),)


def test_one_agent_is_not_missed_before_another_was_heard_after_it_should_have_been() -> None:
    assert judge([heard(1, 20_000), heard(2, 15_000)], {}, STARTED, NOW) == Judgement()


def test_all_at_once_is_not_the_agents_fault() -> None:
    judged = judge([heard(1, 25_000), heard(2, 20_000)], {}, STARTED, NOW)

    assert judged == Judgement(everyone=((1, NOW - 25_000), (2, NOW - 20_000)))


def test_the_only_agent_is_simply_lost() -> None:
    assert judge([heard(1, 20_000)], {}, STARTED, NOW).lost == ((1, NOW - 20_000),)


def test_the_last_agent_that_was_left_is_lost_too() -> None:
    assert judge([heard(1, 500_000), heard(2, 20_000)], {1: NOW - 500_000}, STARTED, NOW).lost == ((2, NOW - 20_000),)


def test_who_was_recorded_as_silent_and_is_heard_is_back() -> None:
    assert judge([heard(1, 100), heard(2, 100)], {1: NOW - 60_000}, STARTED, NOW).back == (1,)


def test_nobody_is_missed_before_agents_had_time_to_come() -> None:
    early = judge([heard(1, None), heard(2, 100)], {}, NOW - GRACE + 1, NOW)
    late = judge([heard(1, None), heard(2, 100)], {}, NOW - GRACE, NOW)

    assert early == Judgement()
    assert late.lost == ((1, NOW - GRACE),)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        yield found


def test_an_agent_that_never_reported_is_not_missed(world: World) -> None:
    world.run(70)
    world.join("a2").alive = False
    world.run(120)

    assert world.all() == []


def test_a_retired_agent_is_missed_no_longer(world: World) -> None:
    second = world.join("a2", "a1")
    world.run(70)
    second.alive = False
    world.run(60)
    world.rooms.registry.agents.revoke("a2", ADMIN)
    world.run(5)

    assert world.one().phase == "resolved"


def test_an_agent_that_delivers_old_results_is_not_silent(world: World) -> None:
    second = world.join("a2", "a1")
    world.run(70)
    second.alive = False
    for _ in range(30):
        world.contacts[second.identity.number] = world.now
        world.run(5)

    assert world.all() == []
