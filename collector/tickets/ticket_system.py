"""What every ticket system promises: to be told of an incident, to be asked about its ticket, to call us."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from collector.remote.telling import RemoteError, Reply, Telling

MINUTE = 60_000


class Standing(StrEnum):
    """Where a ticket stands, whatever its system calls that."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    STARTED = "started"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Deed(StrEnum):
    """What somebody did to a ticket in its system."""

    ACKNOWLEDGE = "ack"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMMENT = "comment"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"
    ASSIGN = "assign"
    PRIORITY = "priority"
    SATISFACTION = "satisfaction"


_OVER = (Standing.RESOLVED, Standing.CLOSED)
_TOWARDS = {
    Standing.ACKNOWLEDGED: Deed.ACKNOWLEDGE,
    Standing.STARTED: Deed.START,
    Standing.PAUSED: Deed.PAUSE,
}


def deeds(before: Standing, after: Standing) -> tuple[Deed, ...]:
    """What somebody did who moved a ticket from one standing to another, in order."""
    if before is after:
        return ()
    done = []
    if before in _OVER and after not in _OVER:
        done.append(Deed.REOPEN)
    elif before is Standing.PAUSED and after not in _OVER:
        done.append(Deed.RESUME)
    if after in _TOWARDS:
        done.append(_TOWARDS[after])
    elif after in _OVER and before not in _OVER:
        done.append(Deed.RESOLVE)
    if after is Standing.CLOSED:
        done.append(Deed.CLOSE)
    return tuple(done)


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing done to a ticket there. ``id`` is the same at every reading and differs from that of all others.

    ``at`` is the system's own date (ms UTC), None where it tells none: then the reading's instant is taken. ``by`` is
    a name for people. ``text`` is the comment, or the new assignee, priority, or score (1 to 5). ``ours``: we did it.
    ``robot``: the system did it by itself, nobody did.
    """

    id: str
    deed: Deed
    at: int | None
    by: str = ""
    text: str = ""
    ours: bool = False
    robot: bool = False


@dataclass(frozen=True, slots=True)
class Remote:
    """A ticket as its system shows it: ``standing``, and ``words``, the system's own name of its state.

    ``moments`` is what the system tells of the ticket's history, by time. Where it keeps none, a change of
    ``standing`` between two readings is all there is, and whoever follows the ticket dates it by the reading.
    """

    ticket: str
    standing: Standing
    words: str = ""
    url: str = ""
    assignee: str = ""
    priority: str = ""
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """What a system's webhook told: which tickets changed, and moments it vouches for, by ticket.

    A ticket may be named by our correlation key where the system does not tell its own id.
    """

    tickets: tuple[str, ...] = ()
    moments: tuple[tuple[str, Moment], ...] = ()


class TicketSystem(ABC):
    """Knows an incident and its own system; neither the store nor the clock of retries.

    A subclass stands in the file named like its kind and is called ``System``; it has ``Options``, a frozen dataclass
    read by ``rules.settings``; it is made from them and a function that tells the instant in ms UTC. Used by one
    thread at a time. Each method takes about ten seconds at most, and raises RemoteError.
    """

    LAG: int = MINUTE // 2
    """For so long (ms) after a try of unknown outcome the system may have made a ticket that a look-up does not show:
    its search lags, or it still works on the request. Nothing is created a second time before."""

    READABLE: bool = True
    """Whether a ticket can be read back."""

    LOOKS_UP: bool = True
    """Whether a ticket can be found by our key."""

    _now: Callable[[], int]

    def open(self, telling: Telling) -> Reply:
        """A new incident gets its ticket, and only one: after a try of unknown outcome one looks before one creates."""
        if telling.tried is not None and self.LOOKS_UP:
            try:
                found = self.find(telling)
            except RemoteError as trouble:
                # Looking makes nothing, so this try leaves nothing new to be looked for.
                trouble.uncertain = False
                raise
            if found is not None:
                return found
            left = telling.tried + self.lag - self._now()
            if left > 0:
                raise RemoteError(
                    "Whether the ticket was made is not known, and none is found yet; looking again.",
                    retry_after=min(left, self.lag / 4) / 1000,
                )
        return self.create(telling)

    @property
    def lag(self) -> int:
        """``LAG``, or what the options say instead."""
        return self.LAG

    @abstractmethod
    def create(self, telling: Telling) -> Reply:
        """Make the ticket. The answer is parsed before it is believed."""

    def find(self, telling: Telling) -> Reply | None:
        """The ticket with this correlation key, also one that is closed; None where there is none to be found."""
        raise NotImplementedError

    @abstractmethod
    def note(self, telling: Telling) -> Reply:
        """Something happened to an incident that stays as it is: a comment.

        What is written ends with ``telling.reference``; where ``telling.tried`` says that it may stand there already,
        one looks first.
        """

    @abstractmethod
    def resolve(self, telling: Telling) -> Reply:
        """The incident's fault is over. A ticket that is resolved or closed already stays as it is."""

    @abstractmethod
    def reopen(self, telling: Telling) -> Reply:
        """The fault came back while its ticket is still known. Where the system cannot reopen: RemoteError, permanent.

        A ticket that is open stays as it is.
        """

    @abstractmethod
    def test(self, telling: Telling) -> Reply:
        """One harmless round trip that opens no ticket, or one that says it is a test; ``raw`` shows the answer."""

    def preview(self, telling: Telling) -> str:
        """What would be sent for this telling, for a person: method, address and body, secrets left out."""
        raise NotImplementedError

    def read(self, ticket: str) -> Remote | None:
        """The ticket as it is there now; None when it does not exist any more."""
        raise NotImplementedError

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        """What a call of the system's webhook means; header names are in lower case.

        Raises rules.errors.Unauthenticated when its signature (or secret) is not right, Invalid when it cannot be read.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give back connections."""
        return


class Messenger(TicketSystem):
    """A system to which everything is told in one way: as a message, whatever happened. At least once, same id."""

    READABLE = False
    LOOKS_UP = False

    @abstractmethod
    def send(self, telling: Telling) -> Reply:
        """Hand over one message."""

    def note(self, telling: Telling) -> Reply:
        return self.send(telling)

    create = resolve = reopen = test = note


def tell(system: TicketSystem, telling: Telling) -> Reply:
    """Tell a system by the method that the event calls for."""
    match telling.event:
        case "opened":
            return system.open(telling)
        case "resolved":
            return system.resolve(telling)
        case "reopened":
            return system.reopen(telling)
        case "test":
            return system.test(telling)
    return system.note(telling)
