"""A device of the product's, and the responder it talks to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agent.snmp.ber import Oid
from agent.snmp.credentials import Access
from agent.snmp.device import Device
from agent.snmp.devices import open_device
from agent.snmp.table import Table
from agent.snmp.transport import Counts
from rules.secret import Secret
from tests.agent.snmp.responder import Behaviour, Responder, responder

V2C = Access("lab", "v2c", community=Secret("reading"))
V1 = Access("lab", "v1", community=Secret("reading"))


@asynccontextmanager
async def meeting(
    behave: Behaviour, access: Access = V2C, address: str = "127.0.0.1"
) -> AsyncIterator[tuple[Device, Responder]]:
    """A device that behaves so, opened by that way in."""
    async with responder(behave, address) as other:
        device = open_device(access, address, other.port)
        try:
            yield device, other
        finally:
            device.close()


def counted(device: Device) -> Counts:
    """What the socket of a device has seen."""
    return device.line.transport.counts


def table_of(
    behave: Behaviour, *columns: Oid, access: Access = V2C, within_s: float = 3.0, most: int = 50_000
) -> Table:
    """The columns read once from a device that behaves so."""

    async def run() -> Table:
        async with meeting(behave, access) as (device, _):
            return await device.read(columns, until=asyncio.get_running_loop().time() + within_s, most=most)

    return asyncio.run(run())
