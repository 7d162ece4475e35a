"""Sockets that may send echo requests: the kernel's ping socket first, a raw one where that is not allowed."""

import contextlib
import errno
import os
import secrets
import socket
import struct
import sys
from dataclasses import dataclass

from agent.icmp.packet import REPLY
from rules.errors import Unavailable

BUFFER = 4 << 20
"""Bytes of receive buffer: some 5,000 answers may wait while the loop is busy. 208 KiB, the usual, hold 250."""

SO_TIMESTAMPNS = 35
SO_RXQ_OVFL = 40
SO_MEMINFO = 55
_SO_SNDBUFFORCE = 32
_SO_RCVBUFFORCE = 33
_SOL_RAW = 255
_ICMP_FILTER = 1
_ICMPV6_FILTER = 1
IP_RECVERR = 11
IPV6_RECVERR = 25

PING_GROUPS = 'sysctl -w net.ipv4.ping_group_range="0 2147483647"'


class Forbidden(Unavailable):
    """This machine lets the process send no ICMP. Says nothing about any target; the text says what allows it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A socket ready for echo requests. ``identifier`` is what the requests carry on the wire."""

    sock: socket.socket
    family: int
    raw: bool
    identifier: int


def open_socket(family: int) -> Opened:
    """A non-blocking socket of family 4 or 6 with kernel receive stamps, error queue and large buffers.

    The kernel's ping socket needs no privilege where the group lies in ``ping_group_range``; a raw one needs
    CAP_NET_RAW. Raises Forbidden with the lines that would allow it; OSError when the family is off here or
    descriptors are out.
    """
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    protocol = socket.IPPROTO_ICMP if family == 4 else socket.IPPROTO_ICMPV6
    try:
        sock, raw = socket.socket(kind, socket.SOCK_DGRAM, protocol), False
    except OSError as refused:
        if refused.errno not in _NOT_THIS_WAY:
            raise
        try:
            sock, raw = socket.socket(kind, socket.SOCK_RAW, protocol), True
        except PermissionError as denied:
            raise Forbidden(instruction(denied)) from denied
    try:
        identifier = _prepare(sock, family, raw)
    except OSError:
        sock.close()
        raise
    return Opened(sock, family, raw, identifier)


_NOT_THIS_WAY = frozenset({errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT})
"""What a kernel says that gives this user no ping sockets, or knows none."""


def instruction(denied: OSError) -> str:
    """What a person types so that this process may send ICMP."""
    python = os.path.realpath(sys.executable)
    return (
        f"icmp: not permitted on this machine ({errno.errorcode.get(denied.errno or 0, denied)}). "
        f"As root: {PING_GROUPS} (to keep it, the same setting in /etc/sysctl.d/); or: setcap cap_net_raw+ep {python}"
    )


def _prepare(sock: socket.socket, family: int, raw: bool) -> int:
    """Set all options; the identifier that the requests will carry."""
    sock.setblocking(False)
    for force, plain in ((_SO_RCVBUFFORCE, socket.SO_RCVBUF), (_SO_SNDBUFFORCE, socket.SO_SNDBUF)):
        try:
            sock.setsockopt(socket.SOL_SOCKET, force, BUFFER)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, plain, BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    sock.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)
    # Also without it a full queue of the interface would swallow requests and report them sent (raw(7)).
    if family == 4:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    if not raw:
        sock.bind(("0.0.0.0" if family == 4 else "::", 0))  # noqa: S104 - no port: the kernel picks an identifier
        return int(sock.getsockname()[1])
    if family == 4:
        # A set bit keeps that type away (linux/icmp.h). Errors come by the error queue.
        sock.setsockopt(_SOL_RAW, _ICMP_FILTER, struct.pack("=I", 0xFFFFFFFF & ~(1 << REPLY[4])))
    else:
        words = [0xFFFFFFFF] * 8
        words[REPLY[6] >> 5] &= ~(1 << (REPLY[6] & 31))
        sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, struct.pack("=8I", *words))
    return secrets.randbelow(0xFFFF) + 1


def dropped(sock: socket.socket) -> int | None:
    """Packets the kernel had no room for in this socket's receive buffer, since it opened; None on an old kernel."""
    with contextlib.suppress(OSError):
        counted = sock.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, 64)
        if len(counted) >= 36:
            return int(struct.unpack_from("=I", counted, 32)[0])  # SK_MEMINFO_DROPS is the ninth
    return None
