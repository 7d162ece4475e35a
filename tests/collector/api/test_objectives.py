"""Objectives and calendars over HTTP."""

from typing import Any

import pytest

from collector.app import House
from collector.client import Client
from rules.errors import Invalid, Missing
from tests.collector.api.asking import Door
from tests.collector.rooms import GivenClock

OFFICE = {"name": "office", "tz": "Asia/Shanghai", "weekly": {"mon-fri": ["09:00-18:00"]}}
DAYS = [{"date": "2026-10-01", "kind": "closed", "name": "国庆节"}, {"date": "2026-10-10", "kind": "open"}]


def test_the_house_tells_how_its_month_stands(client: Client) -> None:
    (item,) = client.get("objectives")["items"]

    assert item["agreement"] == {"name": "house", "version": None}
    assert [one["name"] for one in item["objectives"]] == ["fault_rate", "mtbf", "mttr"]
    assert [one["name"] for one in item["requests"]] == [
        "response",
        "response_by_priority",
        "start_of_work",
        "solved",
        "call_back",
        "complaint_reply",
    ]
    assert item["budget"]["used_ms"] == 600_000


def test_an_agreement_may_be_asked_for_alone(client: Client, house: House) -> None:
    client.post("agreements", {"name": "gold", "selector": "name=core-1", "valid_from": house.clock.now() - 1000})

    items = client.get("objectives", agreement="gold")["items"]
    client.delete("agreements/gold")

    assert [one["agreement"] for one in items] == [{"name": "gold", "version": 1}]
    assert items[0]["objects"] == 1


def test_what_is_not_in_force_is_missing(client: Client) -> None:
    with pytest.raises(Missing):
        client.get("objectives", agreement="none")


def test_what_lies_ahead_is_refused(client: Client, house: House) -> None:
    with pytest.raises(Invalid):
        client.get("objectives", at=house.clock.now() + 1_000_000)


def test_a_stranger_is_not_answered(door: Door) -> None:
    assert door.ask_as("", "GET", "objectives").status_code == 401


def test_a_scope_narrows_what_is_told(house: House) -> None:
    door = Door(house, GivenClock())

    def items(token: str) -> list[Any]:
        answer = door.ask_as(token, "GET", "objectives")
        assert answer.is_success, answer.text
        found: list[Any] = answer.json()["items"]
        return found

    assert [one["objects"] for one in items(door.token("customer"))] == [1]
    assert items(door.token("customer", site="elsewhere")) == []


def test_a_calendar_is_told_its_days(door: Door) -> None:
    door.ok("POST", "calendars", OFFICE)

    done = door.ok("POST", "calendars/office/days", {"days": DAYS, "years": [2026]})
    found = door.ok("GET", "calendars/office")

    assert (done["added"], done["years"]) == (["2026-10-01", "2026-10-10"], [2026])
    assert (found["closed"], found["open"]) == (["2026-10-01"], {"2026-10-10": ["09:00-18:00"]})
    assert found["names"] == {"2026-10-01": "国庆节"}


def test_only_who_configures_may_tell_a_calendar_its_days(door: Door) -> None:
    door.ok("POST", "calendars", OFFICE)

    assert door.ask_as(door.token("viewer"), "POST", "calendars/office/days", {"days": DAYS}).status_code == 403


def test_a_calendar_nobody_made_is_missing(door: Door) -> None:
    assert door.ask("POST", "calendars/none/days", {"days": DAYS}).status_code == 404
    assert door.ask("GET", "calendars/none").status_code == 404
