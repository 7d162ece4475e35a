"""Engine: the channels of one event loop, opened at first use, shared by all who ping there, closed by the last."""

import asyncio

from agent.icmp.channel import BURST, Channel
from agent.icmp.pace import Pace
from agent.icmp.volley import Volleys

RATE = 10_000.0
"""Packets a second an agent sends at most, whatever its plan holds: a hundredth of what a gigabit line carries."""


class Engine:
    """One channel per address family and one pace for everything that pings in an event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.pace = Pace(RATE, 4 * BURST, loop.time())
        self.users = 0
        self.volleys = Volleys(loop, self.pace, self.channel)
        self._channels: dict[int, Channel] = {}

    def channel(self, family: int) -> Channel:
        """The channel of a family (4 or 6).

        Raises sockets.Forbidden when this machine allows no ICMP, OSError when it has no such family.
        """
        found = self._channels.get(family)
        if found is None:
            found = self._channels[family] = Channel(self.loop, family)
        return found

    def leave(self) -> None:
        """One user fewer; the last one closes the sockets."""
        self.users -= 1
        if not self.users:
            _engines.pop(self.loop, None)
            self.volleys.close()
            for channel in self._channels.values():
                channel.close()
            self._channels = {}


_engines: dict[asyncio.AbstractEventLoop, Engine] = {}


def join(loop: asyncio.AbstractEventLoop | None = None) -> Engine:
    """The engine of that loop (the running one), with one user more. Every ``join`` wants its ``leave``."""
    loop = loop or asyncio.get_running_loop()
    engine = _engines.get(loop)
    if engine is None:
        engine = _engines[loop] = Engine(loop)
    engine.users += 1
    return engine
