"""Whose trouble an OSError is: the target's (``failed``) or the agent's own (``error``)."""

import errno
import os

from agent.procfs import text
from rules.result import Outcome

_OWN = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.EADDRNOTAVAIL,
        errno.ENOBUFS,
        errno.ENOMEM,
        errno.EAGAIN,
        errno.EACCES,
        errno.EPERM,
        errno.EAFNOSUPPORT,
        errno.EPROTONOSUPPORT,
        errno.EINVAL,
    }
)
"""Nothing left this machine: out of descriptors, ports or memory, a local firewall rule, a family that is off."""

_TABLES = {4: "/proc/self/net/route", 6: "/proc/self/net/ipv6_route"}
_ROUTE_UP = 1
_ROUTE_REJECT = 0x200


def judge(trouble: OSError, version: int = 4) -> tuple[Outcome, str]:
    """The outcome of a look that met ``trouble``, and a line for people that names the errno.

    "Network unreachable" is the agent's trouble only when it has no route at all: where the route to this target
    alone is missing, the target cannot be reached. ``version`` is 4 or 6.
    """
    name = errno.errorcode.get(trouble.errno or 0, type(trouble).__name__)
    line = f"{os.strerror(trouble.errno).lower() if trouble.errno else trouble} ({name})"
    if trouble.errno in _OWN:
        return Outcome.ERROR, f"could not look: {line}"
    if trouble.errno in (errno.ENETUNREACH, errno.ENETDOWN) and not routed(text(_TABLES[version]), version):
        return Outcome.ERROR, f"could not look: the agent has no IPv{version} route at all ({name})"
    return Outcome.FAILED, line


def routed(table: str, version: int) -> bool:
    """Whether a kernel routing table (text of /proc/net/route or ipv6_route) has a usable route beyond loopback."""
    rows = [line.split() for line in table.splitlines()]
    if version == 4:
        return any(
            row[0] != "lo" and int(row[3], 16) & _ROUTE_UP and not int(row[3], 16) & _ROUTE_REJECT
            for row in rows[1:]
            if len(row) > 3
        )
    # Link-local and multicast rows exist on every interface that is up; they are no way out.
    return any(
        row[9] != "lo"
        and int(row[8], 16) & _ROUTE_UP
        and not int(row[8], 16) & _ROUTE_REJECT
        and not row[0].startswith(("fe8", "ff"))
        for row in rows
        if len(row) > 9
    )
