"""ICMP echo: is the target's address answering, how fast, how much is lost.

Requests leave at fixed moments whether or not the one before was answered, so a dead target costs one timeout, not
three. A late answer counts as lost. Where this machine may send no ICMP the look is an ``error``, never a failure.
"""

import asyncio
import os
import socket
import statistics
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from struct import unpack_from
from typing import TYPE_CHECKING

from agent.names import Unresolved, resolve, version
from agent.probes.probe import Log, Probe, Subject, option, silent
from agent.trouble import judge
from rules.result import Outcome, Reading
from rules.threshold import Threshold

if TYPE_CHECKING:
    from icmplib import ICMPv4Socket, ICMPv6Socket


@dataclass(frozen=True, slots=True)
class Options:
    count: int = option(3, "requests per look", low=1, high=20)
    spacing_ms: int = option(200, "time between two requests, in milliseconds", low=2, high=5000)
    size: int = option(56, "payload bytes", low=16, high=1472)
    family: str = option("any", "which addresses of a name to ask", choices=("any", "ipv4", "ipv6"))


@dataclass(frozen=True, slots=True)
class Echo:
    """An echo reply (``trouble`` is None), or an ICMP error about a request of ours, told by a router."""

    identifier: int
    sequence: int
    payload: bytes = b""
    trouble: str | None = None


_ERRORS = {
    4: {3: "destination unreachable", 11: "time to live exceeded", 12: "parameter problem"},
    6: {1: "destination unreachable", 2: "packet too big", 3: "hop limit exceeded", 4: "parameter problem"},
}
_UNREACHABLE = {
    4: {0: "network", 1: "host", 2: "protocol", 3: "port", 4: "fragmentation needed"}
    | dict.fromkeys((9, 10, 13), "prohibited"),
    6: {0: "no route", 1: "prohibited", 3: "address", 4: "port", 5: "source policy", 6: "route rejected"},
}
_REPLY = {4: 0, 6: 129}
_REQUEST = {4: 8, 6: 128}


def parse(packet: bytes, family: int, raw: bool) -> Echo | None:
    """What a received packet says, or None when it is not about an echo request.

    ``family`` is 4 or 6. A raw IPv4 socket delivers the IP header first, and everybody's ICMP: one's own requests on
    loopback too. An ICMP error carries the IP header and first 8 bytes of the packet it is about (RFC 792, RFC 4443).
    """
    if raw and family == 4:
        if not packet:
            return None
        packet = packet[(packet[0] & 0x0F) * 4 :]
    if len(packet) < 8:
        return None
    kind, code = packet[0], packet[1]
    if kind == _REPLY[family]:
        identifier, sequence = unpack_from("!HH", packet, 4)
        return Echo(identifier, sequence, payload=packet[8:])
    if kind not in _ERRORS[family]:
        return None
    inner = packet[8:]
    if not inner:
        return None
    inner = inner[(inner[0] & 0x0F) * 4 :] if family == 4 else inner[40:]
    if len(inner) < 8 or inner[0] != _REQUEST[family]:
        return None
    text = _ERRORS[family][kind]
    if kind == (3 if family == 4 else 1):
        text += f": {_UNREACHABLE[family].get(code, f'code {code}')}"
    identifier, sequence = unpack_from("!HH", inner, 4)
    return Echo(identifier, sequence, trouble=text)


def reading(sent: int, rtts_us: Sequence[int], troubles: Sequence[str]) -> Reading:
    """The Reading of one look: up with at least one answer. Round trip times in whole microseconds."""
    values: dict[str, float] = {"loss_ratio": round(1 - len(rtts_us) / sent, 4)}
    if not rtts_us:
        reason = troubles[0] if troubles else "no answer"
        return Reading(Outcome.FAILED, values, f"{reason} to {sent} requests")
    ordered = sorted(rtts_us)
    values |= {
        "rtt_us": round(statistics.median(ordered)),
        "rtt_min_us": ordered[0],
        "rtt_max_us": ordered[-1],
    }
    steps = [abs(after - before) for before, after in pairwise(rtts_us)]
    if steps:
        values["jitter_us"] = round(statistics.fmean(steps))
    return Reading(Outcome.OK, values)


_WINDOW = 20
"""Requests over which loss is told: of three one can only say none, a third, two thirds or all."""


class Window:
    """Loss over the last looks that had an answer. Looks without any are an outage, and told as that."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, float]] = deque()

    def add(self, sent: int, loss: float) -> float | None:
        """The loss over the fewest looks that make 20 requests, this one included; None before there are so many."""
        self._looks.append((sent, loss * sent))
        while sum(count for count, _ in self._looks) - self._looks[0][0] >= _WINDOW:
            self._looks.popleft()
        total = sum(count for count, _ in self._looks)
        return round(sum(lost for _, lost in self._looks) / total, 4) if total >= _WINDOW else None


def open_socket(family: int) -> "tuple[ICMPv4Socket | ICMPv6Socket, bool] | OSError":
    """An ICMP socket and whether it is raw, or why this machine gives none.

    The kernel's ping socket is tried first, as it needs no privilege where ``ping_group_range`` allows it, and a raw
    socket after it. Both being refused says nothing about any target.
    """
    from icmplib import ICMPv4Socket, ICMPv6Socket, SocketAddressError, SocketPermissionError
    from icmplib.exceptions import ICMPSocketError

    kind = ICMPv4Socket if family == 4 else ICMPv6Socket
    refused: ICMPSocketError | None = None
    for raw in (False, True):
        try:
            return kind(privileged=raw), raw
        except (SocketPermissionError, SocketAddressError, ICMPSocketError) as trouble:
            refused = trouble
    return OSError(str(refused))


class Ping(Probe):
    """Sends a few echo requests over one socket and waits for the answers until the deadline."""

    shape = Options
    thresholds = (Threshold("loss_window_ratio", warn=0.10, critical=0.40, for_ms=300_000, clear=0.05),)

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._window = Window()

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        found = await self._ask(subject, deadline_s)
        if found.outcome is not Outcome.OK:
            return found
        loss = self._window.add(self.options.count, found.values["loss_ratio"])
        return found if loss is None else replace(found, values={**found.values, "loss_window_ratio": loss})

    async def _ask(self, subject: Subject, deadline_s: float) -> Reading:
        loop = asyncio.get_running_loop()
        until = loop.time() + deadline_s
        try:
            async with asyncio.timeout_at(until):
                addresses = await resolve(subject.address, self.options.family)
        except (Unresolved, TimeoutError) as trouble:
            return Reading(Outcome.ERROR, text=str(trouble) or f"resolving {subject.address} took too long")
        opened = OSError("no address")
        for address in addresses:
            answer = open_socket(version(address))
            if isinstance(answer, OSError):
                opened = answer
                continue
            carrier, raw = answer
            try:
                return await Exchange(self, carrier, raw, address).run(until)
            finally:
                carrier.close()
        return Reading(Outcome.ERROR, text=f"icmp: not permitted on this machine ({opened})")


class Exchange:
    """The requests of one look over one socket, and what came back."""

    def __init__(self, probe: Ping, carrier: "ICMPv4Socket | ICMPv6Socket", raw: bool, address: str) -> None:
        self.options: Options = probe.options
        self.log = probe.log
        self.carrier, self.raw, self.address = carrier, raw, address
        self.family = version(address)
        self.identifier = int.from_bytes(os.urandom(2), "big")
        # Devices that rewrite identifiers exist; eight random bytes of payload tell our answers from others'.
        self.payload = os.urandom(8) + bytes(self.options.size - 8)
        self.sent_at: dict[int, float] = {}
        self.rtts_us: dict[int, int] = {}
        self.troubles: dict[int, str] = {}
        self.own: dict[int, str] = {}

    async def run(self, until: float) -> Reading:
        """Send all requests, collect answers until all are in or the deadline (of the loop's clock) is there."""
        loop = asyncio.get_running_loop()
        sock = self.carrier.sock
        sock.setblocking(False)
        if self.raw and self.family == 4:
            sock.setsockopt(_SOL_RAW, _ICMP_FILTER, _ALL_BUT_ANSWERS)
        listening = loop.create_task(self._listen(sock))
        begun = loop.time()
        try:
            async with asyncio.timeout_at(until):
                for sequence in range(1, self.options.count + 1):
                    await asyncio.sleep(begun + (sequence - 1) * self.options.spacing_ms / 1000 - loop.time())
                    self._send(sequence)
                if not self._settled():
                    await listening
        except TimeoutError:
            self.log("deadline reached")
        finally:
            listening.cancel()
        if not self.sent_at and not self.troubles:
            return Reading(Outcome.ERROR, text=next(iter(self.own.values()), "the deadline left no time to send"))
        sent = len(self.sent_at.keys() | self.troubles.keys())
        return reading(sent, [self.rtts_us[key] for key in sorted(self.rtts_us)], list(self.troubles.values()))

    def _send(self, sequence: int) -> None:
        from icmplib import ICMPRequest
        from icmplib.exceptions import ICMPSocketError

        request = ICMPRequest(self.address, self.identifier, sequence, payload=self.payload)
        self.sent_at[sequence] = asyncio.get_running_loop().time()
        try:
            self.carrier.send(request)
        except ICMPSocketError as wrapped:
            del self.sent_at[sequence]
            cause = wrapped.__context__
            outcome, line = judge(cause if isinstance(cause, OSError) else OSError(str(wrapped)), self.family)
            (self.own if outcome is Outcome.ERROR else self.troubles)[sequence] = line
            self.log(f"request {sequence}: {line}")
            return
        self.identifier = request.id  # the kernel's ping socket puts its own in

    async def _listen(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while not self._settled():
            packet, source = await loop.sock_recvfrom(sock, 4096)
            at = loop.time()
            echo = parse(packet, self.family, self.raw)
            if echo is None or echo.identifier != self.identifier or echo.sequence not in self.sent_at:
                continue
            if echo.trouble is not None:
                self.troubles.setdefault(echo.sequence, f"{echo.trouble} (told by {source[0]})")
                self.log(f"request {echo.sequence}: {echo.trouble}, from {source[0]}")
            elif source[0] == self.address.partition("%")[0] and echo.payload[:8] == self.payload[:8]:
                rtt = round((at - self.sent_at[echo.sequence]) * 1e6)
                self.rtts_us.setdefault(echo.sequence, rtt)
                self.log(f"request {echo.sequence}: answered after {rtt / 1000:.3f} ms")

    def _settled(self) -> bool:
        """Whether nothing more can come: every request is out and has an answer or a trouble."""
        return len(self.rtts_us.keys() | self.troubles.keys() | self.own.keys()) >= self.options.count


_SOL_RAW = 255
_ICMP_FILTER = 1
_ALL_BUT_ANSWERS = (0xFFFFFFFF & ~sum(1 << kind for kind in (0, 3, 11, 12))).to_bytes(4, sys.byteorder)
"""The kernel's filter for raw ICMP sockets: a set bit keeps that type away (linux/icmp.h)."""
