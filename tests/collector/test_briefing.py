"""What goes into the log for the one who must fix a fault, in a small world with given time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.brief_words import parts
from collector.specs import MaintenanceSpec, ServiceSpec
from collector.store import traps
from collector.texts import translator
from rules.incident import Verb
from tests.collector.rooms import ADMIN
from tests.collector.watch import MINUTE, URGENT, World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.rooms.fold.appliers["trap"] = traps.apply
        found.join("a1")
        yield found


def brief(small: World, event: str = "opened") -> dict[str, Any]:
    """The brief that the newest ticket was told of."""
    telling = [one for one in small.desk.told if one.event == event][-1]
    return dict(telling.facts["brief"])


def lines(small: World, title: str) -> tuple[str, ...]:
    """What the brief says under a heading."""
    found = {part.title: part.lines for part in parts(brief(small), translator("en"), "UTC")}
    return found.get(title, ())


def down(small: World, name: str = "core-1", **given: Any) -> None:
    """A target that was well for a while goes down."""
    if name not in small.states():
        small.add(name, **{**URGENT, **given})
        small.run(20)
    small.fail(name)
    small.run(30)


def test_a_fault_began_between_the_last_good_and_the_first_bad_look(world: World) -> None:
    down(world)

    began = brief(world)["began"]
    assert 0 < began["to"] - began["from"] <= 5_000


def test_every_agent_s_own_words_are_there(world: World) -> None:
    down(world)

    (look,) = brief(world)["looks"]
    assert (look["check"], look["agent"], look["bad"], look["text"]) == ("ping", "a1", True, "ping says failed")


def test_earlier_incidents_come_with_their_cause(tmp_path: Path) -> None:
    with open_world(tmp_path, reopen_window="30s") as world:
        world.join("a1")
        down(world)
        world.incidents.act(world.one().id, Verb.RESOLVE, ADMIN, cause="the fan was dead")
        world.mend("core-1")
        world.run(60)
        down(world)

        assert [one["cause"] for one in brief(world)["similar"]] == ["the fan was dead"]
        assert lines(world, "Earlier incidents of the kind")[0].endswith(": the fan was dead")


def test_what_hangs_on_it_is_named(world: World) -> None:
    core = world.add("core-1", **URGENT)
    world.add("leaf-1", "192.0.2.2", parents=(core,))
    world.run(60)
    world.rooms.registry.agreements.set_service(ServiceSpec("web", {"all_of": ["core-1"]}), ADMIN)
    world.rooms.registry.agreements.set_service(ServiceSpec("shop", {"all_of": ["web"]}), ADMIN)
    down(world)

    assert brief(world)["radius"] == {"dependents": 1, "names": ["leaf-1"], "services": ["shop", "web"]}


def test_what_people_changed_shortly_before_is_told(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.rooms.registry.set_target("core-1", {"labels": {"site": "hz"}}, ADMIN)
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="60s"), ADMIN)
    world.run(2 * MINUTE // 1_000)
    down(world)

    said = " | ".join(lines(world, "What changed shortly before"))
    assert "changed the settings of the target in Nineward" in said
    assert "maintenance began: new fan" in said
    assert "maintenance ended: new fan" in said


def test_a_trap_about_the_configuration_is_told_as_that(world: World) -> None:
    key = world.add("core-1", **URGENT)
    world.run(20)
    trap = {
        "at": world.now, "seq": 1, "target": key, "source": "192.0.2.1", "version": "v2c", "inform": False,
        "oid": "1.3.6.1.4.1.9.9.43.2.0.1", "name": "CISCO-CONFIG-MAN-MIB::ciscoConfigManEvent", "uptime": None,
        "bindings": [], "unkept": 0,
    }  # fmt: skip
    world.rooms.intake.record("trap", {"agent": 1, "boot": "b", "traps": [trap]}).result(10)
    down(world)

    (line,) = lines(world, "What changed shortly before")
    assert line.endswith("ciscoConfigManEvent: the device's configuration was changed")


def test_the_first_commands_name_the_address_and_the_target(world: World) -> None:
    down(world)

    assert brief(world)["commands"] == [
        "ping -c 5 192.0.2.1", "mtr -rwbc 20 192.0.2.1", "nineward explain core-1",
    ]  # fmt: skip


def test_a_fault_that_comes_back_is_briefed_anew(world: World) -> None:
    down(world)
    world.mend("core-1")
    world.run(30)
    down(world)

    began = brief(world, "reopened")["began"]["to"]
    assert began > brief(world, "opened")["began"]["to"]


def test_a_fault_of_one_check_is_about_that_check(world: World) -> None:
    world.add("core-1", kind="switch", snmp="v2c", **URGENT)
    world.run(60)
    world.fail("core-1", "snmp")
    world.run(150)

    assert {look["check"] for look in brief(world)["looks"]} == {"snmp"}
    assert brief(world)["commands"][0] == "nc -vzu -w 3 192.0.2.1 161"


def test_in_a_storm_the_first_are_briefed_whole_and_the_others_shortly(world: World) -> None:
    for number in range(24):
        world.add(f"t{number}", f"192.0.2.{number + 1}", **URGENT)
    world.run(20)
    for number in range(24):
        world.rooms.registry.set_target(f"t{number}", {"labels": {"rack": "7"}}, ADMIN)
        world.fail(f"t{number}")
    world.deciding = False
    world.run(30)
    world.decide()

    told = [one.facts["brief"] for one in world.desk.told]
    assert len(told) == 24
    assert sum("changes" in one for one in told) == 20
    assert all(one["looks"] and one["commands"] for one in told)


def test_a_dark_site_is_briefed_by_what_hangs_on_nothing_there(world: World) -> None:
    roots = [world.add(f"r{number}", f"192.0.2.{number}", labels={"site": "hz"}, **URGENT) for number in (1, 2, 3)]
    world.add("leaf", "192.0.2.9", labels={"site": "hz"}, parents=(roots[0],))
    world.run(60)
    world.rooms.registry.agreements.set_service(ServiceSpec("web", {"all_of": ["leaf"]}), ADMIN)
    for name in ("r1", "r2", "r3", "leaf"):
        world.fail(name)
    world.run(60)

    assert [one.kind for one in world.all()] == ["site"]
    assert {look["check"] for look in brief(world)["looks"]} == {"r1 ping", "r2 ping", "r3 ping"}
    assert brief(world)["radius"]["services"] == ["web"]
    assert brief(world)["commands"][:2] == ["ping -c 5 192.0.2.1", "mtr -rwbc 20 192.0.2.1"]


def test_what_changed_about_one_of_several_targets_is_told_with_its_name() -> None:
    change = {"at": 0, "text": "trap {name}", "values": {"name": "linkDown"}, "words": [], "target": "r1"}

    (part,) = parts({"changes": [change]}, translator("en"), "UTC")
    assert part.lines == ("1970-01-01 00:00:00: r1: trap linkDown",)
