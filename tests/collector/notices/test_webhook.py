"""The webhook: signed, with one id for all tries of a message."""

from dataclasses import replace

from tests.collector.notices.cases import case, message
from tests.collector.notices.robots import Receiver
from tests.collector.rooms import START
from tests.collector.tickets.wire import wired

WEBHOOK = case("webhook")


def test_every_try_has_the_same_id() -> None:
    robot = Receiver(START)
    with wired(robot.handle):
        WEBHOOK.channel().send(message())
        WEBHOOK.channel().send(message())

    assert robot.ids == ["m_abc", "m_abc"]


def test_programs_get_the_facts() -> None:
    robot = Receiver(START)
    with wired(robot.handle):
        WEBHOOK.channel().send(message())

    assert robot.bodies[0]["entries"] == [{"event": "opened", "key": "nineward:n1:i_abc"}]


def test_receivers_may_change_over_to_a_new_secret() -> None:
    old = Receiver(START, secret=b"s3cret")
    both = replace(WEBHOOK, secrets={"SECRET": "new", "OLD": "s3cret"})
    with wired(old.handle):
        both.channel(old_secret={"env": "OLD"}).send(message())

    assert old.ids == ["m_abc"]
