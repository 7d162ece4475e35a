"""Teams: a workflow's bare 202, and the older connectors that say errors with 200."""

import pytest

from collector.remote.telling import RemoteError
from tests.collector.notices.cases import case, message
from tests.collector.tickets.wire import wired

TEAMS = case("teams")


def test_an_older_connector_says_one() -> None:
    robot = TEAMS.robot()
    robot.faults = [(200, {}, b"1")]
    with wired(robot.handle):
        answer = TEAMS.channel().send(message())

    assert answer == "200 1"


def test_an_error_of_the_far_side_that_passes_is_tried_again() -> None:
    robot = TEAMS.robot()
    words = b"Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 502"
    robot.faults = [(200, {}, words)]
    with wired(robot.handle), pytest.raises(RemoteError) as caught:
        TEAMS.channel().send(message())

    assert not caught.value.permanent


def test_the_card_leads_to_our_page() -> None:
    robot = TEAMS.robot()
    with wired(robot.handle):
        TEAMS.channel().send(message())

    (action,) = robot.bodies[0]["attachments"][0]["content"]["actions"]
    assert action["url"] == "https://watch.example/incidents/INC-2026-000001"
