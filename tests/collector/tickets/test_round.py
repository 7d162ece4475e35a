"""The whole round with real rooms: told, answered by people there, ended, returned. By the stand-ins of the kinds."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from collector.following import Following
from collector.requests import request as request_of
from collector.store import incidents
from collector.tickets import make
from collector.tickets.ticket_system import Standing, TicketSystem
from rules.incident import Phase, Waiting
from tests.collector.tickets.lives import stand_in
from tests.collector.tickets.stand_ins import glpi, itop, jira, pagerduty, servicenow, zammad
from tests.collector.tickets.wire import wired
from tests.collector.watch import URGENT, World
from tests.collector.watch import world as open_world

MINUTE = 60_000


def _of_record(server: Any, ticket: str) -> None:
    server.change(ticket, servicenow.ALICE, state="2", work_notes="a new fan is ordered")


def _of_alert(server: Any, ticket: str) -> None:
    record = {"sys_id": "a1", "number": "INC1", "state": "1", "priority": "1", "correlation_id": ""}
    server.records.append(record)
    server.alerts[0]["incident"] = "a1"
    _of_record(server, "a1")


def _of_issue(server: Any, ticket: str) -> None:
    server.move(ticket, jira.ALICE, "2")
    server.write(ticket, jira.ALICE, "a new fan is ordered")


def _of_request(server: Any, ticket: str) -> None:
    server.assign(ticket, jira.ALICE, jira.ALICE)
    server.write(ticket, jira.ALICE, "a new fan is ordered")


def _of_page(server: Any, ticket: str) -> None:
    server.act(server.newest(ticket), pagerduty.ALICE, "acknowledge")
    server.write(server.newest(ticket), pagerduty.ALICE, "a new fan is ordered")


def _of_queue(server: Any, ticket: str) -> None:
    server.change(ticket, "alice", Owner=29, Comment="a new fan is ordered")


def _of_project(server: Any, ticket: str) -> None:
    server.change(ticket, "alice", assigned_to_id=5, notes="a new fan is ordered")


def _of_zammad(server: Any, ticket: str) -> None:
    server.change(int(ticket), zammad.ALICE, {"owner": "alice"})
    server.write(int(ticket), zammad.ALICE, {"body": "a new fan is ordered", "internal": True})


def _of_glpi(server: Any, ticket: str) -> None:
    server.assign(int(ticket), glpi.ALICE)
    server.write("ITILFollowup", int(ticket), glpi.ALICE, "<p>a new fan is ordered</p>")


def _of_itop(server: Any, ticket: str) -> None:
    server.set(int(ticket), itop.ALICE, agent_id=itop.ALICE)
    server.stimulate(int(ticket), itop.ALICE, "ev_assign")
    server.set(int(ticket), itop.ALICE, public_log={"message": "a new fan is ordered"})


TAKEN: dict[str, Callable[[Any, str], None]] = {
    "servicenow": _of_record,
    "servicenow_events": _of_alert,
    "jira_cloud": _of_issue,
    "jira_data_center": _of_issue,
    "jira_service_management": _of_request,
    "pagerduty": _of_page,
    "request_tracker": _of_queue,
    "redmine": _of_project,
    "zammad": _of_zammad,
    "glpi": _of_glpi,
    "itop": _of_itop,
}
"""How somebody called Alice takes a ticket and says so."""


def _record_held(server: Any, ticket: str) -> None:
    server.change(ticket, servicenow.ALICE, hold_reason="1", state="3")


def _issue_held(server: Any, ticket: str) -> None:
    server.move(ticket, jira.ALICE, "3")


def _ticket_held(server: Any, ticket: str) -> None:
    server.change(ticket, "alice", status="stalled")


def _feedback_asked(server: Any, ticket: str) -> None:
    server.change(ticket, "alice", status_id=4)


def _zammad_held(server: Any, ticket: str) -> None:
    server.change(int(ticket), zammad.ALICE, {"state": "pending reminder"})


def _glpi_held(server: Any, ticket: str) -> None:
    server.change(int(ticket), glpi.ALICE, 4)


def _itop_held(server: Any, ticket: str) -> None:
    server.stimulate(int(ticket), itop.ALICE, "ev_assign")
    server.stimulate(int(ticket), itop.ALICE, "ev_pending")


HELD: dict[str, Callable[[Any, str], None]] = {
    "servicenow": _record_held,
    "jira_cloud": _issue_held,
    "jira_data_center": _issue_held,
    "jira_service_management": _issue_held,
    "request_tracker": _ticket_held,
    "redmine": _feedback_asked,
    "zammad": _zammad_held,
    "glpi": _glpi_held,
    "itop": _itop_held,
}
"""How Alice lets a ticket wait for the customer, where there is such a thing."""


@dataclass
class Round:
    """A fault that was told, and who follows its ticket."""

    world: World
    server: Any
    system: TicketSystem
    following: Following

    @property
    def ticket(self) -> str:
        """The id in the ledger."""
        with self.world.rooms.state.read() as tx:
            (found,) = incidents.tickets(tx, self.world.all()[0].id)
        return found.ticket

    def tell(self) -> None:
        """The errands go out."""
        while self.world.errands.step("desk", self.system, self.world.now):
            self.world.fold()

    def read(self) -> None:
        """A poll later the ticket is read."""
        self.world.rooms.clock.at += MINUTE
        while self.following.step("desk", self.system, self.world.now):
            self.world.fold()
        self.world.fold()

    def said(self, verb: str) -> list[tuple[str, str]]:
        """Who did that, and the words."""
        with self.world.rooms.state.read() as tx:
            found = incidents.events(tx, self.world.all()[0].id)
        return [(one.actor, one.text) for one in found if one.verb == verb]


@contextmanager
def begun(kind: str, folder: Path) -> Iterator[Round]:
    """A fault is told to a system of that kind."""
    with open_world(folder) as world:
        server = stand_in(kind)(lambda: world.now)
        with wired(server.handle):
            table = {"timeout": "1s", **server.OPTIONS}
            system = make("desk", table, lambda: world.now, lambda source, name: "a secret")
            world.desk = system  # type: ignore[assignment]
            world.join("a1")
            world.add("core-1", **URGENT)
            world.run(20)
            world.fail("core-1")
            world.run(10)
            rooms = world.rooms
            following = Following(rooms.state, rooms.intake, rooms.fold, rooms.clock, rooms.settings)
            found = Round(world, server, system, following)
            found.tell()
            yield found
            system.close()


@pytest.fixture(params=sorted(TAKEN))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def desk(kind: str, tmp_path: Path) -> Iterator[Round]:
    with begun(kind, tmp_path) as made:
        yield made


def test_who_takes_the_ticket_there_has_answered_the_incident_here_at_that_instant(kind: str, desk: Round) -> None:
    desk.read()
    desk.world.rooms.clock.at += 7 * 1_000
    at = desk.world.now // 1_000 * 1_000
    TAKEN[kind](desk.server, desk.ticket)
    desk.read()

    incident = desk.world.one()
    assert incident.phase in (Phase.ACKNOWLEDGED, Phase.STARTED)
    assert incident.answered is not None
    assert incident.answered // 1_000 * 1_000 == at
    ((who, text),) = desk.said("comment")
    assert (who.lower().startswith("alice"), text) == (True, "a new fan is ordered")


@pytest.mark.parametrize("kind", sorted(HELD))
def test_a_ticket_that_waits_for_the_customer_there_stops_the_clock_here(kind: str, desk: Round) -> None:
    HELD[kind](desk.server, desk.ticket)
    desk.read()
    with desk.world.rooms.state.read() as tx:
        measured = request_of(tx, desk.world.all()[0], None, desk.world.now)

    assert desk.world.one().phase is Phase.PAUSED
    assert [reason for _, reason in measured.pauses] == [Waiting.CUSTOMER]


def test_what_we_say_there_does_not_come_back(desk: Round) -> None:
    desk.world.mend("core-1")
    desk.world.run(30)
    desk.tell()
    desk.read()
    desk.read()

    assert desk.server.standing(desk.ticket) in (Standing.RESOLVED, Standing.CLOSED)
    assert (desk.world.one().phase, desk.world.one().self_recovered) == (Phase.RESOLVED, True)
    assert desk.said("comment") == []


def test_a_fault_that_returns_opens_its_ticket_again(desk: Round) -> None:
    desk.world.mend("core-1")
    desk.world.run(30)
    desk.tell()
    desk.world.fail("core-1")
    desk.world.run(10)
    desk.tell()
    desk.read()

    assert desk.server.standing(desk.ticket) not in (Standing.RESOLVED, Standing.CLOSED)
    assert (desk.world.one().phase, desk.world.one().answered) == (Phase.OPEN, None)
