"""The complaints of a period stand in its report as they stood at its end."""

from pathlib import Path

from collector.reports import gather_complaints
from collector.reports.overlaid import Told
from rules.period import Period
from tests.collector.api.asking import Door, door
from tests.collector.rooms import ADMIN

HOUR = 3_600_000


def told(house: Door, start: int, end: int) -> list[dict[str, object]]:
    with house.house.state.read() as tx:
        return gather_complaints.rows(tx, house.house.settings, Period(start, end), Told.of(tx, None))


def test_what_came_after_its_end_is_not_told(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        begin, room = house.clock.at, house.house.complaints
        room.add(ADMIN, "slow", by="Mrs Chen", received=begin)
        house.clock.at += 2 * HOUR
        room.reply(1, ADMIN, "we look into it")
        house.clock.at += HOUR
        room.close(1, ADMIN, area="tool", text="done")

        states = [
            [(row["state"], row["in_time"], row["reply"], row["outcome"]) for row in told(house, begin, begin + after)]
            for after in (HOUR, 2 * HOUR, 2 * HOUR + 1, 3 * HOUR + 1)
        ]

    assert states == [
        [("open", None, "", "")],
        [("open", False, "", "")],
        [("replied", False, "we look into it", "")],
        [("closed", False, "we look into it", "done")],
    ]


def test_one_that_was_closed_before_is_not_told_again(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        begin, room = house.clock.at, house.house.complaints
        room.add(ADMIN, "slow", received=begin)
        room.reply(1, ADMIN, "we look into it")
        room.close(1, ADMIN, area="tool", text="done")
        room.add(ADMIN, "loud", received=begin)
        house.clock.at += 2 * HOUR

        assert [row["number"] for row in told(house, begin + HOUR, begin + 2 * HOUR)] == ["C-2"]


def test_those_received_are_what_is_measured(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        begin = house.clock.at
        house.house.complaints.add(ADMIN, "slow", received=begin - 1)
        house.house.complaints.add(ADMIN, "loud", received=begin)
        with house.house.state.read() as tx:
            found = gather_complaints.requests(tx, house.house.settings, Period(begin, begin + HOUR), None)
            of_others = gather_complaints.requests(tx, house.house.settings, Period(begin, begin + HOUR), ["t_other"])

    assert [one.name for one in found] == ["C-2"]
    assert of_others == []
