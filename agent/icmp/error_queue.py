"""The error queue of a socket: ICMP errors about requests that left by it, as ip(7) and linux/errqueue.h describe."""

import os
import socket
import struct
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent.icmp.destination import spelled
from agent.icmp.packet import Echo, Refusal, about, echo, refusal
from agent.icmp.sockets import IP_RECVERR, IPV6_RECVERR

_ORDER = sys.byteorder
_LOCAL, _ICMP, _ICMP6 = 1, 2, 3
_PASSED_ON = (4, 5)
"""Source quench and redirect (RFC 792): the router passed the request on all the same, and its answer is on the way.
The kernel puts them into the queue of a ping socket like errors."""
_EXTENDED = struct.Struct("=IBBBxII")
"""``struct sock_extended_err``; the address of who told follows it."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A request that came back with an error."""

    target: bytes
    """The address it was for, packed, without a zone."""
    identifier: int
    sequence: int
    why: Refusal | OSError
    """An OSError where this machine itself could not send it on."""
    quoted: Echo | None
    """The request, where the error quotes enough of it."""


def read_errors(sock: socket.socket, family: int) -> Iterator[Returned]:
    """Take everything out of the error queue. What is about something else is left out."""
    while True:
        try:
            quoted, control, _, address = sock.recvmsg(512, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)
        except OSError:
            return
        # What the kernel gives no address to is no ICMP error, and nothing that these sockets ask for.
        found = returned(quoted, control, address[0], family) if address else None
        if found is not None:
            yield found


def returned(quoted: bytes, control: Sequence[tuple[int, int, bytes]], target: str, family: int) -> Returned | None:
    """What one message of the queue says; None when it is not about an echo request.

    ``quoted`` is the request from its ICMP header on, as far as the error held it (8 bytes at least, RFC 792);
    ``target`` is the address it was for, which the kernel reads from the quoted IP header.
    """
    asked = about(quoted, family)
    if asked is None:
        return None
    wanted = (socket.IPPROTO_IP, IP_RECVERR) if family == 4 else (socket.IPPROTO_IPV6, IPV6_RECVERR)
    for level, kind, value in control:
        if (level, kind) == wanted and len(value) >= _EXTENDED.size:
            number, origin, error, code, _, _ = _EXTENDED.unpack_from(value)
            if origin in (_ICMP, _ICMP6):
                if family == 4 and error in _PASSED_ON:
                    return None
                why: Refusal | OSError = refusal(family, error, code, _teller(value[_EXTENDED.size :]))
            elif origin == _LOCAL:
                why = OSError(number, os.strerror(number))
            else:
                return None
            kind_of = socket.AF_INET if family == 4 else socket.AF_INET6
            return Returned(socket.inet_pton(kind_of, target.partition("%")[0]), *asked, why, echo(quoted))
    return None


def _teller(sockaddr: bytes) -> str:
    """The address in a packed sockaddr; empty when the kernel gives none (AF_UNSPEC)."""
    if len(sockaddr) < 2:
        return ""
    family = int.from_bytes(sockaddr[:2], _ORDER)
    if family == socket.AF_INET and len(sockaddr) >= 8:
        return spelled(sockaddr[4:8])
    if family == socket.AF_INET6 and len(sockaddr) >= 28:
        return spelled(sockaddr[8:28])
    return ""
