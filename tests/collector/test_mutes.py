"""Which mutes hold what, and until when."""

import pytest

from collector.mutes import muted_until
from collector.specs import MuteSpec, TargetSpec
from collector.store import checks
from tests.collector.rooms import ADMIN, START, Rooms

HOUR = 3_600_000


@pytest.fixture
def target(rooms: Rooms) -> str:
    return rooms.registry.add_target(TargetSpec("core-1", "192.0.2.1", labels={"site": "hz"}), ADMIN).id


def until(rooms: Rooms, target: str, check: str = "", now: int = START) -> int | None:
    with rooms.state.read() as tx:
        return muted_until(tx, target, check, now)


def test_nothing_is_muted_by_itself(rooms: Rooms, target: str) -> None:
    assert until(rooms, target) is None


@pytest.mark.parametrize("what", ["core-1", "site=hz", "site=h*", "*"])
def test_a_mute_holds_what_it_names(rooms: Rooms, target: str, what: str) -> None:
    rooms.registry.overlays.mute(MuteSpec(what, "fan", duration="1h"), ADMIN)

    assert until(rooms, target) == START + HOUR
    assert until(rooms, target, "c_any") == START + HOUR


def test_a_mute_of_another_site_holds_nothing_here(rooms: Rooms, target: str) -> None:
    rooms.registry.overlays.mute(MuteSpec("site=sh", "fan", duration="1h"), ADMIN)

    assert until(rooms, target) is None


def test_a_mute_of_a_check_holds_that_check_alone(rooms: Rooms, target: str) -> None:
    with rooms.state.read() as tx:
        (ping,) = checks.of_target(tx, target)
    rooms.registry.overlays.mute(MuteSpec(ping.id, "fan", duration="1h"), ADMIN)

    assert until(rooms, target, ping.id) == START + HOUR
    assert until(rooms, target) is None


def test_a_mute_ends(rooms: Rooms, target: str) -> None:
    mute = rooms.registry.overlays.mute(MuteSpec("core-1", "fan", duration="1h"), ADMIN)
    assert until(rooms, target, now=START + HOUR) is None
    rooms.registry.overlays.end_mute(mute.number, ADMIN)

    assert until(rooms, target) is None


def test_of_several_the_last_one_counts(rooms: Rooms, target: str) -> None:
    for duration in ("1h", "2h"):
        rooms.registry.overlays.mute(MuteSpec("core-1", "fan", duration=duration), ADMIN)

    assert until(rooms, target) == START + 2 * HOUR
