"""Pinger: a few echo requests to one address, over the engine of the running loop."""

from collections.abc import Callable

from agent.icmp.destination import destination
from agent.icmp.engine import join
from agent.icmp.volley import Echoes

__all__ = ["Echoes", "ping"]


async def ping(
    address: str, count: int, spacing_ms: int, size: int, until: float, log: Callable[[str], None] | None = None
) -> Echoes:
    """Send ``count`` requests ``spacing_ms`` apart and collect answers until ``until`` (of the running loop's clock).

    Raises Invalid for what is no address, sockets.Forbidden when the machine allows no ICMP, OSError when it lacks the
    address's family.
    """
    engine = join()
    try:
        return await engine.volleys.fire(destination(address), count, spacing_ms / 1000, size, until, log)
    finally:
        engine.leave()
