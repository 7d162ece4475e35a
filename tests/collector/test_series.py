"""Maintenance that comes again: one approval for all windows to come, each judged by itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.overlays import Announced
from collector.specs import AgreementSpec, MaintenanceSpec, ServiceSpec, TargetSpec
from rules.errors import Conflicting, Invalid
from rules.period import Period
from tests.collector.rooms import ADMIN, SECOND, START, Rooms
from tests.collector.watch import MINUTE, URGENT, World
from tests.collector.watch import SECOND as ONE_SECOND
from tests.collector.watch import world as open_world

HOUR = 3_600_000
DAY = 24 * HOUR
WEEK = 7 * DAY


def announced(rooms: Rooms, **more: object) -> Announced:
    given = {"start": START + HOUR, "duration": "30m", "every": "week", "until": START + 4 * WEEK, **more}
    return rooms.registry.overlays.announce(MaintenanceSpec(("web-1",), "patch day", **given), ADMIN)  # type: ignore[arg-type]


@pytest.fixture
def named(rooms: Rooms) -> Rooms:
    rooms.registry.add_target(TargetSpec("web-1", "192.0.2.1"), ADMIN)
    return rooms


def test_a_series_has_a_window_each_time(named: Rooms) -> None:
    begun = START + HOUR

    assert announced(named).maintenance.windows == [
        (begun + number * WEEK, begun + number * WEEK + HOUR // 2) for number in range(4)
    ]


def test_one_approval_holds_for_all_windows_to_come(named: Rooms) -> None:
    number = announced(named).maintenance.number

    taken = named.registry.overlays.approve_maintenance(number, SECOND)

    assert (taken.maintenance.approved_at, taken.maintenance.start, taken.moved) == (START, START + HOUR, None)


def test_the_window_that_runs_when_a_series_is_approved_is_told_and_not_moved(named: Rooms) -> None:
    number = announced(named).maintenance.number
    named.clock.at = START + HOUR + 60_000

    taken = named.registry.overlays.approve_maintenance(number, SECOND)

    assert taken.moved == (START + HOUR, START + HOUR + HOUR // 2)
    assert taken.maintenance.start == START + HOUR


def test_a_series_of_which_nothing_is_to_come_cannot_be_approved(named: Rooms) -> None:
    number = announced(named).maintenance.number
    named.clock.at = START + HOUR + 3 * WEEK + 60_000

    with pytest.raises(Conflicting, match="over"):
        named.registry.overlays.approve_maintenance(number, SECOND)


def test_cancelling_ends_the_one_that_runs_and_all_to_come(named: Rooms) -> None:
    number = announced(named).maintenance.number
    named.registry.overlays.approve_maintenance(number, SECOND)
    named.clock.at = START + HOUR + WEEK + 60_000

    left = named.registry.overlays.cancel_maintenance(number, ADMIN).windows

    assert left == [(START + HOUR, START + HOUR + HOUR // 2), (START + HOUR + WEEK, named.clock.at)]


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"every": "fortnight"}, "every"),
        ({"until": None}, "until"),
        ({"until": START + 4 * 366 * DAY}, "until"),
        ({"until": START}, "until"),
        ({"every": "day", "duration": "24h"}, "end"),
        ({"tz": "Mars/Olympus"}, "tz"),
        ({"every": ""}, "until"),
    ],
)
def test_a_series_must_make_sense(named: Rooms, more: dict[str, object], wrong: str) -> None:
    with pytest.raises(Invalid) as told:
        announced(named, **more)

    assert any(mistake.startswith(wrong) for mistake in told.value.mistakes)


def test_a_service_can_be_in_maintenance_and_corrected(named: Rooms) -> None:
    service = named.registry.agreements.set_service(ServiceSpec("shop", {"all_of": ["web-1"]}), ADMIN)

    made = named.registry.overlays.announce(MaintenanceSpec(("shop",), "new release", duration="30m"), ADMIN)

    assert made.maintenance.targets == (service.id,)


def test_an_agreement_reached_by_its_selector_may_demand_a_second_person(named: Rooms) -> None:
    spec = AgreementSpec("strict", selector="name=web-*", second_person=True)
    named.registry.agreements.set_agreement(spec, ADMIN)

    made = named.registry.overlays.announce(MaintenanceSpec(("web-1",), "now", duration="30m"), ADMIN)

    assert made.maintenance.approved_at is None


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        yield found


def planned(world: World, name: str, **more: object) -> None:
    """A series each day that begins in two minutes, approved."""
    given = {"start": world.now + 2 * MINUTE, "duration": "5m", "every": "day", "until": world.now + 3 * DAY, **more}
    overlays = world.rooms.registry.overlays
    made = overlays.announce(MaintenanceSpec((name,), "nightly", **given), ADMIN)  # type: ignore[arg-type]
    overlays.approve_maintenance(made.maintenance.number, SECOND)


def spent(world: World, name: str, start: int, end: int) -> dict[str, int]:
    entries = world.timelines.figures(None, Period(start, end), world.now)["objects"]
    (entry,) = [entry for entry in entries if entry["name"] == name]
    return {state: entry[f"{state}_ms"] for state in ("down", "maintenance", "planned_down")}


def test_each_window_of_a_series_counts_and_an_overrun_counts_from_its_end(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(30)
    planned(world, "core-1")
    begun = world.now + 2 * MINUTE
    world.run(60)
    # The same wall clock a day later: the fault begins inside the second window and outlasts it by two minutes.
    world.connected = False
    world.rooms.clock.at = begun + DAY - 2 * MINUTE
    world.connected = True
    world.run(3 * 60)
    world.fail("core-1")
    world.run(6 * 60)
    world.mend("core-1")
    world.run(60)

    found = spent(world, "core-1", begun + DAY - MINUTE, world.now)

    assert found["maintenance"] == 5 * MINUTE
    assert abs(found["down"] - 2 * MINUTE) < 10 * ONE_SECOND
    assert abs(found["planned_down"] - 4 * MINUTE) < 10 * ONE_SECOND


def test_the_scope_is_those_behind_it_when_the_window_begins(world: World) -> None:
    world.add("core-1", **URGENT)
    world.add("core-2", **URGENT)
    world.add("leaf", parents=("core-1",), **URGENT)
    world.run(30)
    planned(world, "core-1", with_dependents=True, every="", until=None)
    begun = world.now + 2 * MINUTE
    world.run(8 * 60)
    world.rooms.registry.set_target("leaf", {"parents": ["core-2"]}, ADMIN)
    world.run(60)

    assert spent(world, "leaf", begun, begun + 5 * MINUTE)["maintenance"] == 5 * MINUTE
    assert spent(world, "core-2", begun, begun + 5 * MINUTE)["maintenance"] == 0
