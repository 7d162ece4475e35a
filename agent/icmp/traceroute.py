"""The way to a target, for diagnosis: echo requests that are allowed one hop more each, and who said so.

By the error queue of the socket, so that it needs no more permission than a ping does. Answers are icmplib's ``Hop``.
Routers tell only so many of these errors a second (RFC 1812 §4.3.2.8): a hop that is silent here may well pass traffic.
"""

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from icmplib import Hop

from agent.icmp.destination import Destination
from agent.icmp.error_queue import read_errors
from agent.icmp.packet import REPLY, USUAL, Refusal, Template, echo, without_ip_header
from agent.icmp.sockets import Opened, open_socket

SPACING_S = 0.02
"""Between two requests."""
_HOP_LIMIT = {4: (socket.IPPROTO_IP, socket.IP_TTL), 6: (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS)}
_PASSED_ON = {4: 11, 6: 3}
"""Time exceeded: the ICMP error of a router that may not pass the request on (RFC 792, RFC 4443 §3.3)."""


@dataclass(frozen=True, slots=True)
class Way:
    """What is known of the way to a target."""

    hops: tuple[Hop, ...]
    """Who answered, by distance; several at one distance where the way divides. Silent distances have none."""
    length: int
    """The distance of the last that was asked for."""
    reached: bool
    trouble: str = ""
    """Why a router ended the way, in words; empty when none did."""


class _Asking:
    """The requests of one trace. Their number is sequence and serial number in one."""

    def __init__(self, opened: Opened, target: Destination, count: int) -> None:
        self.opened = opened
        self.count = count
        self.end: int | None = None
        """The distance at which the target answered, or a router refused for good."""
        self.reached = False
        self.trouble = ""
        self.answers: dict[tuple[int, str], list[float]] = {}
        self.asked: dict[int, int] = {}
        self._target = target
        self._nonce = os.urandom(8)
        self._template = Template(
            opened.family, opened.identifier, self._nonce, USUAL, opened.raw and opened.family == 4
        )
        self._sent_s: list[float | None] = []

    def send(self, distance: int) -> None:
        """One more request, which may go that far. Raises OSError."""
        self.opened.sock.setsockopt(*_HOP_LIMIT[self.opened.family], distance)
        number = len(self._sent_s)
        (message,) = self._template.requests(number, number, 1)
        self._sent_s.append(time.monotonic())
        self.asked[distance] = self.asked.get(distance, 0) + 1
        try:
            self.opened.sock.sendto(message, self._target.sockaddr)
        except OSError:
            # The kernel may hand us the error of an earlier request here, which the queue tells better.
            self.read()
            self.opened.sock.sendto(message, self._target.sockaddr)

    def read(self) -> None:
        """Take in what has come."""
        now, family = time.monotonic(), self.opened.family
        for back in read_errors(self.opened.sock, family):
            if back.identifier == self.opened.identifier and isinstance(back.why, Refusal):
                distance = self._answered(back.sequence, back.why.router, now)
                if distance and back.why.kind != _PASSED_ON[family]:
                    self._ends(distance)
                    self.trouble = str(back.why)
        self.opened.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        while True:
            try:
                packet, source = self.opened.sock.recvfrom(2048)
            except OSError:
                return
            answer = echo(without_ip_header(packet) if self.opened.raw and family == 4 else packet)
            if answer is None or answer.kind != REPLY[family] or answer.nonce != self._nonce:
                continue
            distance = self._answered(answer.serial, str(source[0]), now)
            if distance:
                self._ends(distance)
                self.reached = True

    def _answered(self, number: int, address: str, now: float) -> int:
        """Note an answer; the distance its request was allowed, 0 when there is no such request any more."""
        sent_s = self._sent_s[number] if number < len(self._sent_s) else None
        if sent_s is None:
            return 0
        self._sent_s[number] = None
        distance = number // self.count + 1
        self.answers.setdefault((distance, address), []).append((now - sent_s) * 1000)
        return distance

    def _ends(self, distance: int) -> None:
        self.end = distance if self.end is None else min(self.end, distance)


async def traceroute(target: Destination, hops: int = 30, count: int = 3, timeout_s: float = 1.0) -> Way:
    """Ask for every hop ``count`` times, until the target answers or ``hops`` are asked; the last waits ``timeout_s``.

    Raises sockets.Forbidden when this machine allows no ICMP, OSError when it has no route to the target at all.
    """
    loop = asyncio.get_running_loop()
    opened = open_socket(target.family)
    asking = _Asking(opened, target, count)
    loop.add_reader(opened.sock, asking.read)
    try:
        length = 0
        while length < hops and asking.end is None:
            length += 1
            for _ in range(count):
                asking.send(length)
                await asyncio.sleep(SPACING_S)
        until = loop.time() + timeout_s
        while loop.time() < until and not _settled(asking):
            await asyncio.sleep(SPACING_S)
    finally:
        loop.remove_reader(opened.sock)
        opened.sock.close()
    return Way(_hops(asking), min(length, asking.end or length), asking.reached, asking.trouble)


def _settled(asking: _Asking) -> bool:
    """Whether every request up to the end of the way is answered."""
    if asking.end is None:
        return False
    answered = sum(len(rtts) for (distance, _), rtts in asking.answers.items() if distance <= asking.end)
    return answered == asking.count * asking.end


def _hops(asking: _Asking) -> tuple[Hop, ...]:
    known: Sequence[tuple[tuple[int, str], list[float]]] = sorted(asking.answers.items())
    return tuple(
        Hop(address, asking.asked[distance], rtts, distance)
        for (distance, address), rtts in known
        if asking.end is None or distance <= asking.end
    )
