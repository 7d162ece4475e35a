"""DingTalk: guards of the robot, people called by number, and never the silence of ten minutes."""

from pathlib import Path

import pytest

from collector.notices import Line
from collector.notices.channel import Manner
from collector.remote.telling import RemoteError
from collector.store import notices
from rules.errors import Invalid
from rules.rota import Contact
from rules.route import Route
from tests.collector.notices.cases import case, message
from tests.collector.notices.robots import DingTalk
from tests.collector.rooms import START
from tests.collector.tickets.wire import wired
from tests.collector.told import told as open_told

DINGTALK = case("dingtalk")


def test_the_keyword_of_the_robot_stands_in_every_message() -> None:
    robot = DingTalk(START, secret="SECabc", keyword="监控报警")
    with wired(robot.handle):
        DINGTALK.channel(keyword="监控报警").send(message())

    assert "监控报警" in robot.said[0]


def test_without_the_keyword_the_robot_says_why() -> None:
    robot = DingTalk(START, secret="SECabc", keyword="监控报警")
    with wired(robot.handle), pytest.raises(RemoteError, match="310000: keywords not in content"):
        DINGTALK.channel().send(message())


def test_the_signature_holds_for_the_real_clock_only_for_an_hour() -> None:
    robot = DingTalk(START + 3_700_000, secret="SECabc")
    with wired(robot.handle), pytest.raises(RemoteError, match="sign not match"):
        DINGTALK.channel().send(message())


def test_a_number_that_is_called_stands_in_the_text_too() -> None:
    robot = DINGTALK.robot()
    with wired(robot.handle):
        DINGTALK.channel().send(message(mentions=(("ben", Contact(mobile="13900000000")),)))

    assert robot.bodies[0]["at"] == {"atMobiles": ["13900000000"], "atUserIds": [], "isAtAll": False}
    assert "@13900000000" in robot.said[0]


def test_a_busy_robot_is_asked_again() -> None:
    robot = DINGTALK.robot()
    robot.faults = [(200, {}, b'{"errcode": -1, "errmsg": "system busy"}')]
    with wired(robot.handle), pytest.raises(RemoteError) as caught:
        DINGTALK.channel().send(message())

    assert (caught.value.permanent, caught.value.retry_after) == (False, None)


def test_an_address_without_its_token_is_refused() -> None:
    with pytest.raises(Invalid):
        DINGTALK.channel(url={"env": "SECRET"})


def test_a_flood_never_silences_the_robot_and_loses_nothing(tmp_path: Path) -> None:
    robot = DingTalk(START, secret="SECabc")
    routes = (Route(("ops",), group_by=("rack",)),)
    with open_told(tmp_path, routes=routes) as told, wired(robot.handle):
        channel = DINGTALK.channel()
        line = Line(channel, Manner(), channel.LIMIT)
        for number in range(300):
            with told.world.rooms.state.write() as tx:
                now = told.world.now
                facts = {"target": {"labels": {"rack": str(number)}}, "incident": {"number": f"INC-1-{number:06}"}}
                notices.add_news(tx, notices.News(f"{number:06}", f"i{number}", "opened", now, now, facts))
            told.world.rooms.clock.at += 500
            robot.now = told.world.now
            told.noticing.route(told.routing, robot.now)
            while told.noticing.deliver("ops", line, robot.now):
                pass
        for _ in range(200):
            told.world.rooms.clock.at += 1_000
            robot.now = told.world.now
            told.noticing.deliver("ops", line, robot.now)

        # A digest counts what it cannot name; every piece of news stands in a message that was taken.
        with told.world.rooms.state.read() as tx:
            states = {delivery.state for number in range(300) for delivery in notices.deliveries(tx, f"i{number}")}
    assert (robot.silent_until, states) == (0, {"sent"})
    assert len(robot.said) <= 18 * 6
