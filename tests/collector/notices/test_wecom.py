"""WeCom: people by user id in markdown, by number in text, and what fits into either."""

from rules.rota import Contact
from tests.collector.notices.cases import case, message
from tests.collector.tickets.wire import wired

WECOM = case("wecom")


def test_people_without_a_user_id_are_called_by_number_in_a_text() -> None:
    robot = WECOM.robot()
    with wired(robot.handle):
        WECOM.channel().send(message(mentions=(("ben", Contact(mobile="139")), ("ada", Contact(wecom="a")))))

    body = robot.bodies[0]
    assert body["msgtype"] == "text"
    assert (body["text"]["mentioned_list"], body["text"]["mentioned_mobile_list"]) == (["a"], ["139"])


def test_a_long_text_is_cut_to_what_the_robot_takes() -> None:
    robot = WECOM.robot()
    lines = tuple(f"交换机 {number} 不可达" for number in range(120))
    with wired(robot.handle):
        WECOM.channel().send(message("标题", *lines, mentions=(("ben", Contact(mobile="139")),)))

    assert "… (+" in robot.said[0]


def test_who_is_not_there_is_named_in_words() -> None:
    robot = WECOM.robot()
    with wired(robot.handle):
        WECOM.channel().send(message(mentions=(("carl", Contact()),)))

    assert robot.said[0].endswith("carl")
