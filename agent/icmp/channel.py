"""Channel: all echo requests of this process in one address family, over one socket.

Requests go out in bursts of at most ``BURST``, and what has come in is read between two bursts: a receive buffer that
runs over while we send would make dead hosts of living ones. Round trips are taken from the kernel's receive stamps,
so a loop that is busy makes no target slow.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.icmp.destination import Destination
from agent.icmp.packet import Refusal

BURST = 64
"""The most requests between two readings of the socket."""


@dataclass(slots=True)
class Counts:
    """What went out and came in since the channel opened."""

    sent: int = 0
    received: int = 0
    """Answers that were in time."""
    late: int = 0
    """Answers after their time was over."""
    duplicate: int = 0
    """Further answers to one request."""
    corrupted: int = 0
    """Answers whose payload was not what was sent."""
    foreign: int = 0
    """Answers to nothing that was asked here, or from an address that was not asked."""
    refused: int = 0
    """Requests that a router or the target itself refused by an ICMP error."""
    overflow: int = 0
    """Packets the kernel dropped because the receive buffer was full (SO_RXQ_OVFL)."""
    steps: int = 0
    """Steps of the wall clock that were noticed and taken out of the round trips."""


class Owner(Protocol):
    """Who is told what became of its requests. Called in the event loop; ``key`` is the caller's own number.

    Each request ends with exactly one of answered, refused, expired, unsent. None of them may raise.
    """

    def answered(self, key: int, rtt_ns: int) -> None:
        """The answer came in time, ``rtt_ns`` nanoseconds after the request left."""

    def refused(self, key: int, refusal: Refusal) -> None:
        """An ICMP error about the request came."""

    def expired(self, key: int) -> None:
        """Nothing came in time."""

    def unsent(self, key: int, trouble: OSError) -> None:
        """The kernel did not take the request; ``agent.trouble.judge`` says whose trouble that is."""

    def doubted(self, key: int, remark: str) -> None:
        """An answer came that does not count: corrupted, or from another address. The request goes on waiting."""


class Channel:
    """Sends echo requests of one family, matches what comes back, tells each owner."""

    counts: Counts
    raw: bool
    """Whether this is a raw socket, because the kernel's ping socket is not allowed here."""

    def __init__(self, loop: asyncio.AbstractEventLoop, family: int) -> None:
        """``family`` is 4 or 6. Raises Unavailable (agent.icmp.sockets.Forbidden) when the machine allows no ICMP."""
        raise NotImplementedError

    def send_many(
        self, targets: Sequence[Destination], keys: Sequence[int], owner: Owner, timeout_s: float, size: int = 56
    ) -> int:
        """Send one request to each of the targets (at most BURST of them) and read what has come in meanwhile.

        ``keys[n]`` goes with ``targets[n]`` (a range will do); ``size`` is the payload's bytes (16 to 65,000). Answers
        with how many were taken, from the front: fewer than given when the machine's own queue is full or
        all sequence numbers are out; the caller comes again with the rest a little later. Callbacks may come before
        this returns.
        """
        raise NotImplementedError

    def drain(self) -> None:
        """Read all that has come in, now."""
        raise NotImplementedError

    def abandon(self, owner: Owner) -> None:
        """Tell this owner nothing more; its requests stay out until their time is over."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the socket. Requests that are out are told to nobody."""
        raise NotImplementedError
