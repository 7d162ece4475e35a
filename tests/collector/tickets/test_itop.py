"""iTop by its stand-in: what is sent, what its change log and its dates mean, what its codes say."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.histories.itop import instant
from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.itop import ALICE, StandIn
from tests.collector.tickets.telling import telling
from tests.collector.tickets.wire import wired

SECRET = "a password"


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


def itop(**more: Any) -> TicketSystem:
    return make("desk", {**StandIn.OPTIONS, **more}, lambda: START, lambda source, name: SECRET)


def taken(desk: StandIn) -> None:
    """Alice takes the ticket."""
    desk.set(1, ALICE, agent_id=ALICE)
    desk.stimulate(1, ALICE, "ev_assign")


def test_a_ticket_says_what_is_wrong_and_whose_it_is(desk: StandIn) -> None:
    reply = itop(fields={"team_id": "SELECT Team WHERE name = '{target.labels.site}'"}).open(telling())

    ticket = desk.tickets[1]
    assert (reply.ticket, reply.state) == ("1", "new")
    assert reply.url == "http://desk.example/pages/UI.php?operation=details&class=Incident&id=1"
    assert ticket["org_id"] == "SELECT Organization WHERE name = 'Operator\\'s'"
    assert (ticket["origin"], ticket["urgency"]) == ("monitoring", 1)
    assert ticket["team_id"] == "SELECT Team WHERE name = '杭州'"


def test_a_ticket_that_may_have_been_made_is_found_by_its_description(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    again = system.open(replace(telling(), tried=START))

    assert again.ticket == "1"
    assert len(desk.tickets) == 1


def test_a_key_that_only_looks_alike_is_not_ours(desk: StandIn) -> None:
    system = itop()
    system.open(replace(telling(), key="nineward:n1:iXabc"))

    assert system.find(telling()) is None


def test_an_error_in_a_200_is_an_error(desk: StandIn) -> None:
    with pytest.raises(RemoteError, match="code 1: Error: Invalid login") as caught:
        itop(user="somebody").open(telling())

    assert (caught.value.permanent, caught.value.uncertain) == (True, False)


def test_a_trigger_that_fails_leaves_the_ticket_in_doubt(desk: StandIn) -> None:
    desk.trigger = "Deadlock found when trying to get lock"
    with pytest.raises(RemoteError) as caught:
        itop().open(telling())

    assert (caught.value.permanent, caught.value.uncertain) == (False, True)
    assert len(desk.tickets) == 1


def test_the_end_of_a_fault_resolves_its_ticket_whoever_has_it(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    reply = system.resolve(telling("resolved", 2, "1"))

    assert reply.state == "resolved"
    assert desk.tickets[1]["resolution_code"] == "other"
    assert "core-1 is down" in desk.notes("1")[0]


def test_fields_that_a_resolved_ticket_needs_come_from_the_settings(desk: StandIn) -> None:
    desk.demanded = ("service_id", "solution")
    itop().open(telling())
    with pytest.raises(RemoteError, match=r"Missing mandatory attribute\(s\) .*: service_id") as caught:
        itop().resolve(telling("resolved", 2, "1"))
    itop(resolution={"service_id": "3"}).resolve(telling("resolved", 2, "1"))

    assert caught.value.permanent
    assert desk.standing("1") is Standing.RESOLVED
    assert len(desk.notes("1")) == 1


def test_a_stimulus_that_falls_without_a_word_is_told(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    desk.falls = True
    with pytest.raises(RemoteError, match="took core/apply_stimulus and told no ticket") as caught:
        system.resolve(telling("resolved", 2, "1"))

    assert caught.value.permanent


def test_a_resolved_ticket_is_opened_again_and_a_closed_one_is_not(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    system.resolve(telling("resolved", 2, "1"))
    system.reopen(telling("reopened", 3, "1"))

    assert desk.standing("1") is Standing.ACKNOWLEDGED
    desk.stimulate(1, ALICE, "ev_resolve")
    desk.stimulate(1, ALICE, "ev_close")
    with pytest.raises(RemoteError, match="Invalid stimulus: 'ev_reopen'") as caught:
        system.reopen(telling("reopened", 4, "1"))
    assert caught.value.permanent


def test_what_may_have_been_written_is_not_written_twice(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    system.note(telling("updated", 2, "1"))
    system.note(replace(telling("updated", 2, "1"), tried=START))

    assert len(desk.notes("1")) == 1


def test_the_change_log_dates_every_step(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    taken(desk)
    desk.stimulate(1, ALICE, "ev_pending")
    desk.stimulate(1, ALICE, "ev_assign")
    desk.stimulate(1, ALICE, "ev_resolve")

    remote = system.read("1")
    assert remote is not None
    assert (remote.standing, remote.assignee) == (Standing.RESOLVED, "Alice Ash")
    assert [(each.deed, each.by, each.text) for each in remote.moments] == [
        (Deed.ASSIGN, "Alice Ash", "Alice Ash"),
        (Deed.ACKNOWLEDGE, "Alice Ash", "assigned"),
        (Deed.PAUSE, "Alice Ash", "customer: pending"),
        (Deed.RESUME, "Alice Ash", "assigned"),
        (Deed.ACKNOWLEDGE, "Alice Ash", "assigned"),
        (Deed.RESOLVE, "Alice Ash", "resolved"),
    ]


def test_without_the_change_log_the_dates_of_the_ticket_tell(desk: StandIn) -> None:
    desk.readable = False
    system = itop()
    system.open(telling())
    taken(desk)
    desk.stimulate(1, ALICE, "ev_pending")

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.by) for each in remote.moments] == [
        (Deed.ACKNOWLEDGE, "Alice Ash"),
        (Deed.PAUSE, "Alice Ash"),
    ]
    assert all(each.at is not None and each.at >= START // 1000 * 1000 for each in remote.moments)


def test_without_the_change_log_what_has_no_date_is_seen_when_it_is_read(desk: StandIn) -> None:
    desk.readable = False
    system = itop()
    system.open(telling())
    taken(desk)
    desk.stimulate(1, ALICE, "ev_resolve")
    desk.stimulate(1, ALICE, "ev_reopen")

    remote = system.read("1")
    assert remote is not None
    assert (remote.moments[-1].deed, remote.moments[-1].at) == (Deed.REOPEN, None)


@pytest.mark.parametrize("readable", [True, False])
def test_what_we_did_is_ours(desk: StandIn, readable: bool) -> None:
    desk.readable = readable
    system = itop()
    system.open(telling())
    system.resolve(telling("resolved", 2, "1"))

    remote = system.read("1")
    assert remote is not None
    assert {(each.deed, each.ours) for each in remote.moments} == {(Deed.RESOLVE, True), (Deed.COMMENT, True)}


def test_what_itop_does_by_itself_is_the_system_s_word(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    desk.set(1, "0", priority="2")

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.robot) for each in remote.moments] == [(Deed.PRIORITY, True)]


def test_comments_and_satisfaction_are_read(desk: StandIn) -> None:
    system = itop()
    system.open(telling())
    desk.set(1, ALICE, public_log={"message": "we look at it"})
    desk.set(1, ALICE, user_satisfaction="2")

    remote = system.read("1")
    assert remote is not None
    assert [(each.deed, each.text) for each in remote.moments] == [
        (Deed.COMMENT, "we look at it"),
        (Deed.SATISFACTION, "4"),
    ]


def test_a_ticket_that_was_deleted_is_no_ticket(desk: StandIn) -> None:
    assert itop().read("9") is None


def test_dates_are_those_of_itops_clock() -> None:
    assert instant("2026-10-05 14:12:31", "Asia/Shanghai") == 1791180751000
    with pytest.raises(RemoteError, match="a date that is none"):
        instant("", "Asia/Shanghai")


def test_a_webhook_names_the_ticket() -> None:
    assert itop().hear({"x-nineward-secret": SECRET}, b'{"ticket": 5}') == Call(("5",))
    with pytest.raises(Unauthenticated):
        itop().hear({"x-nineward-secret": "guess"}, b'{"ticket": 5}')


def test_the_test_looks_for_the_caller_and_makes_no_ticket(desk: StandIn) -> None:
    assert "core/create" in itop().test(telling("test")).raw
    with pytest.raises(RemoteError, match="caller_id: iTop finds nothing"):
        itop(caller="nobody@ops.example").test(telling("test"))
    assert not desk.tickets


@pytest.mark.parametrize(("event", "said"), [("opened", "core/create"), ("resolved", "core/apply_stimulus")])
def test_a_preview_shows_the_request_and_no_secret(event: str, said: str) -> None:
    shown = itop().preview(telling(event))

    assert shown.startswith("POST /webservices/rest.php?version=1.3\nHost: desk.example\n")
    assert said in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "desk.example"}, "url: expected an address"),
        ({"tz": "Mars/Base"}, "There is no time zone 'Mars/Base'"),
        ({"user": ""}, "token: expected either a token, or user and password"),
        ({"token": {"env": "S"}}, "token: expected either a token, or user and password"),
        ({"ticket_class": "Incident WHERE"}, "ticket_class: expected the name of a class"),
        ({"resolution": {"x": "{target"}}, "resolution.x"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        itop(**change)

    assert said in str(caught.value)
