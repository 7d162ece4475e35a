"""/tickets: the configured ticket systems, and a harmless round trip with one of them."""

from dataclasses import dataclass

from litestar import Controller, get, post

from collector.access import require
from collector.api.given import House, Principal
from collector.roles import Permission


@dataclass(frozen=True, slots=True)
class SystemView:
    """A configured system: its name and kind. What it is configured with stays in nineward.toml."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class TrialView:
    """Whether the system took the test, and its raw answer or the reason it did not."""

    ok: bool
    answer: str


class TicketsDoor(Controller):
    path = "/tickets"
    tags = ("incidents",)

    @get(sync_to_thread=True)
    def all(self, house: House, principal: Principal) -> list[SystemView]:
        """The ticket systems that hear of incidents."""
        require(principal, Permission.READ)
        return [SystemView(name, str(house.settings.tickets[name]["kind"])) for name in house.errands.systems]

    @post("/{name:str}/test", sync_to_thread=True, status_code=200)
    def test(self, house: House, principal: Principal, name: str) -> TrialView:
        """Tell one system of a made-up incident that says it is a test."""
        require(principal, Permission.ADMINISTER)
        outcome = house.errands.test(name)
        return TrialView(outcome.ok, outcome.answer)


handlers = [TicketsDoor]
