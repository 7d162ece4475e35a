"""A small network of our own for the journeys: two namespaces and a cable between them.

``monitor`` holds everything the product runs and what stands on loopback there; ``far`` holds the hosts behind the
cable. Neither has a way out, so no packet of a journey can reach a real network.
"""

import contextlib
import ctypes
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

CLONE_NEWNET = 0x40000000

needs_namespaces = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("ip") is None,
    reason="needs root and iproute2 to make network namespaces",
)


def run(*command: str) -> str:
    """Run a command of the test's own set-up and give its output; a failure names the command and its words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


@dataclass(frozen=True)
class Lab:
    """The names of the two namespaces and the addresses on the cable."""

    monitor: str
    far: str
    hosts: tuple[str, ...]

    def inside(self, *command: str) -> tuple[str, ...]:
        """The command line that runs ``command`` inside the monitor's namespace."""
        return ("ip", "netns", "exec", self.monitor, *command)

    def cut(self, address: str) -> None:
        """The host stops answering without a word: its address leaves the far end, which forwards nothing."""
        run("ip", "-n", self.far, "address", "delete", f"{address}/32", "dev", "lo")

    def mend(self, address: str) -> None:
        """The host answers again."""
        run("ip", "-n", self.far, "address", "add", f"{address}/32", "dev", "lo")

    def connection(self, address: str, port: int) -> socket.socket:
        """A TCP connection made inside the monitor's namespace."""
        return self._born(lambda: socket.create_connection((address, port), 20))

    def _born(self, make: Callable[[], socket.socket]) -> socket.socket:
        made: list[socket.socket | OSError] = []

        def enter() -> None:
            libc = ctypes.CDLL(None, use_errno=True)
            try:
                with Path(f"/run/netns/{self.monitor}").open("rb") as namespace:
                    if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                made.append(make())
            except OSError as trouble:
                made.append(trouble)

        # A thread of its own enters the namespace and ends; a socket stays where it was born.
        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if isinstance(made[0], OSError):
            raise made[0]
        return made[0]

    def socket(self, address: str, port: int = 0) -> socket.socket:
        """A listening TCP socket that lives in the monitor's namespace, though the test itself stays outside."""

        def listen() -> socket.socket:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((address, port))
            listener.listen(64)
            return listener

        return self._born(listen)


@contextlib.contextmanager
def lab(hosts: Sequence[str]) -> Iterator[Lab]:
    """Make the two namespaces, give the far end the ``hosts`` (addresses in 10.77.0.0/16), and take all away after."""
    mark = f"{os.getpid() % 100000}{threading.get_native_id() % 100}"
    monitor, far = f"nwm{mark}", f"nwf{mark}"
    made = []
    try:
        for name in (monitor, far):
            run("ip", "netns", "add", name)
            made.append(name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", monitor, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", far)
        run("ip", "-n", monitor, "address", "add", "10.76.0.1/30", "dev", "cable")
        run("ip", "-n", far, "address", "add", "10.76.0.2/30", "dev", "cable")
        for name in (monitor, far):
            run("ip", "-n", name, "link", "set", "cable", "up")
        run("ip", "-n", monitor, "route", "add", "10.77.0.0/16", "via", "10.76.0.2")
        run("ip", "netns", "exec", monitor, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
        run("ip", "netns", "exec", far, "sysctl", "-qw", "net.ipv4.ip_forward=0")
        for address in hosts:
            run("ip", "-n", far, "address", "add", f"{address}/32", "dev", "lo")
        yield Lab(monitor, far, tuple(hosts))
    finally:
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=False)
