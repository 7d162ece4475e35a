"""ServiceNow's Table API by its stand-in: what is sent, what is found, what a record and its history mean."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError, Telling
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Moment, Remote, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.servicenow import ALICE, USER, StandIn
from tests.collector.tickets.telling import telling as bare
from tests.collector.tickets.wire import wired

SECRET = "a secret"


class Clock:
    at = START

    def __call__(self) -> int:
        self.at += 1_000
        return self.at


@pytest.fixture
def desk() -> Iterator[StandIn]:
    stand_in = StandIn(Clock())
    with wired(stand_in.handle):
        yield stand_in


def servicenow(**more: Any) -> TicketSystem:
    return make("desk", {**StandIn.OPTIONS, **more}, lambda: START, lambda source, name: SECRET)


def telling(event: str = "opened", sequence: int = 1, ticket: str = "") -> Telling:
    return replace(bare(event, sequence, ticket), title="core-1 is down", body=f"It is {event}.")


def read(system: TicketSystem, ticket: str) -> Remote:
    found = system.read(ticket)
    assert found is not None
    return found


def by_people(found: Remote) -> list[tuple[Deed, str, str]]:
    return [(moment.deed, moment.by, moment.text) for moment in found.moments if not moment.ours]


def test_a_record_says_what_is_wrong_and_how_urgent_it_is(desk: StandIn) -> None:
    reply = servicenow(group="g1", fields={"category": "{target.kind}"}).open(telling())

    record = desk.record(reply.ticket)
    assert record["short_description"] == "core-1 is down"
    assert record["description"].endswith("[nineward i_abc.desk.1]")
    assert (record["impact"], record["urgency"]) == ("1", "1")
    assert (record["assignment_group"], record["category"]) == ("g1", "host")
    assert record["correlation_id"] == "nineward:n1:i_abc"
    assert reply.url == f"http://desk.example/nav_to.do?uri=incident.do?sys_id={reply.ticket}"


def test_a_record_that_may_have_been_made_is_found(desk: StandIn) -> None:
    first = servicenow().open(telling())
    again = servicenow().open(replace(telling(), tried=START))

    assert again.ticket == first.ticket
    assert len(desk.records) == 1


def test_a_query_that_finds_everything_makes_nobody_elses_record_ours(desk: StandIn) -> None:
    desk.unwritable = frozenset({"correlation_id"})
    servicenow().open(telling())
    for row in desk.records:
        del row["correlation_id"]

    assert servicenow().find(telling()) is None


def test_a_key_that_the_account_may_not_write_is_told(desk: StandIn) -> None:
    desk.unwritable = frozenset({"correlation_id"})
    reply = servicenow().open(telling())

    assert reply.ticket
    assert "did not keep correlation_id" in reply.raw


def test_a_sleeping_instance_has_taken_nothing_for_sure(desk: StandIn) -> None:
    desk.asleep = True
    with pytest.raises(RemoteError, match="hibernating") as caught:
        servicenow().open(telling())

    assert caught.value.uncertain
    assert not caught.value.permanent


def test_a_note_is_for_those_who_work_and_is_written_once(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    system.note(telling("updated", 2, ticket))
    system.note(replace(telling("updated", 2, ticket), tried=START))

    (entry,) = desk.journal
    assert (entry["element"], entry["value"]) == ("work_notes", "It is updated.\n\n[nineward i_abc.desk.2]")


def test_the_end_of_a_fault_resolves_and_its_return_opens_again(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    system.resolve(telling("resolved", 2, ticket))
    assert desk.record(ticket)["close_code"] == "Solution provided"
    system.reopen(telling("reopened", 3, ticket))

    assert desk.standing(ticket) is Standing.STARTED
    assert by_people(read(system, ticket)) == []


def test_what_people_closed_stays_closed(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.change(ticket, ALICE, state="7")
    system.resolve(telling("resolved", 2, ticket))

    assert desk.record(ticket)["state"] == "7"
    with pytest.raises(RemoteError, match="is closed") as caught:
        system.reopen(telling("reopened", 3, ticket))
    assert caught.value.permanent


def test_a_state_that_a_rule_of_the_instance_keeps_from_being_set_is_no_success(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.unwritable = frozenset({"state"})
    with pytest.raises(RemoteError, match="INC0010000 stays in state 1") as caught:
        system.resolve(telling("resolved", 2, ticket))

    assert caught.value.permanent


def test_a_missing_resolution_code_is_for_a_person(desk: StandIn) -> None:
    system = servicenow(close_code="")
    ticket = system.open(telling()).ticket
    with pytest.raises(RemoteError, match="Resolution code") as caught:
        system.resolve(telling("resolved", 2, ticket))

    assert caught.value.permanent


def test_the_history_says_who_did_what_and_when(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.change(ticket, ALICE, assigned_to=ALICE)
    desk.change(ticket, ALICE, state="2")
    desk.change(ticket, ALICE, hold_reason="4", state="3")
    desk.change(ticket, ALICE, comments="a new fan is ordered")
    desk.change(ticket, ALICE, state="6")
    found = read(system, ticket)

    assert by_people(found) == [
        (Deed.ACKNOWLEDGE, ALICE, ""),
        (Deed.ASSIGN, ALICE, "Alice Wu"),
        (Deed.START, ALICE, ""),
        (Deed.PAUSE, ALICE, "supplier: Awaiting Vendor"),
        (Deed.COMMENT, ALICE, "a new fan is ordered"),
        (Deed.RESOLVE, ALICE, ""),
    ]
    assert (found.standing, found.words, found.assignee) == (Standing.RESOLVED, "Resolved", "Alice Wu")
    assert [moment.at for moment in found.moments] == sorted(moment.at or 0 for moment in found.moments)


def test_who_gives_it_to_somebody_else_has_not_taken_it(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.change(ticket, "dispatch", assigned_to=ALICE)

    assert by_people(read(system, ticket)) == [(Deed.ASSIGN, "dispatch", "Alice Wu")]


def test_every_reading_tells_the_same_moments(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.change(ticket, ALICE, state="2", work_notes="I look")

    assert read(system, ticket).moments == read(system, ticket).moments
    assert len({moment.id for moment in read(system, ticket).moments}) == 2


def test_what_the_instance_does_by_itself_is_nobodys_answer(desk: StandIn) -> None:
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.change(ticket, "system", state="7")

    assert {moment.robot for moment in read(system, ticket).moments} == {True}


def test_without_its_history_a_record_tells_what_it_dates_itself(desk: StandIn) -> None:
    desk.hidden = frozenset({"sys_audit", "sys_journal_field"})
    system = servicenow()
    ticket = system.open(telling()).ticket
    desk.change(ticket, ALICE, assigned_to=ALICE, state="2")
    started = read(system, ticket).moments
    desk.change(ticket, ALICE, state="6")
    (resolved,) = read(system, ticket).moments

    assert started == (Moment(f"{ticket}:start:0", Deed.START, None, "Alice Wu"),)
    assert (resolved.deed, resolved.by) == (Deed.RESOLVE, "Alice Wu")
    assert resolved.at is not None


def test_what_we_did_is_ours_without_a_history_too(desk: StandIn) -> None:
    desk.hidden = frozenset({"sys_audit", "sys_journal_field"})
    system = servicenow()
    ticket = system.open(telling()).ticket
    system.resolve(telling("resolved", 2, ticket))

    assert by_people(read(system, ticket)) == []


def test_a_score_is_read_from_the_field_that_the_settings_name(desk: StandIn) -> None:
    system = servicenow(satisfaction="u_score")
    ticket = system.open(telling()).ticket
    desk.record(ticket)["u_score"] = "4"

    assert [(one.deed, one.text) for one in read(system, ticket).moments] == [(Deed.SATISFACTION, "4")]


def test_a_record_that_is_gone_is_gone(desk: StandIn) -> None:
    assert servicenow().read("0" * 32) is None


def test_a_test_says_what_can_be_read(desk: StandIn) -> None:
    desk.hidden = frozenset({"sys_audit"})
    said = servicenow().test(telling("test")).raw

    assert "incidents can be read" in said
    assert "the history of incidents cannot be read" in said
    assert desk.records == []


def test_a_preview_sends_nothing_and_shows_no_secret(desk: StandIn) -> None:
    shown = servicenow().preview(telling())

    assert shown.startswith("POST http://desk.example/api/now/table/incident\n")
    assert "core-1 is down" in shown
    assert SECRET not in shown
    assert desk.records == []


def test_a_call_names_its_record_and_knows_the_secret(desk: StandIn) -> None:
    system = servicenow()

    assert system.hear({"x-nineward-token": SECRET}, b'{"sys_id": "abc"}') == Call(("abc",))
    with pytest.raises(Unauthenticated):
        system.hear({"x-nineward-token": "another"}, b'{"sys_id": "abc"}')
    with pytest.raises(Invalid):
        system.hear({"x-nineward-token": SECRET}, b'{"sys_id": 1}')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "desk"}, "url: expected an address"),
        ({"user": ""}, "user: missing"),
        ({"api_key": {"env": "K"}}, "password or api_key: expected one of them"),
        ({"priorities": {"urgent": "high"}}, "priorities.urgent: expected impact and urgency"),
        ({"fields": {"category": "{target.kind"}}, "fields.category: expected a text"),
        ({"statuses": {"1": "new"}}, "expected one of open"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        servicenow(**change)

    assert said in str(caught.value)


def test_an_api_key_signs_in_instead_of_a_password(desk: StandIn) -> None:
    options = {name: value for name, value in StandIn.OPTIONS.items() if name != "password"}
    system = make("desk", {**options, "api_key": {"env": "K"}}, lambda: START, lambda source, name: SECRET)
    ticket = system.open(telling()).ticket
    system.note(telling("updated", 2, ticket))

    assert {moment.ours for moment in read(system, ticket).moments} == {True}
    assert desk.journal[0]["sys_created_by"] == USER
