"""/tickets: the configured ticket systems, a harmless round trip with one of them, and what one would be told."""

from dataclasses import dataclass
from typing import Annotated

from litestar import Controller, get, post
from litestar.params import QueryParameter

from collector.access import require
from collector.api.given import House, Principal
from collector.roles import Permission
from collector.store import errands
from collector.web.incidents_kept import seen


@dataclass(frozen=True, slots=True)
class SystemView:
    """A configured system. What it is configured with stays in nineward.toml.

    ``waiting`` and ``parked`` count what it is still to be told, and what it did not take and nobody tries any more.
    ``trouble`` is what keeps its tickets from being read now, or empty.
    """

    name: str
    kind: str
    waiting: int
    parked: int
    trouble: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """Whether the system took the test, its answer or the reason it did not, and all that went to and fro."""

    ok: bool
    answer: str
    exchange: str


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What would be sent: method, address and content, without what signs in."""

    text: str


class TicketsDoor(Controller):
    path = "/tickets"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal) -> list[SystemView]:
        """The ticket systems that hear of incidents."""
        require(principal, Permission.READ)
        with house.state.read() as tx:
            left = errands.left(tx)
        troubles = house.following.troubles
        return [
            SystemView(
                name=name,
                kind=str(table["kind"]),
                waiting=left.get((name, "waiting"), 0) + left.get((name, "claimed"), 0),
                parked=left.get((name, "parked"), 0),
                trouble=troubles.get(name, ""),
            )
            for name, table in house.settings.tickets.items()
        ]

    @post("/{name:str}/test", sync_to_thread=True, status_code=200)
    def test(self, house: House, principal: Principal, name: str) -> TrialView:
        """Tell one system of a made-up incident that says it is a test."""
        require(principal, Permission.ADMINISTER)
        outcome = house.ticket_trials.test(name)
        return TrialView(outcome.ok, outcome.answer, outcome.exchange)

    @get("/{name:str}/preview", sync_to_thread=True)
    def preview(
        self,
        house: House,
        principal: Principal,
        name: str,
        incident: Annotated[str | None, QueryParameter(description="number or id; without it a test")] = None,
        event: Annotated[str, QueryParameter(description="opened, updated, resolved …")] = "opened",
    ) -> PreviewView:
        """What a system would be told, without telling it."""
        require(principal, Permission.ADMINISTER)
        if incident is None:
            return PreviewView(house.ticket_trials.preview(name))
        with house.state.read() as tx:
            return PreviewView(house.ticket_trials.preview_of(tx, name, seen(tx, principal, incident), event))


handlers = [TicketsDoor]
