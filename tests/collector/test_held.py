"""Notices that are held: each with why and until when."""

from pathlib import Path

from collector.held import Held, Why, held
from collector.notices.channel import Manner
from collector.remote.telling import RemoteError
from collector.specs import MuteSpec
from rules.quiet import Quiet
from rules.route import Route
from tests.collector.rooms import ADMIN
from tests.collector.told import Told, fail, furnish, news
from tests.collector.told import told as open_told

MINUTE = 60_000
HOUR = 3_600_000


def found(told: Told, limit: int = 100) -> list[Held]:
    with told.world.rooms.state.read() as tx:
        return held(tx, told.noticing.channels, told.world.now, limit)


def only(told: Told) -> Held:
    (one,) = found(told)
    return one


def test_nothing_is_held_that_was_sent(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        furnish(told)
        fail(told)

        assert told.board.events() == ["opened"]
        assert found(told) == []


def test_a_mute_holds_until_its_end(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        furnish(told)
        muted = told.world.rooms.registry.overlays.mute(MuteSpec("core-1", "fan", duration="1h"), ADMIN)
        fail(told)

        one = only(told)
        assert (one.why, one.until, one.channel) == (Why.MUTE, muted.until, "")
        assert (one.incident, one.summary, one.event) == (told.world.one().name, "core-1 is down", "opened")


def test_a_fault_that_may_yet_end_is_held_until_it_is_due(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        told.world.join("a1")
        told.world.add("core-1")
        told.run(120)
        fail(told, 240)

        one = only(told)
        assert one.why is Why.PATIENCE
        assert told.world.now < (one.until or 0) <= told.world.now + 5 * MINUTE


def test_quiet_hours_hold_until_they_end(tmp_path: Path) -> None:
    with open_told(tmp_path, manners={"ops": Manner(quiet=Quiet({"mon-sun": ["00:00-23:59"]}))}) as told:
        news(told, 1)
        told.tell()

        one = only(told)
        assert (one.why, one.channel) == (Why.QUIET, "ops")
        assert one.until is not None
        assert told.world.now < one.until <= told.world.now + 24 * HOUR


def test_what_may_go_out_with_more_is_held_for_so_long(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), wait=MINUTE),)) as told:
        news(told, 2)
        told.tell()

        assert [(one.why, one.until) for one in found(told)] == [(Why.GROUPING, told.world.now + MINUTE)] * 2


def test_what_a_channel_bears_no_more_is_held_until_it_does(tmp_path: Path) -> None:
    with open_told(tmp_path, limit=1) as told:
        news(told, 1)
        told.wait(10)
        news(told, 3, start=5)
        told.wait(10)

        assert [(one.why, one.until) for one in found(told)] == [(Why.LIMIT, None)] * 3
        assert len(found(told, limit=2)) == 2


def test_behind_a_message_that_is_not_taken_the_rest_is_held(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        told.board.trouble = [RemoteError("no route to host")] * 50
        news(told, 1)
        told.wait(10)
        news(told, 1, start=5)
        told.wait(10)

        assert (only(told).why, only(told).until) == (Why.FAILING, None)


def test_what_no_channel_is_there_for_is_said(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), wait=MINUTE),)) as told:
        news(told, 1)
        told.tell()
        with told.world.rooms.state.read() as tx:
            (one,) = held(tx, ("other",), told.world.now, 100)

        assert one.why is Why.GONE
