"""Pinger: a few echo requests to one target over the shared channel."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Echoes:
    """What became of the requests of one look."""

    sent: int
    rtts_us: tuple[int, ...]
    """Round trips in the order the requests were sent."""
    troubles: tuple[str, ...]
    """Why requests had no answer, where somebody said so (a router, the kernel about this target)."""
    own_troubles: tuple[str, ...]
    """What kept this machine from sending."""


async def ping(
    address: str, count: int, spacing_ms: int, size: int, until: float, log: Callable[[str], None]
) -> Echoes:
    """Send ``count`` requests ``spacing_ms`` apart and collect answers until ``until`` (of the running loop's clock).

    Raises sockets.Forbidden when the machine allows no ICMP.
    """
    raise NotImplementedError
