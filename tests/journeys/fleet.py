"""A fleet of hosts in network namespaces of their own: two sites behind routers, three places to watch them from.

    near, east, west ──┐
                     core (a bridge) ── router of site 1 ── 20 hosts
                       └────────────── router of site 2 ── 20 hosts

Nothing in it has a way out, so no packet can reach a real network.
"""

import contextlib
import ctypes
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.journeys.lab import CLONE_NEWNET, Lab, run

PLACES = ("near", "east", "west")
SITES = (1, 2)


_GATEWAY = "02:71:00:00:ff:fe"
"""The card of every router on the side of its hosts."""


def _card(number: int) -> str:
    """The network card of what has that number in 10.70.0.0/24."""
    return f"02:70:00:00:00:{number:02x}"


class Fleet:
    """The namespaces by what they stand for; made and taken away by :func:`fleet`."""

    def __init__(self, mark: str, size: int) -> None:
        self._mark = mark
        self.hosts = {
            f"host-{site}-{number:02}": f"10.71.{site}.{number}" for site in SITES for number in range(1, size + 1)
        }
        self.routers = {f"router-{site}": f"10.70.0.{10 + site}" for site in SITES}
        self.made: list[str] = []

    def parent(self, host: str) -> str:
        """The router a host is reached through."""
        return f"router-{host.split('-')[1]}"

    def space(self, name: str) -> str:
        """The namespace of a host, a router, a place or the core."""
        return f"{self._mark}{name}"

    def place(self, name: str) -> Lab:
        """One of PLACES, to start our programs in."""
        return Lab(self.space(name), "", ())

    def cut(self, name: str) -> None:
        """Pull the cable of a host or router: nothing passes, without a word."""
        run("ip", "-n", self._switch(name), "link", "set", name, "down")

    def mend(self, name: str) -> None:
        """Put the cable back."""
        run("ip", "-n", self._switch(name), "link", "set", name, "up")

    def _switch(self, name: str) -> str:
        return self.space("core") if name in self.routers else self.space(self.parent(name))

    def remove(self, host: str) -> None:
        """The whole machine goes down."""
        run("ip", "netns", "delete", self.space(host))
        self.made.remove(self.space(host))

    def boot(self, host: str) -> None:
        """It comes up: a new kernel's tables, the same network card."""
        site, number = (int(part) for part in host.split("-")[1:])
        own, router = self._new(host), self.space(self.parent(host))
        run("ip", "-n", router, "link", "add", host, "type", "veth", "peer", "name", "eth0", "netns", own)
        card = f"02:71:00:00:{site:02x}:{number:02x}"
        run("ip", "-n", own, "link", "set", "eth0", "address", card)
        run("ip", "-n", own, "address", "add", f"{self.hosts[host]}/24", "dev", "eth0")
        run("ip", "-n", own, "link", "set", "eth0", "up")
        # Nobody asks for cards: a question that went out during a cut would hold answers back after its end.
        run("ip", "-n", own, "neigh", "replace", f"10.71.{site}.254", "lladdr", _GATEWAY, "dev", "eth0")
        run("ip", "-n", router, "neigh", "replace", self.hosts[host], "lladdr", card, "dev", "lan")
        run("ip", "-n", own, "route", "add", "default", "via", f"10.71.{site}.254")
        run("ip", "-n", router, "link", "set", host, "master", "lan")
        run("ip", "-n", router, "link", "set", host, "up")

    @contextlib.contextmanager
    def losing(self, host: str) -> Iterator[None]:
        """While the block runs the host answers four fifths of the time, by turns of 20 ms."""
        over = threading.Event()

        def lose() -> None:
            self._enter(host)
            with Path("/proc/sys/net/ipv4/icmp_echo_ignore_all").open("wb", buffering=0) as ignore:
                while not over.is_set():
                    ignore.write(b"1")
                    time.sleep(0.004)
                    ignore.write(b"0")
                    time.sleep(0.016)

        thread = threading.Thread(target=lose)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _enter(self, name: str) -> None:
        """Move this thread, which ends there, into a namespace."""
        libc = ctypes.CDLL(None, use_errno=True)
        with Path(f"/run/netns/{self.space(name)}").open("rb") as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def _new(self, name: str) -> str:
        space = self.space(name)
        run("ip", "netns", "add", space)
        self.made.append(space)
        run("ip", "-n", space, "link", "set", "lo", "up")
        return space

    def build(self) -> None:
        """Everything, from the core outwards."""
        core = self._new("core")
        run("ip", "-n", core, "link", "add", "lan", "type", "bridge")
        run("ip", "-n", core, "link", "set", "lan", "up")
        for number, place in enumerate(PLACES, start=1):
            own = self._plug(place, f"10.70.0.{number}")
            for site in SITES:
                run("ip", "-n", own, "route", "add", f"10.71.{site}.0/24", "via", f"10.70.0.{10 + site}")
            run("ip", "netns", "exec", own, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
        for site in SITES:
            own = self._plug(f"router-{site}", f"10.70.0.{10 + site}")
            run("ip", "netns", "exec", own, "sysctl", "-qw", "net.ipv4.ip_forward=1")
            run("ip", "-n", own, "link", "add", "lan", "address", _GATEWAY, "type", "bridge")
            run("ip", "-n", own, "address", "add", f"10.71.{site}.254/24", "dev", "lan")
            run("ip", "-n", own, "link", "set", "lan", "up")
            for number in range(1, len(PLACES) + 1):
                self._acquaint(f"router-{site}", 10 + site, PLACES[number - 1], number)
        for host in self.hosts:
            self.boot(host)

    def _acquaint(self, one: str, his: int, other: str, its: int) -> None:
        """Let two that are plugged into the core know each other's cards."""
        run("ip", "-n", self.space(one), "neigh", "replace", f"10.70.0.{its}", "lladdr", _card(its), "dev", "wan")
        run("ip", "-n", self.space(other), "neigh", "replace", f"10.70.0.{his}", "lladdr", _card(his), "dev", "wan")

    def _plug(self, name: str, address: str) -> str:
        own, core = self._new(name), self.space("core")
        run("ip", "-n", core, "link", "add", name, "type", "veth", "peer", "name", "wan", "netns", own)
        run("ip", "-n", own, "link", "set", "wan", "address", _card(int(address.rpartition(".")[2])))
        run("ip", "-n", own, "address", "add", f"{address}/24", "dev", "wan")
        run("ip", "-n", own, "link", "set", "wan", "up")
        run("ip", "-n", core, "link", "set", name, "master", "lan")
        run("ip", "-n", core, "link", "set", name, "up")
        return own


def _removed(spaces: Sequence[str]) -> None:
    for space in spaces:
        subprocess.run(["ip", "netns", "delete", space], check=False)


@contextlib.contextmanager
def fleet(size: int) -> Iterator[Fleet]:
    """A fleet with ``size`` hosts at each of the two sites (at most 200); all of it is taken away after."""
    made = Fleet(f"nwt{os.getpid() % 100000}-", size)
    try:
        made.build()
        yield made
    finally:
        _removed(made.made)
