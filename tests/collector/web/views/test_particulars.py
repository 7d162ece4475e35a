"""What stands beside the story of an incident: deadlines, deliveries, actions."""

from typing import Any

import pytest

from collector.texts import translator
from collector.web.views.particulars import Particulars, particulars

EN = translator("en")
NOW = 1_790_000_000_000
HOUR = 3_600_000


def shown(language: str = "en", **given: Any) -> Particulars:
    following = {
        "cause": None, "analysis_due": None, "actions": [], "satisfaction": None, "call_backs": [], "feedback_link": "",
        **given.pop("follow_up", {}),
    }  # fmt: skip
    found = {
        "deadline": None, "brief": None, "clocks": [], "escalations": [], "dependents": [], "dependents_count": 0,
        "members": [], "members_count": 0, "tickets": [], "errands": [], "deliveries": [],
        "milestones": dict.fromkeys(("detection", "response", "start_of_work", "active_repair", "restoration")),
        "follow_up": following, **given,
    }  # fmt: skip
    return particulars(found, "UTC", translator(language))


def clock(**given: Any) -> dict[str, Any]:
    told = {"rule": "response", "standing": "pending", "due": NOW, "allowed": HOUR, "used": 0.5, "done": None}
    return {**told, "took": None, "warned": None, **given}


@pytest.mark.parametrize(
    ("used", "standing", "level"),
    [(0.5, "pending", "good"), (0.75, "pending", "warn"), (0.99, "pending", "warn"), (1.4, "late", "bad")],
)
def test_a_meter_tells_how_urgent_it_is_and_never_runs_over(used: float, standing: str, level: str) -> None:
    (row,) = shown(clocks=[clock(used=used, standing=standing)]).clocks

    assert (row.level, float(row.used) <= 100) == (level, True)


def test_a_clock_that_stands_has_no_deadline() -> None:
    (row,) = shown(clocks=[clock(due=None)]).clocks

    assert row.due == "stands still"


def test_what_was_done_tells_the_time_it_took() -> None:
    (row,) = shown(clocks=[clock(standing="kept", done=NOW, took=HOUR // 2)]).clocks

    assert (row.standing, row.verdict, row.running) == ("In time, after 30 min 0 s", "met", False)


def test_a_share_is_never_printed_greater_than_it_is() -> None:
    (row,) = shown(clocks=[clock(used=0.999)]).clocks

    assert "99 % used" in row.standing


def test_a_deadline_that_has_passed_is_told_overdue() -> None:
    told = {"rule": "response", "due": NOW, "left": -HOUR, "used": 2.0, "late": True}

    found = shown(deadline=told)

    assert (found.late, "overdue since" in found.deadline) == (True, True)


def test_an_action_can_be_done_then_judged_then_nothing_more() -> None:
    told = {
        "incident": "INC-2026-000001", "number": 1, "kind": "corrective", "what": "fan", "owner": "wei", "due": NOW,
        "late": True, "added": NOW, "done": None, "effective": None, "remark": "", "withdrawn": None, "returned": None,
    }  # fmt: skip
    done = {**told, "done": NOW, "late": False, "returned": 2}
    judged = {**done, "effective": False}

    rows = shown(follow_up={"actions": [told, done, judged]}).actions

    assert [(row.doable, row.judgeable) for row in rows] == [(True, False), (False, True), (False, False)]
    assert [row.state for row in rows] == [
        "late",
        "done; the fault came back 2 times",
        "done, it did not help; the fault came back 2 times",
    ]


def test_words_are_in_the_readers_language() -> None:
    (row,) = shown("zh-CN", clocks=[clock()]).clocks

    assert (row.rule, row.standing) == ("首次响应", "计时中，已用 50 %")
