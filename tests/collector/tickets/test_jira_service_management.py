"""Jira Service Management by its stand-in: requests, the clock of the first response, feedback."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Deed, Moment, Standing
from rules.errors import Invalid
from tests.collector.rooms import START
from tests.collector.tickets.jira_desk import Clock, adapter, by_people, read
from tests.collector.tickets.stand_ins.jira import ALICE
from tests.collector.tickets.stand_ins.jira_service_management import StandIn
from tests.collector.tickets.telling import TITLE, telling
from tests.collector.tickets.wire import wired


@pytest.fixture
def desk() -> Iterator[StandIn]:
    stand_in = StandIn(Clock())
    with wired(stand_in.handle):
        yield stand_in


def test_a_request_is_made_by_the_names_of_project_and_type(desk: StandIn) -> None:
    reply = adapter(StandIn).open(telling())

    assert (reply.ticket, reply.state) == ("OPS-1", "In Progress")
    assert desk.issues[0].fields["summary"] == TITLE
    assert desk.issues[0].fields["labels"] == ["nineward:n1:i_abc"]


def test_a_type_without_labels_is_for_a_person(desk: StandIn) -> None:
    desk.allowed = frozenset({"summary", "description"})
    with pytest.raises(RemoteError, match=r"labels.* not valid") as caught:
        adapter(StandIn).open(telling())

    assert caught.value.permanent


def test_a_type_that_is_not_there_is_told_with_those_that_are(desk: StandIn) -> None:
    with pytest.raises(RemoteError, match="no requesttype with name 'Outage', but Report an outage") as caught:
        adapter(StandIn, request_type="Outage").open(telling())

    assert caught.value.permanent
    assert not caught.value.uncertain


def test_a_request_that_may_have_been_made_is_found(desk: StandIn) -> None:
    desk.LAG = 0  # type: ignore[misc]
    system = adapter(StandIn)
    system.open(telling())

    assert system.open(replace(telling(), tried=START)).ticket == "OPS-1"
    assert len(desk.issues) == 1


def test_what_we_write_is_for_agents_alone(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    system.note(telling("updated", 2, ticket))
    adapter(StandIn, public=True).note(telling("updated", 3, ticket))

    assert desk.public == [False, True]


def test_a_request_begins_open_whatever_its_first_status_is(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket

    assert read(system, ticket).standing is Standing.OPEN


def test_the_clock_of_the_first_response_says_when_somebody_answered(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.write(ticket, ALICE, "we look at it")
    (comment,) = read(system, ticket).moments
    assert comment.at is not None
    desk.answered[ticket] = comment.at + 300

    assert by_people(read(system, ticket)) == [
        (Deed.COMMENT, "Alice Wu", "we look at it"),
        (Deed.ACKNOWLEDGE, "Alice Wu", ""),
    ]
    assert read(system, ticket).moments[1].at == comment.at + 300


def test_a_clock_that_we_stopped_is_nobodys_answer(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    system.note(telling("updated", 2, ticket))
    (comment,) = read(system, ticket).moments
    assert comment.at is not None
    desk.answered[ticket] = comment.at

    assert by_people(read(system, ticket)) == []


def test_the_customers_feedback_is_the_score(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.ratings[ticket] = 5

    assert read(system, ticket).moments == (Moment("feedback:5", Deed.SATISFACTION, None, text="5"),)


def test_a_test_opens_nothing(desk: StandIn) -> None:
    assert "service desk 7, request type 25" in adapter(StandIn).test(telling("test")).raw
    assert desk.issues == []


class DataCenter(StandIn):
    """The same on one's own machines: another search, and a token alone."""

    OPTIONS = {  # noqa: RUF012  the promise of Server
        **{name: value for name, value in StandIn.OPTIONS.items() if name != "user"},
        "data_center": True,
    }
    CLOUD = False
    LAG = 0


def test_a_data_center_is_searched_and_signed_in_to_in_its_own_way() -> None:
    desk = DataCenter(Clock())
    with wired(desk.handle):
        system = adapter(DataCenter)
        system.open(telling())

        assert system.open(replace(telling(), tried=START)).ticket == "OPS-1"
        assert system.lag == 60_000


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"user": ""}, "user: expected the account's e-mail address in Cloud"),
        ({"data_center": True}, "and none with data_center = true"),
        ({"request_typ": "x"}, "did you mean 'request_type'"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        adapter(StandIn, **change)

    assert said in str(caught.value)
