"""The part of the SNMP benchmark that runs in a process of its own, so that its CPU can be told from everything else.

    python -m benchmarks.snmp_child own|pysnmp get|table v2c|v3 PORT DEVICES ROUNDS CONCURRENCY

Every device is asked once before the clock starts (imports, first contact, engines and keys of v3), then ROUNDS times
more. Prints what it did, how long it took, and the CPU-seconds it used, as JSON.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

from agent.garbage import settle
from benchmarks.snmp_responder import AUTH_KEY, COLUMNS, COMMUNITY, PRIV_KEY, USER, place
from rules.secret import Secret

UP = (1, 3, 6, 1, 2, 1, 1, 3, 0)
ROWS = 50
PATIENCE_S = 10.0

Ask = Callable[[int], Awaitable[None]]


def own(what: str, version: str, port: int, devices: int) -> Ask:
    """By the agent's engine, as its probes use it."""
    from agent.snmp.credentials import Access
    from agent.snmp.devices import open_device

    if version == "v3":
        auth_key, priv_key = Secret(AUTH_KEY), Secret(PRIV_KEY)
        access = Access("bench", "v3", user=USER, auth="sha256", auth_key=auth_key, priv="aes128", priv_key=priv_key)
    else:
        access = Access("bench", "v2c", community=Secret(COMMUNITY))
    opened = [open_device(access, place(number), port) for number in range(devices)]
    loop = asyncio.get_running_loop()

    async def get(number: int) -> None:
        await opened[number].get([UP], PATIENCE_S)

    async def table(number: int) -> None:
        found = await opened[number].read(COLUMNS, until=loop.time() + PATIENCE_S)
        if found.faults or any(len(cells) != ROWS for cells in found.cells.values()):
            raise AssertionError(f"the table did not come whole: {found.faults}")

    return get if what == "get" else table


def pysnmp(what: str, version: str, port: int, devices: int) -> Ask:
    """By pysnmp's high-level interface without MIB look-ups, one engine for all, columns by GETBULK."""
    from pysnmp.hlapi.v3arch import asyncio as api

    engine = api.SnmpEngine()
    who: Any = (
        api.UsmUserData(
            USER,
            AUTH_KEY,
            PRIV_KEY,
            authProtocol=api.USM_AUTH_HMAC192_SHA256,
            privProtocol=api.USM_PRIV_CFB128_AES,
        )
        if version == "v3"
        else api.CommunityData(COMMUNITY)
    )
    context = api.ContextData()
    targets: dict[int, Any] = {}

    async def target(number: int) -> Any:
        if number not in targets:
            targets[number] = await api.UdpTransportTarget.create((place(number), port), timeout=PATIENCE_S, retries=1)
        return targets[number]

    async def get(number: int) -> None:
        wanted = api.ObjectType(api.ObjectIdentity(UP))
        trouble, status, _, _ = await api.get_cmd(engine, who, await target(number), context, wanted, lookupMib=False)
        if trouble or status:
            raise AssertionError(f"{trouble or status}")

    async def table(number: int) -> None:
        where = await target(number)
        for column in COLUMNS:
            wanted = api.ObjectType(api.ObjectIdentity(column))
            trouble, status, _, rows = await api.bulk_cmd(
                engine, who, where, context, 0, ROWS + 1, wanted, lookupMib=False
            )
            inside = {tuple(name) for name, _ in rows if tuple(name)[: len(column)] == column}
            if trouble or status or len(inside) != ROWS:
                raise AssertionError(f"the table did not come whole: {trouble or status or len(inside)}")

    return get if what == "get" else table


async def measure(engine: str, what: str, version: str, port: int, devices: int, rounds: int, side: int) -> None:
    """Ask all devices, ``side`` of them at a time."""
    ask = (own if engine == "own" else pysnmp)(what, version, port, devices)

    async def part(first: int, times: int) -> None:
        for _ in range(times):
            for number in range(first, devices, side):
                await ask(number)

    async def all_of_them(times: int) -> None:
        await asyncio.gather(*(part(first, times) for first in range(min(side, devices))))

    await all_of_them(1)
    if engine == "own":
        settle()  # as the agent does once it is at work
    began, cpu_s = time.monotonic(), time.process_time()
    await all_of_them(rounds)
    took_s, cpu_s = time.monotonic() - began, time.process_time() - cpu_s
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    print(json.dumps({"asked": devices * rounds, "took_s": took_s, "cpu_s": cpu_s, "loop": loop}), flush=True)


def main() -> int:
    """Read the arguments and measure."""
    engine, what, version, *numbers = sys.argv[1:]
    port, devices, rounds, side = map(int, numbers)
    asyncio.run(measure(engine, what, version, port, devices, rounds, side))
    return 0


if __name__ == "__main__":
    sys.exit(main())
