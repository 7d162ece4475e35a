"""Looking back: budgets that burn, months that miss, and what fails again and again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.objectives import Burning, Objectives
from collector.recording import Recording
from collector.reviews import Reviews
from collector.settled import Settled
from collector.store import incidents
from collector.store.incidents import Incident
from rules.burn import RULES, Burn, Share
from rules.incident import Verb
from rules.period import instant, local
from tests.collector.fleet import URGENT, Fleet, fleet
from tests.collector.rooms import ADMIN, START
from tests.collector.watch import World
from tests.collector.watch import world as open_world

HOUR = 3_600_000
DAY = 24 * HOUR

LONG: dict[str, Any] = {"in_service_from": START - 7 * DAY}
HOURS: dict[str, Any] = {"in_service_from": START - HOUR}


class Told(Objectives):
    """Objectives whose burns and months are those of the test; asked like the real ones."""

    burns: tuple[Burning, ...] = ()
    item: dict[str, Any] | None = None

    def burning(self, at: int, now: int, firing: object = None) -> list[Burning]:
        self.firing = firing
        return list(self.burns)

    def document(
        self, at: int, now: int, wanted: object = None, agreement: object = None, period: object = None
    ) -> dict[str, Any]:
        assert at <= now
        return {"at": at, "items": [] if self.item is None else [self.item]}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        yield found


def reviews(world: World, objectives: type[Objectives] = Objectives) -> tuple[Reviews, Any]:
    rooms = world.rooms
    settled = Settled(rooms.state, rooms.tracks, rooms.clock, rooms.settings)
    told = objectives(rooms.state, settled, rooms.settings)
    recording = Recording(rooms.state, rooms.intake, rooms.fold, world.events)
    return Reviews(rooms.state, rooms.fold, recording, told, rooms.clock, rooms.settings), told


def of_kind(world: World, kind: str) -> list[Incident]:
    return [incident for incident in world.all() if incident.kind == kind]


def burn(rule: int, name: str = "house", scope: str = "agreement") -> Burning:
    seen = Share(60, 100, 0)
    rate = RULES[rule].rate(30 * DAY)
    return Burning("house", scope, name, Burn(RULES[rule], rate, seen, seen, rate * 2, rate * 2, None, True))


def known_for_long(world: World) -> Fleet:
    """A target that has been in service for a week."""
    return fleet(world, [("old", LONG)])


def test_a_budget_that_burns_fast_is_one_urgent_incident_with_a_ticket(world: World) -> None:
    found = known_for_long(world)
    room, told = reviews(world, Told)
    told.burns = (burn(0), burn(2))
    for _ in range(3):
        room.step(world.now)
        found.rest(60)

    (incident,) = of_kind(world, "burn")
    assert (incident.kind, incident.priority, incident.living) == ("burn", "urgent", True)
    assert world.desk.events() == ["opened"]
    assert "28.8 times as fast as allowed over 1 h" in world.desk.told[0].facts["text"]


def test_a_budget_that_burns_slowly_is_important(world: World) -> None:
    known_for_long(world)
    room, told = reviews(world, Told)
    told.burns = (burn(3),)
    room.step(world.now)

    assert of_kind(world, "burn")[0].priority == "important"


def test_a_budget_that_burns_no_more_ends_its_incident(world: World) -> None:
    known_for_long(world)
    room, told = reviews(world, Told)
    told.burns = (burn(0),)
    room.step(world.now)
    told.burns = ()
    room.step(world.now + 60_000)

    assert world.one().phase == "resolved"


def test_after_a_start_what_burned_goes_on_until_its_short_windows_are_clear(world: World) -> None:
    known_for_long(world)
    room, told = reviews(world, Told)
    told.burns = (burn(0),)
    room.step(world.now)
    again, asked = reviews(world, Told)
    again.step(world.now + 60_000)

    assert asked.firing == {("house", "agreement", "house"): RULES}


def all_down(world: World, known: dict[str, Any]) -> list[str]:
    """What burns of eight switches that fail for twelve minutes; ``known`` says since when they are in service."""
    found = fleet(world, [(f"t{number}", {"priority": URGENT, **known}) for number in range(8)])
    for _ in range(380):
        found.seen()
    found.fail([f"t{number}" for number in range(8)])
    found.confirm()
    for _ in range(144):
        found.seen()
    found.look()
    room, _ = reviews(world)
    room.step(world.now)
    return [incident.summary for incident in of_kind(world, "burn")]


def test_a_real_fleet_that_is_down_burns_its_budget(world: World) -> None:
    assert all_down(world, HOURS) == ["house: the error budget of agreement house burns"]


def test_no_budget_burns_before_its_window_was_watched(world: World) -> None:
    assert all_down(world, {}) == []


def test_a_device_whose_outages_burn_its_budget_has_the_ticket_of_its_outage_and_no_other(world: World) -> None:
    found = fleet(world, [("core-1", {"priority": URGENT, **LONG})])
    found.rest(60)
    found.fail(["core-1"])
    found.confirm()
    room, told = reviews(world, Told)
    told.burns = (burn(0, "core-1", "object"),)
    for _ in range(3):
        room.step(world.now)
        found.rest(60)

    assert [incident.kind for incident in world.all()] == ["outage"]
    assert world.desk.events() == ["opened", "updated"]
    assert "burns" in world.desk.told[-1].facts["text"]


def test_a_device_that_burns_its_budget_without_an_outage_of_late_has_an_incident_about_that(world: World) -> None:
    fleet(world, [("core-1", {"priority": URGENT, **LONG})])
    room, told = reviews(world, Told)
    told.burns = (burn(0, "core-1", "object"),)
    room.step(world.now)

    assert [incident.kind for incident in world.all()] == ["burn"]


def month_item(at: int, **verdicts: str) -> dict[str, Any]:
    start = instant(local(at, "Asia/Shanghai").replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    return {
        "agreement": {"name": "gold", "version": 1},
        "period": {"from": start, "to": start + 30 * DAY, "tz": "Asia/Shanghai"},
        "forecast": {"missed": True},
        "objectives": [{"name": name, "verdict": verdict, "value": 0.5} for name, verdict in verdicts.items()],
        "requests": [],
    }


def test_a_month_that_will_miss_is_an_early_warning_and_ends_when_it_will_not(world: World) -> None:
    room, told = reviews(world, Told)
    told.item = month_item(world.now)
    room.step(world.now)
    assert [(one.summary, one.priority) for one in of_kind(world, "forecast")] == [
        ("gold: at this rate the month will miss its fault rate", "important")
    ]
    told.item["forecast"] = None
    room.step(world.now + HOUR)

    assert world.one().phase == "resolved"


def test_what_a_closed_month_missed_is_to_be_improved_once(world: World) -> None:
    room, told = reviews(world, Told)
    told.item = {**month_item(world.now, fault_rate="missed", mtbf="met"), "forecast": None}
    for hours in range(3):
        room.step(world.now + hours * HOUR)

    assert [(one.summary, one.priority) for one in of_kind(world, "improvement")] == [
        ("gold: fault_rate missed its target in the month closed", "general")
    ]
    world.decide()
    assert world.desk.events() == []


def failing(world: World, found: Fleet, times: int, apart: int) -> None:
    for _ in range(times):
        found.fail(["db"])
        found.confirm()
        found.mend(["db"])
        found.confirm()
        world.rooms.clock.at += apart
        found.look()


def test_the_same_symptom_twice_in_30_days_is_a_problem(world: World) -> None:
    found = fleet(world, [("db", {"priority": URGENT})])
    failing(world, found, 2, 20 * DAY)
    room, _ = reviews(world, Told)
    room.step(world.now)

    (problem,) = of_kind(world, "problem")
    assert (problem.summary, problem.priority) == ("db fails again and again", "important")
    with world.rooms.state.read() as tx:
        (opening,) = incidents.events(tx, problem.id)
    assert "the same symptom twice in 30 days (INC-2026-000001, INC-2026-000002)" in opening.text


def test_three_failures_in_90_days_are_a_problem_though_far_apart(world: World) -> None:
    found = fleet(world, [("db", {"priority": URGENT})])
    failing(world, found, 2, 35 * DAY)
    room, _ = reviews(world, Told)
    room.step(world.now)
    assert of_kind(world, "problem") == []
    failing(world, found, 1, HOUR)
    room.step(world.now)

    assert len(of_kind(world, "problem")) == 1


def test_what_comes_and_goes_within_the_hour_is_one_failure(world: World) -> None:
    found = fleet(world, [("db", {"priority": URGENT})])
    failing(world, found, 5, 10 * 60_000)
    room, _ = reviews(world, Told)
    room.step(world.now)

    assert of_kind(world, "problem") == []


def test_a_closed_problem_needs_new_failures_to_come_back(world: World) -> None:
    found = fleet(world, [("db", {"priority": URGENT})])
    failing(world, found, 2, 2 * DAY)
    room, _ = reviews(world, Told)
    room.step(world.now)
    world.incidents.act(of_kind(world, "problem")[0].name, Verb.RESOLVE, ADMIN, cause="a loose cable")
    failing(world, found, 1, DAY)
    room.step(world.now)
    assert len(of_kind(world, "problem")) == 1
    failing(world, found, 1, DAY)
    room.step(world.now)

    assert len(of_kind(world, "problem")) == 2


def test_a_problem_outlives_the_fault_of_its_target(world: World) -> None:
    found = fleet(world, [("db", {"priority": URGENT})])
    failing(world, found, 2, 2 * DAY)
    room, _ = reviews(world, Told)
    room.step(world.now)
    failing(world, found, 1, 60_000)

    assert of_kind(world, "problem")[0].living
