"""Terms: what a system is told, how often, and in which language, as its table in nineward.toml says."""

from typing import Any

import pytest

from collector.ticket_terms import Terms, terms_of
from rules.errors import Invalid
from tests.collector.rooms import START
from tests.collector.tickets.lives import KEY, Book, World, run, world


def told(found: World) -> list[str]:
    """The events that the receiver of webhooks heard of."""
    return [str(call["event"]) for _, call in found.server.calls]  # type: ignore[attr-defined]


def test_a_recovery_resolves_the_ticket() -> None:
    with world("zammad") as found:
        run(found)
        (ticket,) = found.server.made(KEY)

        assert found.server.standing(ticket) == "resolved"


def test_a_recovery_is_only_said_where_the_terms_want_that() -> None:
    with world("zammad", on_recovery="comment") as found:
        run(found)
        (ticket,) = found.server.made(KEY)

        assert found.server.standing(ticket) == "open"
        assert any("core-1 is up again" in note for note in found.server.notes(ticket))


def test_a_system_that_wants_to_hear_of_no_recovery_hears_of_none() -> None:
    with world("webhook", on_recovery="nothing") as found:
        run(found)

        assert told(found) == ["opened", "updated"]
        assert [one.state for one in found.errands()] == ["done", "done", "cancelled"]


def test_what_a_person_resolved_is_resolved_whatever_the_terms_say_of_recoveries() -> None:
    with world("webhook", on_recovery="nothing") as found:
        found.script[2] = {"verb": "resolve", "actor": {"kind": "person", "name": "ada"}, "text": ""}
        run(found)

        assert told(found)[-1] == "resolved"


def test_a_ticket_that_heard_of_no_recovery_hears_when_the_fault_is_back() -> None:
    with world("webhook", returns=True, on_recovery="nothing") as found:
        run(found)

        assert told(found) == ["opened", "updated", "reopened"]


def test_a_system_is_told_so_often_a_minute_and_no_more_often() -> None:
    with world("webhook", rate=4) as found, found.opened() as state:
        book = Book(found.log, found.clock, state)
        opened(found, book, 7, "general")
        room, system = found.room(state, book), found.system()
        told_at = []
        for second in range(130):
            found.clock.at = START + second * 1000
            while room.step("desk", system, found.clock.at):
                told_at.append(second)
        system.close()

    # A quarter is kept for what is urgent.
    assert told_at == [0, 0, 0, 60, 60, 60, 120]


def test_what_is_urgent_goes_first_and_has_a_share_of_its_own() -> None:
    with world("webhook", rate=4) as found, found.opened() as state:
        book = Book(found.log, found.clock, state)
        opened(found, book, 5, "general")
        opened(found, book, 1, "urgent")
        room, system = found.room(state, book), found.system()
        while room.step("desk", system, START):
            pass
        opened(found, book, 1, "urgent")
        while room.step("desk", system, START):
            pass
        system.close()
        priorities = [call["incident"]["priority"] for _, call in found.server.calls]  # type: ignore[attr-defined]

    assert priorities == ["urgent", "general", "general", "urgent"]


def test_a_system_is_spoken_to_in_its_language() -> None:
    with world("webhook", language="zh-CN") as found:
        run(found)
        titles = [str(call["title"]) for _, call in found.server.calls]  # type: ignore[attr-defined]

    assert titles[0] == "[INC-2026-000001] core-1 故障"
    assert "已恢复" in titles[-1] or "已解决" in titles[-1]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"rate": 0}, "rate: expected at least 1 a minute"),
        ({"cap": 0}, "cap: expected at least 1 an hour"),
        ({"poll": "1ms"}, 'poll: expected at least "1s"'),
        ({"language": "fr"}, "language: expected one of"),
        ({"only": "site"}, "only: 'site' is not a selector"),
        ({"only": "priority=high"}, "only: priority=high: expected one of urgent, important, general"),
        ({"only": "incident=outge"}, "did you mean 'outage'?"),
        ({"only": "site=hz,site=sh"}, "only: site: nothing is hz and sh at once"),
        ({"on_recovery": "close"}, "on_recovery: expected one of resolve, comment, nothing"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        terms_of("desk", table)

    assert said in str(caught.value)


def test_the_options_of_the_kind_are_no_terms() -> None:
    assert terms_of("desk", {"kind": "webhook", "url": "http://desk.example"}) == Terms()


def opened(found: World, book: Book, count: int, priority: str) -> None:
    """Incidents of a priority."""
    for _ in range(count):
        key = f"i_{len(found.log)}"
        book.record("incident", {**found.script[0], "incident": key, "fault": f"outage:{key}", "priority": priority})
    book.wait_for(len(found.log), 0)
