"""The door of complaints: what is noted, until when it must be answered, who may see and note it."""

from typing import Any

import pytest

from tests.collector.api.asking import Door
from tests.collector.api.test_incidents import opened

HOUR = 3_600_000


def complaint(door: Door, **more: Any) -> Any:
    return door.ok("POST", "complaints", {"text": "the portal is slow", "by": "Mrs Chen", **more})


def rule(door: Door) -> Any:
    (house, *_) = door.ok("GET", "objectives")["items"]
    return next(one for one in house["requests"] if one["name"] == "complaint_reply")


def test_a_complaint_is_to_be_answered_within_the_hour(door: Door) -> None:
    found = complaint(door)

    assert (found["state"], found["reply_due"], found["in_time"]) == ("open", door.clock.at + HOUR, None)


@pytest.mark.parametrize(("after", "in_time"), [(HOUR, True), (HOUR + 1, False)])
def test_an_answer_is_in_time_or_late(door: Door, after: int, in_time: bool) -> None:
    complaint(door)
    door.clock.at += after

    found = door.ok("POST", "complaints/1/reply", {"text": "we look into it"})

    assert (found["state"], found["in_time"], found["replied_at"]) == ("replied", in_time, door.clock.at)


def test_one_that_nobody_answered_is_late_after_the_hour(door: Door) -> None:
    complaint(door)
    door.clock.at += HOUR + 1

    (found,) = door.ok("GET", "complaints?state=open")["items"]
    assert found["in_time"] is False


def test_it_is_closed_with_its_cause(door: Door) -> None:
    complaint(door)
    door.ok("POST", "complaints/1/reply", {"text": "we look into it"})

    found = door.ok("POST", "complaints/1/close", {"text": "more memory", "area": "tool"})

    assert (found["state"], found["area"], found["outcome"]) == ("closed", "tool", "more memory")
    assert door.ok("GET", "complaints?state=open")["items"] == []


def test_the_objectives_count_answers_in_time(door: Door) -> None:
    complaint(door)
    complaint(door)
    door.clock.at += HOUR // 2
    door.ok("POST", "complaints/1/reply", {"text": "we look into it"})
    pending = rule(door)
    door.clock.at += HOUR

    found = rule(door)

    assert (pending["due"], pending["pending"], pending["verdict"]) == (1, 1, "met")
    assert (found["due"], found["in_time"], found["value"], found["verdict"]) == (2, 1, 0.5, "missed")
    assert (found["allowed_ms"], found["late"], found["median_ms"]) == (HOUR, ["C-2"], HOUR // 2)


def test_complaints_are_not_counted_as_faults_to_answer(door: Door) -> None:
    complaint(door)
    door.clock.at += 1

    (house, *_) = door.ok("GET", "objectives")["items"]
    assert {one["name"]: one["due"] + one["pending"] for one in house["requests"]} == {
        "response": 0, "response_by_priority": 0, "start_of_work": 0, "solved": 0, "call_back": 0, "complaint_reply": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("customer", 403), ("service_desk", 201)])
def test_whoever_follows_up_may_note_one(door: Door, role: str, status: int) -> None:
    assert door.ask_as(door.token(role), "POST", "complaints", {"text": "slow"}).status_code == status


def test_customers_are_told_no_name(door: Door) -> None:
    complaint(door)

    (found,) = door.ask_as(door.token("customer"), "GET", "complaints").json()["items"]

    assert (found["by"], found["noted_by"], found["text"]) == ("", "", "the portal is slow")


def test_who_is_limited_to_some_targets_sees_complaints_about_these_alone(door: Door) -> None:
    opened(door)
    target = door.ok("GET", "incidents/INC-2026-000001")["target"]
    complaint(door)
    complaint(door, about=target)
    token = door.token("service_desk", site="elsewhere")

    assert door.ask_as(token, "GET", "complaints").json()["items"] == []
    assert door.ask_as(token, "POST", "complaints/2/reply", {"text": "x"}).status_code == 404
    assert door.ask_as(token, "POST", "complaints", {"text": "x"}).status_code == 403
    assert door.ask_as(token, "POST", "complaints", {"text": "x", "about": target}).status_code == 403
