"""The doors of incidents and ticket systems."""

from typing import Any

from tests.collector.api.asking import Door


def opened(door: Door, target: str = "", key: str = "i_one", **more: Any) -> None:
    """An incident, as if the stage had decided it."""
    payload: dict[str, Any] = {
        "verb": "open",
        "incident": key,
        "actor": {"kind": "monitor", "name": "nineward"},
        "text": "core-1 is down: ping: no answer",
        "kind": "outage",
        "fault": f"outage:{key}",
        "target": target,
        "check": "",
        "agent": "",
        "priority": "urgent",
        "summary": "core-1 is down",
        "correlation": f"nineward:n1:{key}",
        "year": 2026,
        "since": door.clock.at - 2000,
        "detected": door.clock.at,
        "due": door.clock.at,
        "systems": [],
        **more,
    }
    position = door.house.intake.record("incident", payload).result(10)
    assert door.house.fold.wait_for(position)


def test_an_incident_is_listed_with_number_state_and_target(door: Door) -> None:
    target = door.ok("POST", "targets", {"name": "core-1", "address": "192.0.2.1"})
    opened(door, target["id"])

    (row,) = door.ok("GET", "incidents")["items"]
    assert (row["number"], row["state"], row["target"]) == ("INC-2026-000001", "open", "core-1")
    assert row["since"] == door.clock.at - 2000


def test_an_incident_is_shown_with_its_story_and_what_may_follow(door: Door) -> None:
    opened(door)
    found = door.ok("GET", "incidents/INC-2026-000001")

    assert [event["kind"] for event in found["events"]] == ["open"]
    assert found["actions"] == ["ack", "start", "pause", "comment", "resolve", "merge", "void"]
    assert found["episodes"] == [{"since": door.clock.at - 2000, "detected": door.clock.at, "ended": None}]


def test_a_person_takes_it_through_its_life(door: Door) -> None:
    opened(door)
    door.ok("POST", "incidents/INC-2026-000001/ack")
    door.ok("POST", "incidents/INC-2026-000001/pause", {"reason": "part", "text": "a fan"})
    door.ok("POST", "incidents/INC-2026-000001/resume")
    found = door.ok("POST", "incidents/INC-2026-000001/resolve", {"cause": "a fan", "text": "changed"})

    assert (found["state"], found["cause"]) == ("resolved", "a fan")
    assert [event["text"] for event in found["events"]][1:] == ["", "part: a fan", "", "changed"]
    assert found["acknowledged_at"] == door.clock.at


def test_an_incident_is_merged_into_another_and_shown_there(door: Door) -> None:
    opened(door)
    opened(door, key="i_two")
    found = door.ok("POST", "incidents/INC-2026-000002/merge", {"into": "INC-2026-000001"})

    assert (found["state"], found["actions"]) == ("merged", ["comment", "reopen"])
    leading = door.ok("GET", "incidents/INC-2026-000001")
    assert [one["number"] for one in leading["members"]] == ["INC-2026-000002"]


def test_a_void_incident_must_say_why(door: Door) -> None:
    opened(door)

    assert door.ask("POST", "incidents/INC-2026-000001/void").status_code == 400
    assert door.ok("POST", "incidents/INC-2026-000001/void", {"reason": "a drill"})["state"] == "void"


def test_a_step_the_incident_is_not_ready_for_is_a_conflict(door: Door) -> None:
    opened(door)

    answer = door.ask("POST", "incidents/INC-2026-000001/close")
    assert answer.status_code == 409
    assert "possible: ack" in answer.json()["detail"]


def test_a_pause_must_say_what_it_waits_for(door: Door) -> None:
    opened(door)

    assert door.ask("POST", "incidents/INC-2026-000001/pause", {"reason": "mood"}).status_code == 400


def test_unknown_numbers_and_steps_are_missing(door: Door) -> None:
    opened(door)

    assert door.ask("GET", "incidents/INC-2026-000009").status_code == 404
    assert door.ask("POST", "incidents/INC-2026-000001/forget").status_code == 404
    assert door.ask("POST", "incidents/INC-2026-000001/open").status_code == 404


def test_the_list_is_filtered_and_comes_in_pages(door: Door) -> None:
    for number in range(5):
        opened(door, key=f"i_{number}")
    door.ok("POST", "incidents/INC-2026-000001/resolve")
    first = door.ok("GET", "incidents?limit=3")
    rest = door.ok("GET", f"incidents?limit=3&cursor={first['next']}")

    assert len({row["number"] for row in first["items"] + rest["items"]}) == 5
    assert rest["next"] is None
    assert len(door.ok("GET", "incidents?state=living")["items"]) == 4
    assert door.ask("GET", "incidents?state=broken").status_code == 400


def test_a_viewer_reads_and_does_not_handle(door: Door) -> None:
    opened(door)
    token = door.token("viewer")

    assert door.ask_as(token, "GET", "incidents").is_success
    assert door.ask_as(token, "POST", "incidents/INC-2026-000001/ack").status_code == 403
    assert door.ask_as("", "GET", "incidents").status_code == 401


def test_a_scope_hides_what_lies_outside(door: Door) -> None:
    target = door.ok("POST", "targets", {"name": "core-1", "address": "192.0.2.1", "labels": {"site": "hz"}})
    opened(door, target["id"])
    inside, outside = door.token("operator", site="hz"), door.token("operator", site="sh")

    assert len(door.ask_as(inside, "GET", "incidents").json()["items"]) == 1
    assert door.ask_as(outside, "GET", "incidents").json()["items"] == []
    assert door.ask_as(outside, "GET", "incidents/INC-2026-000001").status_code == 404
    assert door.ask_as(outside, "POST", "incidents/INC-2026-000001/ack").status_code == 404


def test_a_site_that_went_dark_is_in_the_scope_of_that_site(door: Door) -> None:
    opened(door, kind="site", fault="site:hz", summary="Site hz is dark")
    inside, outside = door.token("operator", site="hz"), door.token("operator", site="sh")

    assert door.ask_as(inside, "POST", "incidents/INC-2026-000001/ack").json()["state"] == "acknowledged"
    assert door.ask_as(outside, "GET", "incidents/INC-2026-000001").status_code == 404


def test_only_a_person_answers_an_incident(door: Door) -> None:
    opened(door)
    door.ask_as(door.token("ticketing"), "POST", "incidents/INC-2026-000001/ack")

    found = door.ok("GET", "incidents/INC-2026-000001")
    assert (found["state"], found["acknowledged_at"]) == ("acknowledged", None)
    assert found["events"][-1]["actor_kind"] == "ticket_system"


def test_a_ticket_system_nobody_configured_cannot_be_tested(door: Door) -> None:
    assert door.ok("GET", "tickets") == []
    assert door.ask("POST", "tickets/desk/test").status_code == 404


def test_nothing_is_parked_at_first(door: Door) -> None:
    assert door.ok("GET", "errands")["items"] == []
    assert door.ask("POST", "errands/i_none.desk.1/release").status_code == 404


def test_an_end_that_nobody_saw_is_told_as_none_and_asks_nobody(door: Door) -> None:
    opened(door)
    draft = {
        "verb": "recover",
        "incident": "i_one",
        "actor": {"kind": "monitor", "name": "nineward"},
        "text": "Maintenance of core-1 began",
        "ended": door.clock.at,
        "unseen": True,
    }
    assert door.house.fold.wait_for(door.house.intake.record("incident", draft).result(10))
    found = door.ok("GET", "incidents/INC-2026-000001")

    assert (found["state"], found["solved"]) == ("resolved", False)
    assert [event["unseen"] for event in found["events"]] == [False, True]
    assert found["follow_up"]["feedback_link"] == ""
    assert found["milestones"]["restored"] is None
