"""Errands: sent until taken, in order, each under one id; and what a crash between the steps leaves."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.app import open_house
from collector.errands import LONGEST_PAUSE, PATIENCE
from collector.events import EventKind
from collector.remote.telling import RemoteError
from collector.settings import Settings
from collector.specs import MuteSpec
from collector.store import errands, incidents, notices
from collector.store.state import State
from rules.errors import Missing, Unavailable
from rules.incident import Verb
from tests.collector.rooms import ADMIN
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world
from tests.journeys.receiver import Receiver, wait_for


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        found.add("core-1", **URGENT)
        found.run(20)
        yield found


def outage(world: World) -> None:
    world.fail("core-1")
    world.run(10)


def test_a_failed_errand_is_tried_again_under_the_same_id_with_growing_pauses(world: World) -> None:
    world.desk.deaf = [RemoteError("no answer in time") for _ in range(3)]
    outage(world)
    world.run(10)

    tries = [telling for telling in world.desk.told if telling.event == "opened"]
    assert len(tries) == 4
    assert len({telling.id for telling in tries}) == 1


def test_what_was_refused_for_good_is_parked_and_shown(world: World) -> None:
    world.desk.trouble = [RemoteError("no such queue", permanent=True)]
    outage(world)

    with world.rooms.state.read() as tx:
        (parked,) = errands.parked(tx)
    assert (parked.attempts, parked.trouble) == (1, "no such queue")
    assert world.desk.told == []


def test_nothing_overtakes_a_parked_opening(world: World) -> None:
    world.desk.trouble = [RemoteError("no such queue", permanent=True)]
    outage(world)
    world.mend("core-1")
    world.run(20)
    assert world.desk.told == []
    with world.rooms.state.read() as tx:
        (parked,) = errands.parked(tx)
    world.errands.release(parked.id)
    world.run(2)

    assert world.desk.events() == ["opened", "resolved"]


def test_only_what_is_parked_can_be_released(world: World) -> None:
    with pytest.raises(Missing):
        world.errands.release("i_none.desk.1")


def test_a_system_that_asks_for_a_pause_gets_it(world: World) -> None:
    world.desk.trouble = [RemoteError("busy", retry_after=60)]
    outage(world)
    world.run(40)
    assert world.desk.told == []
    world.run(30)

    assert world.desk.events() == ["opened"]


def test_an_errand_that_nobody_takes_for_a_day_is_parked(world: World) -> None:
    world.desk.trouble = [RemoteError("away") for _ in range(1000)]
    outage(world)
    tries = 0
    while world.queued().get("waiting") and tries < 500:
        tries += 1
        world.rooms.clock.at += LONGEST_PAUSE
        world.errands.step("desk", world.desk, world.now)

    assert world.queued() == {"parked": 1}
    assert tries <= PATIENCE / LONGEST_PAUSE + 10


def test_a_crash_before_the_answer_was_logged_sends_the_same_id_again(world: World) -> None:
    world.deciding = False
    outage(world)
    world.fold()
    world.incidents.step(world.now)
    with world.rooms.state.write() as tx:
        first = errands.claim(tx, "desk", world.now)
    assert first is not None
    # The process is gone here: the errand stays claimed, and the next start takes it up again.
    with world.rooms.state.write() as tx:
        assert errands.claim(tx, "desk", world.now) is None
        errands.unclaim(tx, world.now)
    world.decide()

    assert [telling.id for telling in world.desk.told] == [first.id]


def test_a_failed_try_that_could_not_be_written_down_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the errand would stay claimed, and nobody would be told before the next start."""
    world.deciding = False
    outage(world)
    world.fold()
    world.incidents.step(world.now)
    world.desk.trouble = [RemoteError("away")]

    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(errands, "put_off", full)
        for _ in range(2):
            with pytest.raises(Unavailable):
                world.errands.step("desk", world.desk, world.now)
    assert world.desk.told == []
    world.decide()

    assert world.desk.events() == ["opened"]


def test_two_workers_never_have_one_errand(world: World) -> None:
    world.deciding = False
    outage(world)
    world.fold()
    world.incidents.step(world.now)
    with world.rooms.state.write() as tx:
        claimed = [errands.claim(tx, "desk", world.now) for _ in range(3)]

    assert [errand is not None for errand in claimed] == [True, False, False]


def test_a_second_collector_cannot_open_the_store_of_the_first(tmp_path: Path) -> None:
    settings = Settings(key=tmp_path / "key").at(tmp_path / "data")
    with open_house(settings), pytest.raises(Unavailable, match="Another collector"), open_house(settings):
        pass


def test_what_people_do_is_told_in_order(world: World) -> None:
    outage(world)
    number = world.one().name
    world.incidents.act(number, Verb.ACKNOWLEDGE, ADMIN)
    world.incidents.act(number, Verb.COMMENT, ADMIN, "on my way")
    world.incidents.act(number, Verb.RESOLVE, ADMIN, cause="a plug")
    world.run(1)

    assert world.desk.events() == ["opened", "acknowledged", "updated", "resolved"]
    assert [telling.sequence for telling in world.desk.told] == [1, 2, 3, 4]
    assert world.desk.told[2].facts["text"] == "on my way"
    assert world.desk.told[3].facts["incident"]["cause"] == "a plug"


def test_a_mute_holds_the_ticket_and_not_the_incident(world: World) -> None:
    world.rooms.registry.overlays.mute(MuteSpec("core-1", "new fan", duration="60s"), ADMIN)
    outage(world)
    assert world.one().phase == "open"
    assert world.desk.told == []
    world.run(60)

    assert world.desk.events() == ["opened"]


def test_a_mute_that_is_ended_early_frees_the_ticket_at_once(world: World) -> None:
    mute = world.rooms.registry.overlays.mute(MuteSpec("core-1", "new fan", duration="1h"), ADMIN)
    outage(world)
    assert world.desk.told == []
    world.rooms.registry.overlays.end_mute(mute.number, ADMIN)
    world.run(1)

    assert world.desk.events() == ["opened"]


def test_what_another_mute_still_holds_stays_held(world: World) -> None:
    mute = world.rooms.registry.overlays.mute(MuteSpec("core-1", "new fan", duration="1h"), ADMIN)
    world.rooms.registry.overlays.mute(MuteSpec("*", "the move", duration="60s"), ADMIN)
    outage(world)
    world.rooms.registry.overlays.end_mute(mute.number, ADMIN)
    world.run(5)
    assert world.desk.told == []
    world.run(60)

    assert world.desk.events() == ["opened"]


def test_a_fault_that_ends_while_muted_was_still_long_enough_for_its_ticket(world: World) -> None:
    """ticket_after is 0 here: the mute only moves the telling, it does not decide that nothing was to tell."""
    world.rooms.registry.overlays.mute(MuteSpec("core-1", "new fan", duration="60s"), ADMIN)
    outage(world)
    world.mend("core-1")
    world.run(80)

    assert world.desk.events() == ["opened", "resolved"]


def test_the_ledger_keeps_the_ticket(world: World) -> None:
    outage(world)

    with world.rooms.state.read() as tx:
        (ticket,) = incidents.tickets(tx, world.one().id)
    assert (ticket.system, ticket.ticket, ticket.url, ticket.state) == (
        "desk",
        "DESK-1",
        "http://desk.example/1",
        "new",
    )


def test_what_is_parked_is_told_to_people_and_shown_to_open_pages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    monkeypatch.setattr(world.events, "publish", lambda kind, data: shown.append((kind, data)))
    world.desk.trouble = [RemoteError("no such queue", permanent=True)]
    outage(world)

    with world.rooms.state.read() as tx:
        parked = [news for news in notices.due_news(tx, world.now) if news.event == "parked"]
    assert [(news.facts["text"], news.facts["errand"]["system"]) for news in parked] == [("no such queue", "desk")]
    assert (EventKind.INCIDENT, {"number": world.one().name, "state": "open"}) in shown


def test_what_is_released_is_tried_as_patiently_as_what_is_new(world: World) -> None:
    world.desk.trouble = [RemoteError("no such queue", permanent=True)]
    outage(world)
    with world.rooms.state.read() as tx:
        (parked,) = errands.parked(tx)
    world.rooms.clock.at += 2 * PATIENCE
    world.desk.trouble = [RemoteError("away")]
    world.errands.release(parked.id)
    world.errands.step("desk", world.desk, world.now)

    assert world.queued() == {"waiting": 1}


def test_what_a_mute_held_for_a_day_is_tried_as_patiently_as_what_is_new(world: World) -> None:
    world.rooms.registry.overlays.mute(MuteSpec("core-1", "new fan", duration="25h"), ADMIN)
    outage(world)
    world.desk.trouble = [RemoteError("away")]
    world.rooms.clock.at += PATIENCE + 2 * 3_600_000
    world.errands.step("desk", world.desk, world.now)

    assert world.desk.trouble == []
    assert world.queued() == {"waiting": 1}


def test_what_waited_behind_a_parked_opening_is_tried_as_patiently_as_what_is_new(world: World) -> None:
    world.desk.trouble = [RemoteError("no such queue", permanent=True)]
    outage(world)
    world.mend("core-1")
    world.run(20)
    with world.rooms.state.read() as tx:
        (parked,) = errands.parked(tx)
    world.rooms.clock.at += 2 * PATIENCE
    world.errands.release(parked.id)
    assert world.errands.step("desk", world.desk, world.now)
    world.desk.trouble = [RemoteError("away")]
    assert world.errands.step("desk", world.desk, world.now)

    assert world.desk.events() == ["opened"]
    assert world.queued() == {"done": 1, "waiting": 1}


def test_a_day_in_which_nobody_tried_wears_out_no_patience(world: World) -> None:
    world.desk.trouble = [RemoteError("away")]
    world.fail("core-1")
    while world.desk.trouble:
        world.run(1)
    world.desk.trouble = [RemoteError("away")]
    world.rooms.clock.at += 2 * PATIENCE
    world.errands.step("desk", world.desk, world.now)

    assert world.desk.trouble == []
    assert world.queued() == {"waiting": 1}


def test_a_try_of_unknown_outcome_is_told_to_the_next(world: World) -> None:
    world.desk.trouble = [RemoteError("no answer in time", uncertain=True), RemoteError("not now")]
    outage(world)
    world.run(10)

    (told,) = (telling for telling in world.desk.told if telling.event == "opened")
    assert told.tried is not None
    assert told.tried < world.now


def test_a_try_that_surely_failed_leaves_nothing_to_look_for(world: World) -> None:
    world.desk.trouble = [RemoteError("not now")]
    outage(world)
    world.run(10)

    assert [telling.tried for telling in world.desk.told] == [None]


def test_what_a_killed_process_was_telling_may_have_been_told(world: World) -> None:
    world.deciding = False
    outage(world)
    world.fold()
    world.incidents.step(world.now)
    with world.rooms.state.write() as tx:
        assert errands.claim(tx, "desk", world.now) is not None
    world.rooms.clock.at += 5_000
    world.errands.prepare()
    world.decide()

    assert [telling.tried for telling in world.desk.told] == [world.now]


def test_title_and_text_are_worded_for_the_receiver(world: World) -> None:
    outage(world)

    assert world.desk.told[0].title == f"[{world.one().name}] core-1 is down"
    assert "core-1 is down" in world.desk.told[0].body


def test_the_threads_send_by_themselves(tmp_path: Path) -> None:
    """The workers and the stage as the house runs them, with a real receiver."""
    listener = socket.create_server(("127.0.0.1", 0))
    receiver = Receiver(listener)
    try:
        table = {"kind": "webhook", "url": f"http://127.0.0.1:{receiver.port}/", "secret": {"env": "PATH"}}
        with open_house(Settings(key=tmp_path / "key", tickets={"desk": table}).at(tmp_path / "data")) as house:
            payload = {
                "verb": "open", "incident": "i_made", "actor": {"kind": "monitor", "name": "x"}, "text": "broken",
                "kind": "outage", "fault": "outage:t_made", "target": "", "check": "", "agent": "", "priority": "x",
                "summary": "broken", "correlation": "nineward:test:i_made", "year": 2026, "since": 1, "detected": 1,
                "due": 1, "systems": ["desk"],
            }  # fmt: skip
            house.intake.record("incident", payload).result(10)
            wait_for("the ticket", lambda: bool(receiver.told("opened")), 10)
            wait_for("the ledger", lambda: bool(_tickets(house.state)), 10)
    finally:
        receiver.close()

    assert len(receiver.deliveries) == 1


def _tickets(state: State) -> list[incidents.Ticket]:
    with state.read() as tx:
        return incidents.tickets(tx, "i_made")
