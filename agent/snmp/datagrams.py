"""The UDP socket the requests leave by: open to all devices of one family, told of ICMP errors, with much room."""

import errno
import os
import socket
import struct
from dataclasses import dataclass

_RECV_BUFFER = 4 << 20
_SO_RCVBUFFORCE = 33
_SO_RXQ_OVFL = 40
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_ERROR = struct.Struct("=IBBBBII")
"""struct sock_extended_err (linux/errqueue.h): errno, origin, type, code, padding, info, data; the offender follows."""
_ORIGIN_ICMP = (2, 3)
_PORT_UNREACHABLE = {socket.AF_INET: (3, 3), socket.AF_INET6: (1, 4)}
"""Type and code (RFC 792, RFC 4443 §3.1)."""
_COUNT = struct.Struct("=I")
_FAMILY = struct.Struct("=H")
_LARGEST = 65_535


@dataclass(frozen=True, slots=True)
class Unreachable:
    """What the network says of a datagram: ``final`` when it is the target's own word that nobody listens there."""

    text: str
    target: str
    datagram: bytes
    final: bool


def open_socket(version: int) -> socket.socket:
    """A socket for IP version 4 or 6, unbound and unconnected. Raises OSError."""
    family = socket.AF_INET if version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if version == 6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _RECV_BUFFER)
        try:
            # Beyond the system's limit for users, where this process may (CAP_NET_ADMIN).
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _RECV_BUFFER)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECV_BUFFER)
    except BaseException:
        sock.close()
        raise
    return sock


def receive(sock: socket.socket) -> tuple[bytes, str, int | None]:
    """One datagram, the address it came from, and how many the kernel has dropped so far (None when it says nothing).

    Raises BlockingIOError when nothing waits, another OSError when an ICMP error was waiting: see ``complaint``.
    """
    datagram, notes, _, sender = sock.recvmsg(_LARGEST, 64)
    lost = None
    for level, kind, data in notes:
        if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
            (lost,) = _COUNT.unpack(data[: _COUNT.size])
    return datagram, sender[0], lost


def complaint(sock: socket.socket) -> Unreachable | None:
    """The next error in the socket's queue that is about one of our datagrams, None when there is no more."""
    while True:
        try:
            datagram, notes, _, target = sock.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
        except BlockingIOError:
            return None
        for level, kind, data in notes:
            if (level, kind) in ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)):
                told = _told(sock.family, data, target[0], datagram)
                if told is not None:
                    return told


def _told(family: int, data: bytes, target: str, datagram: bytes) -> Unreachable | None:
    number, origin, kind, code, _, _, _ = _ERROR.unpack_from(data)
    if origin not in _ORIGIN_ICMP or number == errno.EMSGSIZE:
        return None
    offender = _address(family, data[_ERROR.size :])
    name = errno.errorcode.get(number, str(number))
    if (kind, code) == _PORT_UNREACHABLE[socket.AddressFamily(family)]:
        text = f"port unreachable ({name})"
    else:
        text = f"{os.strerror(number).lower()} ({name})"
    return Unreachable(
        text if offender in ("", target) else f"{text}, says {offender}",
        target,
        datagram,
        final=(kind, code) == _PORT_UNREACHABLE[socket.AddressFamily(family)] and offender == target,
    )


def _address(family: int, sockaddr: bytes) -> str:
    """The address in a struct sockaddr_in or sockaddr_in6, empty when there is none."""
    if len(sockaddr) < 8 or _FAMILY.unpack_from(sockaddr)[0] != family:
        return ""
    packed = sockaddr[4:8] if family == socket.AF_INET else sockaddr[8:24]
    return socket.inet_ntop(family, packed)
