"""PagerDuty by its stand-in: events, the incidents that become of them, their log, its webhook."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Moment, Remote, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.pagerduty import ALICE, SERVICE, StandIn
from tests.collector.tickets.telling import BODY, TITLE, telling
from tests.collector.tickets.wire import wired

KEY = "nineward:n1:i_abc"
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


def pagerduty(**more: Any) -> TicketSystem:
    table = {**StandIn.OPTIONS, **more}
    given = {name: value for name, value in table.items() if value is not None}
    return make("desk", given, lambda: START, lambda source, name: SECRET)


def events_only() -> TicketSystem:
    return pagerduty(token=None, account=None)


def read(system: TicketSystem) -> Remote:
    found = system.read(KEY)
    assert found is not None
    return found


def by_people(found: Remote) -> list[tuple[Deed, str, str]]:
    return [(moment.deed, moment.by, moment.text) for moment in found.moments if not moment.ours]


def test_a_trigger_says_what_is_wrong_and_how_bad_it_is(desk: StandIn) -> None:
    reply = pagerduty().open(telling())

    (event,) = desk.taken
    assert reply.ticket == event["dedup_key"] == KEY
    assert (event["event_action"], event["routing_key"]) == ("trigger", SECRET)
    assert event["payload"]["summary"] == TITLE
    assert (event["payload"]["severity"], event["payload"]["source"]) == ("critical", "192.0.2.1")
    assert event["payload"]["timestamp"] == "2026-09-21T14:13:20.000+00:00"
    assert event["payload"]["custom_details"]["text"].startswith(BODY)


def test_a_trigger_that_comes_twice_makes_one_incident(desk: StandIn) -> None:
    pagerduty().open(telling())
    pagerduty().open(replace(telling(), tried=START))

    assert len(desk.incidents) == 1


def test_what_people_resolved_before_the_trigger_is_repeated_is_not_opened_again(desk: StandIn) -> None:
    pagerduty().open(telling())
    desk.act(desk.newest(KEY), ALICE, "resolve")
    reply = pagerduty().open(replace(telling(), tried=START))

    assert (reply.ticket, reply.state) == (KEY, "resolved")
    assert len(desk.incidents) == 1


def test_a_trigger_is_repeated_although_nothing_can_be_looked_up(desk: StandIn) -> None:
    desk.limited = True
    pagerduty().open(replace(telling(), tried=START))

    assert len(desk.incidents) == 1


def test_the_end_of_a_fault_resolves_and_its_return_is_a_new_incident_under_the_old_key(desk: StandIn) -> None:
    system = pagerduty()
    system.open(telling())
    system.resolve(telling("resolved", 2, KEY))
    assert desk.standing(KEY) is Standing.RESOLVED
    reply = system.reopen(telling("reopened", 3, KEY))

    assert reply.ticket == KEY
    assert [one.status for one in desk.incidents] == ["resolved", "triggered"]
    assert read(system).standing is Standing.OPEN


def test_a_refused_event_is_for_a_person(desk: StandIn) -> None:
    with pytest.raises(RemoteError, match=r"payload\.summary") as caught:
        pagerduty().open(replace(telling(), title=""))

    assert caught.value.permanent


def test_a_note_is_written_once(desk: StandIn) -> None:
    system = pagerduty()
    system.open(telling())
    system.note(telling("updated", 2, KEY))
    system.note(replace(telling("updated", 2, KEY), tried=START))

    (note,) = desk.notes(KEY)
    assert note.endswith("[nineward i_abc.desk.2]")
    assert by_people(read(system)) == []


def test_a_note_without_the_rest_api_makes_no_new_incident(desk: StandIn) -> None:
    system = events_only()
    system.open(telling())
    desk.act(desk.newest(KEY), ALICE, "resolve")
    reply = system.note(telling("updated", 2, KEY))

    assert "Not written" in reply.raw
    assert len(desk.incidents) == 1


def test_what_we_acknowledge_is_acknowledged_there(desk: StandIn) -> None:
    system = events_only()
    system.open(telling())
    system.note(telling("acknowledged", 2, KEY))

    assert desk.standing(KEY) is Standing.ACKNOWLEDGED


def test_the_log_says_who_did_what(desk: StandIn) -> None:
    system = pagerduty()
    system.open(telling())
    incident = desk.newest(KEY)
    desk.act(incident, ALICE, "acknowledge")
    desk.write(incident, ALICE, "a new fan is ordered")
    desk.act(incident, ALICE, "resolve")
    incident.assignees.append(ALICE)
    found = read(system)

    assert by_people(found) == [
        (Deed.ACKNOWLEDGE, "Alice Wu", ""),
        (Deed.COMMENT, "Alice Wu", "a new fan is ordered"),
        (Deed.RESOLVE, "Alice Wu", ""),
    ]
    assert (found.ticket, found.standing, found.words) == (KEY, Standing.RESOLVED, "resolved")
    assert (found.assignee, found.priority, found.url) == ("Alice Wu", "P1", "https://acme.example/incidents/PINC1")
    assert [moment.at for moment in found.moments] == sorted(moment.at or 0 for moment in found.moments)


def test_a_long_log_is_read_to_its_beginning(desk: StandIn) -> None:
    system = pagerduty()
    system.open(telling())
    for number in range(150):
        desk.write(desk.newest(KEY), ALICE, f"note {number}")

    assert len({moment.id for moment in read(system).moments}) == 150


def test_what_a_clock_of_pagerduty_resolves_nobody_resolved(desk: StandIn) -> None:
    system = pagerduty()
    system.open(telling())
    desk.act(desk.newest(KEY), SERVICE, "resolve", "timeout")
    (moment,) = read(system).moments

    assert (moment.deed, moment.robot, moment.ours) == (Deed.RESOLVE, True, False)


def test_what_our_events_did_is_ours(desk: StandIn) -> None:
    system = pagerduty()
    system.open(telling())
    system.resolve(telling("resolved", 2, KEY))

    assert [(moment.deed, moment.ours) for moment in read(system).moments] == [(Deed.RESOLVE, True)]


def test_an_incident_that_does_not_show_yet_is_not_gone() -> None:
    desk = StandIn(lambda: START, late=True)
    with wired(desk.handle):
        pagerduty().open(telling())
        with pytest.raises(RemoteError, match="yet") as caught:
            pagerduty().read(KEY)

        assert not caught.value.permanent


def test_the_limit_of_the_rest_api_says_how_long_to_wait(desk: StandIn) -> None:
    pagerduty().open(telling())
    desk.limited = True
    with pytest.raises(RemoteError, match="Rate Limit") as caught:
        pagerduty().read(KEY)

    assert caught.value.retry_after == 20


def test_without_the_rest_api_nothing_is_read() -> None:
    assert pagerduty().READABLE
    assert not events_only().READABLE


def test_a_test_opens_nothing(desk: StandIn) -> None:
    said = pagerduty().test(replace(telling("test"), key="nineward:test:1")).raw

    assert "Event processed" in said
    assert said.endswith("incidents can be read")
    assert desk.incidents == []


def call(kind: str, agent: dict[str, Any] | None = ALICE) -> tuple[dict[str, str], bytes]:
    data = {"id": "PINC1", "type": "incident", "incident_key": KEY, "priority": {"summary": "P1"}, "assignees": [ALICE]}
    event = {"id": "E1", "event_type": kind, "occurred_at": "2026-10-02T18:45:22.169Z", "agent": agent, "data": data}
    body = json.dumps({"event": event}).encode()
    return {"x-pagerduty-signature": "v1=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}, body


def test_a_call_hurries_who_can_read() -> None:
    assert pagerduty().hear(*call("incident.acknowledged")) == Call((KEY,))


def test_a_call_is_all_that_is_heard_without_the_rest_api() -> None:
    heard = events_only().hear(*call("incident.acknowledged"))

    assert heard == Call((KEY,), ((KEY, Moment("E1", Deed.ACKNOWLEDGE, 1_790_966_722_169, "Alice Wu")),))


def test_who_is_no_person_answers_nothing() -> None:
    ((_, moment),) = events_only().hear(*call("incident.resolved", None)).moments

    assert moment.robot


def test_a_call_about_something_else_names_nothing() -> None:
    headers, body = call("service.updated")
    other = body.replace(b"incident_key", b"other_keys__")
    signed = "v1=" + hmac.new(SECRET.encode(), other, hashlib.sha256).hexdigest()

    assert pagerduty().hear({"x-pagerduty-signature": signed}, other) == Call()
    with pytest.raises(Unauthenticated):
        pagerduty().hear(headers, other)


@pytest.mark.parametrize(
    ("event", "shown"),
    [
        ("opened", "POST http://events.example/v2/enqueue"),
        ("resolved", '"event_action": "resolve"'),
        ("updated", "POST http://desk.example/incidents/ID/notes"),
    ],
)
def test_a_preview_shows_what_would_be_sent(event: str, shown: str) -> None:
    found = pagerduty().preview(telling(event))

    assert shown in found
    assert SECRET not in found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"severities": {"urgent": "high"}}, "severities.urgent: expected critical"),
        ({"account": None}, "token and account belong together"),
        ({"api_url": "desk"}, "api_url: expected an address"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        pagerduty(**change)

    assert said in str(caught.value)
