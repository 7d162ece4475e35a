"""Jira Cloud by its stand-in: documents, a search that lags, transitions, a changelog."""

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError
from collector.tickets.ticket_system import Call, Deed, Moment, Standing
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.jira_desk import SECRET, Clock, adapter, by_people, read
from tests.collector.tickets.stand_ins.jira import ALICE, BOT
from tests.collector.tickets.stand_ins.jira_cloud import StandIn
from tests.collector.tickets.telling import TITLE, telling
from tests.collector.tickets.wire import wired

KEY = "nineward:n1:i_abc"


@pytest.fixture
def desk() -> Iterator[StandIn]:
    stand_in = StandIn(Clock())
    with wired(stand_in.handle):
        yield stand_in


def test_an_issue_says_what_is_wrong_as_a_document(desk: StandIn) -> None:
    fields = {
        "customfield_10042": {"value": "{target.labels.site}"},
        "customfield_10043": {"value": "{target.labels.rack}"},
        "components": [{"name": "{target.name}"}],
    }
    reply = adapter(StandIn, labels=["nineward"], priorities={"urgent": "Highest"}, fields=fields).open(telling())

    sent = desk.issue(reply.ticket).fields
    assert (reply.ticket, reply.url) == ("OPS-1", "http://desk.example/browse/OPS-1")
    assert sent["summary"] == TITLE
    assert sent["description"]["content"][-1]["content"] == [{"type": "text", "text": "[nineward i_abc.desk.1]"}]
    assert sent["labels"] == [KEY, "nineward"]
    assert sent["priority"] == {"name": "Highest"}
    assert sent["customfield_10042"] == {"value": "杭州"}
    assert sent["components"] == [{"name": "core-1"}]
    assert "customfield_10043" not in sent


def test_a_summary_is_one_line_of_at_most_255_characters(desk: StandIn) -> None:
    adapter(StandIn).open(replace(telling(), title="core-1\nis down " + "x" * 300))

    assert desk.issues[0].fields["summary"].startswith("core-1 is down xxx")
    assert len(desk.issues[0].fields["summary"]) == 255


def test_what_the_search_does_not_show_yet_is_waited_for_and_then_found(desk: StandIn) -> None:
    system = adapter(StandIn)
    system.open(telling())
    desk.LAG = 10_000_000  # type: ignore[misc]
    with pytest.raises(RemoteError, match="none is found yet") as caught:
        system.open(replace(telling(), tried=START))
    desk.LAG = 0  # type: ignore[misc]

    assert caught.value.retry_after == 75
    assert system.open(replace(telling(), tried=START)).ticket == "OPS-1"
    assert len(desk.issues) == 1


def test_a_field_that_the_project_demands_is_for_a_person(desk: StandIn) -> None:
    desk.required = frozenset({"components"})
    with pytest.raises(RemoteError, match="components") as caught:
        adapter(StandIn).open(telling())

    assert caught.value.permanent


def test_a_comment_is_written_once(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    system.note(telling("updated", 2, ticket))
    system.note(replace(telling("updated", 2, ticket), tried=START))

    (note,) = desk.notes(ticket)
    assert note.endswith("[nineward i_abc.desk.2]")


def test_the_end_of_a_fault_says_why_and_moves_the_issue(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    reply = system.resolve(telling("resolved", 2, ticket))

    assert reply.state == "Done"
    assert len(desk.notes(ticket)) == 1
    assert by_people(read(system, ticket)) == []


def test_the_return_of_a_fault_opens_the_issue_again(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    system.resolve(telling("resolved", 2, ticket))
    system.reopen(telling("reopened", 3, ticket))

    assert desk.standing(ticket) is Standing.OPEN
    assert len(desk.notes(ticket)) == 2


def test_what_people_ended_stays_as_it_is(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.move(ticket, ALICE, "5")
    reply = system.resolve(telling("resolved", 2, ticket))

    assert reply.state == "Won't Do"
    assert desk.notes(ticket) == []


@pytest.mark.parametrize("name", ["Won't Do", "Go to Won't Do"])
def test_the_settings_choose_among_the_ends(desk: StandIn, name: str) -> None:
    system = adapter(StandIn, resolved=name)
    ticket = system.open(telling()).ticket

    assert system.resolve(telling("resolved", 2, ticket)).state == "Won't Do"


def test_without_a_transition_a_person_must_look_and_is_told_which_there_are(desk: StandIn) -> None:
    desk.offered = ["2"]
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    with pytest.raises(RemoteError, match="Go to In Progress → In Progress") as caught:
        system.resolve(telling("resolved", 2, ticket))

    assert caught.value.permanent
    assert desk.notes(ticket) == []


def test_a_transition_that_a_rule_undoes_is_no_success(desk: StandIn) -> None:
    desk.undoes = True
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    with pytest.raises(RemoteError, match="stays To Do") as caught:
        system.resolve(telling("resolved", 2, ticket))

    assert caught.value.permanent


def test_the_changelog_says_who_did_what(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.assign(ticket, ALICE, ALICE)
    desk.move(ticket, ALICE, "2")
    desk.write(ticket, ALICE, "a new fan\nis ordered")
    desk.move(ticket, ALICE, "3")
    desk.move(ticket, ALICE, "2")
    desk.move(ticket, ALICE, "4")
    found = read(system, ticket)

    assert by_people(found) == [
        (Deed.ACKNOWLEDGE, "Alice Wu", ""),
        (Deed.ASSIGN, "Alice Wu", "Alice Wu"),
        (Deed.START, "Alice Wu", ""),
        (Deed.COMMENT, "Alice Wu", "a new fan\nis ordered"),
        (Deed.PAUSE, "Alice Wu", "customer: Waiting"),
        (Deed.RESUME, "Alice Wu", ""),
        (Deed.START, "Alice Wu", ""),
        (Deed.RESOLVE, "Alice Wu", ""),
    ]
    assert (found.standing, found.words, found.assignee) == (Standing.RESOLVED, "Done", "Alice Wu")
    assert [moment.at for moment in found.moments] == sorted(moment.at or 0 for moment in found.moments)


def test_who_gives_it_to_somebody_else_has_not_taken_it(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.assign(ticket, "automation", ALICE)

    assert [moment.deed for moment in read(system, ticket).moments] == [Deed.ASSIGN]


def test_every_reading_tells_the_same_moments(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.move(ticket, ALICE, "2")
    desk.write(ticket, ALICE, "I look")

    assert read(system, ticket).moments == read(system, ticket).moments
    assert len({moment.id for moment in read(system, ticket).moments}) == 2


def test_a_long_history_is_read_to_its_beginning(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.move(ticket, ALICE, "2")
    for _ in range(75):
        desk.move(ticket, ALICE, "3")
        desk.move(ticket, ALICE, "2")

    assert read(system, ticket).moments[0].deed is Deed.START
    assert len(read(system, ticket).moments) == 1 + 75 * 3


def test_an_automation_answers_nobody(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.move(ticket, "automation", "2")

    assert [moment.robot for moment in read(system, ticket).moments] == [True]


def test_an_issue_that_begins_in_progress_was_touched_by_nobody(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.issue(ticket).status = "2"

    assert (read(system, ticket).standing, read(system, ticket).moments) == (Standing.OPEN, ())


def test_the_settings_say_what_a_status_means(desk: StandIn) -> None:
    system = adapter(StandIn, statuses={"In Progress": "acknowledged", "Won't Do": "closed"})
    ticket = system.open(telling()).ticket
    desk.move(ticket, ALICE, "2")
    desk.move(ticket, ALICE, "5")

    assert [moment.deed for moment in read(system, ticket).moments] == [Deed.ACKNOWLEDGE, Deed.RESOLVE, Deed.CLOSE]


@pytest.mark.parametrize("value", [4, 4.0, "4", {"value": "4"}])
def test_a_score_is_read_from_the_field_that_the_settings_name(desk: StandIn, value: Any) -> None:
    system = adapter(StandIn, satisfaction="customfield_10050")
    ticket = system.open(telling()).ticket
    desk.issue(ticket).fields["customfield_10050"] = value

    assert read(system, ticket).moments == (Moment("satisfaction:4", Deed.SATISFACTION, None, text="4"),)


def test_an_issue_that_is_gone_is_gone(desk: StandIn) -> None:
    assert adapter(StandIn).read("OPS-9") is None
    with pytest.raises(RemoteError, match="shows no issue 'OPS-9'") as caught:
        adapter(StandIn).note(telling("updated", 2, "OPS-9"))
    assert caught.value.permanent


def test_a_comment_of_ours_is_known_by_its_mark_whoever_signed_it(desk: StandIn) -> None:
    system = adapter(StandIn)
    ticket = system.open(telling()).ticket
    desk.write(ticket, ALICE, "copied: [nineward i_abc.desk.2]")
    desk.write(ticket, BOT, "without a mark")

    assert by_people(read(system, ticket)) == []


def test_a_test_opens_nothing_and_says_what_is_missing(desk: StandIn) -> None:
    assert "project Operations" in adapter(StandIn).test(telling("test")).raw
    with pytest.raises(RemoteError, match="no issue type 'Fault', but Task, Incident"):
        adapter(StandIn, issue_type="Fault").test(telling("test"))
    assert desk.issues == []


def test_a_call_names_its_issue_and_is_signed() -> None:
    body = b'{"webhookEvent": "jira:issue_updated", "issue": {"key": "OPS-1"}}'
    signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    system = adapter(StandIn)

    assert system.hear({"x-hub-signature": signature}, body) == Call(("OPS-1",))
    with pytest.raises(Unauthenticated):
        system.hear({"x-hub-signature": signature}, body + b" ")


def test_a_preview_of_an_end_shows_comment_and_transition() -> None:
    shown = adapter(StandIn, resolved="Done").preview(telling("resolved", 2, "OPS-1"))

    assert shown.startswith("POST http://desk.example/rest/api/3/issue/OPS-1/comment\n")
    assert shown.endswith("then the transition Done")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "desk"}, "url: expected an address"),
        ({"user": "nineward"}, "user: expected the e-mail address"),
        ({"project": ""}, "project: expected its key"),
        ({"labels": ["two words"]}, "without a space"),
        ({"fields": {"a": {"value": "{x"}}}, "fields.a: expected a text"),
        ({"pauses": {"Waiting": "lunch"}}, "expected one of customer"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        adapter(StandIn, **change)

    assert said in str(caught.value)
