"""Requests: TV-46, which of them are due, whose answer counts, and each rule by itself."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import read_calendar
from rules.incident import ActorKind, Waiting
from rules.objective import Verdict
from rules.parameters import HOUR, MINUTE, Parameters
from rules.period import parse_instant
from rules.request import (
    Answer,
    Kind,
    Origin,
    Request,
    Rule,
    answered,
    attainment,
    next_deadline,
    percentile,
    standing,
)

SHIPPED = Parameters()
NOW = parse_instant("2026-07-03T12:00", "Asia/Shanghai")
PERSON, MONITOR, SYSTEM = ActorKind.PERSON, ActorKind.MONITOR, ActorKind.TICKET_SYSTEM


def asked(age: int, took: int | None = None, **more: object) -> Request:
    """A request opened so many minutes ago, answered by a person so many minutes later."""
    opened = NOW - age * MINUTE
    answers = () if took is None else (Answer(opened + took * MINUTE, PERSON),)
    request = Request(f"R-{age}-{took}", opened, answers=answers)
    return replace(request, **more)  # type: ignore[arg-type]


FORTY = [
    *(asked(600, took=took) for took in range(25, 61)),
    asked(300, took=75),
    asked(90),
    asked(20),
    asked(20),
]


def test_pending_requests_are_on_neither_side_of_the_share() -> None:
    """TV-46, counted as the definition says it."""
    found = attainment(Rule.RESPONSE, FORTY, SHIPPED, NOW)

    assert (found.in_time, found.due, found.pending) == (36, 38, 2)
    assert found.share == Fraction(36, 38)
    assert found.verdict is Verdict.MISSED


def test_the_due_set_by_hand() -> None:
    """TV-46 again, from nothing but the numbers in it."""
    took = [*range(25, 61), 75]
    open_for = [90, 20, 20]
    due = len(took) + sum(age > 60 for age in open_for)

    assert (sum(minutes <= 60 for minutes in took), due) == (36, 38)
    assert f"{100 * 36 / due:.4f}" == "94.7368"


def test_each_rule_has_its_own_attainment() -> None:
    urgent = asked(400, took=90, priorities=((0, "urgent"),), started=NOW - 100 * MINUTE)

    kept = {rule: attainment(rule, [urgent], SHIPPED, NOW).in_time for rule in Rule}

    assert kept[Rule.RESPONSE] == 0  # 90 minutes are more than one hour,
    assert kept[Rule.RESPONSE_BY_PRIORITY] == 1  # and fewer than two
    assert kept[Rule.START_OF_WORK] == 0
    assert attainment(Rule.SOLVED, [urgent], SHIPPED, NOW).pending == 1


@pytest.mark.parametrize(("priority", "hours"), [("urgent", 2), ("important", 4), ("general", 8), ("", 8)])
def test_the_response_by_priority(priority: str, hours: int) -> None:
    found = standing(Rule.RESPONSE_BY_PRIORITY, asked(1, priorities=((0, priority),)), SHIPPED, NOW)

    assert found is not None
    assert found.deadline.allowance.length == hours * HOUR


def test_an_automatic_receipt_is_no_answer() -> None:
    receipt = Answer(NOW - 50 * MINUTE, SYSTEM)
    request = asked(60, answers=(receipt, Answer(NOW - 10 * MINUTE, PERSON)))

    assert answered(request, SHIPPED) == NOW - 10 * MINUTE
    assert answered(request, Parameters(auto_ack_counts=True)) == NOW - 50 * MINUTE


def test_a_program_that_says_what_will_be_done_answers() -> None:
    assert answered(asked(60, answers=(Answer(NOW, SYSTEM, tells=True),)), SHIPPED) == NOW


def recovered(age: int, after: int) -> Request:
    """A fault that ended by itself so many minutes after its opening, and that nobody answered."""
    ended = NOW - (age - after) * MINUTE
    return asked(age, solved=ended, recovered=ended)


def test_what_recovered_before_its_deadline_is_counted_apart() -> None:
    found = attainment(Rule.RESPONSE, [recovered(300, after=50), asked(300, took=10)], SHIPPED, NOW)

    assert (found.in_time, found.due, found.by_itself) == (1, 1, 1)


def test_what_recovered_after_its_deadline_was_answered_too_late() -> None:
    found = attainment(Rule.RESPONSE, [recovered(300, after=70)], SHIPPED, NOW)

    assert (found.in_time, found.due, found.by_itself) == (0, 1, 0)


def test_nobody_is_credited_with_what_solved_itself() -> None:
    found = attainment(Rule.SOLVED, [recovered(300, after=50)], SHIPPED, NOW)

    assert (found.in_time, found.due, found.by_itself) == (0, 0, 1)


def test_an_answer_before_the_recovery_counts() -> None:
    opened = NOW - 300 * MINUTE
    request = replace(recovered(300, after=50), answers=(Answer(opened + 5 * MINUTE, PERSON),))

    assert attainment(Rule.RESPONSE, [request], SHIPPED, NOW).in_time == 1


def test_waits_stop_the_clock_of_the_solution_and_not_of_the_answer() -> None:
    opened = NOW - 30 * HOUR
    wait = ((opened, opened + 10 * HOUR), Waiting.CUSTOMER)
    request = Request("R", opened, pauses=(wait,), solved=NOW, answers=(Answer(opened + 2 * HOUR, PERSON),))

    assert attainment(Rule.SOLVED, [request], SHIPPED, NOW).in_time == 1
    assert attainment(Rule.RESPONSE, [request], SHIPPED, NOW).in_time == 0


@pytest.mark.parametrize(
    ("reason", "stops"),
    [(Waiting.CUSTOMER, True), (Waiting.CHANGE_WINDOW, True), (Waiting.SUPPLIER, False), (Waiting.PART, False)],
)
def test_only_waits_that_are_not_ours_stop_a_clock(reason: Waiting, stops: bool) -> None:
    opened = NOW - 30 * HOUR
    request = Request("R", opened, pauses=(((opened, opened + 10 * HOUR), reason),), solved=NOW)

    assert attainment(Rule.SOLVED, [request], SHIPPED, NOW).in_time == stops


def test_an_agreement_may_let_waiting_for_a_supplier_count() -> None:
    opened = NOW - 30 * HOUR
    request = Request("R", opened, pauses=(((opened, opened + 10 * HOUR), Waiting.SUPPLIER),), solved=NOW)
    generous = SHIPPED.with_settings({"clock_stops": ["customer", "supplier"]})

    assert attainment(Rule.SOLVED, [request], generous, NOW).in_time == 1


def test_a_reopened_request_goes_on_where_it_stood() -> None:
    opened = NOW - 30 * HOUR
    closed = (opened + 5 * HOUR, opened + 20 * HOUR)
    request = Request("R", opened, reopened=(closed,), solved=NOW)

    found = standing(Rule.SOLVED, request, SHIPPED, NOW)

    assert found is not None
    assert (found.took, found.kept) == (15 * HOUR, True)


def test_a_call_back_counts_from_the_solution() -> None:
    request = asked(3000, took=10, solved=NOW - 25 * HOUR)

    assert attainment(Rule.CALL_BACK, [request], SHIPPED, NOW).due == 1
    assert attainment(Rule.CALL_BACK, [replace(request, called_back=NOW - 2 * HOUR)], SHIPPED, NOW).in_time == 1
    assert attainment(Rule.CALL_BACK, [asked(3000, took=10)], SHIPPED, NOW).due == 0


def test_only_complaints_have_a_deadline_for_their_reply() -> None:
    complaint = asked(70, kind=Kind.COMPLAINT)

    assert attainment(Rule.COMPLAINT_REPLY, [complaint, asked(70)], SHIPPED, NOW).due == 1
    assert attainment(Rule.START_OF_WORK, [complaint], SHIPPED, NOW).pending == 0


def test_what_is_urgent_is_urgent_at_night() -> None:
    office = read_calendar({"name": "o", "tz": "Asia/Shanghai", "weekly": {"mon-fri": ["09:00-18:00"]}})
    night = parse_instant("2026-07-03T22:00", "Asia/Shanghai")
    request = Request("R", night, hours=office, priorities=((night, "urgent"),))

    urgent = standing(Rule.RESPONSE_BY_PRIORITY, request, SHIPPED, night)
    general = standing(Rule.RESPONSE_BY_PRIORITY, replace(request, priorities=((night, "general"),)), SHIPPED, night)

    assert urgent is not None
    assert general is not None
    assert urgent.deadline.due == night + 2 * HOUR
    assert general.deadline.due == parse_instant("2026-07-06T17:00", "Asia/Shanghai")


def test_breaches_by_reclassification_are_counted() -> None:
    opened = NOW - 5 * HOUR
    changed = Request("R", opened, priorities=((opened, "general"), (opened + 3 * HOUR, "urgent")))

    found = attainment(Rule.RESPONSE_BY_PRIORITY, [changed], SHIPPED, NOW)

    assert (found.due, found.in_time, found.reclassified, found.late) == (1, 0, 1, ("R",))


def test_a_priority_given_after_the_answer_changes_nothing() -> None:
    opened = NOW - 5 * HOUR
    changed = Request(
        "R",
        opened,
        answers=(Answer(opened + 3 * HOUR, PERSON),),
        priorities=((opened, "general"), (opened + 4 * HOUR, "urgent")),
    )

    assert attainment(Rule.RESPONSE_BY_PRIORITY, [changed], SHIPPED, NOW).in_time == 1


def test_origins_are_told_apart() -> None:
    found = attainment(Rule.RESPONSE, [asked(300, took=10), asked(300, took=90, origin=Origin.PERSON)], SHIPPED, NOW)

    assert (found.by_origin[Origin.MONITOR], found.by_origin[Origin.PERSON]) == ((1, 1), (0, 1))
    assert found.by_origin[Origin.IMPORTED] == (0, 0)


@pytest.mark.parametrize(
    ("in_time", "verdict", "literal"),
    [(9, Verdict.MET, True), (8, Verdict.MISSED, True), (5, Verdict.MISSED, False)],
)
def test_most_is_nine_of_ten_and_at_least_more_than_half(in_time: int, verdict: Verdict, literal: bool) -> None:
    requests = [asked(3000, solved=NOW - 3000 * MINUTE + (HOUR if n < in_time else 25 * HOUR)) for n in range(10)]

    found = attainment(Rule.SOLVED, requests, SHIPPED, NOW)

    assert (found.verdict, found.literal) == (verdict, literal)


def test_nothing_due_is_no_success() -> None:
    assert attainment(Rule.RESPONSE, [], SHIPPED, NOW).verdict is Verdict.NOT_APPLICABLE
    assert attainment(Rule.RESPONSE, [asked(5)], SHIPPED, NOW).verdict is Verdict.INSUFFICIENT_DATA


def test_what_was_not_opened_or_answered_yet_is_not_known() -> None:
    earlier = NOW - 290 * MINUTE

    assert attainment(Rule.RESPONSE, [asked(200)], SHIPPED, earlier).pending == 0
    assert attainment(Rule.RESPONSE, [asked(300, took=50)], SHIPPED, earlier).pending == 1


def test_the_countdown_is_of_the_earliest_deadline() -> None:
    fresh = asked(10)
    taken = asked(10, took=5)

    first, then = next_deadline(fresh, SHIPPED, NOW), next_deadline(taken, SHIPPED, NOW)

    assert first is not None
    assert then is not None
    assert (first.rule, then.rule) == (Rule.RESPONSE, Rule.START_OF_WORK)
    assert next_deadline(asked(10, took=5, started=NOW, solved=NOW, called_back=NOW), SHIPPED, NOW) is None


@pytest.mark.parametrize(("share", "value"), [(0.5, 3), (0.9, 5), (0.2, 1), (0.21, 2), (1, 5), (0, 1)])
def test_percentiles_are_by_nearest_rank(share: float, value: int) -> None:
    assert percentile([1, 2, 3, 4, 5], share) == value
    assert percentile([], share) is None


requests = st.builds(
    asked,
    st.integers(0, 500),
    st.one_of(st.none(), st.integers(0, 200)),
)


@given(st.lists(requests, max_size=20), st.sampled_from(list(Rule)))
def test_every_request_is_due_pending_or_apart(found: list[Request], rule: Rule) -> None:
    told = attainment(rule, found, SHIPPED, NOW)
    known = [one for one in found if standing(rule, one, SHIPPED, NOW) is not None]

    assert told.due + told.pending + told.by_itself == len(known)
    assert told.in_time + len(told.late) == told.due
