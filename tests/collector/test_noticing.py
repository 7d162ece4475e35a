"""Noticing: what people are told of a fault, how often, and what proves it; through the real rooms, in given time."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.held import GATHERED
from collector.notices.channel import Manner, Message
from collector.noticing import FAULTS, UNCOMPOSED
from collector.remote.telling import RemoteError
from collector.specs import MaintenanceSpec, MuteSpec
from collector.store import errands, notices
from collector.store.notices import MessageState
from collector.store.targets import Priority
from rules.errors import Missing, Unavailable
from rules.incident import Verb
from rules.route import Route
from tests.collector.rooms import ADMIN
from tests.collector.told import Told, fail, furnish, news
from tests.collector.told import told as open_told
from tests.collector.watch import URGENT


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    with open_told(tmp_path) as found:
        yield furnish(found)


def keys(told: Told) -> list[str]:
    """The incidents that people were told of, by their keys."""
    return [entry["key"] for message in told.board.got for entry in message.entries]


def refuse(told: Told, monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> list[str]:
    """Whatever tells of k0 fails; the ids of the messages that did, try by try."""
    tries: list[str] = []
    send = told.board.send

    def picky(message: Message) -> str:
        if any(entry["key"] == "k0" for entry in message.entries):
            tries.append(message.id)
            raise trouble
        return send(message)

    monkeypatch.setattr(told.board, "send", picky)
    return tries


def test_an_outage_and_its_end_are_told_once_each(told: Told) -> None:
    fail(told)
    told.world.mend("core-1")
    told.run(20)

    assert told.board.events() == ["opened", "resolved"]


def test_a_message_names_the_incident_and_leads_to_its_page(told: Told) -> None:
    fail(told)

    (message,) = told.board.got
    assert "core-1 is down" in message.title
    assert message.link == f"https://watch.example/incidents/{told.world.one().name}"


def test_what_a_person_does_is_told_to_those_who_heard_of_it(told: Told) -> None:
    fail(told)
    told.world.incidents.act(told.world.one().id, Verb.ACKNOWLEDGE, ADMIN)
    told.run(7)

    assert told.board.events() == ["opened", "acknowledged"]


def test_a_fault_shorter_than_its_patience_is_not_told(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        told.world.join("a1")
        told.world.add("core-1", priority=Priority.GENERAL)
        told.run(20)
        told.world.fail("core-1")
        while not told.world.all():
            told.run(1)
        told.world.mend("core-1")
        while told.world.one().living:
            told.run(1)
        told.wait(400)

        assert told.board.got == []


def test_a_mute_holds_notices_and_their_end_takes_them_back(told: Told) -> None:
    told.world.rooms.registry.overlays.mute(MuteSpec("core-1", reason="moving", duration="1h"), ADMIN)
    fail(told)
    told.world.mend("core-1")
    told.run(20)
    told.wait(5)

    assert told.board.got == []


def test_a_mute_that_is_ended_early_frees_notices_at_once(told: Told) -> None:
    overlays = told.world.rooms.registry.overlays
    mute = overlays.mute(MuteSpec("core-1", reason="moving", duration="30h"), ADMIN)
    fail(told)
    assert told.board.got == []
    overlays.end_mute(mute.number, ADMIN)
    told.run(7)

    assert told.board.events() == ["opened"]


def test_a_channel_that_fails_is_tried_again_with_the_same_message(told: Told) -> None:
    told.board.deaf = [RemoteError("no answer in time") for _ in range(3)]
    fail(told, 40)

    assert len(told.board.got) == 4
    assert all(message == told.board.got[0] for message in told.board.got)


def test_what_a_channel_refuses_for_good_is_parked_with_its_words(told: Told) -> None:
    told.board.trouble = [RemoteError("errcode 310000: keywords not in content", permanent=True)]
    fail(told)

    (delivery,) = told.deliveries(told.world.one().id)
    assert (delivery.state, delivery.answer) == ("parked", "errcode 310000: keywords not in content")
    assert told.board.got == []


def test_a_parked_message_is_sent_again_when_a_person_says_so(told: Told) -> None:
    told.board.trouble = [RemoteError("no", permanent=True)]
    fail(told)
    told.noticing.release(told.deliveries(told.world.one().id)[0].message)
    told.run(1)

    assert told.board.events() == ["opened"]
    with pytest.raises(Missing):
        told.noticing.release("m_none")


def test_a_message_that_nobody_takes_for_a_day_is_parked(told: Told) -> None:
    told.board.trouble = [RemoteError("away") for _ in range(1000)]
    fail(told)
    for _ in range(400):
        told.world.rooms.clock.at += 300_000
        told.tell()

    with told.world.rooms.state.read() as tx:
        assert notices.counts(tx) == {"parked": 1}


def test_the_delivery_proves_when_and_what_was_answered(told: Told) -> None:
    fail(told)

    (delivery,) = told.deliveries(told.world.one().id)
    assert (delivery.channel, delivery.event, delivery.state) == ("ops", "opened", "sent")
    assert (delivery.sent, delivery.answer) == (told.board.at[0], "taken as number 1")


def test_a_crash_after_sending_sends_the_same_id_again(told: Told) -> None:
    with told.world.rooms.state.write() as tx:
        tx.execute("CREATE TRIGGER full BEFORE UPDATE ON message WHEN NEW.sent > 0 BEGIN SELECT RAISE(ABORT, 'x'); END")
    with pytest.raises(Exception, match="x"):
        fail(told)
    with told.world.rooms.state.write() as tx:
        tx.execute("DROP TRIGGER full")
        # The process is gone here: the message stays claimed, and the next start takes it up again.
        notices.unclaim(tx)
    told.run(3)

    assert [message.id for message in told.board.got] == [told.board.got[0].id] * 2


def test_a_try_that_could_not_be_written_down_is_made_again(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    told.board.trouble = [RemoteError("away")]
    with monkeypatch.context() as broken:
        broken.setattr(notices, "put_off", full)
        with pytest.raises(Unavailable):
            fail(told)
    told.run(5)

    assert told.board.events() == ["opened"]


def test_many_faults_at_once_are_one_message(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        told.world.join("a1")
        for number in range(12):
            told.world.add(f"web-{number}", f"192.0.2.{number + 1}", **URGENT)
        told.run(20)
        for number in range(12):
            told.world.fail(f"web-{number}")
        told.run(15)

        assert len(told.board.got) == 1
        assert told.board.events() == ["opened"] * 12


def test_never_more_than_the_limit_in_any_minute_and_nothing_is_lost(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), group_by=("rack",)),), limit=18) as told:
        for turn in range(20):
            news(told, 10, start=10 * turn)
            told.wait(13)
        told.wait(120)

        at = told.board.at
        assert max(sum(1 for other in at if one <= other < one + 60_000) for one in at) <= 18
        assert len(told.board.events()) == 200


def test_what_is_urgent_still_goes_out_when_the_rest_has_used_up_its_share(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), group_by=("rack",), wait=0),), limit=8) as told:
        for turn in range(20):
            news(told, 1, start=turn)
            told.wait(1)
        news(told, 1, "urgent", start=500)
        told.tell()

        assert told.board.got[-1].urgent
        assert told.board.at[-1] == told.world.now


def test_while_a_channel_fails_the_rest_is_gathered(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), group_by=("rack",), wait=0),)) as told:
        told.board.trouble = [RemoteError("away") for _ in range(4)]
        news(told, 1)
        told.tell()
        for turn in range(5):
            news(told, 1, start=1 + turn)
            told.wait(2)
        told.wait(60)

        assert len(told.board.events()) == 6
        assert len(told.board.got) <= 6
        assert told.board.got[0].entries[0]["incident"]["number"] == "INC-2026-000000"


def test_what_is_urgent_passes_a_message_that_fails(tmp_path: Path) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), wait=0),)) as told:
        told.board.trouble = [RemoteError("away")]
        news(told, 1)
        told.tell()
        assert told.board.got == []
        news(told, 1, start=1)
        news(told, 1, "urgent", start=2)
        told.tell()

        assert keys(told) == ["k2"]


def test_one_message_that_is_never_taken_stops_the_rest_for_an_hour_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), group_by=("rack",), wait=0),)) as told:
        refuse(told, monkeypatch, RemoteError("status 500"))
        start = told.world.now
        news(told, 1)
        told.tell()
        news(told, 1, start=1)
        while told.world.now < start + GATHERED - 60_000:
            told.wait(60)
            assert told.board.got == []
        told.wait(120)

        assert keys(told) == ["k1"]


def test_what_fails_by_a_fault_of_ours_is_parked_after_a_few_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_told(tmp_path, routes=(Route(("ops",), group_by=("rack",), wait=0),)) as told:
        refused = refuse(told, monkeypatch, ValueError("a sign that no alphabet has"))
        news(told, 1)
        told.tell()
        news(told, 1, start=1)
        told.wait(120)

        with told.world.rooms.state.read() as tx:
            assert notices.counts(tx) == {"parked": 1, "sent": 1}
        assert len(refused) == FAULTS
        assert keys(told) == ["k1"]


def test_a_channel_that_asks_for_rest_gets_it_and_then_one_message(tmp_path: Path) -> None:
    with open_told(tmp_path, limit=18) as told:
        told.board.trouble = [RemoteError("errcode 130101", retry_after=600)]
        news(told, 1)
        told.wait(10)
        news(told, 30, start=1)
        told.wait(560)
        assert told.board.got == []
        told.wait(60)

        assert [len(message.entries) for message in told.board.got] == [1, 30]


def test_an_errand_that_no_ticket_system_takes_is_told_to_people(told: Told) -> None:
    fail(told)
    with told.world.rooms.state.write() as tx:
        (errand, *_) = errands.of_incident(tx, told.world.one().id)
        notices.add_parked(tx, errand, "desk answered 401", told.world.now)
    told.wait(10)

    last = told.board.got[-1]
    assert last.entries[-1]["event"] == "parked"
    assert "desk answered 401" in "\n".join(last.lines)


def test_a_second_worker_sends_nothing_twice(told: Told) -> None:
    news(told, 1)
    told.noticing.route(told.routing, told.world.now)
    told.world.rooms.clock.at += 10_000
    with told.world.rooms.state.write() as tx:
        told.noticing._compose(
            tx, "ops", told.lines["ops"], told.noticing._pace(tx, "ops", told.lines["ops"], 0), told.world.now
        )
        claims = [notices.claim(tx, "ops", told.world.now) for _ in range(2)]

    assert [claim is not None for claim in claims] == [True, False]
    assert claims[0] is not None
    assert claims[0].state is MessageState.CLAIMED


def test_the_closing_letter_asks_how_content_people_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_told(tmp_path) as told:
        monkeypatch.setattr(type(told.board), "PERSONAL", True)
        furnish(told)
        fail(told)
        told.world.mend("core-1")
        told.run(20)

        opened, resolved = told.board.got
        assert "feedback" not in opened.entries[0]
        assert "/feedback/" in resolved.entries[0]["feedback"]


def test_a_letter_about_maintenance_that_began_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_told(tmp_path) as told:
        monkeypatch.setattr(type(told.board), "PERSONAL", True)
        furnish(told)
        fail(told)
        told.world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="10m"), ADMIN)
        told.run(20)

        last = told.board.got[-1]
        assert last.entries[0]["event"] == "resolved"
        assert "Set aside" in last.title
        assert "feedback" not in last.entries[0]


def test_a_core_switch_with_dependents_is_one_message_to_each_channel(tmp_path: Path) -> None:
    with open_told(tmp_path, manners={"ops": Manner(), "boss": Manner()}) as told:
        told.world.join("a1")
        told.world.add("core-1", **URGENT)
        for number in range(20):
            told.world.add(f"edge-{number}", f"192.0.2.{number + 2}", parents=("core-1",), **URGENT)
        told.run(20)
        told.world.fail("core-1")
        for number in range(20):
            told.world.fail(f"edge-{number}")
        told.run(15)

        assert [len(board.got) for board in told.boards.values()] == [1, 1]
        told.run(30)
        assert [len(board.got) for board in told.boards.values()] == [1, 1]


def spoil(told: Told, number: int) -> None:
    """Put down news that cannot be told, alone or with other news: it happened at no instant that there is."""
    never = 1 << 62
    incident = {"number": f"INC-2026-{number:06}", "priority": "general", "summary": "h9 is down", "since_ms": never}
    spoilt = notices.News(f"{number:06}", f"i{number}", "opened", never, told.world.now, {"incident": incident})
    with told.world.rooms.state.write() as tx:
        notices.add_news(tx, spoilt)


def parked(told: Told) -> list[notices.Message]:
    with told.world.rooms.state.read() as tx:
        return notices.messages(tx, "parked")


def test_what_cannot_be_composed_is_parked_with_the_reason_and_the_others_go_on(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        spoil(told, 9)
        told.wait(10)
        news(told, 1)
        told.wait(10)

        assert keys(told) == ["k0"]
        (message,) = parked(told)
        assert (message.title, message.answer) == ("[INC-2026-000009] h9 is down", UNCOMPOSED)


def test_of_what_goes_out_together_only_the_spoilt_is_parked(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        news(told, 1)
        spoil(told, 9)
        told.wait(10)

        assert keys(told) == ["k0"]
        assert [message.title for message in parked(told)] == ["[INC-2026-000009] h9 is down"]


def test_what_could_not_be_composed_goes_out_in_plain_words_when_a_person_says_so(tmp_path: Path) -> None:
    with open_told(tmp_path) as told:
        spoil(told, 9)
        told.wait(10)
        told.noticing.channels = ("ops",)
        told.noticing.release(parked(told)[0].id)
        told.wait(10)

        assert [message.title for message in told.board.got] == ["[INC-2026-000009] h9 is down"]
        assert parked(told) == []
