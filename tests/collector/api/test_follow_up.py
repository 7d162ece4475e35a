"""The doors of what follows an incident: its deadlines, cause, actions, call-backs and satisfaction."""

from typing import Any

import pytest

from tests.collector.api.asking import Door
from tests.collector.api.test_incidents import opened

ONE = "incidents/INC-2026-000001"
HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture
def solved(door: Door) -> Door:
    """A house with an incident that somebody began to work on and solved."""
    opened(door)
    door.ok("POST", f"{ONE}/start")
    door.ok("POST", f"{ONE}/resolve", {"text": "changed a fan"})
    return door


def follow_up(door: Door) -> Any:
    return door.ok("GET", ONE)["follow_up"]


def test_a_list_counts_down_to_the_earliest_deadline(door: Door) -> None:
    opened(door)
    door.clock.at += HOUR // 2

    (row,) = door.ok("GET", "incidents")["items"]
    assert row["deadline"] == {
        "rule": "response", "due": row["opened_at"] + HOUR, "left": HOUR // 2, "used": 0.5, "late": False,
    }  # fmt: skip


def test_what_was_missed_is_told_late(door: Door) -> None:
    opened(door)
    door.clock.at += 2 * HOUR + 1

    clocks = {one["rule"]: one for one in door.ok("GET", ONE)["clocks"]}
    assert {rule: one["standing"] for rule, one in clocks.items()} == {
        "response": "late", "response_by_priority": "late", "start_of_work": "pending", "solved": "pending",
    }  # fmt: skip


def test_what_was_done_in_time_is_told_with_the_time_it_took(door: Door) -> None:
    opened(door)
    door.clock.at += HOUR // 4
    door.ok("POST", f"{ONE}/ack")

    (response,) = [one for one in door.ok("GET", ONE)["clocks"] if one["rule"] == "response"]
    assert (response["standing"], response["took"], response["used"]) == ("kept", HOUR // 4, 0.25)


def test_the_milestones_tell_what_was_answered_and_repaired_when(solved: Door) -> None:
    found = solved.ok("GET", ONE)["milestones"]

    assert (found["answered"], found["repaired"], found["response"]) == (solved.clock.at, solved.clock.at, 0)


def test_a_cause_has_an_area_and_the_answers_to_why(solved: Door) -> None:
    whys = ["the fan stood still", "dust", "nobody cleans it"]
    told = {"text": "overheated", "area": "process", "code": "environment", "whys": whys}
    solved.ok("POST", f"{ONE}/cause", told)

    found = solved.ok("GET", ONE)
    cause = found["follow_up"]["cause"]
    assert (found["cause"], cause["area"], cause["code"], cause["whys"]) == (
        "overheated", "process", "environment", whys,
    )  # fmt: skip


def test_every_mistake_in_a_cause_is_told(solved: Door) -> None:
    answer = solved.ask("POST", f"{ONE}/cause", {"text": "x", "area": "fate", "code": "magic", "whys": ["y"] * 6})

    assert answer.status_code == 400
    assert [mistake.split(":")[0] for mistake in answer.json()["mistakes"]] == ["area", "code", "whys"]


def test_an_urgent_fault_is_to_be_analysed_until_somebody_did(solved: Door) -> None:
    before = follow_up(solved)["analysis_due"]
    solved.ok("POST", f"{ONE}/cause", {"text": "overheated", "area": "process"})

    assert before > solved.clock.at + 5 * DAY
    assert follow_up(solved)["analysis_due"] is None


def test_an_action_is_due_at_the_end_of_its_day_and_late_after_it(solved: Door) -> None:
    added = solved.ok("POST", f"{ONE}/actions", {"what": "clean fans", "owner": "wei", "due": "2026-09-25"})
    solved.clock.at = added["due"] + 1

    (listed,) = solved.ok("GET", "actions")["items"]
    assert (added["number"], added["late"], listed["late"]) == (1, False, True)
    assert added["due"] % DAY == 16 * HOUR  # midnight in Shanghai


def test_an_action_is_done_and_then_judged_by_somebody_else(solved: Door) -> None:
    solved.ok("POST", f"{ONE}/actions", {"what": "clean fans", "owner": "local", "due": "2026-09-25"})
    solved.ok("POST", f"{ONE}/actions", {"what": "plan it", "owner": "wei", "due": "2026-09-25", "kind": "preventive"})
    early = solved.ask("PATCH", f"{ONE}/actions/1", {"effective": True})
    for number in (1, 2):
        solved.ok("PATCH", f"{ONE}/actions/{number}", {"done": True})
    own = solved.ask("PATCH", f"{ONE}/actions/1", {"effective": True})
    solved.ok("PATCH", f"{ONE}/actions/2", {"effective": False, "remark": "still dusty"})

    assert (early.status_code, own.status_code) == (409, 403)
    actions = follow_up(solved)["actions"]
    assert [(one["kind"], one["effective"]) for one in actions] == [("corrective", None), ("preventive", False)]
    assert [one["number"] for one in solved.ok("GET", "actions")["items"]] == [1]


def test_an_action_that_was_withdrawn_stays_on_record_and_changes_no_more(solved: Door) -> None:
    solved.ok("POST", f"{ONE}/actions", {"what": "clean fans", "owner": "wei", "due": "2026-09-25"})
    solved.ok("PATCH", f"{ONE}/actions/1", {"withdrawn": True})

    assert solved.ask("PATCH", f"{ONE}/actions/1", {"done": True}).status_code == 409
    assert follow_up(solved)["actions"][0]["withdrawn"] == solved.clock.at
    assert solved.ask("PATCH", f"{ONE}/actions/7", {"done": True}).status_code == 404


def test_who_is_to_be_called_back_is_listed_until_somebody_was_reached(solved: Door) -> None:
    (due,) = solved.ok("GET", "callbacks")["items"]
    solved.clock.at += HOUR
    solved.ok("POST", f"{ONE}/callback", {"reached": False})
    still = solved.ok("GET", "callbacks")["items"]
    solved.ok("POST", f"{ONE}/callback", {"solved": True, "text": "all well"})

    assert (due["incident"], due["clock"]["due"]) == ("INC-2026-000001", due["resolved_at"] + DAY)
    assert len(still) == 1
    assert solved.ok("GET", "callbacks")["items"] == []
    (clock,) = [one for one in solved.ok("GET", ONE)["clocks"] if one["rule"] == "call_back"]
    assert (clock["standing"], clock["took"]) == ("kept", HOUR)


def test_call_backs_are_an_objective(solved: Door) -> None:
    def standing() -> tuple[int, int, int]:
        (house,) = solved.ok("GET", "objectives")["items"]
        (found,) = [one for one in house["requests"] if one["name"] == "call_back"]
        return found["due"], found["in_time"], found["pending"]

    solved.clock.at += 1
    before = standing()
    solved.ok("POST", f"{ONE}/callback", {"solved": True})
    solved.clock.at += 1

    assert (before, standing()) == ((0, 0, 1), (1, 1, 0))


def test_what_is_void_is_nothing_that_anybody_had_to_answer(door: Door) -> None:
    opened(door)
    door.ok("POST", f"{ONE}/void", {"reason": "a drill"})
    door.clock.at += 2 * HOUR

    found = door.ok("GET", ONE)
    (house,) = door.ok("GET", "objectives")["items"]
    assert (found["deadline"], found["clocks"]) == (None, [])
    assert {one["due"] + one["pending"] for one in house["requests"]} == {0}


def test_satisfaction_counts_as_having_heard_of_them(solved: Door) -> None:
    solved.ok("POST", f"{ONE}/satisfaction", {"score": 4, "text": "quick"})

    assert (follow_up(solved)["satisfaction"]["score"], follow_up(solved)["satisfaction"]["source"]) == (4, "people")
    assert solved.ok("GET", "callbacks")["items"] == []
    assert solved.ask("POST", f"{ONE}/satisfaction", {"score": 6}).status_code == 400


def test_nobody_is_asked_before_it_is_resolved(door: Door) -> None:
    opened(door)

    assert door.ask("POST", f"{ONE}/callback").status_code == 409
    assert door.ask("POST", f"{ONE}/satisfaction", {"score": 5}).status_code == 409


def test_quality_follows_up_and_a_viewer_does_not(solved: Door) -> None:
    told = {"text": "overheated", "area": "process"}

    assert solved.ask_as(solved.token("quality"), "POST", f"{ONE}/cause", told).status_code == 204
    assert solved.ask_as(solved.token("viewer"), "POST", f"{ONE}/cause", told).status_code == 403
    assert solved.ask_as(solved.token("operator", site="sh"), "POST", f"{ONE}/cause", told).status_code == 404
    assert solved.ask_as(solved.token("operator", site="sh"), "GET", "callbacks").json()["items"] == []
