"""Complaints are a fold over the log, like everything else; each step comes once and after the one before."""

from pathlib import Path
from typing import Any

import pytest

from collector.rebuild import rebuild
from collector.store.complaints import Stage
from rules.errors import Conflicting, Invalid, Missing
from tests.collector.api.asking import Door, door
from tests.collector.api.test_incidents import opened
from tests.collector.rooms import ADMIN

HOUR = 3_600_000


def settled(house: Door) -> None:
    """One complaint from its receipt to its end, and one that nobody has answered."""
    room = house.house.complaints
    room.add(ADMIN, "the portal is slow", by="Mrs Chen", received=house.clock.at - HOUR)
    house.clock.at += HOUR
    room.add(ADMIN, "nobody called back")
    room.reply(1, ADMIN, "we look into it")
    house.clock.at += HOUR
    room.close(1, ADMIN, area="process", text="more memory")


def test_the_log_gives_it_again(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        settled(house)

        assert rebuild(house.house, house.clock.at)["differences"] == []


def test_each_has_the_number_after_the_last_one(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        settled(house)

        found = [(one.number, one.name, one.stage) for one in house.house.complaints.all(ADMIN)]
        assert found == [(1, "C-1", Stage.CLOSED), (2, "C-2", Stage.OPEN)]


def test_of_an_incident_it_is_about_its_target(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        opened(house)

        added = house.house.complaints.add(ADMIN, "down again", incident="INC-2026-000001")

        assert (added.incident, added.subject) == ("i_one", house.ok("GET", "incidents/INC-2026-000001")["target_id"])


WRONG: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
    ({"text": "  "}, Invalid),
    ({"text": "x", "about": "nothing-1"}, Missing),
    ({"text": "x", "incident": "INC-2026-000009"}, Missing),
    ({"text": "x", "received": "2099-01-01"}, Invalid),
    ({"text": "x", "received": "soon"}, Invalid),
)


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        house.house.complaints.add(ADMIN, "slow")

        for given, wrong in WRONG:
            with pytest.raises(wrong):
                house.house.complaints.add(ADMIN, **given)
        assert len(house.house.complaints.all(ADMIN)) == 1


def test_it_is_answered_once_and_closed_after_that(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        room = house.house.complaints
        room.add(ADMIN, "slow")

        with pytest.raises(Conflicting, match="not answered yet"):
            room.close(1, ADMIN, area="process", text="x")
        room.reply(1, ADMIN, "we look into it")
        with pytest.raises(Conflicting, match="answered already"):
            room.reply(1, ADMIN, "again")
        with pytest.raises(Invalid, match="area"):
            room.close(1, ADMIN, area="weather", text="x")
        room.close(1, ADMIN, area="process", text="x")
        with pytest.raises(Conflicting, match="closed already"):
            room.close(1, ADMIN, area="process", text="x")


def test_no_answer_comes_before_the_complaint(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        house.house.complaints.add(ADMIN, "slow")

        with pytest.raises(Invalid, match="before"):
            house.house.complaints.reply(1, ADMIN, "x", at=house.clock.at - 1)


def test_a_second_reply_in_the_log_changes_nothing(tmp_path: Path) -> None:
    with door(tmp_path) as house:
        settled(house)
        actor = {"kind": "person", "name": "wei"}
        draft = {"verb": "reply", "complaint": 1, "at": house.clock.at, "text": "another", "actor": actor}
        position = house.house.intake.record("complaint", draft).result(10)
        assert house.house.fold.wait_for(position)

        assert house.house.complaints.get(1, ADMIN).reply == "we look into it"
