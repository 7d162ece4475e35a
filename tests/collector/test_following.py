"""Following: what people do in a ticket system counts here, at that system's dates, each thing once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from collector.following import AFTERLIFE, Following
from collector.remote.telling import RemoteError
from collector.requests import request
from collector.store import incidents
from collector.store.incidents import Happening
from collector.ticket_terms import HumanClose
from collector.tickets.ticket_system import Deed, Moment
from rules.errors import Missing, Unauthenticated
from rules.incident import ActorKind, Phase, Verb
from rules.request import Request
from tests.collector.rooms import ADMIN
from tests.collector.shelf import Shelf
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world

SECOND = 1_000
MINUTE = 60 * SECOND


@dataclass
class Desk:
    """A world with a shelf of tickets, and core-1 just failed."""

    world: World
    shelf: Shelf
    following: Following

    def tell(self) -> None:
        """Let the errands go out."""
        while self.world.errands.step("desk", self.shelf, self.world.now):
            self.world.fold()

    def read(self, after: int = MINUTE) -> None:
        """A poll later the tickets are read."""
        self.world.rooms.clock.at += after
        while self.following.step("desk", self.shelf, self.world.now):
            self.world.fold()
        self.world.fold()

    def mend(self) -> None:
        self.world.mend("core-1")
        self.world.run(30)
        self.tell()

    def events(self, verb: str) -> list[Happening]:
        with self.world.rooms.state.read() as tx:
            return [one for one in incidents.events(tx, self.world.all()[0].id) if one.verb == verb]

    def request(self) -> Request:
        with self.world.rooms.state.read() as tx:
            return request(tx, self.world.all()[0], None, self.world.now)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    yield from opened(tmp_path, Shelf())


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Desk]:
    """The system tells no history."""
    yield from opened(tmp_path, Shelf(history=False))


def opened(folder: Path, shelf: Shelf) -> Iterator[Desk]:
    with open_world(folder) as world:
        world.desk = shelf  # type: ignore[assignment]
        world.join("a1")
        world.add("core-1", **URGENT)
        world.run(20)
        world.fail("core-1")
        world.run(10)
        found = world.rooms
        following = Following(found.state, found.intake, found.fold, found.clock, found.settings)
        desk = Desk(world, shelf, following)
        desk.tell()
        yield desk


def test_an_answer_there_is_the_answer_here_at_its_date(desk: Desk) -> None:
    at = desk.world.now + 7 * SECOND
    desk.world.run(10)
    desk.shelf.does("T-1", Deed.ACKNOWLEDGE, at)
    desk.read()

    assert (desk.world.one().phase, desk.world.one().answered) == (Phase.ACKNOWLEDGED, at)
    assert [(one.actor, one.actor_kind) for one in desk.events("ack")] == [("alice (desk)", ActorKind.PERSON)]


def test_what_was_read_is_taken_once(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.COMMENT, desk.world.now, "on my way")
    desk.read()
    desk.read()

    assert [one.text for one in desk.events("comment")] == ["on my way"]


def test_a_robot_of_the_system_answers_nothing(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.ACKNOWLEDGE, desk.world.now, robot=True)
    desk.read()

    assert (desk.world.one().phase, desk.world.one().answered) == (Phase.ACKNOWLEDGED, None)


def test_an_answer_before_the_recovery_counts_although_it_is_read_after(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.ACKNOWLEDGE, desk.world.now + SECOND)
    desk.mend()
    assert desk.world.one().self_recovered
    desk.read()

    incident = desk.world.one()
    assert (incident.phase, incident.self_recovered) == (Phase.RESOLVED, False)
    assert incident.answered is not None
    assert desk.request().recovered is not None


def test_a_date_in_the_future_is_that_of_the_reading(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.START, desk.world.now + 3_600_000)
    desk.read()

    assert desk.world.one().started == desk.world.now


def test_a_date_before_the_opening_is_that_of_the_opening(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.ACKNOWLEDGE, 5)
    desk.read()

    assert desk.world.one().answered == desk.world.one().opened


def test_our_own_words_do_not_come_back(desk: Desk) -> None:
    desk.world.incidents.act(desk.world.one().id, Verb.COMMENT, ADMIN, "who is on it?")
    desk.tell()
    desk.read()
    desk.tell()

    assert len(desk.events("comment")) == 1
    assert desk.shelf.events() == ["opened", "updated"]


def test_what_comes_from_there_is_not_told_there_again(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.COMMENT, desk.world.now, "on my way")
    desk.shelf.does("T-1", Deed.START, desk.world.now)
    desk.read()
    desk.tell()

    assert desk.shelf.events() == ["opened"]


def test_pauses_there_stop_the_clock_here(desk: Desk) -> None:
    begun, ended = desk.world.now + MINUTE, desk.world.now + 5 * MINUTE
    desk.shelf.does("T-1", Deed.PAUSE, begun, "supplier: part ordered")
    desk.shelf.does("T-1", Deed.RESUME, ended)
    desk.read(10 * MINUTE)

    assert [pause for pause, _ in desk.request().pauses] == [(begun, ended)]


def test_without_a_history_a_change_is_dated_by_the_reading(bare: Desk) -> None:
    bare.shelf.does("T-1", Deed.START, bare.world.now)
    bare.read()

    assert (bare.world.one().phase, bare.world.one().started) == (Phase.STARTED, bare.world.now)


def test_without_a_history_our_own_resolution_is_no_persons(bare: Desk) -> None:
    bare.read()
    bare.mend()
    bare.read()

    assert len(bare.events("resolve")) == 1
    assert bare.world.one().self_recovered


def test_a_ticket_we_are_about_to_change_is_read_later(bare: Desk) -> None:
    bare.world.mend("core-1")
    bare.world.deciding = False
    bare.world.run(30)
    bare.world.fold()
    bare.world.incidents.step(bare.world.now)
    bare.world.fold()
    bare.read(0)

    assert bare.shelf.reads == []


def test_a_score_is_kept(desk: Desk) -> None:
    desk.mend()
    desk.shelf.does("T-1", Deed.SATISFACTION, desk.world.now, "5")
    desk.read()

    assert [one.actor for one in desk.events("satisfaction")] == ["alice (desk)"]


def test_a_ticket_that_is_gone_is_told_and_read_no_more(desk: Desk) -> None:
    del desk.shelf.tickets["T-1"]
    desk.read()
    desk.read()

    assert [one.text for one in desk.events("followed")] == ["The ticket does not exist any more"]
    assert desk.shelf.reads == ["T-1"]


def test_a_system_that_is_away_is_asked_more_seldom(desk: Desk) -> None:
    desk.shelf.trouble = [RemoteError("away"), RemoteError("away")]
    desk.read()
    assert desk.following.troubles == {"desk": "away"}
    desk.read(MINUTE)
    desk.read(MINUTE)

    assert len(desk.shelf.reads) == 2
    desk.read(2 * MINUTE)
    assert desk.following.troubles == {}


def test_tickets_of_old_incidents_are_not_read(desk: Desk) -> None:
    desk.mend()
    desk.world.incidents.act(desk.world.one().id, Verb.CLOSE, ADMIN)
    desk.tell()
    desk.read(AFTERLIFE + MINUTE)

    assert desk.shelf.reads == []


# Calls


def test_a_call_has_its_ticket_read_at_once(desk: Desk) -> None:
    desk.read()
    desk.shelf.does("T-1", Deed.ACKNOWLEDGE, desk.world.now)
    desk.following._ears["desk"] = desk.shelf

    assert desk.following.hear("desk", {"x-secret": "right"}, b"T-1") == 1
    desk.read(0)
    assert desk.world.one().phase is Phase.ACKNOWLEDGED


def test_a_call_may_name_our_key(desk: Desk) -> None:
    desk.following._ears["desk"] = desk.shelf

    assert desk.following.hear("desk", {"x-secret": "right"}, desk.world.one().correlation.encode()) == 1
    assert desk.following.hear("desk", {"x-secret": "right"}, b"T-99") == 0


def test_a_call_that_is_not_signed_is_refused(desk: Desk) -> None:
    desk.following._ears["desk"] = desk.shelf

    with pytest.raises(Unauthenticated):
        desk.following.hear("desk", {}, b"T-1")


def test_a_call_of_a_system_nobody_configured_is_refused(desk: Desk) -> None:
    with pytest.raises(Missing):
        desk.following.hear("other", {}, b"")


# Closed by people while the fault lasts


def closing(desk: Desk, policy: HumanClose) -> None:
    post = desk.following._post("desk")
    object.__setattr__(post.terms, "on_human_close", policy)
    desk.shelf.does("T-1", Deed.RESOLVE, desk.world.now, "all fine")
    desk.read()
    assert desk.world.all()[0].phase is Phase.RESOLVED
    desk.read(8 * MINUTE)
    assert [incident.phase for incident in desk.world.all()] == [Phase.RESOLVED]
    desk.read(3 * MINUTE)
    desk.tell()


def test_it_is_opened_again_after_the_grace(desk: Desk) -> None:
    closing(desk, HumanClose.REOPEN)

    assert desk.world.one().phase is Phase.OPEN
    assert desk.shelf.events() == ["opened", "reopened"]


def test_closing_many_at_once_opens_no_more_again_than_the_brake_lets_through(desk: Desk) -> None:
    names = [f"host-{number}" for number in range(2, 40)]
    for name in names:
        desk.world.add(name, **URGENT)
    desk.world.run(20)
    for name in names:
        desk.world.fail(name)
    desk.world.run(20)
    desk.world.rooms.clock.at += 2 * 60 * MINUTE
    desk.world.fold()
    cap = 3
    object.__setattr__(desk.following._post("desk").terms, "grace", 0)
    desk.world.rooms.settings.tickets["desk"]["cap"] = cap
    for ticket in desk.shelf.tickets:
        desk.shelf.does(ticket, Deed.RESOLVE, desk.world.now)
    told = len(desk.shelf.told)
    for _ in range(3):
        desk.read(2 * MINUTE)
    desk.tell()

    assert len([one for one in desk.shelf.told[told:] if one.event in ("opened", "reopened")]) <= cap + 1
    assert len([one for one in desk.world.all() if one.parent]) > 10


def test_it_is_said_once(desk: Desk) -> None:
    closing(desk, HumanClose.COMMENT)
    desk.read(20 * MINUTE)
    desk.tell()

    assert desk.world.one().phase is Phase.RESOLVED
    assert desk.shelf.events() == ["opened", "updated"]


def test_a_new_incident_gets_a_new_ticket(desk: Desk) -> None:
    closing(desk, HumanClose.NEW)

    first, second = desk.world.all()
    assert (first.phase, second.phase, second.earlier) == (Phase.RESOLVED, Phase.OPEN, first.name)
    assert desk.shelf.events() == ["opened", "opened"]
    assert list(desk.shelf.tickets) == ["T-1", "T-2"]


def test_it_is_left_to_people(desk: Desk) -> None:
    closing(desk, HumanClose.NOTHING)

    assert desk.world.one().phase is Phase.RESOLVED
    assert desk.shelf.events() == ["opened"]


def test_whoever_resolves_it_here_knows_what_the_monitor_says(desk: Desk) -> None:
    desk.world.incidents.act(desk.world.one().id, Verb.RESOLVE, ADMIN)
    desk.tell()
    desk.read(30 * MINUTE)

    assert desk.world.one().phase is Phase.RESOLVED


# What systems do that nobody foresaw


def test_half_a_character_stops_no_reading(desk: Desk) -> None:
    desk.shelf.does("T-1", Deed.COMMENT, desk.world.now, "on my way \ud83d")
    desk.shelf.does("T-1", Deed.ACKNOWLEDGE, desk.world.now)
    desk.read()

    assert [one.text for one in desk.events("comment")] == ["on my way ?"]
    assert desk.world.one().phase is Phase.ACKNOWLEDGED


def test_an_answer_that_an_adapter_does_not_understand_is_said(desk: Desk) -> None:
    desk.shelf.confused = True
    desk.read()
    assert "T-1" in desk.following.troubles["desk"]
    desk.shelf.confused = False
    desk.read(5 * MINUTE)

    assert desk.following.troubles == {}


def test_a_score_without_a_date_is_news_when_it_differs(desk: Desk) -> None:
    desk.mend()
    for score in ("5", "1", "5"):
        desk.shelf.tickets["T-1"] = [Moment("score", Deed.SATISFACTION, None, "alice", score)]
        desk.read(70 * MINUTE)
        desk.read(70 * MINUTE)

    assert len(desk.events("satisfaction")) == 3


def test_what_was_read_while_we_changed_it_is_our_own_doing(bare: Desk) -> None:
    """A slow reading begins before the ticket is opened again, and ends after that."""
    bare.mend()

    def reopened() -> None:
        bare.world.fail("core-1")
        bare.world.run(20)
        bare.tell()

    bare.shelf.meanwhile = reopened
    bare.read()

    assert bare.world.one().phase is Phase.OPEN
    assert [one.actor_kind for one in bare.events("resolve")] == [ActorKind.MONITOR]


def test_readings_keep_to_the_pace(desk: Desk) -> None:
    for number in range(2, 90):
        desk.world.add(f"host-{number}", **URGENT)
    desk.world.run(20)
    for number in range(2, 90):
        desk.world.fail(f"host-{number}")
    desk.world.run(20)
    desk.tell()
    desk.read()
    post = desk.following._post("desk")

    assert len(post.listed) > post.terms.rate // 4
    assert 0 < len(desk.shelf.reads) <= post.terms.rate
