"""Who hears of an incident: by the terms of each system, and on its return with which ticket."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.following import Following
from collector.recipients import Recipients
from collector.settings import Settings
from collector.store import targets
from rules.incident import Verb
from tests.collector.rooms import ADMIN
from tests.collector.shelf import Shelf
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world

HOUR = 3_600_000


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        found.add("core-1", labels={"site": "hz"}, **URGENT)
        yield found


def recipients(**terms: dict[str, Any]) -> Recipients:
    return Recipients(Settings(tickets={name: {"kind": "webhook", **table} for name, table in terms.items()}))


def heard(world: World, found: Recipients, target: str = "core-1") -> list[str]:
    with world.rooms.state.read() as tx:
        about = targets.named(tx, target)
        return found.of(tx, about.id if about else "", "urgent", "outage")


def test_all_hear_of_everything_if_nothing_is_said(world: World) -> None:
    assert heard(world, recipients(b={}, a={})) == ["a", "b"]


def test_a_selector_says_which_targets_are_meant(world: World) -> None:
    found = recipients(hz={"only": "site=hz"}, sh={"only": "site=sh"}, urgent={"only": "priority=urgent"})

    assert heard(world, found) == ["hz", "urgent"]


def test_a_selector_says_which_kinds_of_incidents_are_meant(world: World) -> None:
    found = recipients(faults={"only": "incident=outage,site=hz"}, work={"only": "incident=problem"})

    assert heard(world, found) == ["faults"]


def test_what_is_about_no_target_is_selected_by_its_priority_alone(world: World) -> None:
    found = recipients(hz={"only": "site=hz"}, urgent={"only": "priority=urgent"}, all={})

    assert heard(world, found, "none") == ["all", "urgent"]


def returned(world: World, terms: dict[str, Any], after: int) -> Shelf:
    """core-1 fails, recovers, and fails again ``after`` ms."""
    shelf = Shelf()
    world.desk = shelf  # type: ignore[assignment]
    world.rooms.settings.tickets["desk"].update(terms)
    world.run(20)
    world.fail("core-1")
    world.run(10)
    world.mend("core-1")
    world.run(20)
    world.rooms.clock.at += after
    world.run(5)
    world.fail("core-1")
    world.run(20)
    return shelf


def test_a_fault_that_comes_back_opens_its_ticket_again(world: World) -> None:
    shelf = returned(world, {}, HOUR)

    assert shelf.events() == ["opened", "resolved", "reopened"]
    assert {telling.ticket for telling in shelf.told[1:]} == {"T-1"}


@pytest.mark.parametrize(
    ("terms", "after"), [({"on_return": "new"}, HOUR), ({"reopen_within": "2h"}, 3 * HOUR)], ids=["always", "later"]
)
def test_a_fault_that_comes_back_may_get_a_new_ticket(world: World, terms: dict[str, Any], after: int) -> None:
    shelf = returned(world, terms, after)

    assert len(world.all()) == 1
    assert shelf.events() == ["opened", "resolved", "opened"]
    assert list(shelf.tickets) == ["T-1", "T-2"]
    key = world.one().correlation
    assert [telling.key for telling in shelf.told] == [key, key, f"{key}.2"]


def test_what_follows_goes_to_the_new_ticket(world: World) -> None:
    shelf = returned(world, {"on_return": "new"}, HOUR)
    world.incidents.act(world.one().id, Verb.COMMENT, ADMIN, "again!")
    world.run(2)

    assert (shelf.told[-1].event, shelf.told[-1].ticket) == ("updated", "T-2")
    assert shelf.told[-1].key == f"{world.one().correlation}.2"


def test_a_call_about_the_new_ticket_finds_the_incident(world: World) -> None:
    shelf = returned(world, {"on_return": "new"}, HOUR)
    found = world.rooms
    following = Following(found.state, found.intake, found.fold, found.clock, found.settings)
    following._ears["desk"] = shelf
    key = f"{world.one().correlation}.2"

    assert following.hear("desk", {"x-secret": "right"}, key.encode()) == 1
