"""Jira Data Center by its stand-in: what differs from Cloud."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Standing
from tests.collector.rooms import START
from tests.collector.tickets.jira_desk import Clock, adapter, by_people, read
from tests.collector.tickets.stand_ins.jira import ALICE
from tests.collector.tickets.stand_ins.jira_data_center import StandIn
from tests.collector.tickets.telling import telling
from tests.collector.tickets.wire import wired


@pytest.fixture
def desk() -> Iterator[StandIn]:
    stand_in = StandIn(Clock())
    with wired(stand_in.handle):
        yield stand_in


def test_texts_are_plain(desk: StandIn) -> None:
    adapter(StandIn).open(telling())

    assert desk.issues[0].fields["description"].endswith("\n\n[nineward i_abc.desk.1]")


def test_an_issue_that_may_have_been_made_is_found_by_its_label(desk: StandIn) -> None:
    system = adapter(StandIn)
    system.open(telling())

    assert system.open(replace(telling(), tried=START)).ticket == "OPS-1"
    assert len(desk.issues) == 1


def test_an_answer_to_a_stranger_is_no_answer(desk: StandIn) -> None:
    system = adapter(StandIn)
    system.open(telling())
    desk.known = False
    with pytest.raises(RemoteError, match="as a stranger") as caught:
        system.open(replace(telling(), tried=START))

    assert caught.value.permanent
    assert len(desk.issues) == 1


def test_people_are_known_by_their_user_names(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.move(ticket, ALICE, "2")
    system.resolve(telling("resolved", 2, ticket))
    found = read(system, ticket)

    assert by_people(found) == [(Deed.START, "Alice Wu", "")]
    assert found.standing is Standing.RESOLVED


def test_something_else_than_jira_is_no_answer(desk: StandIn) -> None:
    """Behind a proxy that has lost its Jira every address is a page that is not found."""
    with wired(lambda *_: (404, {"Content-Type": "application/json"}, b'{"status": 404}')):
        system = adapter(StandIn)
        with pytest.raises(RemoteError, match="404"):
            system.read("OPS-1")
