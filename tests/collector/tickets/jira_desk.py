"""What the tests of all kinds of Jira share: the desk, the adapter, what people did."""

from typing import Any

from collector.tickets import make
from collector.tickets.ticket_system import Deed, Remote, TicketSystem
from tests.collector.rooms import START
from tests.collector.tickets.stand_ins.jira import Jira

SECRET = "a secret"


class Clock:
    """Every look at it is a minute later than the one before."""

    at = START

    def __call__(self) -> int:
        self.at += 60_000
        return self.at


def adapter(desk: type[Jira], **more: Any) -> TicketSystem:
    """The adapter of that desk's kind."""
    return make("desk", {**desk.OPTIONS, **more}, lambda: START, lambda source, name: SECRET)


def read(system: TicketSystem, ticket: str) -> Remote:
    """A ticket that is there."""
    found = system.read(ticket)
    assert found is not None
    return found


def by_people(found: Remote) -> list[tuple[Deed, str, str]]:
    """What people did, who, and the words."""
    return [(moment.deed, moment.by, moment.text) for moment in found.moments if not moment.ours]
