"""Request Tracker: what a ticket's transactions mean, and its life on a stand-in that answers as RT 5.0.3 does."""

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from collector.histories.request_tracker import History, Meaning, moments
from collector.remote.telling import RemoteError, Telling
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Moment, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from rules.incident import Waiting
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.request_tracker import StandIn
from tests.collector.tickets.telling import telling
from tests.collector.tickets.wire import Fault, Wire, wired

STATUSES = {
    "new": Standing.OPEN, "open": Standing.STARTED, "stalled": Standing.PAUSED, "resolved": Standing.RESOLVED,
    "rejected": Standing.CLOSED,
}  # fmt: skip
PEOPLE = {"29": "alice", "6": "Nobody"}
DATE = "2026-11-21T12:32:40Z"
AT = 1795264360000


def row(number: int, kind: str, by: str = "alice", field: str = "", new: str = "", old: str = "") -> dict[str, Any]:
    creator = {"type": "user", "id": by}
    return {
        "id": str(number), "Type": kind, "Creator": creator, "Created": DATE, "Field": field, "OldValue": old,
        "NewValue": new,
    }  # fmt: skip


def read(*rows: dict[str, Any], requestors: frozenset[str] = frozenset(), **more: Any) -> list[Moment]:
    history = History(rows, "nineward", requestors, PEOPLE, {"1": "we are on it"})
    return list(moments(history, Meaning(STATUSES, {"stalled": Waiting.CUSTOMER}, **more)))


def deeds(*rows: dict[str, Any], **more: Any) -> list[tuple[Deed, str, str]]:
    return [(each.deed, each.by, each.text) for each in read(*rows, **more)]


def test_whoever_takes_a_ticket_answers_it() -> None:
    taken = row(1, "Set", field="Owner", old="6", new="29"), row(2, "SetWatcher", field="Owner", old="6", new="29")

    assert deeds(*taken) == [(Deed.ACKNOWLEDGE, "alice", ""), (Deed.ASSIGN, "alice", "alice")]


def test_who_gives_a_ticket_back_answers_nothing() -> None:
    assert deeds(row(1, "Set", field="Owner", old="29", new="6")) == [(Deed.ASSIGN, "alice", "")]


def test_a_reply_answers_and_a_comment_does_not() -> None:
    assert deeds(row(1, "Correspond")) == [(Deed.ACKNOWLEDGE, "alice", ""), (Deed.COMMENT, "alice", "we are on it")]
    assert deeds(row(1, "Comment")) == [(Deed.COMMENT, "alice", "we are on it")]


def test_a_reply_by_a_requestor_is_no_answer() -> None:
    opened = row(2, "Status", "RT_System", "Status", "open", "new")
    found = read(row(1, "Correspond"), opened, requestors=frozenset({"alice"}))

    assert [(each.deed, each.robot) for each in found] == [(Deed.COMMENT, False), (Deed.START, True)]


def test_what_rt_does_because_of_a_reply_is_what_its_author_did() -> None:
    found = read(row(1, "Correspond"), row(2, "Status", "RT_System", "Status", "open", "new"))

    assert [(each.deed, each.by, each.robot) for each in found][-1] == (Deed.START, "alice", False)


def test_what_rt_does_by_itself_nobody_did() -> None:
    [found] = read(row(1, "Status", "RT_System", "Status", "open", "new"))

    assert (found.deed, found.by, found.robot) == (Deed.START, "", True)


def test_a_pause_says_what_it_waits_for() -> None:
    found = deeds(row(1, "Status", field="Status", old="open", new="stalled"))

    assert found == [(Deed.PAUSE, "alice", "customer: stalled")]


def test_a_status_nobody_explained_is_work_on_the_ticket() -> None:
    found = deeds(row(1, "Status", field="Status", old="new", new="in the lab"))

    assert found == [(Deed.START, "alice", "in the lab")]


def test_what_we_did_is_known_as_ours() -> None:
    [found] = read(row(1, "Status", "nineward", "Status", "resolved", "open"))

    assert (found.deed, found.ours) == (Deed.RESOLVE, True)


def test_the_custom_field_of_satisfaction_is_the_score() -> None:
    rows = row(1, "CustomField", field="7", new="4"), row(2, "CustomField", field="8", new="1")

    assert deeds(*rows, satisfaction="7") == [(Deed.SATISFACTION, "alice", "4")]
    assert deeds(*rows) == []


def test_dates_are_those_of_rt_and_ids_differ() -> None:
    found = read(row(1, "Correspond"), row(2, "Set", field="Owner", old="6", new="29"), row(3, "Comment"))

    assert {each.at for each in found} == {AT}
    assert all(one.id != other.id for one, other in itertools.combinations(found, 2))


def test_a_date_that_is_none_is_an_error_of_the_system() -> None:
    with pytest.raises(RemoteError, match="a date that is none: 'gestern'"):
        read({**row(1, "Comment"), "Created": "gestern"})


def system(**more: Any) -> TicketSystem:
    table = {"kind": "request_tracker", "url": "http://127.0.0.1:9/", "queue": "Ops", "token": {"env": "T"}, **more}
    return make("desk", table, lambda: START, lambda source, name: "a secret")


def test_a_call_with_the_secret_names_its_ticket() -> None:
    heard = system(hook_secret={"env": "S"}).hear({"x-nineward-secret": "a secret"}, b'{"ticket": 12}')

    assert heard == Call(("12",))


@pytest.mark.parametrize("shown", [{}, {"x-nineward-secret": "another"}, {"x-nineward-secret": "ä"}])
def test_a_call_without_the_secret_is_refused(shown: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        system(hook_secret={"env": "S"}).hear(shown, b'{"ticket": 12}')
    with pytest.raises(Unauthenticated):
        system().hear(shown, b'{"ticket": 12}')


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"ticket": "12; DROP"}', b"\xff"])
def test_a_call_that_cannot_be_read_is_told(body: bytes) -> None:
    with pytest.raises(Invalid):
        system(hook_secret={"env": "S"}).hear({"x-nineward-secret": "a secret"}, body)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "rt.example"}, "url: expected an address"),
        ({"password": {"env": "P"}, "user": "n"}, "token: expected either a token, or user and password"),
        ({"user": "n"}, "token: expected either a token, or user and password"),
        ({"statuses": {"lab": "busy"}}, "statuses.lab: expected one of open, acknowledged, started"),
        ({"pauses": {"stalled": "lunch"}}, "pauses.stalled: expected one of customer, change_window, part, supplier"),
        ({"fields": {"Site": "{"}}, "fields.Site: expected a text such as"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        system(**change)

    assert said in str(caught.value)


@pytest.fixture
def server() -> StandIn:
    return StandIn(lambda: START)


@pytest.fixture
def wire(server: StandIn) -> Iterator[Wire]:
    with wired(server.handle) as found:
        yield found


@pytest.fixture
def desk(wire: Wire) -> Iterator[TicketSystem]:
    found = make("desk", StandIn.OPTIONS, lambda: START, lambda source, name: "a secret")
    yield found
    found.close()


def told(event: str = "opened", sequence: int = 1, ticket: str = "", **more: Any) -> Telling:
    words = {"title": "core-1 is\ndown", "body": "core-1 is down.\nNo answer to ping.", **more}
    return dataclasses.replace(telling(event, sequence, ticket), **words)


def test_a_ticket_says_what_is_wrong_and_refers_to_the_key(desk: TicketSystem, server: StandIn) -> None:
    reply = desk.open(told())

    assert (reply.ticket, reply.url) == ("1", "http://rt.example/rt/Ticket/Display.html?id=1")
    ticket = server.tickets[0]
    assert (ticket.subject, ticket.priority, ticket.fields["2"]) == ("core-1 is down", "100", "杭州")
    assert ticket.links == ["nineward:n1:i_abc"]


def test_a_try_of_unknown_outcome_is_looked_up(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", status="resolved")
    reply = desk.open(told(tried=START))

    assert (reply.ticket, reply.state, len(server.tickets)) == ("1", "resolved", 1)


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.CUT, Fault.ERROR, Fault.PAGE])
def test_a_ticket_that_may_have_been_made_is_uncertain(desk: TicketSystem, wire: Wire, fault: Fault) -> None:
    wire.faults = [fault]
    with pytest.raises(RemoteError) as caught:
        desk.open(told())

    assert caught.value.uncertain


def test_a_comment_is_written_once_though_it_is_tried_again(desk: TicketSystem, wire: Wire, server: StandIn) -> None:
    desk.open(told())
    note = told("updated", 2, "1")
    wire.faults = [None, Fault.SILENT]
    with pytest.raises(RemoteError):
        desk.note(note)
    desk.note(dataclasses.replace(note, tried=START))

    assert server.notes("1") == ["core-1 is down.\nNo answer to ping.\n\n[nineward i_abc.desk.2]"]


def test_the_end_and_the_return_of_a_fault_move_the_ticket(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    resolved = desk.resolve(told("resolved", 2, "1")).state
    reopened = desk.reopen(told("reopened", 3, "1")).state

    assert (resolved, reopened) == ("resolved", "open")
    assert len(server.notes("1")) == 2


def test_an_end_whose_comment_was_written_is_still_set(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    end = told("resolved", 2, "1")
    server.change("1", "nineward", Comment=f"core-1 is back\n\n{end.reference}")
    desk.resolve(dataclasses.replace(end, tried=START))

    assert server.standing("1") is Standing.RESOLVED
    assert len(server.notes("1")) == 1


def test_a_status_that_rt_refused_is_told_with_its_words(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.refused = {"resolved"}
    with pytest.raises(RemoteError, match=r"stays 'new', not 'resolved'.*isn't a valid status") as caught:
        desk.resolve(told("resolved", 2, "1"))

    assert caught.value.permanent


def test_a_ticket_that_people_rejected_stays_as_it_is(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", status="rejected")

    assert desk.resolve(told("resolved", 2, "1")).state == "rejected"
    assert server.notes("1") == []


def test_what_people_do_is_read_with_names_and_words(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    server.change("1", "alice", Owner=29)
    server.change("1", "alice", Correspond="<p>a cable<br>is loose &amp; bent</p>")
    server.change("1", "alice", status="stalled", Score="4")
    found = desk.read("1")

    assert found is not None
    assert [(each.deed, each.by, each.text) for each in found.moments] == [
        (Deed.ACKNOWLEDGE, "alice", ""),
        (Deed.ASSIGN, "alice", "alice"),
        (Deed.ACKNOWLEDGE, "alice", ""),
        (Deed.COMMENT, "alice", "a cable\nis loose & bent"),
        (Deed.START, "alice", "open"),
        (Deed.PAUSE, "alice", "customer: stalled"),
        (Deed.SATISFACTION, "alice", "4"),
    ]
    assert (found.standing, found.words, found.assignee) == (Standing.PAUSED, "stalled", "alice")


def test_a_text_is_fetched_once(desk: TicketSystem, server: StandIn, wire: Wire) -> None:
    desk.open(told())
    server.change("1", "alice", Comment="a cable is loose")
    desk.read("1")
    first = wire.seen
    desk.read("1")

    assert wire.seen - first == 2


def test_a_long_history_is_read_to_its_end(desk: TicketSystem, server: StandIn) -> None:
    desk.open(told())
    for _ in range(60):
        server.change("1", "alice", status="stalled")
        server.change("1", "alice", status="open")
    found = desk.read("1")

    assert found is not None
    assert [each.deed for each in found.moments].count(Deed.PAUSE) == 60


def test_a_ticket_that_is_gone_is_none(desk: TicketSystem) -> None:
    assert desk.read("7") is None


def test_a_test_opens_nothing(desk: TicketSystem, server: StandIn) -> None:
    assert "TicketCustomFields" in desk.test(told("test")).raw
    assert server.tickets == []


def test_a_custom_field_that_is_not_there_is_told_by_the_test(wire: Wire) -> None:
    options = {**StandIn.OPTIONS, "fields": {"Place": "{target.name}"}}
    with pytest.raises(RemoteError, match="shows this user no custom field Place"):
        make("desk", options, lambda: START, lambda source, name: "a secret").test(told("test"))


def test_a_preview_shows_what_would_be_sent_and_no_token(desk: TicketSystem, wire: Wire) -> None:
    shown = desk.preview(told()) + desk.preview(told("resolved", 2, "7"))

    assert "POST http://rt.example/rt/REST/2.0/ticket\n" in shown
    assert "POST http://rt.example/rt/REST/2.0/ticket/7/comment\n" in shown
    assert "a secret" not in shown
    assert wire.seen == 0
