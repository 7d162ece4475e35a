"""ServiceNow's Event Management by its stand-in: one alert for a key, and what its incident tells."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError, Telling
from collector.tickets import make
from collector.tickets.ticket_system import Call, Deed, Standing, TicketSystem
from rules.errors import Invalid, Unauthenticated
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.servicenow import ALICE
from tests.collector.tickets.stand_ins.servicenow_events import StandIn
from tests.collector.tickets.telling import telling as bare
from tests.collector.tickets.wire import wired

KEY = "nineward:n1:i_abc"
SECRET = "a secret"


@pytest.fixture
def desk() -> Iterator[StandIn]:
    stand_in = StandIn(lambda: START)
    with wired(stand_in.handle):
        yield stand_in


def events(**more: Any) -> TicketSystem:
    return make("desk", {**StandIn.OPTIONS, **more}, lambda: START, lambda source, name: SECRET)


def telling(event: str = "opened", sequence: int = 1, state: str = "open") -> Telling:
    found = bare(event, sequence, "" if event == "opened" else KEY)
    incident = {**found.facts["incident"], "state": state}
    facts = {**found.facts, "incident": incident}
    return replace(found, title="core-1 is down", body=f"It is {event}.", facts=facts)


def test_an_event_has_the_fields_that_event_rules_look_at(desk: StandIn) -> None:
    reply = events().open(telling())

    (event,) = desk.taken
    assert reply.ticket == event["message_key"] == KEY
    assert (event["source"], event["node"], event["type"]) == ("Nineward", "192.0.2.1", "outage")
    assert (event["severity"], event["resolution_state"]) == ("1", "New")
    assert event["time_of_event"] == "2026-09-21 14:13:20"
    assert json.loads(event["additional_info"])["site"] == "杭州"


def test_an_event_that_comes_twice_makes_one_alert(desk: StandIn) -> None:
    events().open(telling())
    events().open(replace(telling(), tried=START))

    assert desk.made(KEY) == [KEY]


def test_the_end_of_a_fault_closes_the_alert_and_its_return_opens_it_again(desk: StandIn) -> None:
    system = events()
    system.open(telling())
    system.resolve(telling("resolved", 2, "resolved"))
    assert desk.standing(KEY) is Standing.RESOLVED
    system.reopen(telling("reopened", 3))

    assert desk.standing(KEY) is Standing.OPEN
    assert desk.made(KEY) == [KEY]


def test_what_is_told_after_the_end_does_not_raise_the_alert_again(desk: StandIn) -> None:
    system = events()
    system.open(telling())
    system.resolve(telling("resolved", 2, "resolved"))
    system.note(telling("updated", 3, "resolved"))

    assert desk.standing(KEY) is Standing.RESOLVED


def test_an_alert_that_is_not_there_yet_is_no_ticket_that_is_gone() -> None:
    desk = StandIn(lambda: START, late=True)
    with wired(desk.handle):
        events().open(telling())
        with pytest.raises(RemoteError, match="yet") as caught:
            events().read(KEY)

        assert not caught.value.permanent


def test_an_alert_without_an_incident_tells_whether_somebody_took_it(desk: StandIn) -> None:
    events().open(telling())
    desk.alerts[0]["acknowledged"] = "true"
    found = events().read(KEY)

    assert found is not None
    assert (found.ticket, found.standing) == (KEY, Standing.ACKNOWLEDGED)
    assert [(moment.deed, moment.ours) for moment in found.moments] == [(Deed.ACKNOWLEDGE, False)]


def test_the_end_of_an_alert_without_an_incident_is_nobodys_step(desk: StandIn) -> None:
    system = events()
    system.open(telling())
    system.resolve(telling("resolved", 2, "resolved"))
    found = system.read(KEY)

    assert found is not None
    assert found.standing is Standing.RESOLVED
    assert [(moment.deed, moment.ours) for moment in found.moments] == [(Deed.RESOLVE, True)]


def test_the_incident_of_an_alert_tells_what_people_did(desk: StandIn) -> None:
    events().open(telling())
    desk.records.append({"sys_id": "a1", "number": "INC1", "state": "1", "priority": "1", "correlation_id": ""})
    desk.alerts[0]["incident"] = "a1"
    desk.change("a1", ALICE, state="2")
    found = events().read(KEY)

    assert found is not None
    assert (found.ticket, found.standing) == (KEY, Standing.STARTED)
    assert [(moment.deed, moment.by) for moment in found.moments] == [(Deed.START, ALICE)]


def test_a_sleeping_instance_has_taken_nothing_for_sure(desk: StandIn) -> None:
    desk.asleep = True
    with pytest.raises(RemoteError, match="no JSON") as caught:
        events().open(telling())

    assert caught.value.uncertain


def test_a_test_makes_no_alert(desk: StandIn) -> None:
    said = events().test(replace(telling("test"), ticket="", key="nineward:test:1")).raw

    assert "1 events were inserted" in said
    assert desk.alerts == []


def test_a_preview_sends_nothing(desk: StandIn) -> None:
    shown = events().preview(telling())

    assert shown.startswith("POST http://desk.example/api/global/em/jsonv2\n")
    assert SECRET not in shown
    assert desk.taken == []


def test_a_call_names_its_alert_and_knows_the_secret() -> None:
    system = events()

    assert system.hear({"x-nineward-token": SECRET}, json.dumps({"message_key": KEY}).encode()) == Call((KEY,))
    with pytest.raises(Unauthenticated):
        system.hear({}, json.dumps({"message_key": KEY}).encode())
    with pytest.raises(Invalid):
        system.hear({"x-nineward-token": SECRET}, b"{}")


def test_settings_that_cannot_be_used_are_told() -> None:
    with pytest.raises(Invalid, match=r"severities\.urgent: expected 1 … 5"):
        events(severities={"urgent": "critical"})
