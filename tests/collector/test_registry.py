"""Targets, checks and policies: what is taken, what is refused, and that the log alone brings it all back."""

import json
from pathlib import Path

import pytest

from collector.configuration import apply
from collector.registry import Imported
from collector.specs import CheckSpec, CredentialSpec, PolicySpec, TargetSpec
from collector.store import checks, policies, targets
from collector.store.checks import Check
from collector.store.state import State
from collector.store.targets import Priority, Target
from rules.errors import Conflicting, Invalid, Missing
from tests.collector.rooms import ADMIN, START, Rooms

DERIVED = ("object", "revision", "effective", "assignment", "plan")


def add(rooms: Rooms, name: str = "web-1", address: str = "192.0.2.1", **more: object) -> Target:
    return rooms.registry.add_target(TargetSpec(name, address, **more), ADMIN)  # type: ignore[arg-type]


def checks_of(rooms: Rooms, target: Target) -> list[Check]:
    with rooms.state.read() as tx:
        return checks.of_target(tx, target.id)


def interval(rooms: Rooms, check: Check) -> int:
    with rooms.state.read() as tx:
        return checks.effective(tx, check.handle).interval


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (TargetSpec("a", "192.0.2.1"), [("ping", True)]),
        (TargetSpec("a", "192.0.2.1", snmp="v2c"), [("ping", True), ("snmp", True)]),
        (TargetSpec("a", "http://example.org/"), [("http", True)]),
        (TargetSpec("a", "https://example.org/"), [("http", True), ("tls", False)]),
        (TargetSpec("a", "192.0.2.1:22"), [("tcp", True)]),
        (TargetSpec("a", "192.0.2.1", checks=()), []),
    ],
)
def test_a_target_gets_the_checks_its_address_calls_for(
    rooms: Rooms, spec: TargetSpec, expected: list[tuple[str, bool]]
) -> None:
    target = rooms.registry.add_target(spec, ADMIN)

    assert [(check.kind, check.vital) for check in checks_of(rooms, target)] == expected


def test_a_new_target_is_pending(rooms: Rooms) -> None:
    assert add(rooms).pending


def test_service_begins_with_the_first_good_answer(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.begin_service(target.id, START + 5_000)
    rooms.registry.add_policy(PolicySpec("*", {"interval": "2m"}), ADMIN)  # recorded after it, so now both are folded

    with rooms.state.read() as tx:
        assert targets.get(tx, target.id).in_service_from == START + 5_000


def test_service_begins_only_once(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.begin_service(target.id, START + 5_000)
    rooms.registry.begin_service(target.id, START + 9_000)
    rooms.registry.add_policy(PolicySpec("*", {"interval": "2m"}), ADMIN)

    with rooms.state.read() as tx:
        assert targets.get(tx, target.id).in_service_from == START + 5_000


def test_a_change_beside_it_does_not_make_a_target_pending_again(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.begin_service(target.id, START + 5_000)
    changed = rooms.registry.set_target(target.id, {"kind": "server"}, ADMIN)

    assert (changed.kind, changed.in_service_from) == ("server", START + 5_000)


def test_handles_are_never_used_again(rooms: Rooms) -> None:
    first = checks_of(rooms, add(rooms))[0]
    rooms.registry.remove_target("web-1", ADMIN)
    second = checks_of(rooms, add(rooms))[0]

    assert second.handle > first.handle


def test_a_reused_name_does_not_inherit_a_history(rooms: Rooms) -> None:
    first = add(rooms)
    rooms.registry.remove_target("web-1", ADMIN)

    assert add(rooms).id != first.id


def test_a_rename_keeps_the_identity(rooms: Rooms) -> None:
    target = add(rooms)

    assert rooms.registry.set_target("web-1", {"name": "web-one"}, ADMIN).id == target.id


def test_a_name_in_use_is_refused(rooms: Rooms) -> None:
    add(rooms)

    with pytest.raises(Conflicting, match="already"):
        add(rooms)


@pytest.mark.parametrize("name", ["", " ", " web-1", "web-1 ", "web\n1", "web\t1", "w" * 201])
def test_a_name_nobody_can_type_again_is_refused(rooms: Rooms, name: str) -> None:
    with pytest.raises(Invalid, match="name: expected 1 to 200 characters in one line"):
        add(rooms, name)


@pytest.mark.parametrize("name", ["核心交换机", "shop floor 2", "w" * 200])
def test_a_name_may_be_of_any_script_and_hold_blanks(rooms: Rooms, name: str) -> None:
    assert add(rooms, name).name == name


def test_all_mistakes_are_told_at_once(rooms: Rooms) -> None:
    with pytest.raises(Invalid) as refused:
        add(rooms, "a", "", parents=("b",), credentials=("c",), settings={"intervall": "1m", "timeout": 3})

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == [
        "address",
        "credentials",
        "parents",
        "settings.intervall",
        "settings.timeout",
    ]


def test_nothing_of_a_refused_request_is_done(rooms: Rooms) -> None:
    with pytest.raises(Invalid):
        add(rooms, parents=("nobody",))

    with rooms.state.read() as tx:
        assert targets.ever(tx) == []


def test_a_target_cannot_be_its_own_ancestor(rooms: Rooms) -> None:
    add(rooms, "a")
    add(rooms, "b", parents=("a",))

    with pytest.raises(Invalid, match=r"a → b → a is a circle|b → a → b is a circle"):
        rooms.registry.set_target("a", {"parents": ["b"]}, ADMIN)


def test_a_parent_cannot_be_removed_before_its_children(rooms: Rooms) -> None:
    add(rooms, "a")
    add(rooms, "b", parents=("a",))

    with pytest.raises(Conflicting, match="parent of b"):
        rooms.registry.remove_target("a", ADMIN)


def test_removing_retires_and_deletes_nothing(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.clock.at += 1_000
    rooms.registry.remove_target("web-1", ADMIN)

    with rooms.state.read() as tx:
        kept = targets.get(tx, target.id)
        assert (kept.retired, kept.in_service_to) == (START + 1_000, START + 1_000)
        assert [check.retired for check in checks.ever_of_target(tx, target.id)] == [START + 1_000]


def test_removing_twice_is_the_same_as_once(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.remove_target("web-1", ADMIN)
    position = rooms.log.head()[0]
    rooms.registry.remove_target(target.id, ADMIN)

    assert rooms.log.head()[0] == position


def test_settings_merge_and_none_takes_one_away(rooms: Rooms) -> None:
    add(rooms, settings={"interval": "30s", "confirm_down": 4})
    changed = rooms.registry.set_target("web-1", {"settings": {"interval": None, "timeout": "2s"}}, ADMIN)

    assert changed.settings == {"confirm_down": 4, "timeout": "2s"}


def test_each_layer_wins_over_the_one_below(rooms: Rooms) -> None:
    target = add(rooms)
    check = checks_of(rooms, target)[0]
    seen = [interval(rooms, check)]
    rooms.registry.add_policy(PolicySpec("kind=host", {"interval": "50s"}), ADMIN)
    seen.append(interval(rooms, check))
    rooms.registry.set_target("web-1", {"settings": {"interval": "40s"}}, ADMIN)
    seen.append(interval(rooms, check))
    rooms.registry.set_check(check.id, {"settings": {"interval": "30s"}}, ADMIN)
    seen.append(interval(rooms, check))

    assert seen == [60_000, 50_000, 40_000, 30_000]


def test_a_setting_says_which_layer_it_comes_from(rooms: Rooms) -> None:
    target = add(rooms, settings={"confirm_down": 5})
    rooms.registry.add_policy(PolicySpec("*", {"ping.timeout": "2s"}), ADMIN)
    rows = {row.name: row for row in rooms.registry.settings_of(checks_of(rooms, target)[0].id)}

    assert (rows["confirm_down"].layer, rows["timeout"].layer, rows["interval"].layer) == (
        "target",
        "policy 1",
        "shipped",
    )


def test_a_withdrawn_policy_has_no_effect_left(rooms: Rooms) -> None:
    check = checks_of(rooms, add(rooms))[0]
    rooms.registry.add_policy(PolicySpec("*", {"interval": "50s"}), ADMIN)
    rooms.registry.remove_policy(1, ADMIN)

    assert interval(rooms, check) == 60_000


def test_a_policy_reaches_only_what_it_selects(rooms: Rooms) -> None:
    here = checks_of(rooms, add(rooms, "a", labels={"site": "hz"}))[0]
    there = checks_of(rooms, add(rooms, "b", labels={"site": "sh"}))[0]
    rooms.registry.add_policy(PolicySpec("site=h*", {"interval": "50s"}), ADMIN)

    assert (interval(rooms, here), interval(rooms, there)) == (50_000, 60_000)


def test_what_was_in_force_at_an_instant_stays_known(rooms: Rooms) -> None:
    check = checks_of(rooms, add(rooms))[0]
    rooms.clock.at += 10_000
    rooms.registry.set_check(check.id, {"settings": {"interval": "30s"}}, ADMIN)

    with rooms.state.read() as tx:
        history = [(since, settings.interval) for since, settings in checks.effective_history(tx, check.handle)]
    assert history == [(START, 60_000), (START + 10_000, 30_000)]


def test_urgent_targets_are_asked_in_a_hurry(rooms: Rooms) -> None:
    check = checks_of(rooms, add(rooms, priority=Priority.URGENT))[0]

    with rooms.state.read() as tx:
        settings = checks.effective(tx, check.handle)
    assert (
        settings.interval,
        settings.retry_interval,
        settings.timeout,
        settings.confirm_down,
        settings.ticket_after,
    ) == (
        5_000,
        500,
        1_000,
        3,
        0,
    )


def test_an_import_is_idempotent(rooms: Rooms) -> None:
    specs = [TargetSpec("b", "192.0.2.2", parents=("a",)), TargetSpec("a", "192.0.2.1")]

    assert rooms.registry.import_targets(specs, ADMIN) == Imported(("b", "a"), (), ())
    assert rooms.registry.import_targets(specs, ADMIN) == Imported((), (), ("b", "a"))


def test_an_import_changes_what_differs(rooms: Rooms) -> None:
    add(rooms, "a")
    done = rooms.registry.import_targets([TargetSpec("a", "192.0.2.9")], ADMIN)

    assert done == Imported((), ("a",), ())


def test_an_import_with_one_mistake_does_nothing(rooms: Rooms) -> None:
    specs = [TargetSpec("a", "192.0.2.1"), TargetSpec("b", "not an address"), TargetSpec("c", "", snmp="v9")]
    with pytest.raises(Invalid) as refused:
        rooms.registry.import_targets(specs, ADMIN)

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == [
        "targets[1].address",
        "targets[2].address",
        "targets[2].snmp",
    ]
    with rooms.state.read() as tx:
        assert targets.living(tx) == []


def test_a_dry_run_does_nothing(rooms: Rooms) -> None:
    done = rooms.registry.import_targets([TargetSpec("a", "192.0.2.1")], ADMIN, dry_run=True)

    assert done.added == ("a",)
    with rooms.state.read() as tx:
        assert targets.living(tx) == []


def test_an_import_is_one_entry_of_the_log(rooms: Rooms) -> None:
    rooms.registry.import_targets([TargetSpec(f"t{number}", "192.0.2.1") for number in range(50)], ADMIN)

    assert rooms.log.head()[0] == 1


def test_a_second_check_of_one_kind_is_refused(rooms: Rooms) -> None:
    add(rooms)

    with pytest.raises(Conflicting, match="already"):
        rooms.registry.add_check("web-1", CheckSpec("ping"), ADMIN)


def test_parts_are_checks_of_their_own(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.add_check("web-1", CheckSpec("disk", part="/var"), ADMIN)
    rooms.registry.add_check("web-1", CheckSpec("disk", part="/srv"), ADMIN)

    assert [check.name for check in checks_of(rooms, target)] == ["ping", "disk[/var]", "disk[/srv]"]


def test_what_does_not_exist_is_missing(rooms: Rooms) -> None:
    with pytest.raises(Missing, match="no target 'x'"):
        rooms.registry.set_target("x", {}, ADMIN)


def test_an_unchanged_target_writes_nothing(rooms: Rooms) -> None:
    add(rooms, labels={"site": "hz"})
    position = rooms.log.head()[0]
    rooms.registry.set_target("web-1", {"labels": {"site": "hz"}, "address": "192.0.2.1"}, ADMIN)

    assert rooms.log.head()[0] == position


def test_every_change_names_its_author_and_instant(rooms: Rooms) -> None:
    add(rooms)
    entry = next(iter(rooms.log.read(0)))
    payload = json.loads(entry.body)

    assert payload["actor"] == {"kind": "person", "id": "u_admin", "name": "ada"}
    assert {change["since"] for change in payload["changes"]} == {START}


def busy_day(rooms: Rooms) -> None:
    registry = rooms.registry
    registry.credentials.set(CredentialSpec("lab", "snmp", {"community": "quite-secret"}), ADMIN)
    add(rooms, "gw")
    add(rooms, "sw", snmp="v2c", credentials=("lab",), parents=("gw",), labels={"site": "hz"})
    rooms.clock.at += 1_000
    registry.add_policy(PolicySpec("site=hz", {"interval": "30s"}), ADMIN)
    registry.begin_service("gw", START)
    rooms.clock.at += 1_000
    registry.set_target("sw", {"name": "core-1"}, ADMIN)
    registry.remove_target("core-1", ADMIN)
    registry.remove_policy(1, ADMIN)


def contents(state: State) -> dict[str, list[tuple[object, ...]]]:
    with state.read() as tx:
        return {table: sorted(map(tuple, tx.execute(f"SELECT * FROM {table}"))) for table in DERIVED}


def test_the_log_alone_brings_the_configuration_back(rooms: Rooms, tmp_path: Path) -> None:
    busy_day(rooms)
    again = State(tmp_path / "again.db")
    with again.write() as tx:
        for entry in rooms.log.read(0):
            apply(tx, entry.position, entry.at, json.loads(entry.body))

    assert contents(again) == contents(rooms.state)
    again.close()


def test_applying_an_entry_twice_changes_nothing(rooms: Rooms) -> None:
    busy_day(rooms)
    before = contents(rooms.state)
    last = list(rooms.log.read(0))[-1]
    with rooms.state.write() as tx:
        apply(tx, last.position, last.at, json.loads(last.body))

    assert contents(rooms.state) == before


def test_no_secret_ever_stands_in_the_log(rooms: Rooms) -> None:
    busy_day(rooms)

    assert not any(b"quite-secret" in entry.body for entry in rooms.log.read(0))


def test_the_policies_are_listed_by_strength(rooms: Rooms) -> None:
    for number in range(3):
        rooms.registry.add_policy(PolicySpec("*", {"confirm_down": number + 1}), ADMIN)

    with rooms.state.read() as tx:
        assert [policy.number for policy in policies.living(tx)] == [1, 2, 3]


def test_the_checks_of_a_target_are_found_without_reading_all(rooms: Rooms) -> None:
    """An import asks for the checks of each of its targets, so reading all of them each time would be quadratic."""
    query = "SELECT data FROM object WHERE noun = 'check' AND owner = 't' AND retired IS NULL ORDER BY number, id"
    with rooms.state.read() as tx:
        plan = " ".join(row["detail"] for row in tx.execute(f"EXPLAIN QUERY PLAN {query}"))

    assert "object_by_owner" in plan


PORTS = (CheckSpec("interface", part="Gi1/0/1"), CheckSpec("interface", part="Gi1/0/2"))


@pytest.mark.parametrize(
    "spec",
    [
        CheckSpec("interface", part="Gi1/0/1"),
        CheckSpec("interface", options={"name": "Gi1/0/1"}),
        CheckSpec("interface", part="uplink", options={"name": "Gi1/0/1"}),
    ],
)
def test_a_part_and_the_option_that_names_it_are_the_same(rooms: Rooms, spec: CheckSpec) -> None:
    add(rooms)
    added = rooms.registry.add_check("web-1", spec, ADMIN)

    assert (added.part, added.options, added.vital) == ("Gi1/0/1", {"name": "Gi1/0/1"}, False)


def test_a_component_is_named_by_its_key(rooms: Rooms) -> None:
    add(rooms)

    assert rooms.registry.add_check("web-1", CheckSpec("component", part="fan:1"), ADMIN).options == {"key": "fan:1"}


def test_a_part_that_is_not_named_is_refused(rooms: Rooms) -> None:
    add(rooms)

    with pytest.raises(Invalid, match=r"options\.name: expected the interface to watch"):
        rooms.registry.add_check("web-1", CheckSpec("interface"), ADMIN)


def test_several_parts_are_accepted_in_one_entry_of_the_log(rooms: Rooms) -> None:
    add(rooms)
    before = rooms.log.head()[0]
    added = rooms.registry.add_checks("web-1", PORTS, ADMIN)

    assert [check.name for check in added] == ["interface[Gi1/0/1]", "interface[Gi1/0/2]"]
    assert rooms.log.head()[0] == before + 1


def test_of_several_parts_one_that_is_there_already_stops_all(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.add_check("web-1", PORTS[1], ADMIN)

    with pytest.raises(Conflicting, match=r"checks\[1\]\.kind: this target has a check interface\[Gi1/0/2\] already"):
        rooms.registry.add_checks("web-1", PORTS, ADMIN)

    assert len(checks_of(rooms, target)) == 2


def test_a_check_does_not_become_one_of_another_part(rooms: Rooms) -> None:
    add(rooms)
    added = rooms.registry.add_check("web-1", PORTS[0], ADMIN)

    with pytest.raises(Invalid, match="another interface is another check"):
        rooms.registry.set_check(added.id, {"options": {"name": "Gi1/0/2"}}, ADMIN)

    assert rooms.registry.set_check(added.id, {"options": {"port": 1161}}, ADMIN).options["port"] == 1161


def test_an_import_accepts_more_parts_of_a_target_that_is_there(rooms: Rooms) -> None:
    target = add(rooms)
    rooms.registry.add_check("web-1", PORTS[0], ADMIN)
    spec = TargetSpec("web-1", "192.0.2.1", checks=PORTS)

    assert rooms.registry.import_targets([spec], ADMIN).changed == ("web-1",)
    assert [check.name for check in checks_of(rooms, target)] == ["ping", "interface[Gi1/0/1]", "interface[Gi1/0/2]"]
    assert rooms.registry.import_targets([spec], ADMIN).unchanged == ("web-1",)


def test_a_device_profile_is_known_to_agents_alone(rooms: Rooms) -> None:
    assert add(rooms, profile="cisco-ios").profile == "cisco-ios"
    with pytest.raises(Invalid, match="profile: expected auto or the name of a profile"):
        add(rooms, "web-2", profile="Cisco IOS")
