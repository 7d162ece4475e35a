"""GLPI by its stand-in: what is sent, what its log means, what a forgotten session does."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.histories.glpi import instant, plain
from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.glpi import ALICE, StandIn
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


def glpi(**more: Any) -> TicketSystem:
    return make("desk", {**StandIn.OPTIONS, **more}, lambda: START, lambda source, name: SECRET)


def test_a_ticket_says_what_is_wrong(desk: StandIn) -> None:
    reply = glpi(entity=4, fields={"_groups_id_assign": "12"}).open(telling())

    ticket = desk.tickets[1]
    assert (reply.ticket, reply.url) == ("1", "http://desk.example/front/ticket.form.php?id=1")
    assert "core-1 is down" in plain(ticket["content"])
    assert {ticket[name] for name in ("type", "urgency", "entities_id")} == {1, 5, 4}
    assert ticket["_groups_id_assign"] == "12"


def test_a_ticket_that_may_have_been_made_is_found_by_its_description(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    again = system.open(replace(telling(), tried=START))

    assert again.ticket == "1"
    assert len(desk.tickets) == 1


def test_a_key_that_only_looks_alike_is_not_ours(desk: StandIn) -> None:
    system = glpi()
    system.open(replace(telling(), key="nineward:n1:iXabc"))

    assert system.find(telling()) is None


def test_a_forgotten_session_is_opened_again(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    desk.forget()
    system.note(telling("updated", 2, "1"))

    assert len(desk.notes("1")) == 1


def test_a_session_that_is_not_needed_any_more_is_ended(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    system.close()

    assert desk.handle("GET", "/apirest.php/Ticket/1", {}, {"session-token": "session-1"}, b"")[0] == 401


def test_a_failed_sign_in_leaves_no_doubt_about_the_ticket() -> None:
    with wired(lambda *_: (502, {}, b"bad gateway")), pytest.raises(RemoteError) as caught:
        glpi().open(telling())

    assert not caught.value.uncertain


def test_the_end_of_a_fault_solves_its_ticket(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    reply = system.resolve(telling("resolved", 2, "1"))

    assert reply.state == "5"
    assert "core-1 is down" in desk.notes("1")[0]


def test_a_status_that_was_left_out_without_a_word_is_told(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    desk.allowed = False
    with pytest.raises(RemoteError, match="stays in status 1") as caught:
        system.resolve(telling("resolved", 2, "1"))

    assert caught.value.permanent


@pytest.mark.parametrize(("assigned", "status"), [(False, 1), (True, 2)])
def test_a_reopened_ticket_is_new_unless_somebody_has_it(desk: StandIn, assigned: bool, status: int) -> None:
    system = glpi()
    system.open(telling())
    if assigned:
        desk.assign(1, ALICE)
    system.resolve(telling("resolved", 2, "1"))
    system.reopen(telling("reopened", 3, "1"))

    assert desk.tickets[1]["status"] == status


def test_what_may_have_been_written_is_not_written_twice(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    system.note(telling("updated", 2, "1"))
    system.note(replace(telling("updated", 2, "1"), tried=START))

    assert len(desk.notes("1")) == 1


def test_whoever_takes_a_ticket_answers_it_and_begins(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    desk.assign(1, ALICE)

    remote = system.read("1")
    assert remote is not None
    assert (remote.standing, remote.assignee) == (Standing.STARTED, "alice")
    assert [(each.deed, each.by, each.text) for each in remote.moments] == [
        (Deed.ACKNOWLEDGE, "alice", ""),
        (Deed.ASSIGN, "alice", "alice"),
        (Deed.START, "alice", "2"),
    ]


def test_a_pause_says_what_it_waits_for_and_a_comment_what_was_said(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    desk.change(1, ALICE, 4)
    desk.write("ITILFollowup", 1, ALICE, "&#60;p&#62;the part is ordered&#60;/p&#62;")

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.by, each.text) for each in remote.moments] == [
        (Deed.PAUSE, "alice", "customer: 4"),
        (Deed.COMMENT, "alice", "the part is ordered"),
    ]


def test_what_we_did_and_what_glpi_does_by_itself_is_told_apart(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    system.resolve(telling("resolved", 2, "1"))
    desk.change(1, 0, 6)
    system.note(telling("updated", 3, "1"))

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.ours, each.robot) for each in remote.moments] == [
        (Deed.RESOLVE, True, False),
        (Deed.CLOSE, False, True),
        (Deed.COMMENT, True, False),
    ]


def test_who_asked_says_how_content_he_is(desk: StandIn) -> None:
    system = glpi()
    system.open(telling())
    desk.change(1, ALICE, 5)
    desk.score(1, 4)

    remote = system.read("1")
    assert remote is not None
    assert (remote.moments[-1].deed, remote.moments[-1].text) == (Deed.SATISFACTION, "4")


@pytest.mark.parametrize("deleted", [False, True])
def test_a_ticket_that_is_gone_or_in_the_bin_is_no_ticket(desk: StandIn, deleted: bool) -> None:
    system = glpi()
    if deleted:
        system.open(telling())
        desk.tickets[1]["is_deleted"] = 1

    assert system.read("1") is None


def test_dates_are_those_of_glpis_clock() -> None:
    assert instant("2026-10-05 14:12:31", "Asia/Shanghai") == 1791180751000
    with pytest.raises(RemoteError, match="a date that is none"):
        instant("yesterday", "Asia/Shanghai")


def test_a_webhook_names_the_ticket() -> None:
    body = json.dumps({"event": "update", "item": {"id": 5}}).encode()
    signature = hmac.new(SECRET.encode(), body + b"1791180751", hashlib.sha256).hexdigest()

    assert glpi().hear({"x-glpi-signature": signature, "x-glpi-timestamp": "1791180751"}, body) == Call(("5",))


@pytest.mark.parametrize("headers", [{}, {"x-glpi-signature": "00", "x-glpi-timestamp": "1"}])
def test_a_webhook_without_a_right_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        glpi().hear(headers, b'{"item": {"id": 5}}')


def test_the_test_makes_no_ticket(desk: StandIn) -> None:
    assert "Technician" in glpi().test(telling("test")).raw
    assert not desk.tickets


def test_a_preview_shows_the_request_and_no_secret() -> None:
    shown = glpi().preview(telling())

    assert shown.startswith("POST /apirest.php/Ticket\nHost: desk.example\n")
    assert "[nineward:n1:i_abc]" in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "desk.example"}, "url: expected an address"),
        ({"tz": "Mars/Base"}, "There is no time zone 'Mars/Base'"),
        ({"api": "apirest.php"}, "api: expected a path"),
        ({"fields": {"x": "{target"}}, "fields.x"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        glpi(**change)

    assert said in str(caught.value)
