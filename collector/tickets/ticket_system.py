"""What every ticket system promises, and the words in which an incident is told to it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.errors import NinewardError


class TicketError(NinewardError):
    """A system did not take what it was told.

    ``permanent``: trying the same again will not help, a person must look. ``retry_after``: the system asked to be
    left alone for so many seconds.
    """

    status = 502

    def __init__(self, message: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell about an incident.

    ``id`` is the errand's: the same at every try, so that a receiver can know a repeat. ``key`` is the incident's
    correlation key (``nineward:<installation>:<incident>``), the same for all that is told about it. ``sequence``
    counts what this system is told about this incident, from 1. ``event`` is opened, updated, acknowledged, resolved,
    reopened or closed; ``at`` when that happened (ms UTC). ``facts`` are JSON-ready: incident, target, check, agents,
    text. ``ticket`` is the system's own id of the ticket, empty where it never told one.
    """

    id: str
    key: str
    sequence: int
    event: str
    at: int
    facts: Mapping[str, Any]
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a system said: its ticket's id, address and state where it told them, and its raw answer for a person."""

    ticket: str = ""
    url: str = ""
    state: str = ""
    raw: str = ""


class TicketSystem(ABC):
    """Knows an incident and its own system; neither the store nor the clock of retries.

    A subclass stands in the file named like its kind and is called ``System``; it has ``Options``, a frozen dataclass
    read by ``rules.settings``; it is made from them and a function that tells the instant in ms UTC. Used by one thread
    at a time. Each method tells one thing once, within about ten
    seconds, and raises :class:`TicketError`.
    """

    @abstractmethod
    def open(self, telling: Telling) -> Reply:
        """A new incident. Where the system can be asked, look for the ticket with this key before making one."""

    @abstractmethod
    def note(self, telling: Telling) -> Reply:
        """Something happened to an incident that stays as it is."""

    @abstractmethod
    def resolve(self, telling: Telling) -> Reply:
        """The incident's fault is over."""

    @abstractmethod
    def reopen(self, telling: Telling) -> Reply:
        """The fault came back while its ticket is still known."""

    @abstractmethod
    def test(self, telling: Telling) -> Reply:
        """One harmless round trip that opens no ticket, or one that says it is a test."""

    def close(self) -> None:
        """Give back connections."""
        return


class Messenger(TicketSystem):
    """A system to which everything is told in one way: as a message, whatever happened."""

    @abstractmethod
    def send(self, telling: Telling) -> Reply:
        """Hand over one message."""

    def note(self, telling: Telling) -> Reply:
        return self.send(telling)

    open = resolve = reopen = test = note


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
