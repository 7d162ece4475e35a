"""A ticket system whose tickets the test moves: what people do there, at the system's own dates."""

from collections.abc import Callable, Mapping

from collector.remote.telling import RemoteError, Reply, Telling
from collector.tickets.ticket_system import Call, Deed, Moment, Remote, Standing, TicketSystem
from rules.errors import Unauthenticated


class Shelf(TicketSystem):
    """``history`` False: it tells how a ticket stands, and nothing of how it came to that.

    ``confused``: its answers cannot be understood. ``meanwhile`` happens while it is being read, once.
    """

    def __init__(self, *, history: bool = True) -> None:
        self.tickets: dict[str, list[Moment]] = {}
        self.standings: dict[str, Standing] = {}
        self.keys: dict[str, str] = {}
        self.told: list[Telling] = []
        self.reads: list[str] = []
        self.trouble: list[RemoteError] = []
        self.history = history
        self.confused = False
        self.meanwhile: Callable[[], None] | None = None

    def create(self, telling: Telling) -> Reply:
        ticket = f"T-{len(self.tickets) + 1}"
        self.tickets[ticket] = []
        self.standings[ticket] = Standing.OPEN
        self.keys[telling.key] = ticket
        return self._take(telling, ticket)

    def find(self, telling: Telling) -> Reply | None:
        ticket = self.keys.get(telling.key)
        return None if ticket is None else Reply(ticket)

    def note(self, telling: Telling) -> Reply:
        self._do(telling.ticket, Deed.COMMENT, telling.at, "nineward", telling.title, ours=True)
        return self._take(telling, telling.ticket)

    def resolve(self, telling: Telling) -> Reply:
        self.standings[telling.ticket] = Standing.RESOLVED
        self._do(telling.ticket, Deed.RESOLVE, telling.at, "nineward", "", ours=True)
        return self._take(telling, telling.ticket)

    def reopen(self, telling: Telling) -> Reply:
        self.standings[telling.ticket] = Standing.OPEN
        self._do(telling.ticket, Deed.REOPEN, telling.at, "nineward", "", ours=True)
        return self._take(telling, telling.ticket)

    def test(self, telling: Telling) -> Reply:
        return self._take(telling, "")

    def read(self, ticket: str) -> Remote | None:
        self.reads.append(ticket)
        if self.trouble:
            raise self.trouble.pop(0)
        if ticket not in self.tickets:
            return None
        if self.confused:
            raise KeyError("status")
        moments = tuple(self.tickets[ticket]) if self.history else ()
        found = Remote(ticket, self.standings[ticket], self.standings[ticket].value.title(), moments=moments)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return found

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        if headers.get("x-secret") != "right":
            raise Unauthenticated("The secret is not right.")
        return Call(tickets=(body.decode(),))

    # What people do there

    def does(self, ticket: str, deed: Deed, at: int, text: str = "", *, by: str = "alice", robot: bool = False) -> None:
        """Somebody does something to a ticket at an instant (ms UTC)."""
        after = {
            Deed.ACKNOWLEDGE: Standing.ACKNOWLEDGED, Deed.START: Standing.STARTED, Deed.PAUSE: Standing.PAUSED,
            Deed.RESUME: Standing.STARTED, Deed.RESOLVE: Standing.RESOLVED, Deed.CLOSE: Standing.CLOSED,
            Deed.REOPEN: Standing.OPEN,
        }  # fmt: skip
        self.standings[ticket] = after.get(deed, self.standings[ticket])
        self._do(ticket, deed, at, by, text, robot=robot)

    def _do(
        self, ticket: str, deed: Deed, at: int, by: str, text: str, *, ours: bool = False, robot: bool = False
    ) -> None:
        found = self.tickets[ticket]
        found.append(Moment(f"{ticket}.{len(found)}", deed, at, by, text, ours, robot))

    def _take(self, telling: Telling, ticket: str) -> Reply:
        self.told.append(telling)
        return Reply(ticket, f"https://shelf.example/{ticket}", self.standings.get(ticket, Standing.OPEN).value)

    def events(self) -> list[str]:
        return [telling.event for telling in self.told]
