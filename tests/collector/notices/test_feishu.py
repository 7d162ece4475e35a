"""Feishu: its reversed signature, its two ways to say success, and its limits."""

import pytest

from collector.remote.telling import RemoteError
from rules.rota import Contact
from tests.collector.notices.cases import case, message
from tests.collector.notices.robots import Feishu, as_json
from tests.collector.rooms import START
from tests.collector.tickets.wire import wired

FEISHU = case("feishu")


def test_an_older_bot_says_success_in_its_own_way() -> None:
    robot = FEISHU.robot()
    robot.faults = [as_json({"StatusCode": 0, "StatusMessage": "success"})]
    with wired(robot.handle):
        answer = FEISHU.channel().send(message())

    assert "success" in answer


def test_the_platform_limit_tells_when_it_is_over() -> None:
    robot = FEISHU.robot()
    limited = as_json({"code": 99991400, "msg": "request trigger frequency limit"}, 400)
    robot.faults = [(400, {"x-ogw-ratelimit-reset": "52"}, limited[2])]
    with wired(robot.handle), pytest.raises(RemoteError) as caught:
        FEISHU.channel().send(message())

    assert (caught.value.permanent, caught.value.retry_after) == (False, 52)


def test_the_keyword_of_the_bot_stands_in_every_message() -> None:
    robot = Feishu(START, secret="fs-secret", keyword="报警")
    with wired(robot.handle):
        FEISHU.channel(keyword="报警").send(message())

    assert "报警" in robot.said[0]


def test_what_is_urgent_is_red() -> None:
    robot = FEISHU.robot()
    with wired(robot.handle):
        FEISHU.channel().send(message())
        FEISHU.channel().send(message(urgent=False))

    assert [body["card"]["header"]["template"] for body in robot.bodies] == ["red", "blue"]


def test_a_name_calls_nobody_by_its_letters() -> None:
    robot = FEISHU.robot()
    with wired(robot.handle):
        FEISHU.channel().send(message(mentions=(("<at id=all></at>", Contact()),)))

    assert "<at id=all>" not in robot.said[0]
