"""Routing: who hears of what, when, and who is called by name; through the real rooms, in given time."""

from pathlib import Path

import pytest

from collector.notices.channel import Manner
from collector.routing import STALE
from collector.specs import CalendarSpec, MuteSpec
from collector.store import notices
from rules.quiet import Quiet
from rules.rota import Contact, Rota
from rules.route import During, Event, Route
from tests.collector.rooms import ADMIN
from tests.collector.told import fail, furnish, news
from tests.collector.told import told as open_told
from tests.collector.watch import URGENT


def test_what_differs_in_the_words_of_group_by_goes_out_apart(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), group_by=("site",)),)) as told:
        told.world.join("a1")
        for number in range(4):
            site = {"site": "hz" if number % 2 else "bj"}
            told.world.add(f"web-{number}", f"192.0.2.{number + 1}", labels=site, **URGENT)
        told.run(20)
        for number in range(4):
            told.world.fail(f"web-{number}")
        told.run(15)

        assert [len(message.entries) for message in told.board.got] == [2, 2]


def test_in_quiet_hours_only_what_is_urgent_is_told_and_the_rest_when_they_end(tmp_path: Path) -> None:
    """The world begins at 22:13 by the clock of its zone."""
    quiet = Quiet.from_setting({"mon-sun": ["00:00-07:00", "22:00-24:00"]})
    with open_told(tmp_path, manners={"ops": Manner(quiet=quiet)}) as told:
        news(told, 3)
        news(told, 1, "urgent", start=10)
        told.wait(10)
        night = list(told.board.got)
        morning = quiet.until(told.world.now, "Asia/Shanghai")
        assert morning is not None
        told.world.rooms.clock.at = morning - 2_000
        told.wait(1)
        assert told.board.got == night
        told.wait(1)

        assert [message.urgent for message in night] == [True]
        assert [len(message.entries) for message in told.board.got[1:]] == [3]


def test_what_quiet_hours_held_for_more_than_a_day_is_told_when_they_end(tmp_path: Path) -> None:
    """The world begins on a Monday at 22:13 by the clock of its zone."""
    quiet = Quiet.from_setting({"mon-tue": ["00:00-24:00"]})
    with open_told(tmp_path, manners={"ops": Manner(quiet=quiet)}) as told:
        news(told, 1)
        told.wait(10)
        wednesday = quiet.until(told.world.now, "Asia/Shanghai")
        assert wednesday is not None
        assert wednesday - told.world.now > STALE
        told.world.rooms.clock.at = wednesday
        told.tell()

        assert told.board.events() == ["opened"]


def test_what_a_mute_held_for_more_than_a_day_is_told_when_it_ends(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        furnish(told)
        told.world.rooms.registry.overlays.mute(MuteSpec("core-1", reason="moving", duration="30h"), ADMIN)
        fail(told)
        assert told.board.got == []
        told.world.rooms.clock.at += 30 * 3_600_000
        told.wait(10)

        assert told.board.events() == ["opened"]
        assert told.noticing.dropped == 0


def test_routes_choose_by_label_and_priority(tmp_path: Path) -> None:
    routes = (
        Route(("net",), match="rack=1"),
        Route(("boss",), priorities=("urgent",)),
    )
    with open_told(tmp_path, manners={"net": Manner(), "boss": Manner()}, routes=routes) as told:
        news(told, 3)
        news(told, 1, "urgent", start=7)
        told.wait(10)

        assert [entry["key"] for message in told.boards["net"].got for entry in message.entries] == ["k1"]
        assert [entry["key"] for message in told.boards["boss"].got for entry in message.entries] == ["k7"]


def test_a_last_route_keeps_others_from_what_it_takes(tmp_path: Path) -> None:
    routes = (Route(("net",), match="rack=1", last=True), Route(("all",)))
    with open_told(tmp_path, manners={"net": Manner(), "all": Manner()}, routes=routes) as told:
        news(told, 2)
        told.wait(10)

        assert [len(board.events()) for board in told.boards.values()] == [1, 1]


def test_who_is_on_call_is_called_by_name(tmp_path: Path) -> None:
    contacts = {"ada": Contact(mobile="13800000000"), "ben": Contact()}
    rota = {"net": Rota(("ada", "ben"), "2020-01-06T09:00")}
    routes = (Route(("ops",), rota="net"),)
    with open_told(tmp_path, routes=routes, rota=rota, contacts=contacts) as told:
        news(told, 1)
        told.wait(10)

        on_call = rota["net"].on_call(told.world.now, "Asia/Shanghai")
        assert told.board.got[0].mentions == ((on_call, contacts[on_call]),)


def test_an_escalation_goes_where_it_says_and_calls_people(tmp_path: Path) -> None:
    contacts = {"eve": Contact(mail="eve@example.org")}
    manners = {"ops": Manner(), "boss": Manner()}
    with open_told(tmp_path, manners=manners, routes=(Route(("ops",)),), contacts=contacts) as told:
        with told.world.rooms.state.write() as tx:
            facts = {"incident": {"number": "INC-1", "priority": "general"}, "text": "late", "key": "k"}
            now = told.world.now
            told_to = {**facts, "notice": {"to": "boss, eve"}}
            notices.add_news(tx, notices.News("1", "i1", "escalated", now, now, told_to))
        told.wait(10)

        assert told.boards["boss"].events() == ["escalated"]
        assert [name for name, _ in told.boards["ops"].got[0].mentions] == ["eve"]


@pytest.mark.parametrize("listed", [(Event.OPENED,), (Event.OPENED, Event.ESCALATED)])
def test_who_heard_of_the_beginning_hears_the_end_though_no_route_lists_it(
    tmp_path: Path, listed: tuple[Event, ...]
) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), events=listed),)) as told:
        furnish(told)
        fail(told)
        told.world.mend("core-1")
        told.run(20)

        assert told.board.events() == ["opened", "resolved"]


def test_who_heard_of_it_hears_that_somebody_took_it_and_others_do_not(tmp_path: Path) -> None:
    manners = {"post": Manner(), "boss": Manner()}
    routes = (Route(("post",), events=(Event.OPENED,)), Route(("boss",), events=(Event.ESCALATED,)))
    with open_told(tmp_path, manners=manners, routes=routes) as told:
        news(told, 1)
        told.wait(10)
        with told.world.rooms.state.write() as tx:
            facts = {"incident": {"number": "INC-2026-000000", "priority": "general"}, "text": "mine", "key": "k0"}
            now = told.world.now
            notices.add_news(tx, notices.News("taken", "i0", "acknowledged", now, now, facts))
        told.wait(10)

        assert told.boards["post"].events() == ["opened", "acknowledged"]
        assert told.boards["boss"].events() == []


def test_an_end_that_no_route_lists_still_waits_with_its_beginning(tmp_path: Path) -> None:
    routes = (Route(("ops",), events=(Event.OPENED,), wait=60_000, group_by=("site",)),)
    with open_told(tmp_path, routes=routes) as told:
        furnish(told)
        fail(told)
        told.world.mend("core-1")
        told.run(20)
        told.wait(60)

        (message,) = told.board.got
        assert [entry["event"] for entry in message.entries] == ["resolved"]


def test_opening_and_end_that_wait_together_are_told_as_one_incident(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), wait=60_000),)) as told:
        furnish(told)
        fail(told)
        told.world.mend("core-1")
        told.run(20)
        told.wait(60)

        (message,) = told.board.got
        assert [entry["event"] for entry in message.entries] == ["resolved"]
        assert any("New" in line and "Resolved" in line for line in message.lines)


def test_news_of_yesterday_is_not_told_as_if_it_were_new(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with open_told(tmp_path) as told:
        news(told, 1)
        told.world.rooms.clock.at += 90_000_000
        told.tell()

        assert told.board.got == []
        assert told.noticing.dropped == 1
        assert "news=000000 incident=i0 event=opened" in caplog.text


def test_a_route_holds_by_its_calendar(tmp_path: Path) -> None:
    """The world begins on a Monday at 22:13 by the clock of its zone."""
    manners = {"day": Manner(), "night": Manner()}
    routes = (Route(("day",), calendar="office"), Route(("night",), calendar="office", during=During.CLOSED))
    with open_told(tmp_path, manners=manners, routes=routes) as told:
        office = CalendarSpec("office", tz="Asia/Shanghai", weekly={"mon-fri": ("09:00-18:00",)})
        told.world.rooms.registry.agreements.set_calendar(office, ADMIN)
        news(told, 1)
        told.wait(8)
        told.world.rooms.clock.at += 12 * 3_600_000
        news(told, 1, start=1)
        told.wait(8)

        day, night = (
            [entry["key"] for message in told.boards[name].got for entry in message.entries] for name in manners
        )
        assert (day, night) == (["k1"], ["k0"])
