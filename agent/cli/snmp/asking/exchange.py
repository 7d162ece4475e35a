"""From a command line to a device that answers, and back to an exit code."""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from agent.cli.snmp.asking import access
from rules.errors import Invalid

if TYPE_CHECKING:
    from agent.snmp.credentials import Access
    from agent.snmp.device import Device

BAD, COULD_NOT_ASK = 1, 3


def run(given: argparse.Namespace, work: Callable[["Device"], Awaitable[int]]) -> int:
    """Do the ``work`` with the device that is meant; its exit code.

    1 when the device does not answer or refuses, 3 when this machine could not ask; why is told on standard error,
    and with ``--json`` on standard output too.
    """
    from agent.names import version
    from agent.snmp.errors import Silent, Unanswered
    from agent.trouble import judge
    from rules.result import Outcome

    ways = access.ways(given)
    host, port = place(given)

    async def asked() -> int:
        from agent.names import resolve

        address = (await resolve(host))[0]
        try:
            return await _through(ways, address, port, given.timeout, work)
        except Silent as nothing:
            return told(f"{nothing}. Find out why: nineward-agent snmp doctor {given.address} …", BAD)
        except Unanswered as refused:
            return told(f"{refused}.", BAD)
        except BrokenPipeError:
            # Whoever reads our lines has seen enough: that says nothing of the device.
            raise
        except OSError as trouble:
            outcome, text = judge(trouble, version(address))
            return told(f"{text}.", COULD_NOT_ASK if outcome is Outcome.ERROR else BAD)

    def told(text: str, code: int) -> int:
        if given.json:
            print(json.dumps({"address": given.address, "error": text}, ensure_ascii=False))
        print(f"nineward-agent: {given.address}: {text}", file=sys.stderr)
        return code

    return asyncio.run(asked())


def place(given: argparse.Namespace) -> tuple[str, int]:
    """Host and port. Raises Invalid."""
    from agent.stream import split

    try:
        return split(given.address, given.port)
    except ValueError as wrong:
        raise Invalid(f"{given.address!r}: {wrong}.") from None


async def _through(
    ways: tuple["Access", ...], address: str, port: int, patience_s: float, work: Callable[["Device"], Awaitable[int]]
) -> int:
    """The work by the first way in that the device takes."""
    from agent.snmp.devices import open_device
    from agent.snmp.errors import Denied, ErrorStatus
    from agent.snmp.reading import SYS_UP_TIME

    for number, way in enumerate(ways):
        device = open_device(way, address, port)
        try:
            if number < len(ways) - 1:
                try:
                    await device.get([SYS_UP_TIME], patience_s)
                except Denied as refused:
                    if refused.retry:
                        continue
                    raise
                except ErrorStatus:
                    pass
            return await work(device)
        finally:
            device.close()
    raise AssertionError("there is always a last way")
