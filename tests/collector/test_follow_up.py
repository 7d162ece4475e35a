"""What follows an incident is a fold over the log, like everything else."""

from pathlib import Path

import pytest

from collector.follow_up import MOST_ANSWERS
from collector.rebuild import rebuild
from rules.errors import Conflicting, Invalid
from rules.incident import Verb
from rules.parameters import DAY
from tests.collector.api.asking import Door, door
from tests.collector.api.test_incidents import opened
from tests.collector.rooms import ADMIN

N = "INC-2026-000001"


def followed(house: Door) -> None:
    """Everything that may follow an incident, once."""
    house.house.clocks.stop()
    opened(house)
    house.clock.at += 2 * DAY
    house.house.clocks.step(house.clock.at)
    room = house.house.follow_up
    house.house.incidents.act(N, Verb.START, ADMIN)
    house.house.incidents.act(N, Verb.RESOLVE, ADMIN)
    room.cause(N, ADMIN, "a fan", area="tool", code="device", whys=("dust",))
    room.add_action(N, ADMIN, kind="corrective", what="a new fan", owner="wei", due=house.clock.at + DAY)
    room.change_action(N, 1, ADMIN, done=True)
    room.change_action(N, 1, ADMIN, effective=True)
    room.called_back(N, ADMIN, reached=False)
    room.answer(room.links.token("i_one"), 5, solved=True, text="quick")


def test_the_log_gives_it_again(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        followed(house)

        assert rebuild(house.house, house.clock.at)["differences"] == []


def test_a_link_is_no_way_to_fill_the_log(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        followed(house)
        token = house.house.follow_up.links.token("i_one")
        for score in range(MOST_ANSWERS - 1):
            house.house.follow_up.answer(token, score % 5 + 1)

        with pytest.raises(Conflicting):
            house.house.follow_up.answer(token, 3)


def test_a_score_on_another_scale_says_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        followed(house)
        draft = {"verb": "satisfaction", "incident": "i_one", "actor": {"kind": "person", "name": "wei"}, "score": 87}
        position = house.house.intake.record("incident", draft).result(10)
        assert house.house.fold.wait_for(position)

        found = house.ok("GET", f"incidents/{N}")
        assert found["follow_up"]["satisfaction"]["score"] == 5
        assert found["events"][-1]["moot"]


def test_every_word_of_it_stands_among_the_events(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        followed(house)

        kinds = {event["kind"] for event in house.ok("GET", f"incidents/{N}")["events"]}
        assert {"warned", "escalated", "cause", "action", "called_back", "satisfaction"} <= kinds


def test_an_action_says_which_measure_it_is_to_mend(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        followed(house)
        room, due = house.house.follow_up, house.clock.at + DAY
        added = room.add_action(N, ADMIN, kind="preventive", what="spares", owner="wei", due=due, measure="mttr")
        changed = room.change_action(N, 1, ADMIN, measure="mtbf")
        taken_back = room.change_action(N, 1, ADMIN, measure="")

        assert [one.measure for one in (added, changed, taken_back)] == ["mttr", "mtbf", ""]
        assert rebuild(house.house, house.clock.at)["differences"] == []


def test_a_measure_that_no_report_has_is_refused(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        followed(house)

        with pytest.raises(Invalid, match="measure: expected fault_rate, mtbf, mttr"):
            house.house.follow_up.change_action(N, 1, ADMIN, measure="uptime")
