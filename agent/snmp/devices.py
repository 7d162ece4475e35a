"""The devices the process talks to: checks of one device share one Device, all devices share one socket per family."""

import asyncio
import socket
from collections import Counter
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from agent.snmp.credentials import Access
from agent.snmp.device import Device
from agent.snmp.errors import Unanswered
from agent.snmp.line import Line, Request
from agent.snmp.message import Community, Kind, Report, Security
from agent.snmp.transport import Counts, Transport

_Key = tuple[Access, str, int]


class _Room:
    """What one event loop has open."""

    def __init__(self) -> None:
        self.transports: dict[int, Transport] = {}
        self._lines: Counter[int] = Counter()
        self._devices: dict[_Key, Device] = {}
        self._users: Counter[_Key] = Counter()
        self._engines: dict[bytes, set[str]] = {}

    def open(self, key: _Key, also: Sequence[str]) -> Device:
        device = self._devices.get(key)
        if device is None:
            access, address, port = key
            line = self.line(_security(access), address, port)
            device = self._devices[key] = Device(access, address, port, line, self)
        device.answers_from(_host(other) for other in also)
        self._users[key] += 1
        return device

    def line(self, security: Security, address: str, port: int) -> Line:
        version = _version(address)
        transport = self.transports.get(version)
        if transport is None:
            transport = self.transports[version] = Transport(version)
        line = Line(transport, _host(address), _destination(address, port), security)
        self._lines[version] += 1
        return line

    def end(self, line: Line, address: str) -> None:
        line.close()
        version = _version(address)
        self._lines[version] -= 1
        if not self._lines[version]:
            self.transports.pop(version).close()

    def close(self, device: Device) -> None:
        """One user less of a device."""
        key = (device.access, device.address, device.port)
        if self._devices.get(key) is not device:
            return
        self._users[key] -= 1
        if not self._users[key]:
            del self._devices[key], self._users[key]
            self.engine_gone(device)
            self.end(device.line, device.address)

    def engine_seen(self, device: Device, engine: bytes) -> None:
        """A device told its engine id, or a new one."""
        self.engine_gone(device)
        device.noted_engine = engine
        self._engines.setdefault(engine, set()).add(device.address)

    def engine_gone(self, device: Device) -> None:
        if device.noted_engine is None:
            return
        addresses = self._engines.get(device.noted_engine, set())
        addresses.discard(device.address)
        if not addresses:
            self._engines.pop(device.noted_engine, None)
        device.noted_engine = None

    def twins(self, device: Device) -> tuple[str, ...]:
        if device.noted_engine is None:
            return ()
        return tuple(sorted(self._engines[device.noted_engine] - {device.address}))


class _Introduction:
    """Asks for an engine id, and believes whoever tells it: there is no secret in it."""

    def __init__(self) -> None:
        from agent.snmp.v3 import User

        self._user = User(Access("", "v3"))

    @property
    def engine_id(self) -> bytes:
        return self._user.engine_id

    def seal(self, pdu: bytes, number: int) -> bytes:
        return self._user.seal(pdu, number)

    def open(self, datagram: bytes) -> tuple[bytes, int]:
        try:
            return self._user.open(datagram)
        except Report:
            if not self.engine_id:
                raise
            return datagram, 0

    def met(self, _buffer: bytes, _at: int) -> bytes:
        """The engine id, whatever else the answer says."""
        return self.engine_id


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, _Room] = WeakKeyDictionary()


def open_device(access: Access, address: str, port: int = 161, also: Sequence[str] = ()) -> Device:
    """The device at that address by that way in, in the running event loop; ``close()`` it when done.

    ``also`` are other addresses it may answer from, for devices with several. Raises OSError when this machine gives
    no socket, and Denied when it cannot do what the credential asks for (Cause.CANNOT_ENCRYPT).
    """
    return _room().open((access, address, port), also)


async def engine_id(address: str, port: int, patience_s: float) -> bytes | None:
    """The engine id a v3 device tells anyone (RFC 3414 §4), None when nothing came in time.

    An answer shows that its SNMP agent lives, whatever it thinks of our credentials. Raises OSError for what this
    machine could not do.
    """
    room = _room()
    security = _Introduction()
    line = room.line(security, address, port)
    try:
        now = line.transport.now()
        request = Request(line, line.transport.loop.create_future(), Kind.GET, (), 0, 0, security.met, now + patience_s)
        line.transport.begin(request)
        try:
            known: bytes = await request.answer
            return known
        except asyncio.CancelledError:
            line.transport.withdraw(request)
            raise
        except Unanswered:
            return None
    finally:
        room.end(line, address)


def counts() -> dict[int, Counts]:
    """What the sockets of the running event loop have seen so far, by IP version. Empty without devices."""
    return {version: transport.counts for version, transport in _room().transports.items()}


def _room() -> _Room:
    loop = asyncio.get_running_loop()
    room = _rooms.get(loop)
    if room is None:
        room = _rooms[loop] = _Room()
    return room


def _security(access: Access) -> Security:
    if access.community is not None:
        return Community(access.version, access.community.reveal().encode())
    from agent.snmp.v3 import User

    return User(access)


def _version(address: str) -> int:
    return 6 if ":" in address else 4


def _host(address: str) -> str:
    """The address as the kernel writes senders: shortest form, without a zone."""
    bare = address.partition("%")[0]
    family = socket.AF_INET6 if ":" in bare else socket.AF_INET
    return socket.inet_ntop(family, socket.inet_pton(family, bare))


def _destination(address: str, port: int) -> tuple[Any, ...]:
    host, _, zone = address.partition("%")
    if ":" not in host:
        return host, port
    scope = 0 if not zone else int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
    return host, port, 0, scope
