"""Names to addresses, as the agent's machine resolves them."""

import ipaddress
import socket

from agent.thread import in_thread
from rules.errors import Unavailable

FAMILIES = {"any": socket.AF_UNSPEC, "ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}


class Unresolved(Unavailable):
    """The agent's resolver gave no address. That says nothing about the target: the look is an ``error``."""


async def resolve(host: str, family: str = "any") -> list[str]:
    """Every address of ``host`` (a name or an address, IPv6 also in brackets), in the resolver's order, each once.

    ``family`` is ``any``, ``ipv4`` or ``ipv6``. A zone (``fe80::1%eth0``) is kept. Raises Unresolved.
    """
    host = host.strip().removeprefix("[").removesuffix("]")
    literal = _literal(host)
    if literal is not None:
        if family != "any" and family != f"ipv{literal.version}":
            raise Unresolved(f"{host} is no {family} address")
        return [host]
    if not host:
        raise Unresolved("there is no address to look at")
    try:
        rows = await in_thread(lambda: socket.getaddrinfo(host, None, FAMILIES[family], socket.SOCK_STREAM), "resolve")
    except socket.gaierror as refused:
        raise Unresolved(f"{host} does not resolve here: {refused.strerror}") from refused
    except UnicodeError as wrong:
        raise Unresolved(f"{host} is no host name") from wrong
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


def version(address: str) -> int:
    """4 or 6, for an address that ``resolve`` gave."""
    return ipaddress.ip_address(address).version


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
