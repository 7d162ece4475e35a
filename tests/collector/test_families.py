"""What hangs together is one incident with one ticket: a parent and its dependents, a site, incidents merged."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from collector.incidents import Incidents
from collector.rebuild import rebuild
from collector.specs import CheckSpec, ServiceSpec
from collector.store import checks, families, incidents, targets
from collector.store.incidents import Incident
from rules.errors import Conflicting, Invalid
from rules.incident import Verb
from tests.collector.fleet import URGENT, Fleet, fleet
from tests.collector.rooms import ADMIN
from tests.collector.watch import World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        yield found


def leaves(count: int) -> list[str]:
    return [f"t{number:04}" for number in range(count)]


def behind_a_core(world: World, count: int) -> Fleet:
    names = leaves(count)
    return fleet(world, [("core", {"priority": URGENT}), *((name, {"parents": ("core",)}) for name in names)])


def of_site(world: World, count: int, **labels: str) -> Fleet:
    named = {"labels": {"site": "hz", **labels}, "priority": URGENT}
    return fleet(world, [(name, named) for name in leaves(count)])


def living(world: World) -> list[Incident]:
    return [incident for incident in world.all() if incident.living]


def test_a_core_that_takes_500_along_is_one_incident_with_one_ticket_within_15_seconds(world: World) -> None:
    found = behind_a_core(world, 500)
    died = world.now
    found.fail(["core", *leaves(500)])
    found.confirm()
    while world.now < died + 15_000:
        found.look()

    incident = world.one()
    assert incident.summary == "core is down"
    assert world.desk.events() == ["opened"]
    assert world.desk.told[0].at - died <= 15_000
    assert world.desk.told[0].facts["dependents"]["count"] == 500
    assert world.desk.told[0].facts["dependents"]["names"] == leaves(20)


def test_each_dependent_is_noted_when_it_is_seen_cut_off(world: World) -> None:
    found = behind_a_core(world, 12)
    died = world.now
    found.fail(["core", *leaves(11)])
    found.confirm()
    found.look()

    with world.rooms.state.read() as tx:
        listed = {one.name: one.since for one in families.dependents(tx, world.one().id)}
    assert sorted(listed) == leaves(12)
    assert listed["t0011"] is None
    assert all(since is not None and died - 5_000 <= since <= world.now for n, since in listed.items() if n != "t0011")


def test_the_story_tells_which_targets_were_cut_off(world: World) -> None:
    found = behind_a_core(world, 12)
    found.fail(["core", *leaves(12)])
    found.confirm()
    found.look()

    with world.rooms.state.read() as tx:
        told = [one.text for one in incidents.events(tx, world.one().id) if one.verb == "attached"]
    # They may be noted together, or as they are seen.
    assert all("t00" in text for text in told)
    assert sum(int(text.split()[0]) if " targets are cut off" in text else 1 for text in told) == 12


def test_more_than_ten_dependents_make_an_outage_urgent(world: World) -> None:
    names = leaves(21)
    given = [("few", {}), ("many", {}), *((name, {"parents": ("few",)}) for name in names[:10])]
    found = fleet(world, [*given, *((name, {"parents": ("many",)}) for name in names[10:])])
    found.fail(["few", "many"])
    found.confirm()

    assert {incident.summary: incident.priority for incident in world.all()} == {
        "few is down": "general",
        "many is down": "urgent",
    }


def test_an_urgent_service_makes_urgent_what_it_needs(world: World) -> None:
    found = fleet(world, [("db", {}), ("spare", {})])
    service = ServiceSpec("shop", {"all_of": ["db"]}, labels={"priority": "urgent"})
    world.rooms.registry.agreements.set_service(service, ADMIN)
    found.fail(["db", "spare"])
    found.confirm()

    assert {incident.summary: incident.priority for incident in world.all()} == {
        "db is down": "urgent",
        "spare is down": "general",
    }


def test_a_site_that_goes_dark_is_one_incident_with_one_ticket(world: World) -> None:
    found = of_site(world, 40)
    found.fail(leaves(40))
    found.confirm()
    found.rest(60)

    incident = world.one()
    assert (incident.kind, incident.summary, incident.priority) == ("site", "Site hz is dark", "urgent")
    assert world.desk.events() == ["opened"]
    with world.rooms.state.read() as tx:
        assert len(families.cut_off(tx, incident.id)) == 40


def test_one_target_of_a_site_that_fails_alone_is_an_outage_at_once(world: World) -> None:
    found = of_site(world, 5)
    found.fail(["t0000"])
    found.confirm()

    assert world.one().summary == "t0000 is down"


def test_the_first_answer_of_a_dark_site_ends_its_incident_and_what_stays_down_gets_its_own(world: World) -> None:
    found = of_site(world, 5)
    found.fail(leaves(5))
    found.confirm()
    found.rest(30)
    found.mend(leaves(4))
    found.confirm()
    found.rest(60)

    assert [(one.summary, one.phase.value) for one in world.all()] == [
        ("Site hz is dark", "resolved"),
        ("t0004 is down", "open"),
    ]
    assert world.desk.events() == ["opened", "resolved", "opened"]


def test_what_was_opened_before_its_site_was_known_to_be_dark_becomes_part_of_that(world: World) -> None:
    found = of_site(world, 4)
    found.fail(["t0000"])
    found.confirm()
    found.rest(5)
    found.fail(leaves(4))
    found.confirm()
    found.rest(10)

    first, dark = world.all()
    assert (first.phase.value, first.parent, dark.kind) == ("merged", dark.id, "site")
    assert [incident.kind for incident in living(world)] == ["site"]


def test_a_site_can_be_told_to_be_no_reason(world: World) -> None:
    object.__setattr__(world.rooms.settings.incidents, "site_dark", False)
    found = of_site(world, 4)
    found.fail(leaves(4))
    found.confirm()

    assert [incident.kind for incident in world.all()] == ["outage"] * 4


def two_outages(world: World) -> tuple[Incident, Incident]:
    found = fleet(world, [("db", {"priority": URGENT}), ("web", {"priority": URGENT})])
    found.fail(["db", "web"])
    found.confirm()
    one, other = world.all()
    world.incidents.act(other.name, Verb.MERGE, ADMIN, into=one.name)
    world.decide()
    return world.all()[0], world.all()[1]


def fleet_of(world: World) -> Fleet:
    handles = {}
    with world.rooms.state.read() as tx:
        for check in checks.assigned_to(tx, world.watchers["a1"].identity.number):
            handles[targets.get(tx, check.target).name] = check.handle
    return Fleet(world, world.watchers["a1"], handles, frozenset({"db", "web"}))


def test_a_merged_incident_ends_its_ticket_and_is_told_of_by_the_other(world: World) -> None:
    one, other = two_outages(world)

    assert (other.phase.value, other.parent) == ("merged", one.id)
    assert world.desk.events(other.correlation) == ["opened", "resolved"]
    ended = next(telling for telling in reversed(world.desk.told) if telling.key == other.correlation)
    assert "Merged: " in ended.title
    assert "feedback" not in ended.facts
    assert world.desk.events(one.correlation) == ["opened", "updated"]
    told = [telling for telling in world.desk.told if telling.key == one.correlation]
    assert told[-1].facts["members"]["first"] == [{"number": other.name, "summary": other.summary}]


def test_what_others_were_merged_into_is_over_when_all_of_their_faults_are(world: World) -> None:
    one, other = two_outages(world)
    found = fleet_of(world)
    found.mend([one.summary.split()[0]])
    found.confirm()
    found.rest(10)
    assert world.all()[0].living
    found.mend([other.summary.split()[0]])
    found.confirm()
    found.rest(10)

    assert [incident.phase.value for incident in world.all()] == ["resolved", "merged"]
    assert world.desk.events(one.correlation)[-1] == "resolved"


def test_a_merged_fault_that_returns_later_is_a_new_incident(world: World) -> None:
    _, other = two_outages(world)
    found = fleet_of(world)
    found.mend(["db", "web"])
    found.confirm()
    found.rest(10)
    found.fail([other.summary.split()[0]])
    found.confirm()

    again = world.all()[2]
    assert (again.summary, again.earlier, again.phase.value) == (other.summary, other.name, "open")


def test_a_void_incident_says_why_and_its_fault_opens_no_other_while_it_lasts(world: World) -> None:
    found = fleet(world, [("db", {"priority": URGENT})])
    found.fail(["db"])
    found.confirm()
    with pytest.raises(Invalid, match="Say why"):
        world.incidents.act(world.one().name, Verb.VOID, ADMIN)
    world.incidents.act(world.one().name, Verb.VOID, ADMIN, reason="a drill")
    found.rest(30)

    incident = world.one()
    assert incident.phase.value == "void"
    assert world.desk.events() == ["opened", "resolved"]
    assert "Void: " in world.desk.told[-1].title
    assert "feedback" not in world.desk.told[-1].facts
    with world.rooms.state.read() as tx:
        assert [event.text for event in incidents.events(tx, incident.id) if event.verb == "void"] == ["a drill"]


def test_nothing_is_merged_into_itself_or_into_what_is_over(world: World) -> None:
    one, other = two_outages(world)
    act: Incidents = world.incidents
    with pytest.raises(Invalid, match="into itself"):
        act.act(one.name, Verb.MERGE, ADMIN, into=one.name)
    with pytest.raises(Conflicting, match="merge into one that is being dealt with"):
        act.act(one.name, Verb.MERGE, ADMIN, into=other.name)


def test_a_merged_incident_can_stand_alone_again(world: World) -> None:
    _, other = two_outages(world)
    found = world.incidents.act(other.name, Verb.REOPEN, ADMIN)

    assert (found.phase.value, found.parent) == ("open", "")


def test_an_agent_that_falls_silent_with_its_host_has_no_ticket_of_its_own(world: World) -> None:
    world.join("a1")
    other = world.join("a2")
    often = {"interval": "5s", "retry_interval": "500ms", "max_gap": "15s"}
    world.rooms.registry.add_check("a2", CheckSpec("ping", agents="a1", settings=often), ADMIN)
    world.run(90)
    other.alive = False
    world.fail("a2")
    world.run(200)

    kinds = {incident.kind: incident for incident in world.all()}
    assert kinds["agent_lost"].parent == kinds["outage"].id
    assert world.desk.events(kinds["agent_lost"].correlation) == []


def told_again(world: World) -> dict[str, Any]:
    rooms = world.rooms
    parts = SimpleNamespace(
        log=rooms.log, state=rooms.state, live=rooms.live, fold=rooms.fold, timelines=world.timelines,
        settings=rooms.settings,
    )  # fmt: skip
    return rebuild(parts, world.now)


def test_what_belongs_together_is_the_same_when_the_log_is_folded_again(world: World) -> None:
    one, _ = two_outages(world)
    found = fleet_of(world)
    found.mend(["db", "web"])
    found.confirm()
    found.rest(10)
    world.incidents.act(one.name, Verb.VOID, ADMIN, reason="a drill")

    assert told_again(world)["differences"] == []


def test_outages_that_a_dark_site_took_along_are_not_without_an_incident(world: World) -> None:
    found = of_site(world, 5)
    found.fail(leaves(5))
    found.confirm()
    found.rest(20)
    told = told_again(world)

    assert (told["differences"], told["without_incident"]) == ([], [])
