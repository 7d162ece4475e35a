"""Finding the devices that answer SNMP among many addresses, and what each of them is, has and hears.

Every address is asked with every credential, many at a time; who answers is asked further, a few at a time. Nothing is
written anywhere.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace

from agent.snmp import lldp
from agent.snmp.ber import Oid, Value
from agent.snmp.credentials import Access
from agent.snmp.device import Device
from agent.snmp.devices import open_device
from agent.snmp.errors import Denied, Refused, Unanswered
from agent.snmp.importance import Ranked, ranked
from agent.snmp.interfaces import ADMIN, ALIAS, DESCR, HIGH_SPEED, KIND, NAME, OPER, SPEED, interfaces
from agent.snmp.lldp import Neighbour
from agent.snmp.profile_library import Library
from agent.snmp.text import text

_SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
_DESCR, _OBJECT_ID, _UPTIME, _NAME, _LOCATION = ((*_SYSTEM, number, 0) for number in (1, 2, 3, 5, 6))
_PORTS = (NAME, DESCR, KIND, ADMIN, OPER, HIGH_SPEED, SPEED, ALIAS)

_KNOCKING = 256
_READING = 16
_READ_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answers. ``addresses`` begins with the one it was found at first; ``refused`` tells why a device
    that lives could not be read, and everything else is then empty."""

    addresses: tuple[str, ...]
    access: Access
    name: str = ""
    descr: str = ""
    location: str = ""
    object_id: Oid = ()
    profile: str = ""
    chassis: str = ""
    ports: tuple[Ranked, ...] = field(default_factory=tuple)
    neighbours: tuple[Neighbour, ...] = field(default_factory=tuple)
    faults: tuple[str, ...] = field(default_factory=tuple)
    refused: str = ""


async def discover(
    addresses: Iterable[str], ways: Sequence[Access], port: int, patience_s: float, library: Library
) -> AsyncIterator[tuple[str, Found | None]]:
    """Ask every address, and tell each as soon as it is clear: what was found there, or None.

    ``patience_s`` is how long one address has to answer one way in; the first way that is let in counts.
    """
    told: asyncio.Queue[tuple[str, Found | None] | None] = asyncio.Queue(_KNOCKING)
    reading = asyncio.Semaphore(_READING)
    waiting = iter(addresses)

    async def work() -> None:
        for address in waiting:
            found = await _knock(address, ways, port, patience_s)
            if isinstance(found, Device):
                async with reading:
                    try:
                        await told.put((address, await _read(found, library)))
                    finally:
                        found.close()
            else:
                await told.put((address, found))

    async def all_of_them() -> None:
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(_KNOCKING):
                    workers.create_task(work())
        finally:
            await told.put(None)

    working = asyncio.create_task(all_of_them())
    try:
        while (one := await told.get()) is not None:
            yield one
        await working
    finally:
        working.cancel()


async def _knock(address: str, ways: Sequence[Access], port: int, patience_s: float) -> Device | Found | None:
    """The device if one way in is let in; what is known of one that lives and refuses all; None for nobody."""
    refused: Found | None = None
    for way in ways:
        device = open_device(way, address, port)
        try:
            await device.get([_UPTIME], patience_s)
            return device
        except Denied as denied:
            refused = Found((address,), way, refused=f"{way.name or way.version}: {denied}")
        except Refused:
            return device
        except (Unanswered, OSError):
            pass
        except asyncio.CancelledError:
            device.close()
            raise
        device.close()
    return refused


async def _read(device: Device, library: Library) -> Found:
    """What a device is, has and hears."""
    until = asyncio.get_running_loop().time() + _READ_WITHIN_S
    scalars = (_DESCR, _OBJECT_ID, _NAME, _LOCATION, *lldp.SCALARS)
    try:
        table = await device.read((*_PORTS, *lldp.COLUMNS), scalars, until=until)
    except (Unanswered, OSError) as trouble:
        return Found((device.address,), device.access, refused=str(trouble))
    told = table.scalars
    object_id, descr = told.get(_OBJECT_ID), _words(told.get(_DESCR))
    kept = object_id if isinstance(object_id, tuple) else ()
    ports = interfaces(table)
    heard = lldp.neighbours(table, ports)
    return Found(
        addresses=(device.address,),
        access=device.access,
        name=_words(told.get(_NAME)),
        descr=descr,
        location=_words(told.get(_LOCATION)),
        object_id=kept,
        profile=library.choose(kept, descr).name,
        chassis=lldp.chassis(table) or (device.engine_id or b"").hex(),
        ports=tuple(ranked(ports, heard)),
        neighbours=heard,
        faults=table.faults,
    )


def merged(found: Iterable[Found]) -> list[Found]:
    """Each device once: those with one chassis id are one device with several addresses."""
    devices: dict[tuple[str, ...], Found] = {}
    for one in found:
        key = (one.chassis, one.name) if one.chassis else one.addresses
        known = devices.get(key)
        if known is None:
            devices[key] = one
        else:
            devices[key] = replace(known, addresses=(*known.addresses, *one.addresses))
    return list(devices.values())


def _words(value: Value) -> str:
    return " ".join(text(value).split()) if isinstance(value, bytes) else ""
