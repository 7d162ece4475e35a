"""Mail: one thread for an incident, the same id at every try, and people on call among the receivers."""

from typing import Any

import pytest

from collector import notices
from collector.notices.channel import Channel
from collector.remote.telling import RemoteError
from tests.collector.notices.cases import ADA, message
from tests.collector.rooms import START
from tests.collector.tickets.smtp_server import Mailbox, smtp_server


def channel(box: Mailbox, **given: Any) -> Channel:
    table = {
        "kind": "mail",
        "host": "127.0.0.1",
        "port": box.port,
        "security": "none",
        "sender": "watch@example.org",
        "to": ["ops@example.org"],
        **given,
    }
    return notices.make("ops", table, lambda: START).channel


def test_every_try_has_the_same_message_id() -> None:
    with smtp_server() as box:
        channel(box).send(message())
        channel(box).send(message())

    assert {letter["Message-ID"] for letter in box.letters} == {"<m_abc@example.org>"}


def test_all_about_one_incident_stands_in_one_thread() -> None:
    with smtp_server() as box:
        channel(box).send(message(id="m_1"))
        channel(box).send(message(id="m_2"))

    assert {letter["References"] for letter in box.letters} == {"<nineward.n1.i_abc@example.org>"}


def test_who_is_on_call_gets_it_too() -> None:
    with smtp_server() as box:
        channel(box).send(message(mentions=(("ada", ADA),)))

    assert box.recipients == [["ops@example.org", "ada@example.org"]]


def test_a_title_never_begins_another_header() -> None:
    with smtp_server() as box:
        channel(box).send(message("down\r\nBcc: all@example.org"))

    assert box.letters[0]["Bcc"] is None
    assert box.letters[0]["Subject"] == "down Bcc: all@example.org"


def test_robots_shall_not_answer() -> None:
    with smtp_server() as box:
        channel(box).send(message())

    assert box.letters[0]["Auto-Submitted"] == "auto-generated"


def test_the_text_ends_with_the_link() -> None:
    with smtp_server() as box:
        channel(box).send(message())

    assert box.letters[0].get_content().rstrip().endswith("/incidents/INC-2026-000001")


def test_a_refusal_is_for_a_person() -> None:
    with smtp_server() as box:
        box.refused = frozenset({"ops@example.org"})
        with pytest.raises(RemoteError) as caught:
            channel(box).send(message())

    assert caught.value.permanent


def test_the_preview_shows_the_letter() -> None:
    shown = channel(Mailbox(port=25)).preview(message())

    assert "Subject: [INC-2026-000001] core-1 is down" in shown
    assert "since 14:03" in shown
