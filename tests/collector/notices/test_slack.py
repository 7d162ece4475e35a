"""Slack: words instead of codes."""

from tests.collector.notices.cases import case, message
from tests.collector.tickets.wire import wired

SLACK = case("slack")


def test_the_three_signs_of_markup_are_escaped() -> None:
    robot = SLACK.robot()
    with wired(robot.handle):
        SLACK.channel().send(message("a < b & c > d"))

    assert "a &lt; b &amp; c &gt; d" in robot.said[0]


def test_links_are_not_unfolded() -> None:
    robot = SLACK.robot()
    with wired(robot.handle):
        SLACK.channel().send(message())

    assert robot.bodies[0]["unfurl_links"] is False
