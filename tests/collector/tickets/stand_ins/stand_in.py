"""What every stand-in shows to the tests of all adapters."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar

from collector.tickets.ticket_system import Standing

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


class Server(ABC):
    """A ticket system that answers requests in this process; ``now`` tells the instant (ms UTC) it believes in."""

    OPTIONS: ClassVar[dict[str, Any]]
    """The table ``[tickets.desk]`` with which the adapter finds it; any secret is ``{"env": "S"}``."""

    LAG: ClassVar[int] = 0
    """For so long (ms) its search does not show what was just made."""

    CREDULOUS: ClassVar[bool] = False
    """Whether the adapter takes any 2xx for a success, because nothing is agreed on what it says."""

    NOTES_ONCE: ClassVar[bool] = True
    """Whether what was written is written once whatever happens; otherwise it is at least once."""

    NOTES: ClassVar[bool] = True
    """Whether comments can be written there at all."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now

    @abstractmethod
    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        """Carry out one request. ``headers`` by lower-case names, ``host`` among them."""

    @abstractmethod
    def made(self, key: str) -> list[str]:
        """Every ticket that was ever made for a correlation key, whatever a search shows."""

    @abstractmethod
    def standing(self, ticket: str) -> Standing:
        """Where a ticket stands."""

    @abstractmethod
    def notes(self, ticket: str) -> list[str]:
        """What was written to a ticket after it was made."""
