"""Telegram: a title in bold counted as it counts, topics, and groups that moved."""

import pytest

from collector.remote.telling import RemoteError
from tests.collector.notices.cases import case, message
from tests.collector.notices.robots import as_json
from tests.collector.tickets.wire import wired

TELEGRAM = case("telegram")


def test_the_bold_title_is_counted_in_utf_16() -> None:
    robot = TELEGRAM.robot()
    with wired(robot.handle):
        TELEGRAM.channel().send(message("🔥 机房"))

    assert robot.bodies[0]["entities"] == [{"type": "bold", "offset": 0, "length": 5}]


def test_a_forum_gets_it_in_its_topic() -> None:
    robot = TELEGRAM.robot()
    with wired(robot.handle):
        TELEGRAM.channel(topic=7).send(message())

    assert robot.bodies[0]["message_thread_id"] == 7


def test_a_group_that_moved_says_where_to() -> None:
    robot = TELEGRAM.robot()
    moved = {"ok": False, "error_code": 400, "description": "group upgraded", "parameters": {"migrate_to_chat_id": -7}}
    robot.faults = [as_json(moved, 400)]
    with wired(robot.handle), pytest.raises(RemoteError, match="Set chat to -7"):
        TELEGRAM.channel().send(message())
