"""A TCP connection to one address, without blocking the event loop."""

import asyncio
import socket

from agent.names import version

FORBIDDEN_IN_HOST = frozenset("/ \t\r\n")


async def connect(address: str, port: int) -> socket.socket:
    """A connected, non-blocking socket. Raises OSError; gives the socket back when cancelled.

    ``address`` is an IP address, with a zone where it needs one.
    """
    family = socket.AF_INET if version(address) == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, _place(address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def split(text: str, port: int = 0) -> tuple[str, int]:
    """Host and port of ``host``, ``host:port``, ``[v6]:port`` or a bare IPv6 address; ``port`` where none is given.

    Raises ValueError when the port is no number from 1 to 65535, or the host is empty or no host.
    """
    text = text.strip()
    host, number = text, ""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        number = rest.removeprefix(":")
    elif text.count(":") == 1:
        host, _, number = text.partition(":")
    if number:
        port = int(number) if number.isascii() and number.isdigit() else -1
    if not host or FORBIDDEN_IN_HOST & set(host):
        raise ValueError(f"{text!r} is no address")
    if number and not 1 <= port <= 65535:
        raise ValueError(f"{number!r} is no port")
    return host, port


def _place(address: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    host, _, zone = address.partition("%")
    if not zone:
        return (address, port)
    return (host, port, 0, int(zone) if zone.isdigit() else socket.if_nametoindex(zone))
