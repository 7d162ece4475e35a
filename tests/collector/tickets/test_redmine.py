"""Redmine: an issue's life on a stand-in that answers as Redmine 5.0.4 does, and what its journals mean."""

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from collector.histories.redmine import explained, priority
from collector.remote.telling import RemoteError, Telling
from collector.tickets import make
from collector.tickets.ticket_system import Deed, Remote, Standing, TicketSystem
from rules.errors import Invalid
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.redmine import StandIn
from tests.collector.tickets.telling import telling
from tests.collector.tickets.wire import Fault, Wire, wired

PRIORITIES = [{"id": n, "name": name, "is_default": n == 2} for n, name in enumerate(("低", "普通", "高", "紧急"), 1)]


@pytest.fixture
def server() -> StandIn:
    return StandIn(lambda: START)


@pytest.fixture
def wire(server: StandIn) -> Iterator[Wire]:
    with wired(server.handle) as found:
        yield found


def made(**more: Any) -> TicketSystem:
    return make("desk", {**StandIn.OPTIONS, **more}, lambda: START, lambda source, name: "a secret")


@pytest.fixture
def desk(wire: Wire) -> Iterator[TicketSystem]:
    found = made()
    yield found
    found.close()


def told(event: str = "opened", sequence: int = 1, ticket: str = "", **more: Any) -> Telling:
    words = {"title": "core-1 is\ndown", "body": "core-1 is down.\nNo answer to ping.", **more}
    return dataclasses.replace(telling(event, sequence, ticket), **words)


def deeds(remote: Remote | None) -> list[tuple[Deed, str, str]]:
    assert remote is not None
    return [(each.deed, each.by, each.text) for each in remote.moments if not each.ours]


def test_an_issue_says_what_is_wrong_and_holds_the_key(desk: TicketSystem, server: StandIn) -> None:
    reply = desk.open(told())

    assert (reply.ticket, reply.url, reply.state) == ("1", "http://redmine.example/issues/1", "New")
    issue = server.issues[0]
    assert (issue.subject, issue.tracker, issue.priority, issue.fields) == ("core-1 is down", 3, 4, {2: "杭州"})
    assert issue.description.endswith("No answer to ping.\r\n\r\n[nineward:n1:i_abc] [nineward i_abc.desk.1]")


def test_a_try_of_unknown_outcome_is_looked_up_among_closed_issues_too(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", status_id=5)

    assert desk.open(told(tried=START)).ticket == "1"
    assert len(server.issues) == 1


def test_a_key_is_not_found_in_a_longer_one(desk: TicketSystem) -> None:
    desk.open(told(key="nineward:n1:i_abcd"))

    assert desk.find(told()) is None


def test_a_search_that_redmine_does_not_honour_is_no_answer(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told(key="nineward:n1:i_other"))
    server._search = lambda query: StandIn._search(server, {"status_id": "*"})  # type: ignore[method-assign]
    with pytest.raises(RemoteError, match="does not search descriptions") as caught:
        desk.open(told(tried=START))

    assert caught.value.permanent


def test_a_note_is_written_once_though_it_is_tried_again(desk: TicketSystem, wire: Wire, server: StandIn) -> None:
    desk.open(told())
    note = told("updated", 2, "1")
    wire.faults = [None, Fault.SILENT]
    with pytest.raises(RemoteError):
        desk.note(note)
    desk.note(dataclasses.replace(note, tried=START))

    assert server.notes("1") == ["core-1 is down.\nNo answer to ping.\n\n[nineward i_abc.desk.2]"]


def test_a_page_in_place_of_an_answer_is_no_success(desk: TicketSystem, wire: Wire, server: StandIn) -> None:
    desk.open(told())
    wire.faults = [None, Fault.ASLEEP]
    with pytest.raises(RemoteError, match="answered a change with <!DOCTYPE html>") as caught:
        desk.note(told("updated", 2, "1"))

    assert caught.value.uncertain


def test_the_end_and_the_return_of_a_fault_move_the_issue(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    resolved = desk.resolve(told("resolved", 2, "1")).state
    reopened = desk.reopen(told("reopened", 3, "1")).state

    assert (resolved, reopened) == ("Resolved", "New")
    assert len(server.notes("1")) == 2


def test_an_issue_that_people_closed_stays_as_it_is(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", status_id=6)

    assert desk.resolve(told("resolved", 2, "1")).state == "Rejected"
    assert server.notes("1") == []


def test_an_open_issue_hears_of_the_return_and_stays_open(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", status_id=2)

    assert desk.reopen(told("reopened", 2, "1")).state == "In Progress"
    assert len(server.notes("1")) == 1


def test_where_resolved_is_forbidden_closed_is_taken(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.allowed = {1, 2, 5}

    assert desk.resolve(told("resolved", 2, "1")).state == "Closed"


def test_a_workflow_that_forbids_the_end_is_told_with_what_it_allows(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.allowed = {2}
    with pytest.raises(RemoteError, match="to New, In Progress, and not to resolved or closed") as caught:
        desk.resolve(told("resolved", 2, "1"))

    assert caught.value.permanent


def test_a_status_that_was_dropped_is_seen(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    there = server._shown(1, server.issues[0], {"include": "journals,allowed_statuses"})
    server.allowed = set()
    server._shown = lambda *_: there  # type: ignore[method-assign]
    with pytest.raises(RemoteError, match="stays 'New', not 'Resolved'"):
        desk.resolve(told("resolved", 2, "1"))


def test_what_people_do_is_read_with_names_and_words(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", assigned_to_id=5)
    server.change("1", "alice", status_id=2, notes="a cable\r\nis loose")
    server.change("1", "alice", status_id=4)
    server.change("1", "alice", status_id=5, custom_fields=[{"id": 3, "value": "4"}])
    found = desk.read("1")

    assert deeds(found) == [
        (Deed.ACKNOWLEDGE, "Alice Li", ""),
        (Deed.ASSIGN, "Alice Li", "Alice Li"),
        (Deed.START, "Alice Li", "In Progress"),
        (Deed.COMMENT, "Alice Li", "a cable\nis loose"),
        (Deed.PAUSE, "Alice Li", "customer: Feedback"),
        (Deed.RESOLVE, "Alice Li", "Closed"),
        (Deed.CLOSE, "Alice Li", "Closed"),
        (Deed.SATISFACTION, "Alice Li", "4"),
    ]
    assert found is not None
    assert (found.standing, found.words, found.assignee, found.priority) == (
        Standing.CLOSED, "Closed", "Alice Li", "Urgent",
    )  # fmt: skip
    assert {each.at for each in found.moments} == {START // 1000 * 1000}


def test_what_we_wrote_is_known_as_ours(desk: TicketSystem) -> None:
    desk.open(told())
    desk.resolve(told("resolved", 2, "1"))

    assert deeds(desk.read("1")) == []


def test_an_issue_that_is_gone_is_none(desk: TicketSystem) -> None:
    assert desk.read("7") is None


def test_a_test_opens_nothing(desk: TicketSystem, server: StandIn) -> None:
    assert '"identifier": "ops"' in desk.test(told("test")).raw
    assert server.issues == []


def test_a_tracker_that_is_not_there_is_told_by_the_test(wire: Wire) -> None:
    with pytest.raises(RemoteError, match="no tracker 'Faults'; it has Bug, Support"):
        made(tracker="Faults").test(told("test"))


def test_a_preview_shows_what_would_be_sent_and_no_key(wire: Wire) -> None:
    desk = made()
    shown = desk.preview(told()) + desk.preview(told("resolved", 2, "7"))

    assert "POST http://redmine.example/issues.json" in shown
    assert "PUT http://redmine.example/issues/7.json" in shown
    assert "a secret" not in shown
    assert wire.seen == 0


@pytest.mark.parametrize(("name", "expected"), [("general", 2), ("important", 3), ("urgent", 4), ("odd", None)])
def test_priorities_are_steps_above_the_default_one_whatever_their_names(name: str, expected: int | None) -> None:
    assert priority(name, {}, PRIORITIES) == expected


def test_a_priority_can_be_named_and_has_to_be_there() -> None:
    assert priority("urgent", {"urgent": "高"}, PRIORITIES) == 3
    with pytest.raises(RemoteError, match="no priority 'Highest'"):
        priority("urgent", {"urgent": "Highest"}, PRIORITIES)


@pytest.mark.parametrize(
    ("name", "closed", "expected"),
    [
        ("新建", False, Standing.OPEN),
        ("Feedback", False, Standing.PAUSED),
        ("In the lab", False, Standing.ACKNOWLEDGED),
        ("Anything", False, Standing.STARTED),
        ("Anything", True, Standing.CLOSED),
    ],
)
def test_a_status_means_what_settings_the_default_data_or_redmine_say(
    name: str, closed: bool, expected: Standing
) -> None:
    row = {"name": name, "is_closed": closed}

    assert explained(row, {"In the lab": Standing.ACKNOWLEDGED}, {}).standing is expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "redmine.example"}, "url: expected an address"),
        ({"fields": {"Site": "x"}}, "fields.Site: expected the number of a custom field"),
        ({"statuses": {"Lab": "busy"}}, "statuses.Lab: expected one of open, acknowledged, started"),
        ({"token": "plain"}, "expected a secret given as"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        made(**change)

    assert said in str(caught.value)
