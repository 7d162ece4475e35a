"""Escalation: who hears next, and when, by the deadlines that still run."""

from typing import Any

import pytest

from rules.errors import Invalid
from rules.escalation import BINDING, SHIPPED, Step, due_steps
from rules.parameters import HOUR, MINUTE, Parameters
from rules.request import Request, Rule, Standing, standing
from rules.settings import read

OPENED = 1_783_000_000_000
PARAMETERS = Parameters()


def stands(request: Request, *rules: Rule) -> dict[Rule, Standing]:
    found = {rule: standing(rule, request, PARAMETERS, OPENED) for rule in rules or (Rule.RESPONSE, *BINDING)}
    return {rule: stand for rule, stand in found.items() if stand is not None}


def due(*steps: Step, priority: str = "urgent", taken: tuple[str, ...] = ()) -> list[tuple[str, int, Rule | None]]:
    request = Request("one", OPENED, priorities=((OPENED, priority),))
    found = due_steps(steps, request, stands(request), priority, taken)
    return [(one.step.to, one.at - OPENED, one.rule) for one in found]


def test_a_share_of_the_first_binding_deadline_is_due() -> None:
    assert due(Step("lead", share=0.75)) == [("lead", 90 * MINUTE, Rule.RESPONSE_BY_PRIORITY)]


def test_an_hour_for_all_does_not_bind_unless_it_is_named() -> None:
    assert Rule.RESPONSE not in BINDING
    assert due(Step("lead", share=1.0, rules=(Rule.RESPONSE,))) == [("lead", HOUR, Rule.RESPONSE)]


def test_nobody_answering_for_so_long_is_due_without_a_rule() -> None:
    assert due(Step("second", unanswered=15 * MINUTE)) == [("second", 15 * MINUTE, None)]


def test_what_is_answered_is_not_waited_for() -> None:
    request = Request("one", OPENED)

    assert due_steps([Step("second", unanswered=MINUTE)], request, stands(request, Rule.SOLVED), "general", ()) == []


def test_everybody_is_told_once_and_by_the_earliest_of_their_steps() -> None:
    steps = Step("lead", share=0.75), Step("lead", unanswered=10 * MINUTE), Step("quality", share=1.0)

    assert [name for name, _, _ in due(*steps)] == ["lead", "quality"]
    assert due(*steps)[0][1] == 10 * MINUTE
    assert [name for name, _, _ in due(*steps, taken=("lead",))] == ["quality"]


def test_a_step_for_some_priorities_leaves_the_others_alone() -> None:
    step = Step("night shift", unanswered=MINUTE, priorities=("urgent",))

    assert due(step, priority="general") == []
    assert len(due(step)) == 1


@pytest.mark.parametrize(
    ("table", "mistake"),
    [
        ({"to": "lead"}, "either share or unanswered"),
        ({"to": "lead", "share": 0.5, "unanswered": "5m"}, "either share or unanswered"),
        ({"to": " ", "share": 0.5}, "say who is told"),
        ({"to": "lead", "share": 1.5}, "at most 1"),
        ({"to": "lead", "share": 0.5, "priorities": ["hot"]}, "hot"),
        ({"to": "lead", "share": 0.5, "rules": ["speed"]}, "response_by_priority"),
    ],
)
def test_a_step_that_cannot_be_meant_is_refused(table: dict[str, Any], mistake: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(Step, table)

    assert mistake in str(refused.value)


def test_the_shipped_steps_go_up_and_end_with_quality() -> None:
    assert [name for name, _, _ in due(*SHIPPED)] == ["team lead", "department", "quality"]
