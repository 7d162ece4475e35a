"""Owner: who asked, and is told what became of its requests."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from agent.icmp.packet import Refusal


class Stray(StrEnum):
    """An answer that does not count, and why."""

    LATE = "late"
    DUPLICATE = "duplicate"
    CORRUPTED = "corrupted"
    FOREIGN = "from another address"


class Owner(Protocol):
    """Who is told what became of its requests. Called in the event loop; ``key`` is the caller's own number.

    Each request ends with exactly one of answered, refused, expired, unable. What a callback raises is logged.
    """

    def answered(self, keys: Sequence[int], rtts_ns: Sequence[int]) -> None:
        """Answers that came in time: the one to request ``keys[n]`` came ``rtts_ns[n]`` nanoseconds after it left.

        Those that were read together are told together, at least one at a time.
        """

    def refused(self, key: int, refusal: Refusal) -> None:
        """An ICMP error about the request came."""

    def expired(self, key: int) -> None:
        """Nothing came in time."""

    def unable(self, key: int, trouble: OSError) -> None:
        """The kernel did not take the request, or may have dropped the answer (ENOBUFS).

        ``agent.trouble.judge`` says whose trouble that is: also a missing route to this target alone is told here.
        """

    def stray(self, key: int, why: Stray, rtt_ns: int, source: str) -> None:
        """An answer to the request came that does not count, besides the one that may (or before or after it)."""
