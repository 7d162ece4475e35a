"""Mail against a real SMTP server on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import TicketSystem, tell
from rules.errors import Invalid
from tests.collector.rooms import START
from tests.collector.tickets.smtp_server import Mailbox, smtp_server
from tests.collector.tickets.telling import telling


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with smtp_server() as found:
        yield found


def mail(port: int, **more: Any) -> TicketSystem:
    table = {
        "kind": "mail",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "nineward@ops.example",
        "to": ["desk@example.com", "duty@example.com"],
        **more,
    }
    return make("desk", table, lambda: START, lambda source, name: "a password")


def test_a_letter_tells_the_incident_in_subject_and_text(box: Mailbox) -> None:
    mail(box.port).open(telling())

    (letter,) = box.letters
    assert letter["Subject"] == "[INC-2026-000001] core-1 is down"
    assert "core-1 is down: ping: no answer" in letter.get_content()
    assert "[nineward i_abc.desk.1]" in letter.get_content()
    assert box.recipients == [["desk@example.com", "duty@example.com"]]


def test_every_try_of_a_letter_is_the_same_letter(box: Mailbox) -> None:
    for _ in range(2):
        mail(box.port).open(telling())

    first, second = box.letters
    assert first["Message-ID"] == "<nineward.n1.i_abc.1@ops.example>"
    assert first.as_bytes() == second.as_bytes()


def test_what_follows_is_in_the_thread_of_the_first(box: Mailbox) -> None:
    system = mail(box.port)
    system.open(telling())
    system.resolve(telling("resolved", 2))

    first, second = box.letters
    assert second["References"] == second["In-Reply-To"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]


def test_a_further_ticket_of_an_incident_is_a_thread_of_its_own(box: Mailbox) -> None:
    system = mail(box.port)
    system.open(telling())
    for event, sequence in (("opened", 4), ("resolved", 5)):
        tell(system, replace(telling(event, sequence), key="nineward:n1:i_abc.2"))

    first, opened, resolved = box.letters
    assert opened["References"] is None
    assert resolved["References"] == resolved["In-Reply-To"] == opened["Message-ID"]
    assert len({letter["Message-ID"] for letter in (first, opened, resolved)}) == 3


def test_no_robot_shall_answer(box: Mailbox) -> None:
    mail(box.port).open(telling())

    assert box.letters[0]["Auto-Submitted"] == "auto-generated"
    assert box.letters[0]["X-Auto-Response-Suppress"] == "All"


@pytest.mark.parametrize(("answer", "permanent"), [("451 later", False), ("554 never", True)])
def test_whether_trying_again_makes_sense(box: Mailbox, answer: str, permanent: bool) -> None:
    box.answers["DATA"] = answer
    with pytest.raises(RemoteError) as caught:
        mail(box.port).open(telling())

    assert caught.value.permanent is permanent


def test_one_refused_reader_does_not_keep_the_letter_from_the_others(box: Mailbox) -> None:
    box.refused = frozenset({"duty@example.com"})
    reply = mail(box.port).open(telling())

    assert box.recipients == [["desk@example.com"]]
    assert "duty@example.com: 550 nobody of that name" in reply.raw


def test_all_readers_refused_is_a_permanent_failure(box: Mailbox) -> None:
    box.refused = frozenset({"desk@example.com", "duty@example.com"})
    with pytest.raises(RemoteError, match="550 nobody of that name") as caught:
        mail(box.port).open(telling())

    assert caught.value.permanent


def test_a_server_without_the_asked_security_gets_no_letter(box: Mailbox) -> None:
    with pytest.raises(RemoteError, match="STARTTLS"):
        mail(box.port, security="starttls").open(telling())

    assert box.letters == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": []}, "to: expected at least one address"),
        ({"sender": "nobody"}, "is not a mail address"),
        ({"to": ["a@b.c\r\nBcc: d@e.f"]}, "is not a mail address"),
        ({"user": "u"}, "user and password belong together"),
        ({"user": "u", "password": {"env": "P"}}, "not sent over an open line"),
        ({"security": "some"}, "expected one of none, starttls, tls"),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        mail(25, **change)

    assert said in str(caught.value)
