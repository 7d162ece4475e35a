"""Maintenance, mutes, corrections: approvals by two, silence that ends, and instants that cannot flatter."""

import pytest

from collector.specs import AgreementSpec, CorrectionSpec, MaintenanceSpec, MuteSpec, TargetSpec
from collector.store import windows
from rules.errors import Conflicting, Forbidden, Invalid, Missing
from tests.collector.rooms import ADMIN, SECOND, START, Rooms

HOUR = 3_600_000


@pytest.fixture(autouse=True)
def target(rooms: Rooms) -> str:
    return rooms.registry.add_target(TargetSpec("web-1", "192.0.2.1"), ADMIN).id


def window(rooms: Rooms, **more: object) -> windows.Maintenance:
    spec = MaintenanceSpec(("web-1",), "new disk", **more)  # type: ignore[arg-type]
    return rooms.registry.overlays.announce(spec, ADMIN).maintenance


def correction(rooms: Rooms, **more: object) -> windows.Correction:
    fields = {"to_class": "excluded", "reason": "power cut", "responsible": "power", **more}
    spec = CorrectionSpec("web-1", START - 2 * HOUR, START - HOUR, **fields)  # type: ignore[arg-type]
    return rooms.registry.overlays.propose(spec, ADMIN)


def test_a_window_to_come_waits_for_a_second_person(rooms: Rooms) -> None:
    assert window(rooms, start=START + HOUR, duration="30m").approved_at is None


def test_a_second_person_approves(rooms: Rooms) -> None:
    number = window(rooms, start=START + HOUR, duration="30m").number
    rooms.clock.at += 1_000
    taken = rooms.registry.overlays.approve_maintenance(number, SECOND)

    assert (taken.maintenance.approved_by, taken.maintenance.approved_at) == (SECOND.id, START + 1_000)
    assert taken.moved is None


def test_the_proposer_cannot_approve(rooms: Rooms) -> None:
    number = window(rooms, start=START + HOUR, duration="30m").number

    with pytest.raises(Forbidden):
        rooms.registry.overlays.approve_maintenance(number, ADMIN)


def test_maintenance_now_is_approved_at_once_and_starts_after_its_approval(rooms: Rooms) -> None:
    made = window(rooms, duration="30m")

    assert made.approved_at == START
    assert made.start == START + 1
    assert made.end == START + 30 * 60_000


def test_where_the_agreement_demands_it_maintenance_now_waits_too(rooms: Rooms) -> None:
    rooms.registry.agreements.set_agreement(AgreementSpec("strict", second_person=True), ADMIN)
    rooms.registry.set_target("web-1", {"agreement": "strict"}, ADMIN)

    assert window(rooms, duration="30m").approved_at is None


def test_a_late_approval_moves_the_start_and_says_so(rooms: Rooms) -> None:
    number = window(rooms, start=START + HOUR, duration="1h").number
    rooms.clock.at = START + HOUR + 600_000
    taken = rooms.registry.overlays.approve_maintenance(number, SECOND)

    assert taken.maintenance.start == rooms.clock.at + 1
    assert taken.moved == (START + HOUR, rooms.clock.at + 1)


def test_a_window_that_is_over_cannot_be_approved(rooms: Rooms) -> None:
    number = window(rooms, start=START + HOUR, duration="1h").number
    rooms.clock.at = START + 3 * HOUR

    with pytest.raises(Conflicting, match="correction"):
        rooms.registry.overlays.approve_maintenance(number, SECOND)


def test_a_window_in_the_past_is_refused(rooms: Rooms) -> None:
    with pytest.raises(Invalid) as refused:
        window(rooms, start=START - 2 * HOUR, duration="1h")

    assert "correction" in refused.value.mistakes[0]


def test_a_running_window_is_ended_not_undone(rooms: Rooms) -> None:
    number = window(rooms, duration="1h").number
    rooms.clock.at += 600_000
    ended = rooms.registry.overlays.cancel_maintenance(number, ADMIN)

    assert (ended.end, ended.retired) == (START + 600_000, None)


def test_a_window_to_come_is_cancelled(rooms: Rooms) -> None:
    number = window(rooms, start=START + HOUR, duration="1h").number

    assert rooms.registry.overlays.cancel_maintenance(number, ADMIN).retired == START


def test_all_mistakes_of_a_window_are_told(rooms: Rooms) -> None:
    spec = MaintenanceSpec(("web-1", "nobody"), " ", start="someday", duration="long")
    with pytest.raises(Invalid) as refused:
        rooms.registry.overlays.announce(spec, ADMIN)

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == [
        "targets[1]",
        "reason",
        "start",
        "duration",
    ]


def test_a_mute_always_ends(rooms: Rooms) -> None:
    with pytest.raises(Invalid, match="mute"):
        rooms.registry.overlays.mute(MuteSpec("web-1", "noise"), ADMIN)


def test_a_mute_may_name_a_target_or_a_selector(rooms: Rooms, target: str) -> None:
    named = rooms.registry.overlays.mute(MuteSpec("web-1", "noise", duration="1h"), ADMIN)
    selected = rooms.registry.overlays.mute(MuteSpec("site=hz", "move", duration="1h"), ADMIN)

    assert (named.what, selected.what) == (target, "site=hz")


def test_a_mute_of_nothing_is_refused(rooms: Rooms) -> None:
    with pytest.raises(Invalid):
        rooms.registry.overlays.mute(MuteSpec("nobody", "noise", duration="1h"), ADMIN)


def test_a_mute_can_be_ended_early(rooms: Rooms) -> None:
    number = rooms.registry.overlays.mute(MuteSpec("web-1", "noise", duration="1h"), ADMIN).number
    rooms.clock.at += 60_000

    assert rooms.registry.overlays.end_mute(number, ADMIN).until == START + 60_000


def test_a_correction_does_nothing_until_another_person_approves(rooms: Rooms) -> None:
    proposed = correction(rooms)
    assert proposed.approved_at is None
    rooms.clock.at += 1_000

    assert rooms.registry.overlays.approve_correction(proposed.number, SECOND).approved_at == START + 1_000


def test_nobody_approves_their_own_correction(rooms: Rooms) -> None:
    number = correction(rooms).number

    with pytest.raises(Forbidden):
        rooms.registry.overlays.approve_correction(number, ADMIN)


@pytest.mark.parametrize("to_class", ["up", "down"])
def test_a_correction_between_up_and_down_needs_evidence(rooms: Rooms, to_class: str) -> None:
    with pytest.raises(Invalid) as refused:
        correction(rooms, to_class=to_class)

    assert refused.value.mistakes[0].startswith("evidence")


def test_time_cannot_be_corrected_to_unreachable(rooms: Rooms) -> None:
    with pytest.raises(Invalid) as refused:
        correction(rooms, to_class="unreachable")

    assert refused.value.mistakes[0].startswith("to_class")


def test_an_approved_correction_is_taken_back_by_another_one(rooms: Rooms) -> None:
    number = correction(rooms).number
    rooms.registry.overlays.approve_correction(number, SECOND)

    with pytest.raises(Conflicting, match="measured"):
        rooms.registry.overlays.withdraw_correction(number, ADMIN)


def test_what_does_not_exist_cannot_be_approved(rooms: Rooms) -> None:
    with pytest.raises(Missing, match="correction 7"):
        rooms.registry.overlays.approve_correction(7, SECOND)
