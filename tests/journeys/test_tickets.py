"""A fault's life in real ticket systems: opened once, answered there, talked about, over, back, and over again."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collector import tickets
from collector.remote.telling import RemoteError
from tests.collector.tickets.telling import telling
from tests.collector.tickets.wire import AFTERWARDS, Fault, wired
from tests.journeys.lab import Lab, lab, needs_namespaces
from tests.journeys.product import Product
from tests.journeys.receiver import wait_for
from tests.tickets import redmine, request_tracker
from tests.tickets.desk import Desk, carried

HOST = "10.77.0.10"
PORT = 8440
WITHIN_S = 120
WANTED = bool(os.environ.get("TICKET_SERVERS"))
"""Set by ``make test-tickets``: then a server that is missing is a failure."""

FAULTS = [fault for fault in Fault if fault is Fault.LOST or fault in AFTERWARDS]
"""After these nobody knows whether the ticket was made."""


def beside(server: Path, name: str) -> pytest.MarkDecorator:
    reason = f"Debian's {name} is not beside the project; make test-tickets installs it"
    return pytest.mark.skipif(not server.exists() and not WANTED, reason=reason)


pytestmark = [needs_namespaces, pytest.mark.xdist_group("journey")]


class Journey:
    """One target, its incident and its ticket, as the product and as alice at her desk see them."""

    def __init__(self, network: Lab, product: Product, desk: Desk) -> None:
        self.network = network
        self.product = product
        self.desk = desk
        self.number = ""

    def state_of(self, target: str) -> str:
        return next((str(row["state"]) for row in self.product.ask("target", "list") if row["name"] == target), "")

    def incident(self) -> dict[str, Any]:
        found: dict[str, Any] = self.product.ask("incident", "show", self.number)
        return found

    def tickets(self) -> set[str]:
        """The tickets that say they are about the incident. What it does to a budget is another one's matter."""
        return {ticket for ticket in self.desk.tickets() if self.number in self.desk.texts(ticket)[0]}

    def wait_for_incident(self, what: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        wait_for(what, lambda: condition(self.incident()), WITHIN_S, self.incident)
        return self.incident()

    def wait_for_status(self, ticket: str, status: str) -> None:
        def seen() -> str:
            return self.desk.status(ticket)

        wait_for(f"the ticket is {status}", lambda: seen() == status, WITHIN_S, seen)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(request_tracker.running, marks=beside(request_tracker.SERVER, "request-tracker5"), id="rt"),
        pytest.param(redmine.running, marks=beside(redmine.HOME, "redmine"), id="redmine"),
    ],
)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lab, Desk]]:
    """A network of our own, and a real ticket system in it."""
    with lab([HOST]) as network, request.param(network, tmp_path_factory.mktemp("desk"), PORT) as desk:
        yield network, desk


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name.lower() for fault in FAULTS])
def test_one_ticket_whatever_befalls_the_request(place: tuple[Lab, Desk], fault: Fault) -> None:
    """The request that makes the ticket goes wrong on its way to the real server, or the answer on its way back."""
    network, desk = place
    before = set(desk.tickets())
    now = time.time_ns() // 1_000_000
    told = replace(telling(), key=f"nineward:n1:{fault.name.lower()}", title="core-1 is down", body="No answer.")
    with wired(lambda *request: carried(network, desk.port, *request)) as wire:
        system = tickets.make("desk", desk.table, lambda: now, lambda source, name: desk.environment[name])
        system.test(told)  # so that the next request is the one that makes the ticket
        wire.faults = [fault]
        with contextlib.suppress(RemoteError):
            system.open(told)
        # A try of unknown outcome so long ago that the system cannot be working on it any more.
        system.open(replace(told, tried=now - system.lag - 1))
        system.close()

    assert len(set(desk.tickets()) - before) == 1
    assert wire.faults == []


def test_a_fault_lives_in_the_ticket_system(place: tuple[Lab, Desk], tmp_path: Path) -> None:
    """Everything that people do there counts here, dated by that system, and there is one ticket all along."""
    with contextlib.ExitStack() as stack:
        network, desk = place
        before = set(desk.tickets())
        product = Product(network, tmp_path, PORT, desk.environment)
        stack.callback(product.close)
        (product.data / "nineward.toml").write_text(f"[tickets.desk]\n{desk.settings}")
        journey = Journey(network, product, desk)
        tree = product.up()
        started = (product.data / "collector.sock").exists
        wait_for("the collector answers", lambda: started() or tree.poll() is not None, WITHIN_S)
        assert "perations" in product.tell("ticket", "test", "desk")
        assert set(desk.tickets()) == before
        product.tell("target", "add", "core-1", HOST, "--priority", "urgent", "--label", "site=hz")
        wait_for("the target is up", lambda: journey.state_of("core-1") == "up", WITHIN_S)

        # It fails: one ticket, which says what is wrong.
        network.cut(HOST)
        wait_for("there is an incident", lambda: bool(outages(product)), WITHIN_S)
        (journey.number,) = outages(product)
        wait_for("there is a ticket", lambda: bool(journey.tickets()), WITHIN_S)
        (ticket,) = journey.tickets()
        assert "core-1" in desk.texts(ticket)[0]

        # Alice takes it: that is the response, at the instant her own system says.
        taken = desk.take(ticket)
        seen = journey.wait_for_incident("the answer is seen", lambda one: one["acknowledged_at"] is not None)
        assert seen["acknowledged_at"] == max(taken, seen["opened_at"])
        assert seen["milestones"]["response"] == seen["acknowledged_at"] - seen["opened_at"]
        assert [each["actor"].lower() for each in seen["events"] if each["kind"] == "ack"] in (
            ["alice (desk)"],
            ["alice li (desk)"],
        )
        desk.begin(ticket)
        journey.wait_for_incident("the work is seen", lambda one: one["state"] == "started")

        # They talk, both ways, each remark once.
        desk.say(ticket, "a cable is loose in rack 4")
        journey.wait_for_incident("the remark is here", lambda one: "rack 4" in str(one["events"]))
        product.tell("incident", "comment", journey.number, "the spare is in room 2")
        wait_for("the remark is there", lambda: "the spare is in room 2" in str(desk.texts(ticket)), WITHIN_S)
        assert str(desk.texts(ticket)).count("rack 4") == 1

        # It recovers: the ticket is resolved.
        network.mend(HOST)
        journey.wait_for_status(ticket, desk.RESOLVED)
        over = journey.wait_for_incident("the incident is over", lambda one: one["state"] == "resolved")
        assert over["milestones"]["response"] == seen["milestones"]["response"]

        # It fails again: the same ticket is opened again, and there is no other.
        network.cut(HOST)
        journey.wait_for_incident("the incident is open again", lambda one: one["state"] == "open")
        wait_for("the ticket is open again", lambda: desk.status(ticket) != desk.RESOLVED, WITHIN_S)
        network.mend(HOST)
        journey.wait_for_status(ticket, desk.RESOLVED)
        end = journey.wait_for_incident("nothing is left to tell", lambda one: not waiting(one))
        assert journey.tickets() == {ticket}
        assert [each["ticket"] for each in end["tickets"]] == [ticket]
        assert str(end["events"]).count("rack 4") == 1
        assert product.stop(tree) == 0


def outages(product: Product) -> list[str]:
    return [row["number"] for row in product.ask("incident", "list") if row["kind"] == "outage"]


def waiting(incident: dict[str, Any]) -> bool:
    return any(errand["state"] not in ("done", "delivered") for errand in incident["errands"])
