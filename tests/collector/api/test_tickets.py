"""The doors of ticket systems: who may try one, and what is measured of them."""

import pytest

from tests.collector.api.asking import Door

DESK = {"kind": "webhook", "url": "http://127.0.0.1:9/hook", "secret": {"env": "PATH"}}


@pytest.mark.parametrize(("method", "path"), [("POST", "tickets/desk/test"), ("GET", "tickets/desk/preview")])
@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_who_administers_may_try_a_system(door: Door, role: str, method: str, path: str) -> None:
    assert door.ask_as(door.token(role), method, path).status_code == 403


def test_a_system_nobody_configured_cannot_be_tried(door: Door) -> None:
    assert door.ask("GET", "tickets/desk/preview").status_code == 404


def test_what_waits_is_measured_for_each_system_also_when_it_is_nothing(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.house.errands, "systems", ("desk",))
    shown = door.ask_as(door.token("viewer"), "GET", "/metrics").text

    assert 'nineward_errands{system="desk",state="parked"} 0' in shown


def test_a_preview_of_an_unknown_incident_says_so(door: Door) -> None:
    object.__setattr__(door.house.settings, "tickets", {"desk": DESK})
    answer = door.ask("GET", "tickets/desk/preview?incident=INC-2026-000001")

    assert answer.status_code == 404


def test_the_list_tells_kind_and_what_waits(door: Door) -> None:
    object.__setattr__(door.house.settings, "tickets", {"desk": DESK})

    (desk,) = door.ok("GET", "tickets")
    assert desk == {"name": "desk", "kind": "webhook", "waiting": 0, "parked": 0, "trouble": ""}
