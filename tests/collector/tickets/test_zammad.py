"""Zammad by its stand-in: what is sent, what a history means, what its webhook tells."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.zammad import ALICE, StandIn
from tests.collector.tickets.telling import telling
from tests.collector.tickets.wire import wired

SECRET = "a token"


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


def zammad(**more: Any) -> TicketSystem:
    return make("desk", {**StandIn.OPTIONS, **more}, lambda: START, lambda source, name: SECRET)


def test_a_ticket_says_what_is_wrong_to_the_group_and_not_to_the_customer(desk: StandIn) -> None:
    reply = zammad(fields={"site": "{target.labels.site}"}).open(telling())

    ticket = desk.tickets[1]
    assert (reply.ticket, reply.url, reply.state) == ("1", "http://desk.example/#ticket/zoom/1", "new")
    assert ticket.fields["group"] == "Network"
    assert ticket.fields["priority"] == "3 high"
    assert ticket.fields["site"] == "杭州"
    assert ticket.articles[0]["internal"]
    assert ticket.articles[0]["type"] == "note"


def test_a_ticket_that_may_have_been_made_is_found_by_the_tables(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    again = system.open(replace(telling(), tried=START))

    assert again.ticket == "1"
    assert len(desk.tickets) == 1


def test_a_search_that_is_not_understood_makes_nobody_elses_ticket_ours(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    desk.understands = False
    with pytest.raises(RemoteError, match="does not understand the search") as caught:
        system.open(replace(telling(), key="nineward:n1:i_other", tried=START))

    assert caught.value.permanent
    assert len(desk.tickets) == 1


def test_the_end_of_a_fault_closes_its_ticket_with_the_reason(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    reply = system.resolve(telling("resolved", 2, "1"))

    assert reply.state == "closed"
    assert "core-1 is down" in desk.notes("1")[0]


def test_a_ticket_that_people_closed_stays_as_it_is(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    desk.change(1, ALICE, {"state": "closed"})
    system.resolve(telling("resolved", 2, "1"))

    assert desk.notes("1") == []


def test_a_state_that_zammad_does_not_have_is_for_a_person(desk: StandIn) -> None:
    system = zammad(resolved="solved")
    system.open(telling())
    with pytest.raises(RemoteError, match="No lookup value found") as caught:
        system.resolve(telling("resolved", 2, "1"))

    assert caught.value.permanent
    assert desk.standing("1") is Standing.OPEN


def test_what_may_have_been_written_is_not_written_twice(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    system.note(telling("updated", 2, "1"))
    system.note(replace(telling("updated", 2, "1"), tried=START))

    assert len(desk.notes("1")) == 1


def test_whoever_takes_a_ticket_answers_it(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    desk.change(1, ALICE, {"owner": "alice"})

    remote = system.read("1")
    assert remote is not None
    assert remote.assignee == "alice"
    assert [(each.deed, each.by, each.text) for each in remote.moments] == [
        (Deed.ACKNOWLEDGE, "alice", ""),
        (Deed.ASSIGN, "alice", "Alice Ash"),
    ]


def test_a_first_response_to_the_customer_is_an_answer_dated_by_zammad(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    desk.write(1, ALICE, {"body": "we look at it", "internal": False})

    remote = system.read("1")
    assert remote is not None
    assert {(each.deed, each.by) for each in remote.moments} == {(Deed.ACKNOWLEDGE, "alice"), (Deed.COMMENT, "alice")}
    assert len({each.at for each in remote.moments}) == 1


def test_a_life_in_zammad_is_read_by_its_own_dates(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    for state in ("open", "pending reminder", "open", "closed", "open"):
        desk.change(1, ALICE, {"state": state})

    remote = system.read("1")
    assert remote is not None
    assert remote.standing is Standing.STARTED
    assert [each.deed for each in remote.moments] == [
        Deed.START, Deed.PAUSE, Deed.RESUME, Deed.START, Deed.RESOLVE, Deed.REOPEN, Deed.START,
    ]  # fmt: skip
    assert remote.moments[1].text == "customer: pending reminder"
    instants = [each.at for each in remote.moments]
    assert all(at is not None and at > START for at in instants)


def test_what_we_did_and_what_triggers_did_is_told_apart(desk: StandIn) -> None:
    system = zammad()
    system.open(telling())
    system.resolve(telling("resolved", 2, "1"))
    desk.change(1, 1, {"priority": "1 low"})

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.ours, each.robot) for each in remote.moments] == [
        (Deed.RESOLVE, True, False),
        (Deed.COMMENT, True, False),
        (Deed.PRIORITY, False, True),
    ]


def test_a_score_stands_in_an_attribute(desk: StandIn) -> None:
    system = zammad(satisfaction="score")
    system.open(telling())
    desk.change(1, ALICE, {"score": "4"})

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.text) for each in remote.moments] == [(Deed.SATISFACTION, "4")]


def test_a_ticket_that_was_deleted_is_no_ticket(desk: StandIn) -> None:
    assert zammad().read("9") is None


def test_a_webhook_names_the_ticket() -> None:
    body = json.dumps({"ticket": {"id": 5}}).encode()
    signature = "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()

    assert zammad().hear({"x-hub-signature": signature}, body) == Call(("5",))


@pytest.mark.parametrize("headers", [{}, {"x-hub-signature": "sha1=00"}])
def test_a_webhook_without_a_right_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        zammad().hear(headers, b'{"ticket": {"id": 5}}')


def test_the_test_asks_for_the_group(desk: StandIn) -> None:
    assert "Network" in zammad().test(telling("test")).raw
    with pytest.raises(RemoteError, match="no access to the group 'Servers'"):
        zammad(group="Servers").test(telling("test"))


def test_a_preview_shows_the_request_and_no_secret() -> None:
    shown = zammad().preview(telling())

    assert shown.startswith("POST /api/v1/tickets\nHost: desk.example\n")
    assert '"group": "Network"' in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "desk.example"}, "url: expected an address"),
        ({"customer": "noc"}, "customer: expected the mail address"),
        ({"states": {"waiting": "lazy"}}, "states"),
        ({"fields": {"site": "{target"}}, "fields.site"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        zammad(**change)

    assert said in str(caught.value)
