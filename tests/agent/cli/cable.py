"""Two network namespaces and a cable between them, for tests and benchmarks that ping.

``prober`` has ping sockets open to everyone; ``far`` answers at the other end:

- every address of 10.77.0.0/16 and fd77::/112 answers,
- 10.78.0.0/16 and fd78::/112 swallow what they get,
- 10.79.0.0/16 is refused by the router at the far end (10.76.0.2) with an ICMP error.

On the prober's own loopback all of 127.0.0.0/8 answers, and 10.80.0.0/16 swallows. Neither has a way out, so no packet
can reach a real network.
"""

import contextlib
import ctypes
import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNET = 0x40000000
NAMESPACES = os.geteuid() == 0 and shutil.which("ip") is not None
"""Whether this user and machine can make namespaces."""

_MAC = "02:00:4c:00:00:0{}"
_numbers = itertools.count()


@dataclass(frozen=True)
class Cable:
    """The names of the two namespaces."""

    prober: str
    far: str

    def inside(self, *command: str) -> list[str]:
        """The command line that runs ``command`` at the prober's end."""
        return ["ip", "netns", "exec", self.prober, *command]


def enter(namespace: str) -> None:
    """Move the calling thread, and all processes it starts from now on, into a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/run/netns/{namespace}").open("rb") as opened:
        if libc.setns(opened.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


@contextlib.contextmanager
def cable(*, ping_sockets: bool = True) -> Iterator[Cable]:
    """Make both ends, and take all away after. Without ``ping_sockets`` only raw sockets are allowed."""
    mark = f"{os.getpid()}x{next(_numbers)}"
    prober, far = f"nwp{mark}", f"nwq{mark}"
    made = []
    try:
        for name in (prober, far):
            _ip("netns", "add", name)
            made.append(name)
        _batch(
            prober,
            "link set lo up",
            f"link add cable address {_MAC.format(1)} type veth peer name cable address {_MAC.format(2)} netns {far}",
            "link add hole type veth peer name bottom",
            "address add 10.76.0.1/30 dev cable",
            "address add fd76::1/126 dev cable nodad",
            "link set cable up",
            "link set bottom up",
            "link set hole arp off up",
        )
        _batch(
            far,
            "link set lo up",
            "address add 10.76.0.2/30 dev cable",
            "address add fd76::2/126 dev cable nodad",
            "link set cable up",
            "route add local 10.77.0.0/16 dev lo",
            "route add local fd77::/112 dev lo",
            "route add blackhole 10.78.0.0/16",
            "route add blackhole fd78::/112",
            "route add unreachable 10.79.0.0/16",
            *_neighbour(1),
        )
        _batch(
            prober,
            *_neighbour(2),
            "route add 10.76.0.0/14 via 10.76.0.2",
            "route add 10.80.0.0/16 dev hole",
            "route add fd77::/112 via fd76::2",
            "route add fd78::/112 via fd76::2",
        )
        _set(far, "net/ipv4/ip_forward", "1")
        _set(far, "net/ipv6/conf/all/forwarding", "1")
        _set(far, "net/ipv6/ip_nonlocal_bind", "1")
        if ping_sockets:
            _set(prober, "net/ipv4/ping_group_range", "0 2147483647")
        yield Cable(prober, far)
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=False)


@contextlib.contextmanager
def beyond(ends: Cable) -> Iterator[str]:
    """A third end behind ``far``, which is a router to it: 10.81.0.1 and fd81::1, two hops from the prober."""
    name = f"nwr{os.getpid()}x{next(_numbers)}"
    _ip("netns", "add", name)
    try:
        _batch(
            ends.far,
            f"link add onward type veth peer name onward netns {name}",
            "address add 10.81.0.2/30 dev onward",
            "address add fd81::2/126 dev onward nodad",
            "link set onward up",
        )
        _batch(
            name,
            "link set lo up",
            "address add 10.81.0.1/30 dev onward",
            "address add fd81::1/126 dev onward nodad",
            "link set onward up",
            "route add default via 10.81.0.2",
            "route add default via fd81::2",
        )
        _batch(ends.prober, "route add 10.81.0.0/30 via 10.76.0.2", "route add fd81::/126 via fd76::2")
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)


def _neighbour(end: int) -> tuple[str, ...]:
    """Lines that tell who is at the other end: asking, and looking for duplicates, would hold the first packets up."""
    return tuple(
        f"neighbour replace {address} lladdr {_MAC.format(end)} dev cable nud permanent"
        for address in (f"10.76.0.{end}", f"fd76::{end}")
    )


def _ip(*words: str) -> None:
    _checked(["ip", *words])


def _batch(namespace: str, *lines: str) -> None:
    _checked(["ip", "-n", namespace, "-batch", "-"], "\n".join(lines))


def _set(namespace: str, key: str, value: str) -> None:
    # Opened by a process inside: the files under /proc/sys/net show the opener's own namespace.
    _checked(["ip", "netns", "exec", namespace, "tee", f"/proc/sys/{key}"], value)


def _checked(command: list[str], given: str = "") -> None:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
