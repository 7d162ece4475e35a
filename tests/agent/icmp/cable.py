"""Two network namespaces with a cable between them, and a host at the far end that answers as a test wants."""

import asyncio
import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from agent.icmp.packet import ones_sum

T = TypeVar("T")
NEAR, FAR = "10.76.0.1", "10.76.0.2"
CLONE_NEWNET = 0x40000000
CAP_NET_RAW = 13

Request = tuple[str, bytes]
"""The address that was asked, and the request from its ICMP header on."""
Answer = tuple[str, bytes]
"""The address that seems to answer, and the answer from its ICMP header on."""
Script = Callable[[Request], Iterable[Answer]]


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def summed(message: bytes) -> bytes:
    """An ICMPv4 message with its checksum."""
    bare = message[:2] + b"\0\0" + message[4:]
    total = ones_sum(bare)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return bare[:2] + (total ^ 0xFFFF).to_bytes(2, "big") + bare[4:]


def echoed(request: Request) -> Answer:
    """What an honest host answers."""
    address, message = request
    return address, summed(b"\0" + message[1:])


def refused(request: Request, kind: int, code: int, router: str = FAR) -> Answer:
    """What a router answers that cannot forward (RFC 792): the IP header and 8 bytes of what it is about."""
    address, message = request
    quoted = ip_header(NEAR, address, len(message), 1) + message[:8]
    return router, summed(struct.pack("!BBHI", kind, code, 0, 0) + quoted)


def ip_header(source: str, target: str, length: int, protocol: int) -> bytes:
    return struct.pack(
        "!BBHHHBBH4s4s",
        0x45,
        0,
        20 + length,
        0,
        0,
        64,
        protocol,
        0,
        socket.inet_aton(source),
        socket.inet_aton(target),
    )


class Far:
    """Answers echo requests to any address of 10.77.0.0/16 as ``script`` says; without one, as any host.

    What is sent to 10.78.0.0/16 is dropped without a word.
    """

    def __init__(self, sock: socket.socket, out: socket.socket) -> None:
        self.script: Script = lambda request: [echoed(request)]
        self._sock, self._out = sock, out
        self._sock.settimeout(0.1)
        self._closing = False
        self._delayed: list[threading.Timer] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def send(self, answer: Answer) -> None:
        source, message = answer
        self._out.sendto(ip_header(source, NEAR, len(message), 1) + message, (NEAR, 0))

    def later(self, delay_s: float, answer: Answer) -> None:
        timer = threading.Timer(delay_s, self.send, (answer,))
        timer.daemon = True
        self._delayed.append(timer)
        timer.start()

    def close(self) -> None:
        """Answers still to come are given up: the sockets they would use are closed here."""
        self._closing = True
        self._thread.join()
        for timer in self._delayed:
            timer.cancel()
            timer.join()
        self._sock.close()
        self._out.close()

    def _run(self) -> None:
        while not self._closing:
            try:
                packet = self._sock.recv(70_000)
            except TimeoutError:
                continue
            header = (packet[0] & 15) * 4
            if packet[header] == 8:
                for answer in self.script((socket.inet_ntoa(packet[16:20]), packet[header:])):
                    self.send(answer)


class Cable:
    """The two namespaces; ``inside`` runs code at the near end."""

    def __init__(self, near: str, far: str) -> None:
        self.near, self.far = near, far
        receiving = self.within(far, lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
        sending = self.within(far, lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
        self.host = Far(receiving, sending)

    def allow_ping_sockets(self, allowed: bool) -> None:
        groups = "0 2147483647" if allowed else "1 0"
        self.within(self.near, lambda: Path("/proc/sys/net/ipv4/ping_group_range").write_text(groups, encoding="ascii"))

    def inside(self, main: Callable[[], Coroutine[Any, Any, T]], without_raw: bool = False) -> T:
        """Run a coroutine at the near end, in a thread and a loop of its own."""

        def whole() -> T:
            if without_raw:
                drop_net_raw()
            return asyncio.run(main())

        return self.within(self.near, whole)

    @staticmethod
    def within(namespace: str, act: Callable[[], T]) -> T:
        """Run ``act`` in a thread of its own inside a namespace; what it raises is raised here."""
        answers: list[T] = []
        raised: list[BaseException] = []

        def enter() -> None:
            libc = ctypes.CDLL(None, use_errno=True)
            try:
                with Path(f"/run/netns/{namespace}").open("rb") as file:
                    if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns")
                answers.append(act())
            except BaseException as trouble:
                raised.append(trouble)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        if raised:
            raise raised[0]
        return answers[0]


def drop_net_raw() -> None:
    """Take CAP_NET_RAW from the calling thread (capset(2): a thread's own), as an ordinary user lacks it."""
    header = struct.pack("=II", 0x20080522, 0)
    data = ctypes.create_string_buffer(24)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capget(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capget")
    words = list(struct.unpack("=6I", data.raw))
    words[0] &= ~(1 << CAP_NET_RAW)
    if libc.capset(header, struct.pack("=6I", *words)) != 0:
        raise OSError(ctypes.get_errno(), "capset")


@contextlib.contextmanager
def cable() -> Iterator[Cable]:
    """Make it all, take it all away."""
    mark = uuid4().hex[:6]
    near, far = f"nwn{mark}", f"nwf{mark}"
    made = []
    host: Far | None = None
    try:
        for name in (near, far):
            run("ip", "netns", "add", name)
            made.append(name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", near, "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", far)
        for name, last in ((near, "1"), (far, "2")):
            run("ip", "-n", name, "address", "add", f"10.76.0.{last}/24", "dev", "cable")
            run("ip", "-n", name, "address", "add", f"fd76::{last}/64", "dev", "cable", "nodad")
            run("ip", "-n", name, "address", "add", f"fe80::{last}/64", "dev", "cable", "nodad")
            run("ip", "-n", name, "link", "set", "cable", "up")
        run("ip", "-n", near, "route", "add", "10.77.0.0/16", "via", FAR)
        run("ip", "-n", near, "route", "add", "10.78.0.0/16", "via", FAR)
        run("ip", "-n", near, "-6", "route", "add", "fd77::/64", "via", "fd76::2")
        run("ip", "-n", far, "route", "add", "local", "10.77.0.0/16", "dev", "lo")
        run("ip", "-n", far, "-6", "route", "add", "unreachable", "fd77::/64")
        run("ip", "netns", "exec", far, "sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1")
        run("ip", "netns", "exec", far, "sysctl", "-qw", "net.ipv6.conf.all.forwarding=1")
        made_cable = Cable(near, far)
        host = made_cable.host
        made_cable.within(near, _wait_for_ipv6)
        yield made_cable
    finally:
        if host is not None:
            host.close()
        for name in made:
            subprocess.run(["ip", "netns", "delete", name], check=False, capture_output=True)


def _wait_for_ipv6() -> None:
    """IPv6 takes a moment after a link came up: until somebody there refuses a connection."""
    for _ in range(100):
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.settimeout(0.1)
            try:
                sock.connect(("fd76::2", 9))
            except ConnectionRefusedError:
                return
            except OSError:
                time.sleep(0.02)
    raise RuntimeError("the cable carries no IPv6")


def able() -> str:
    """Why this machine cannot have a cable; empty when it can."""
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    if not any((Path(folder) / "ip").exists() for folder in ("/usr/sbin", "/sbin", "/usr/bin", "/bin")):
        return "needs iproute2 to make network namespaces"
    name = f"nwt{uuid4().hex[:6]}"
    if subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode:
        return "this machine gives no network namespaces"
    subprocess.run(["ip", "netns", "delete", name], check=False)
    return ""


def soon(condition: Callable[[], bool], within_s: float = 3.0) -> Coroutine[Any, Any, None]:
    """Wait until the condition holds; fails after a while."""

    async def wait() -> None:
        limit = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < limit, "it did not come about"
            await asyncio.sleep(0.002)

    return wait()
