"""The doors of notices: who may try a channel, see messages and send them again."""

import pytest

from collector.store import notices
from collector.store.notices import Message, MessageState, News
from tests.collector.api.asking import Door
from tests.journeys.receiver import wait_for


def put(door: Door, key: str, state: MessageState, channel: str = "ops") -> None:
    """A message, as if it had been composed and tried."""
    at = door.clock.at
    with door.house.state.write() as tx:
        row = Message(key, channel, state, True, "core-1 is down", {}, at, 3, at, at, None, "errcode 310000")
        notices.add_message(tx, row, ())


def test_messages_are_listed_by_state(door: Door) -> None:
    put(door, "m_1", MessageState.PARKED)
    put(door, "m_2", MessageState.SENT)

    (row,) = door.ok("GET", "messages?state=parked")
    assert (row["id"], row["title"], row["answer"]) == ("m_1", "core-1 is down", "errcode 310000")
    assert len(door.ok("GET", "messages")) == 2


def test_a_state_that_there_is_not_is_refused(door: Door) -> None:
    assert door.ask("GET", "messages?state=lost").status_code == 400


def test_a_message_of_a_channel_that_is_gone_stays_parked(door: Door) -> None:
    put(door, "m_1", MessageState.PARKED)

    assert door.ask("POST", "messages/m_1/release").status_code == 404
    assert len(door.ok("GET", "messages?state=parked")) == 1


def test_parked_messages_are_measured(door: Door) -> None:
    put(door, "m_1", MessageState.PARKED)

    assert 'nineward_notices{state="parked"} 1' in door.ask_as(door.token("viewer"), "GET", "/metrics").text


def test_what_was_too_old_to_be_told_is_counted(door: Door) -> None:
    at = door.clock.at - 90_000_000
    with door.house.state.write() as tx:
        notices.add_news(tx, News("1", "i1", "opened", at, at, {}))
    door.house.noticing.wake()
    token = door.token("viewer")

    wait_for("the count", lambda: "nineward_news_dropped_total 1" in door.ask_as(token, "GET", "/metrics").text, 10)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "notices/ops/test"), ("GET", "notices/ops/preview"), ("GET", "messages")]
)
def test_a_viewer_may_neither_send_nor_read_messages(door: Door, method: str, path: str) -> None:
    assert door.ask_as(door.token("viewer"), method, path).status_code == 403


def test_what_is_held_is_told_to_those_who_handle_incidents(door: Door) -> None:
    now = door.clock.at
    facts = {"incident": {"number": "INC-2026-000001", "summary": "core-1 is down", "priority": "general"}}
    with door.house.state.write() as tx:
        notices.add_news(tx, News("n1", "i_one", "opened", now, now + 60_000, facts))

    (row,) = door.ok("GET", "notices/held")
    assert (row["incident"], row["why"], row["until"]) == ("INC-2026-000001", "patience", now + 60_000)
    assert door.ask_as(door.token("viewer"), "GET", "notices/held").status_code == 403
