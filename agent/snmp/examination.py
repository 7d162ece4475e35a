"""Asks one device everything that shows why a way into it works or not, and brings the facts.

Reads only. Wrong keys are tried with other protocols once each, so a device that counts failures sees a dozen of them.
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from agent.names import Unresolved, resolve, version
from agent.snmp.ber import Oid, Tag, VarBind
from agent.snmp.credentials import AUTH, PRIV, Access
from agent.snmp.device import Device
from agent.snmp.devices import engine_id, open_device
from agent.snmp.errors import Cause, Denied, ErrorStatus, Silent
from agent.snmp.facts import EngineClock, Facts, Reply, Told
from agent.snmp.reading import SYS_UP_TIME
from agent.snmp.text import text
from agent.snmp.walk import Walk
from agent.trouble import judge
from rules.errors import NinewardError

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_IDENTITY = tuple((*_SYSTEM, number, 0) for number in (1, 2, 5, 3))
_DATE: Oid = (1, 3, 6, 1, 2, 1, 25, 1, 2, 0)
_ENGINE = ((1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0), (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0))
_PLACES: dict[str, Oid] = {
    "system": _SYSTEM,
    "interfaces": (1, 3, 6, 1, 2, 1, 2, 2, 1),
    "entity": (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1),
    "everything": (1, 3),
}
_TREE: Oid = (1, 3, 6, 1, 2, 1)
_BULK_ROWS = 10
_LARGE_ROWS = 120
"""Values asked for at once to get an answer larger than a frame."""
_TRY_S = 1.5
"""Patience for tries with other protocols, of which only an answer means anything."""
_CLOCK_S = 1.2
"""Between two readings of the engine's clock, which counts whole seconds."""
_PINGS = 2
_PORT = 161
_AT_ONCE = 32
_ABSENT = (Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW, Tag.NULL)


async def examine(
    ways: Sequence[Access], host: str, port: int, patience_s: float, others: Sequence[tuple[str, int]] = ()
) -> Facts:
    """The facts about the device at ``host`` by the first of these ``ways`` that it takes, or else by the first.

    ``patience_s`` is for each question. ``others`` are addresses and ports whose engine ids are compared with its own.
    """
    first = ways[0]
    facts = Facts(host, port, first.version, first.user, first.auth, first.priv, first.context)
    try:
        addresses = await resolve(host)
    except Unresolved as trouble:
        return replace(facts, unresolved=str(trouble))
    address = addresses[0]
    facts = replace(facts, addresses=tuple(addresses))
    try:
        facts = replace(facts, source=_source(address, port))
    except OSError as trouble:
        return replace(facts, unroutable=judge(trouble, version(address))[1])
    examination = _Examination(address, port, patience_s)
    return await examination.run(facts, ways, others)


class _Examination:
    def __init__(self, address: str, port: int, patience_s: float) -> None:
        self._address, self._port, self._patience_s = address, port, patience_s

    async def run(self, facts: Facts, ways: Sequence[Access], others: Sequence[tuple[str, int]]) -> Facts:
        echo, (knock, engine), (way, reply, boots) = await asyncio.gather(
            self._ping(), self._knock(), self._enter(ways)
        )
        facts = replace(facts, echo=echo[0], echo_text=echo[1], knock=knock, engine_id=engine, reply=reply, boots=boots)
        # Of AES with long keys there are two kinds: this is the one that was taken, or else the one that was given.
        facts = replace(facts, priv=way.priv)
        if way.version != "v3":
            facts = await self._other_version(facts, way)
        elif engine and not reply.accepted:
            facts = await self._user(facts, way)
        if way.context and reply.told is not Told.VALUES and engine:
            without, _ = await self._ask(replace(way, context=""), _TRY_S)
            facts = replace(facts, without_context=without)
        if reply.told in (Told.VALUES, Told.NOTHING, Told.ERROR):
            facts = await self._look(facts, way)
        if engine and others:
            facts = replace(facts, twins=await self._twins(engine, others))
        return facts

    async def _ping(self) -> tuple[bool | None, str]:
        from agent.icmp.pinger import ping

        loop = asyncio.get_running_loop()
        try:
            echoes = await ping(self._address, _PINGS, 200, 56, loop.time() + min(self._patience_s, 2.0))
        except (NinewardError, OSError) as trouble:
            return None, str(trouble).splitlines()[0].rstrip(".")
        if echoes.rtts_us:
            return True, f"{min(echoes.rtts_us) / 1000:.2f} ms"
        if echoes.own_troubles:
            return None, echoes.own_troubles[0]
        return False, echoes.troubles[0] if echoes.troubles else ""

    async def _knock(self) -> tuple[Reply, bytes]:
        """The v3 engine, asked by nobody."""
        async with self._device(Access("", "v3")) as device:
            reply, _ = await self._get(device, [SYS_UP_TIME], self._patience_s)
            return reply, device.engine_id or b""

    async def _enter(self, ways: Sequence[Access]) -> tuple[Access, Reply, int | None]:
        """The first question by each way in until one is taken; what became of the first when none is."""
        first: tuple[Access, Reply, int | None] | None = None
        for way in ways:
            async with self._device(way) as device:
                reply, retry = await self._get(device, [SYS_UP_TIME], self._patience_s)
                told = way, reply, device.boots
            first = first or told
            if not retry:
                return told if reply.accepted else first
        assert first is not None  # noqa: S101 - there is a way in
        return first

    async def _other_version(self, facts: Facts, way: Access) -> Facts:
        """Whether a community that meets silence is taken with the other version."""
        if facts.reply.told is not Told.SILENT or facts.reply.text:
            return facts
        other = "v1" if way.version == "v2c" else "v2c"
        reply, _ = await self._ask(replace(way, version=other), _TRY_S)
        return replace(facts, other_version=other if reply.came else "")

    async def _user(self, facts: Facts, way: Access) -> Facts:
        """How far a user gets: the name, the authentication, the encryption."""
        nameless, _ = await self._ask(Access("", "v3", user=way.user), self._patience_s)
        facts = replace(facts, nameless=nameless)
        if nameless.cause is Cause.UNKNOWN_USER or facts.reply.cause is Cause.UNKNOWN_USER or not way.auth:
            return facts
        plain = replace(way, priv="", priv_key=None)
        unencrypted = facts.reply
        if way.priv:
            unencrypted, _ = await self._ask(plain, self._patience_s)
            facts = replace(facts, unencrypted=unencrypted)
        if Cause.WRONG_DIGEST in (facts.reply.cause, unencrypted.cause):
            return await self._auths(facts, plain, way)
        undecrypted = facts.reply.cause is Cause.DECRYPTION or facts.reply.told in (Told.SILENT, Told.ERROR)
        if way.priv and undecrypted and unencrypted.accepted:
            for priv in PRIV:
                if priv != way.priv and await self._takes(replace(way, priv=priv)):
                    return replace(facts, right_priv=priv)
        return facts

    async def _auths(self, facts: Facts, plain: Access, way: Access) -> Facts:
        """Whether another protocol, or the other key, is what the device takes for authentication."""
        for auth in AUTH:
            if auth != plain.auth and await self._takes(replace(plain, auth=auth)):
                return replace(facts, right_auth=auth)
        swapped = way.priv_key is not None and await self._takes(replace(plain, auth_key=way.priv_key))
        return replace(facts, swapped=swapped)

    async def _takes(self, way: Access) -> bool:
        reply, _ = await self._ask(way, min(self._patience_s, _TRY_S))
        return reply.accepted

    async def _look(self, facts: Facts, way: Access) -> Facts:
        """What the way in, once taken, lets be seen."""
        async with self._device(way) as device:
            started = await self._clock(device) if way.version == "v3" else None
            views = {name: await self._below(device, place) for name, place in _PLACES.items()}
            facts = replace(facts, views=views)
            if way.version != "v1" and views["everything"].told is Told.VALUES:
                bulk, large, size = await self._sizes(device)
                facts = replace(facts, bulk=bulk, large=large, large_bytes=size)
            facts = await self._identity(facts, device)
            if started is not None:
                await asyncio.sleep(max(0.0, started.at_s + _CLOCK_S - asyncio.get_running_loop().time()))
                ended = await self._clock(device)
                facts = replace(facts, clocks=(started, ended) if ended is not None else (), boots=device.boots)
        return facts

    async def _clock(self, device: Device) -> EngineClock | None:
        _, found = await self._values(device, _ENGINE)
        boots, seconds = (found.get(oid) for oid in _ENGINE)
        if not isinstance(boots, int) or not isinstance(seconds, int):
            return None
        return EngineClock(boots, seconds, asyncio.get_running_loop().time())

    async def _below(self, device: Device, place: Oid) -> Reply:
        try:
            (one,) = await device.following([place], 1, self._patience_s)
        except (Silent, Denied, ErrorStatus, OSError, ValueError) as refused:
            return _reply(refused)[0]
        inside = one.oid[: len(place)] == place and one.tag not in _ABSENT
        return Reply(Told.VALUES if inside else Told.NOTHING)

    async def _sizes(self, device: Device) -> tuple[Reply, Reply, int]:
        """GETBULK for a few values, and for as many as will not fit one frame."""
        walk = Walk([_TREE])
        try:
            await device.rows(walk, _BULK_ROWS, False, self._patience_s)
        except (Silent, Denied, ErrorStatus, OSError) as refused:
            return _reply(refused)[0], Reply(), 0
        if walk.taken < 2:
            return Reply(Told.ERROR, text=f"{walk.taken} values where {_BULK_ROWS} were asked for"), Reply(), 0
        try:
            size, _ = await device.rows(Walk([_TREE]), _LARGE_ROWS, False, self._patience_s)
        except (Silent, Denied, ErrorStatus, OSError) as refused:
            return Reply(Told.VALUES), _reply(refused)[0], 0
        return Reply(Told.VALUES), Reply(Told.VALUES), size

    async def _identity(self, facts: Facts, device: Device) -> Facts:
        _, found = await self._values(device, _IDENTITY)
        _, dated = await self._values(device, (_DATE,))
        now_ms = time.time_ns() // 1_000_000
        descr, object_id, name, uptime = (found.get(oid) for oid in _IDENTITY)
        date = dated.get(_DATE)
        return replace(
            facts,
            descr=text(descr) if isinstance(descr, bytes) else "",
            object_id=object_id if isinstance(object_id, tuple) else (),
            name=text(name) if isinstance(name, bytes) else "",
            uptime=uptime if isinstance(uptime, int) else None,
            date=date if isinstance(date, bytes) else b"",
            now_ms=now_ms,
        )

    async def _twins(self, engine: bytes, others: Sequence[tuple[str, int]]) -> tuple[str, ...]:
        """The other addresses that tell the same engine id."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def same(host: str, port: int) -> str:
            async with gate:
                try:
                    address = (await resolve(host))[0]
                    if (address, port) == (self._address, self._port):
                        return ""
                    told = await engine_id(address, port, min(self._patience_s, _TRY_S))
                except (Unresolved, OSError):
                    return ""
            return (host if port == _PORT else f"{host} port {port}") if told == engine else ""

        found = await asyncio.gather(*(same(host, port) for host, port in dict.fromkeys(others)))
        return tuple(sorted(host for host in found if host))

    async def _ask(self, way: Access, patience_s: float) -> tuple[Reply, bool]:
        async with self._device(way) as device:
            return await self._get(device, [SYS_UP_TIME], patience_s)

    async def _get(self, device: Device, oids: Sequence[Oid], patience_s: float) -> tuple[Reply, bool]:
        try:
            found = await device.get(oids, patience_s)
        except (Silent, Denied, ErrorStatus, OSError) as refused:
            return _reply(refused)
        return _judged(found), False

    async def _values(self, device: Device, oids: Sequence[Oid]) -> tuple[Reply, dict[Oid, object]]:
        try:
            found = await device.get(oids, self._patience_s)
        except (Silent, Denied, ErrorStatus, OSError) as refused:
            return _reply(refused)[0], {}
        return _judged(found), {one.oid: one.value for one in found}

    @asynccontextmanager
    async def _device(self, way: Access) -> AsyncIterator[Device]:
        device = open_device(way, self._address, self._port)
        try:
            yield device
        finally:
            device.close()


def _judged(found: Sequence[VarBind]) -> Reply:
    return Reply(Told.NOTHING if all(one.tag in _ABSENT for one in found) else Told.VALUES)


def _reply(refused: Exception) -> tuple[Reply, bool]:
    """What an error is as a reply, and whether another key may do."""
    if isinstance(refused, Silent):
        # What the network says bears an errno; the rest is about answers that were not believed.
        if refused.reason and "(E" not in refused.reason:
            return Reply(Told.REFUSED, Cause.OTHER, f"an answer that is not to be believed: {refused.reason}"), False
        return Reply(Told.SILENT, text=refused.reason), False
    if isinstance(refused, Denied):
        return Reply(Told.REFUSED, refused.cause, str(refused)), refused.retry
    if isinstance(refused, OSError):
        return Reply(Told.UNABLE, text=os.strerror(refused.errno) if refused.errno else str(refused)), False
    return Reply(Told.ERROR, text=str(refused)), False


def _source(address: str, port: int) -> str:
    """The address from which this machine sends there; nothing is sent. Raises OSError when there is no way."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        return str(sock.getsockname()[0])
