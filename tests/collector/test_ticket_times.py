"""Response and repair as tickets tell them: TV-38 to TV-41, TV-46 and TV-47."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from collector.following import Following
from collector.handling import milestones
from collector.requests import request
from collector.store import incidents
from collector.store.incidents import Incident
from collector.tickets.ticket_system import Deed
from rules.calendar import Calendar, read_calendar
from rules.milestones import Parts, parts
from rules.objective import Verdict
from rules.parameters import HOUR, MINUTE, SECOND, Parameters
from rules.period import parse_instant
from rules.request import Request, Rule, attainment, standing
from tests.collector.shelf import Shelf
from tests.collector.watch import World
from tests.collector.watch import world as open_world

TZ = "Asia/Shanghai"
DAYS = {"Fri": "25", "Sat": "26", "Sun": "27", "Mon": "28", "Tue": "29"}


def at(text: str) -> int:
    """An instant of the days from Friday 2026-09-25 on, in Shanghai."""
    day, _, time = text.partition(" ")
    return parse_instant(f"2026-09-{DAYS[day]}T{time}", TZ)


def calendar(**changes: object) -> Calendar:
    """Monday to Friday, nine to six."""
    return read_calendar({"name": "office", "tz": TZ, "weekly": {"mon-fri": ["09:00-18:00"]}, **changes})


OFFICE = calendar()


class Tickets:
    """Incidents opened at given instants, their tickets on a shelf, and what people do there."""

    def __init__(self, world: World, shelf: Shelf) -> None:
        self.world = world
        self.shelf = shelf
        found = world.rooms
        self.following = Following(found.state, found.intake, found.fold, found.clock, found.settings)

    def record(self, payload: dict[str, Any]) -> None:
        monitor = {"kind": "monitor", "name": "nineward"}
        self.world.rooms.intake.record("incident", {"actor": monitor, "text": "", **payload}).result(10)
        self.world.fold()

    def open(self, opened: int, *, since: int | None = None, detected: int | None = None) -> str:
        """An incident; its ticket's id."""
        self.world.rooms.clock.at = opened
        key = f"i_{len(self.shelf.tickets)}"
        self.record({
            "verb": "open", "incident": key, "kind": "outage", "fault": f"outage:{key}", "target": "", "check": "",
            "agent": "", "priority": "general", "summary": "down", "correlation": f"nineward:n:{key}", "year": 2026,
            "since": opened if since is None else since, "detected": opened if detected is None else detected,
            "due": opened, "systems": ["desk"],
        })  # fmt: skip
        while self.world.errands.step("desk", self.shelf, opened):
            self.world.fold()
        return f"T-{len(self.shelf.tickets)}"

    def read(self, now: int) -> None:
        self.world.rooms.clock.at = now
        while self.following.step("desk", self.shelf, now):
            self.world.fold()
        self.world.fold()

    def requests(self, hours: Calendar | None = None) -> list[Request]:
        with self.world.rooms.state.read() as tx:
            return [request(tx, incident, hours, self.world.now) for incident in self.world.all()]

    def incident(self) -> Incident:
        with self.world.rooms.state.read() as tx:
            return incidents.get(tx, "i_0")


@pytest.fixture
def tickets(tmp_path: Path) -> Iterator[Tickets]:
    with open_world(tmp_path) as world:
        world.desk = shelf = Shelf()  # type: ignore[assignment]
        yield Tickets(world, shelf)


@pytest.mark.parametrize(
    ("opened", "allowance", "hours", "paused", "expected"),
    [
        pytest.param("Fri 17:30", "4h", OFFICE, None, "Mon 12:30", id="TV-38 plain"),
        pytest.param(
            "Fri 17:30", "4h", calendar(weekly={"mon-fri": ["09:00-12:00", "13:30-18:00"]}), None, "Mon 14:00",
            id="TV-38 lunch",
        ),
        pytest.param("Fri 17:30", "4h", OFFICE, ("Mon 10:00", "Mon 11:00"), "Mon 13:30", id="TV-38 pause"),
        pytest.param("Fri 17:30", "4h", calendar(closed=["2026-09-28"]), None, "Tue 12:30", id="TV-38 holiday"),
        pytest.param(
            "Fri 17:30", "4h", calendar(open={"2026-09-26": ["09:00-18:00"]}), None, "Sat 12:30", id="TV-38 make-up"
        ),
        pytest.param("Fri 17:30", "4h", None, None, "Fri 21:30", id="TV-38 day and night"),
        pytest.param("Sat 03:00", "2h", OFFICE, None, "Mon 11:00", id="TV-39"),
        pytest.param("Fri 16:00", "2h", OFFICE, None, "Fri 18:00", id="TV-40"),
        pytest.param("Fri 17:30", "8h", None, ("Fri 20:00", "Sat 08:00"), "Sat 13:30", id="TV-41"),
    ],
)  # fmt: skip
def test_a_deadline_with_the_pauses_that_the_ticket_tells(
    tickets: Tickets, opened: str, allowance: str, hours: Calendar | None, paused: tuple[str, str] | None, expected: str
) -> None:
    ticket = tickets.open(at(opened))
    if paused:
        tickets.shelf.does(ticket, Deed.PAUSE, at(paused[0]), "customer: nobody is there")
        tickets.shelf.does(ticket, Deed.RESUME, at(paused[1]))
    tickets.read(at("Tue 18:00"))

    parameters = Parameters().with_settings({"targets": {"solved": allowance}})
    found = standing(Rule.SOLVED, tickets.requests(hours)[0], parameters, tickets.world.now)

    assert found is not None
    assert found.deadline.due == at(expected)


def test_the_service_time_until_an_answer_in_the_ticket(tickets: Tickets) -> None:
    """TV-41: half an hour on Friday, an hour and a quarter on Monday."""
    ticket = tickets.open(at("Fri 17:30"))
    tickets.shelf.does(ticket, Deed.ACKNOWLEDGE, at("Mon 10:15"))
    tickets.read(at("Mon 12:00"))

    found = standing(Rule.RESPONSE, tickets.requests(OFFICE)[0], Parameters(), tickets.world.now)

    assert found is not None
    assert found.took == 105 * MINUTE


def test_the_share_answered_within_an_hour(tickets: Tickets) -> None:
    """TV-46: 36 within the hour, one after 75 minutes, one unanswered for 90, two for 20."""
    now = at("Mon 18:00")
    took = [*range(25, 61), 75]
    for minutes in took:
        opened = at("Mon 09:00")
        ticket = tickets.open(opened)
        tickets.shelf.does(ticket, Deed.ACKNOWLEDGE, opened + minutes * MINUTE)
    for age in (90, 20, 20):
        tickets.open(now - age * MINUTE)
    tickets.read(now)

    found = attainment(Rule.RESPONSE, tickets.requests(), Parameters(), now)

    assert (found.due, found.share, found.pending) == (38, Fraction(36, 38), 2)
    assert found.verdict is Verdict.MISSED


def test_the_milestones_of_a_repair(tickets: Tickets) -> None:
    """TV-47, in which the monitor sees the end twenty minutes after the people say that it is mended."""
    failed = at("Mon 08:00")
    ticket = tickets.open(at("Mon 08:01"), since=failed, detected=failed + 53 * SECOND)
    for deed, time in ((Deed.ACKNOWLEDGE, "08:25"), (Deed.START, "09:00"), (Deed.RESOLVE, "10:40")):
        tickets.shelf.does(ticket, deed, at(f"Mon {time}"))
    tickets.read(at("Mon 10:45"))
    tickets.world.rooms.clock.at = at("Mon 11:00")
    tickets.record({"verb": "recover", "incident": "i_0", "ended": at("Mon 11:00")})
    tickets.shelf.does(ticket, Deed.SATISFACTION, at("Mon 11:30"), "5")
    tickets.shelf.does(ticket, Deed.CLOSE, at("Tue 09:00"))
    tickets.read(at("Tue 10:00"))
    with tickets.world.rooms.state.read() as tx:
        found = milestones(tx, tickets.incident(), tickets.world.now)

    assert found.detection == 53 * SECOND
    assert (found.response, found.start_of_work) == (24 * MINUTE, 59 * MINUTE)
    assert (found.active_repair, found.restoration) == (HOUR + 40 * MINUTE, 3 * HOUR)
    assert found.resolution == 2 * HOUR + 59 * MINUTE
    assert (found.confirmed, found.closed) == (at("Mon 11:30"), at("Tue 09:00"))
    assert parts(found) == Parts(MINUTE, 24 * MINUTE, 35 * MINUTE, HOUR + 40 * MINUTE, 20 * MINUTE)
