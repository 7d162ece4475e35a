"""Composing: what one message says of one incident, and of many, in the receiver's language and within its size."""

from dataclasses import replace
from typing import Any

import pytest

from collector.composing import MOST_LINES, compose, content_of, message_of
from collector.notices.channel import Message
from collector.store.notices import Notice
from collector.wording import Wording
from rules.rota import Contact
from tests.collector.rooms import START

ENGLISH = Wording("en", "Asia/Shanghai", "https://watch.example")
CHINESE = Wording("zh-CN", "Asia/Shanghai", "https://watch.example")
CONTACTS = {"ada": Contact(mail="ada@example.org")}


def notice(number: int, event: str = "opened", priority: str = "general", at: int = START, **given: Any) -> Notice:
    facts = {
        "key": f"nineward:n1:i_{number}",
        "text": "ping: no answer",
        "incident": {"number": f"INC-2026-{number:06}", "priority": priority, "summary": f"h{number} is down"},
    }
    return Notice(
        **{
            "id": f"{number}.{event}",
            "channel": "ops",
            "incident": f"i_{number}",
            "event": event,
            "at": at,
            "urgent": priority == "urgent",
            "parcel": "",
            "mentions": (),
            "next": at,
            "facts": facts,
            **given,
        }
    )


def composed(*found: Notice, wording: Wording = ENGLISH, size: int = 20_000) -> Message:
    return compose("m_1", found, wording, at=START, size=size, each=2, contacts=CONTACTS)


def test_one_incident_is_told_whole_with_its_page() -> None:
    message = composed(notice(7))

    assert "h7 is down" in message.title
    assert "ping: no answer" in "\n".join(message.lines)
    assert not any("https://" in line for line in message.lines)
    assert message.link == "https://watch.example/incidents/INC-2026-000007"
    assert message.key == "nineward:n1:i_7"


def test_what_went_before_stands_in_a_line() -> None:
    message = composed(notice(7), notice(7, "resolved", at=START + 600_000))

    assert message.lines[-1] == "New 09-21 22:13 · Resolved 09-21 22:23"
    assert [entry["event"] for entry in message.entries] == ["resolved"]


def undelivered(number: int, system: str = "desk", at: int = START + 60_000) -> Notice:
    facts = {**notice(number).facts, "text": "503 from the desk", "errand": {"system": system, "event": "opened"}}
    return notice(number, "parked", at=at, id=f"{number}.parked.{system}", facts=facts)


@pytest.mark.parametrize("found", [(notice(7), undelivered(7)), (undelivered(7, at=START - 1), notice(7))])
def test_the_fault_leads_and_its_undelivered_ticket_is_a_line(found: tuple[Notice, Notice]) -> None:
    message = composed(*found)

    assert message.title == "[INC-2026-000007] h7 is down"
    assert message.lines[:2] == ("ping: no answer", "Not delivered: desk: 503 from the desk")
    assert [entry["event"] for entry in message.entries] == ["opened"]


def test_an_undelivered_ticket_that_is_the_only_news_leads() -> None:
    message = composed(undelivered(7), undelivered(7, "copy", at=START + 70_000))

    assert message.title == "[INC-2026-000007] Not delivered: h7 is down"
    assert [line for line in message.lines if line.startswith("Not delivered: ")] == [
        "Not delivered: 503 from the desk",
        "Not delivered: desk: 503 from the desk",
    ]


def test_among_several_incidents_a_fault_counts_as_new_though_its_ticket_was_not_delivered() -> None:
    message = composed(notice(7), undelivered(7), notice(8))

    assert message.title == "2 incidents: New 2"
    assert "(New 09-21 22:13 → Not delivered 09-21 22:14)" in message.lines[0]


def test_several_are_counted_and_told_in_a_line_each_the_most_pressing_first() -> None:
    message = composed(notice(1), notice(2, "resolved"), notice(3, priority="urgent"))

    assert message.title == "3 incidents: New 2, Resolved 1"
    assert message.lines[0].startswith("‼ ")
    assert [line.count("INC-") for line in message.lines] == [1, 1, 1]
    assert message.link == "https://watch.example/incidents"
    assert message.key == ""


def test_many_are_named_up_to_a_limit_and_the_rest_is_counted() -> None:
    message = composed(*(notice(number) for number in range(100)))

    assert len(message.lines) == MOST_LINES + 1
    assert message.lines[-1] == f"… and {100 - MOST_LINES} more"
    assert len(message.entries) == 100


def test_it_is_said_in_the_language_of_the_channel() -> None:
    message = composed(notice(1), notice(2), wording=CHINESE)

    assert message.title == "2 起事件：新事件 2"


@pytest.mark.parametrize("size", [600, 2048, 4096])
def test_it_fits_whatever_the_channel_takes(size: int) -> None:
    message = composed(*(notice(number) for number in range(100)), size=size)

    whole = "\n\n".join([message.title, *message.lines, message.link])
    assert len(whole.encode()) <= size
    assert message.lines[-1] == f"… and {100 - (len(message.lines) - 1)} more"


def test_people_are_called_once_and_strangers_not_at_all() -> None:
    message = composed(notice(1, mentions=("ada", "nobody")), notice(2, mentions=("ada",)))

    assert message.mentions == (("ada", CONTACTS["ada"]),)


def test_without_an_address_of_the_pages_there_is_no_link() -> None:
    assert composed(notice(1), wording=Wording("en", "UTC")).link == ""


def test_one_urgent_notice_makes_the_message_urgent() -> None:
    assert composed(notice(1), notice(2, priority="urgent")).urgent


def test_what_is_kept_between_tries_is_the_same_message() -> None:
    message = composed(notice(1, mentions=("ada",)))

    assert message_of("m_1", content_of(message), CONTACTS) == message


def test_programs_get_all_of_one_incident_and_an_outline_of_each_of_several() -> None:
    brief = {**notice(1).facts, "brief": {"commands": ["show log"]}}
    alone = composed(notice(1, facts=brief))
    together = composed(notice(1, facts=brief), notice(2))

    assert alone.entries[0]["brief"] == {"commands": ["show log"]}
    assert [sorted(entry) for entry in together.entries] == [["at", "event", "incident", "key", "text"]] * 2


def test_a_digest_calls_resolved_only_what_was_solved() -> None:
    aside = notice(8, "resolved")
    incident = {**aside.facts["incident"], "state": "resolved", "solved": False}
    message = composed(
        notice(7, "resolved"), replace(aside, facts={**aside.facts, "incident": incident}), notice(9, "resolved")
    )

    assert message.title == "3 incidents: Resolved 2, Set aside 1"
    assert any("(Set aside 09-21 22:13)" in line for line in message.lines)
