"""Request Tracker: what the transactions of a ticket mean, as RT 5.0.3 tells them."""

import itertools
from typing import Any

import pytest

from collector.histories.request_tracker import History, Meaning, moments
from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Moment, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from rules.incident import Waiting
from tests.collector.rooms import START

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
