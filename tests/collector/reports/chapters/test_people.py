"""What people did: handling, contentment, improvements, and what lies ahead."""

from typing import Any

import pytest

from collector.reports.chapters.contentment import contentment
from collector.reports.chapters.faults import causes
from collector.reports.chapters.handling import handling
from collector.reports.chapters.improvements import budgets, major, measures, wanting
from collector.reports.chapters.outlook import changes, plan, risks
from collector.reports.layout.blocks import Paragraph
from collector.reports.layout.lay import lay
from rules.parameters import Parameters
from tests.collector.reports.stories import MONTH
from tests.collector.reports.told import document_of

HOUR = 3_600_000
DAY = 24 * HOUR
START, UNTIL = 100 * DAY, 130 * DAY


def incident(**given: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "number": "INC-1", "target": "core-1", "kind": "outage", "summary": "core-1 is down", "priority": "urgent",
        "state": "closed", "episodes": [[START + HOUR, START + 2 * HOUR]], "opened_at": START + HOUR,
        "acknowledged_at": None, "started_at": None, "resolved_at": START + 2 * HOUR, "restored_at": START + 2 * HOUR,
        "closed_at": None, "self_recovered": False, "cause": "", "parts": None, "root_cause": None, "actions": [],
        "satisfaction": None, "call_backs": [], "dependents": 0,
    }  # fmt: skip
    return {**plain, **given}


def action(**given: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "incident": "INC-1", "number": 1, "kind": "corrective", "what": "new fan", "owner": "li", "due": UNTIL + DAY,
        "added": START + DAY, "done": None, "effective": None, "judged": None, "remark": "", "withdrawn": None,
    }  # fmt: skip
    return {**plain, **given}


PARTS = {"detection": 60_000, "response": 120_000, "waiting": 0, "repair": HOUR, "returning": 0}


def test_answers_are_counted_by_priority() -> None:
    found = handling(
        [],
        [incident(acknowledged_at=START + HOUR + 600_000), incident(), incident(opened_at=START - 1)],
        START,
        UNTIL,
    )

    urgent = found["by_priority"][0]
    assert (urgent["opened"], urgent["answered"], urgent["answer_median_ms"]) == (2, 1, 600_000)


def test_the_steps_are_those_of_repairs_that_ended_in_the_period() -> None:
    other = {**PARTS, "repair": 3 * HOUR}
    found = handling(
        [], [incident(parts=PARTS), incident(parts=other), incident(parts=other, restored_at=UNTIL)], START, UNTIL
    )

    assert (found["steps"]["repairs"], found["steps"]["repair_ms"]) == (2, 2 * HOUR)


def test_without_a_repair_there_is_no_mean() -> None:
    assert handling([], [incident()], START, UNTIL)["steps"]["repair_ms"] is None


def test_the_backlog_is_what_was_open_at_the_end() -> None:
    still = incident(resolved_at=None, opened_at=UNTIL - 3 * DAY)
    later = incident(resolved_at=UNTIL + HOUR, opened_at=UNTIL - HOUR)
    found = handling([], [incident(), still, later, incident(resolved_at=None, state="void")], START, UNTIL)["backlog"]

    assert (found["open"], found["oldest_ms"]) == (2, 3 * DAY)
    assert [band["incidents"] for band in found["bands"]] == [1, 1, 0, 0]


def told(score: int, at: int = START + DAY) -> dict[str, Any]:
    return {"score": score, "solved": None, "text": "", "at": at, "actor": "x", "source": "link"}


def test_the_share_of_the_content_with_its_interval() -> None:
    found = contentment([incident(satisfaction=told(score)) for score in (5, 4, 4, 2)], START, UNTIL, 0.9)

    assert (found["answers"], found["content"], found["share"], found["mean"]) == (4, 3, 0.75, 3.75)
    assert found["interval"] == [pytest.approx(0.19412, abs=1e-5), pytest.approx(0.99369, abs=1e-5)]
    assert [row["score"] for row in found["low"]] == [2]


def test_what_was_said_counts_when_it_was_said() -> None:
    """Solved in the month before: the answer and the second call lie in this one."""
    calls = [{"at": START - HOUR, "reached": False}, {"at": START + HOUR, "reached": True}]
    solved = {"resolved_at": START - 5 * DAY, "opened_at": START - 6 * DAY}
    found = contentment(
        [
            incident(number="INC-1", call_backs=calls, **solved),
            incident(number="INC-2", satisfaction=told(1), **solved),
            incident(number="INC-3", satisfaction=told(5, START - 1), call_backs=[{"at": UNTIL, "reached": True}]),
        ],
        START,
        UNTIL,
        0.9,
    )

    assert (found["tries"], found["reached"], found["answers"], found["heard"]) == (1, 1, 1, 2)


def test_nobody_asked_is_no_share() -> None:
    found = contentment([incident(satisfaction=told(5, UNTIL))], START, UNTIL, 0.9)

    assert (found["answers"], found["share"], found["interval"], found["mean"]) == (0, None, None, None)


MONTHS = [(START, 4 * HOUR)]
"""One month with a budget of four hours."""


def test_an_urgent_outage_of_more_than_four_hours_is_major() -> None:
    long = [[START, START + 5 * HOUR]]
    found = major([incident(episodes=long), incident(episodes=long, priority="general"), incident()], [], START, UNTIL)

    assert [(row["priority"], row["lasted_ms"]) for row in found] == [("urgent", 5 * HOUR)]


def test_a_quarter_of_the_months_budget_is_major() -> None:
    found = major([incident(priority="general")], MONTHS, START, UNTIL)

    assert found[0]["of_budget"] == 0.25


def test_what_comes_after_the_period_is_no_part_of_it() -> None:
    """5 h at the end of the month; the fault returns ten hours after it for another ten."""
    row = incident(episodes=[[UNTIL - 10 * HOUR, UNTIL - 5 * HOUR], [UNTIL + 10 * HOUR, UNTIL + 20 * HOUR]])

    assert [one["lasted_ms"] for one in major([row], MONTHS, START, UNTIL)] == [5 * HOUR]


def test_an_outage_over_the_turn_of_the_month_is_major_in_both() -> None:
    """5 h, of which 2 lie in this month: half of its budget."""
    (found,) = major([incident(episodes=[[START - 3 * HOUR, START + 2 * HOUR]])], MONTHS, START, UNTIL)

    assert (found["lasted_ms"], found["in_period_ms"], found["of_budget"]) == (5 * HOUR, 2 * HOUR, 0.5)


@pytest.mark.parametrize(
    "given",
    [
        {"episodes": [[START - 30 * HOUR, START - 20 * HOUR]]},
        {"episodes": [[START, START + 20 * HOUR]], "state": "merged"},
        {"episodes": [[START, START + 20 * HOUR]], "state": "void"},
        {"episodes": [[UNTIL, UNTIL + 20 * HOUR]]},
    ],
)
def test_neither_what_was_over_nor_what_is_set_aside_is_major(given: dict[str, Any]) -> None:
    assert major([incident(**given)], MONTHS, START, UNTIL) == []


def test_a_day_is_measured_by_the_budget_of_its_month() -> None:
    """Of two targets in a month that has 10 days to come: 0.01 · (2 · 20 + 2 · 10) days are 14.4 h."""
    months = [{"from": START, "agreed_ms": 40 * DAY, "to_come_ms": 20 * DAY}]

    assert budgets(months, 0.01) == [(START, round(14.4 * HOUR))]


def test_in_a_longer_period_a_months_budget_is_that_of_its_month() -> None:
    """3 h: 1 h of the first month's 4 h, 2 h of the second's 5 h."""
    months = [(START, 4 * HOUR), (START + 10 * DAY, 5 * HOUR)]
    spans = [[START + 10 * DAY - HOUR, START + 10 * DAY + 2 * HOUR]]

    assert major([incident(episodes=spans)], months, START, UNTIL)[0]["of_budget"] == 0.4


def test_measures_are_counted_as_they_stood() -> None:
    found = measures(
        [
            action(),
            action(done=START + 2 * DAY, effective=True),
            action(due=START + DAY, done=UNTIL + DAY),
            action(withdrawn=START + DAY),
            action(added=UNTIL),
        ],
        START,
        UNTIL,
    )

    assert {key: found[key] for key in ("open", "new", "done", "overdue", "judged", "effective")} == {
        "open": 2, "new": 3, "done": 1, "overdue": 1, "judged": 1, "effective": 1,
    }  # fmt: skip


def test_a_miss_without_an_action_is_told() -> None:
    missed = [{"measure": "solved", "verdict": "missed"}, {"measure": "mtbf", "verdict": "met"}]

    assert wanting(missed, [], START) == ["solved"]
    assert wanting(missed, [action(measure="solved", what="备件入库")], START) == []


@pytest.mark.parametrize(
    "given",
    [
        {"what": "nothing is solved by this; see solved", "measure": ""},
        {"measure": "mtbf"},
        {"measure": "solved", "withdrawn": START + DAY},
        {"measure": "solved", "done": START - DAY},
    ],
)
def test_no_word_of_an_action_mends_a_miss(given: dict[str, Any]) -> None:
    assert wanting([{"measure": "solved", "verdict": "missed"}], [action(**given)], START) == ["solved"]


def test_a_fault_soon_after_a_change_is_put_beside_it() -> None:
    window = {"number": 3, "targets": ["core-1"], "from": START, "to": START + HOUR, "approved_at": START}
    outages = [
        {"target": "core-1", "start": START + 2 * HOUR},
        {"target": "core-2", "start": START + 2 * HOUR},
        {"target": "core-1", "start": START + 3 * DAY},
    ]
    unapproved = {**window, "number": 4, "approved_at": None}
    found = changes([window, unapproved], outages, {"maintenance_ms": HOUR})

    assert [(row["number"], row["target"]) for row in found["faults_after"]] == [(3, "core-1")]
    assert found["windows"] == 1


def test_what_is_degraded_for_a_week_is_a_risk() -> None:
    long = incident(kind="degraded", episodes=[[UNTIL - 8 * DAY, None]])
    short = incident(kind="degraded", episodes=[[UNTIL - 6 * DAY, None]])

    assert len(risks([], [long, short], UNTIL)["degraded_long"]) == 1


def test_the_plan_tells_maintenance_and_actions_that_fall_due() -> None:
    windows = [{"number": 1, "from": UNTIL + DAY, "to": UNTIL + 2 * DAY}, {"number": 2, "from": START, "to": UNTIL}]
    found = plan(windows, [action(), action(due=UNTIL + 90 * DAY)], UNTIL, UNTIL + 30 * DAY)

    assert ([row["number"] for row in found["maintenance"]], len(found["actions_due"])) == ([1], 1)


def test_causes_are_those_that_people_told_by_the_time_they_took() -> None:
    analysed = incident(number="INC-1", root_cause={"code": "power", "text": "mains", "area": "technology"})
    said = incident(number="INC-2", cause="a digger")
    outages = [
        {"target": "a", "down_ms": 3 * HOUR, "incident": "INC-1", "cause": None},
        {"target": "b", "down_ms": HOUR, "incident": "INC-2", "cause": None},
        {"target": "c", "down_ms": 2 * HOUR, "incident": None, "cause": None},
    ]
    found = causes(outages, [analysed, said])

    assert [(bar["name"], bar["amount"]) for bar in found] == [("power", 3 * HOUR), ("", 2 * HOUR), ("a digger", HOUR)]


def test_the_report_prints_the_goal_of_satisfaction_that_was_set() -> None:
    terms = Parameters().with_settings({"targets": {"satisfaction": 0.755}}, "[calculation]")
    laid = lay(document_of([], terms, voices=[incident(satisfaction=told(5, MONTH.start))]), "en")
    said = [block.text for chapter in laid.chapters for block in chapter.blocks if isinstance(block, Paragraph)]

    assert any("the goal is 75.50 %." in text for text in said)


def test_what_was_done_after_the_month_is_not_counted_in_it() -> None:
    late = incident(acknowledged_at=UNTIL, resolved_at=UNTIL + HOUR, self_recovered=True)
    urgent = handling([], [late], START, UNTIL)["by_priority"][0]

    assert (urgent["opened"], urgent["answered"], urgent["solved"], urgent["self_recovered"]) == (1, 0, 0, 0)
