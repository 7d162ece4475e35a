"""``nineward-agent snmp walk``: all that lies below some places of a device's tree."""

import argparse

from agent.cli.snmp.asking import access, dictionary
from agent.cli.terminal.numbers import whole

SUMMARY = "print all that lies below a place"


def arrange(parser: argparse.ArgumentParser) -> None:
    """The device, the way in, the places, and how much of them."""
    access.arrange(parser)
    parser.add_argument("objects", metavar="OBJECT", nargs="+", help="where to begin: mib-2, ifTable, 1.3.6.1.4.1")
    parser.add_argument(
        "--most",
        type=whole(1, 10_000_000),
        default=50_000,
        metavar="N",
        help="values after which to stop (default 50000)",
    )
    dictionary.arrange(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Walk, and print rows as they come. 1 when nothing came, or the device did something wrong."""
    import json
    import sys

    from agent.cli.snmp.asking import exchange
    from agent.cli.snmp.asking.printing import line, record
    from agent.snmp.device import Device
    from agent.snmp.subtree import Subtree, subtree

    names = dictionary.names(given)
    roots = [(word, names.oid(word)) for word in given.objects]

    async def work(device: Device) -> int:
        rows: list[object] = []
        faults: list[str] = []
        taken = 0
        for word, root in roots:
            walk = Subtree(root, max(1, given.most - taken))
            async for fresh in subtree(device, walk, given.timeout):
                for one in fresh:
                    if given.json:
                        rows.append(record(names, one))
                    else:
                        print(line(names, one, given.numeric))
            taken += walk.taken
            if not walk.taken and not walk.faults:
                # It may be one object rather than a place with others below it.
                (single,) = await device.get([root], given.timeout)
                if single.value is None:
                    faults.append(f"{word}: the device has nothing there, or does not show it to these credentials")
                elif given.json:
                    rows.append(record(names, single))
                else:
                    print(line(names, single, given.numeric))
            faults += walk.faults
        if given.json:
            print(json.dumps({"address": given.address, "rows": rows, "faults": faults}, ensure_ascii=False))
        sys.stdout.flush()
        for fault in faults:
            print(f"nineward-agent: {given.address}: {fault}", file=sys.stderr)
        return exchange.BAD if faults else 0

    return exchange.run(given, work)
