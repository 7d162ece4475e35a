"""Calendars, agreements, services: versions, and all mistakes at once."""

from typing import Any

import pytest

from collector.specs import AgreementSpec, CalendarSpec, ServiceSpec, TargetSpec
from collector.store import agreements
from rules.errors import Conflicting, Invalid
from tests.collector.rooms import ADMIN, Rooms

OFFICE = CalendarSpec("office", "Asia/Shanghai", {"mon-fri": ("09:00-18:00",)}, ("2026-10-01",), years=(2026,))


def test_an_agreement_set_again_is_the_next_version(rooms: Rooms) -> None:
    rooms.registry.agreements.set_agreement(AgreementSpec("gold"), ADMIN)
    second = rooms.registry.agreements.set_agreement(AgreementSpec("gold", parameters={"merge_gap": "10m"}), ADMIN)

    assert second.version == 2


def test_a_calendar_is_kept_as_given(rooms: Rooms) -> None:
    made = rooms.registry.agreements.set_calendar(OFFICE, ADMIN)

    assert (made.weekly, made.closed, made.years) == ({"mon-fri": ("09:00-18:00",)}, ("2026-10-01",), (2026,))


def test_all_mistakes_of_a_calendar_are_told(rooms: Rooms) -> None:
    wrong = CalendarSpec("x", "Nowhere/City", {"monday": ("9-18",)}, ("1.10.2026",), {"2026-10-10": ("18:00-09:00",)})
    with pytest.raises(Invalid) as refused:
        rooms.registry.agreements.set_calendar(wrong, ADMIN)

    assert [mistake.partition(":")[0] for mistake in refused.value.mistakes] == [
        "tz",
        "weekly.monday",
        "weekly.monday[0]",
        "closed[0]",
        "open.2026-10-10[0]",
    ]


def test_a_calendar_in_use_cannot_be_removed(rooms: Rooms) -> None:
    rooms.registry.agreements.set_calendar(OFFICE, ADMIN)
    rooms.registry.add_target(TargetSpec("web", "192.0.2.1", calendar="office"), ADMIN)

    with pytest.raises(Conflicting, match="web"):
        rooms.registry.agreements.remove("calendar", "office", ADMIN)


def refused_service(rooms: Rooms, name: str, needs: dict[str, Any], **more: Any) -> tuple[str, ...]:
    """What is wrong with it."""
    with pytest.raises(Invalid) as refused:
        rooms.registry.agreements.set_service(ServiceSpec(name, needs, **more), ADMIN)
    return refused.value.mistakes


def test_a_service_needs_what_exists(rooms: Rooms) -> None:
    rooms.registry.add_target(TargetSpec("web-1", "192.0.2.1"), ADMIN)

    assert refused_service(rooms, "web", {"all_of": ["web-1", "web-9"]}) == (
        "needs: there is no target, check or service 'web-9'",
    )
    assert refused_service(rooms, "web", {"2_of": ["web-1"]}) == ("needs: 2_of: it names 1",)
    assert refused_service(rooms, "web-1", {"all_of": ["web-1"]}) == ("name: there is a target 'web-1' already",)
    assert refused_service(rooms, "web", {"all_of": ["web-1"]}, spares=("down",)) == (
        "spares: expected maintenance or excluded, found 'down'",
    )


def test_no_service_is_made_of_itself(rooms: Rooms) -> None:
    rooms.registry.add_target(TargetSpec("web-1", "192.0.2.1"), ADMIN)
    rooms.registry.agreements.set_service(ServiceSpec("web", {"all_of": ["web-1"]}), ADMIN)
    rooms.registry.agreements.set_service(ServiceSpec("shop", {"all_of": ["web"]}), ADMIN)

    assert refused_service(rooms, "web", {"any_of": ["web-1", "shop"]}) == ("needs: shop is made of web itself",)


def test_a_service_keeps_its_parts_by_id(rooms: Rooms) -> None:
    target = rooms.registry.add_target(TargetSpec("web-1", "192.0.2.1"), ADMIN)
    rooms.registry.agreements.set_service(ServiceSpec("web", {"any_of": ["web-1"]}), ADMIN)

    with rooms.state.read() as tx:
        assert [service.needs for service in agreements.services(tx)] == [{"any_of": [target.id]}]


def test_an_agreement_sets_no_parameter_that_would_have_no_effect(rooms: Rooms) -> None:
    with pytest.raises(Invalid) as told:
        rooms.registry.agreements.set_agreement(
            AgreementSpec("gold", parameters={"confirm_down": 2, "late_window": "1d", "merge_gap": "10m"}), ADMIN
        )

    assert [mistake.split(":")[0] for mistake in told.value.mistakes] == [
        "parameters.confirm_down",
        "parameters.late_window",
    ]


def test_no_target_takes_the_name_of_a_service(rooms: Rooms) -> None:
    rooms.registry.add_target(TargetSpec("web-1", "192.0.2.1"), ADMIN)
    rooms.registry.agreements.set_service(ServiceSpec("web", {"any_of": ["web-1"]}), ADMIN)

    with pytest.raises(Conflicting, match="there is a service 'web' already"):
        rooms.registry.add_target(TargetSpec("web", "192.0.2.2"), ADMIN)
