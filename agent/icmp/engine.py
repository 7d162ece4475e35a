"""Engine: the channels of one event loop, opened at first use, shared by all who ping there, closed by the last."""

import asyncio

from agent.icmp.channel import Channel
from agent.icmp.pace import Pace


class Engine:
    """One channel per address family and one pace for everything that pings in an event loop."""

    pace: Pace

    def channel(self, family: int) -> Channel:
        """The channel of a family (4 or 6). Raises Forbidden when this machine allows no ICMP."""
        raise NotImplementedError

    def leave(self) -> None:
        """One user fewer; the last one closes the sockets."""
        raise NotImplementedError


def join(loop: asyncio.AbstractEventLoop | None = None) -> Engine:
    """The engine of the running loop, with one user more. Every ``join`` wants its ``leave``."""
    raise NotImplementedError
