"""``nineward-agent snmp table``: a table of a device as a table."""

import argparse

from agent.cli.snmp.asking import access, dictionary
from agent.cli.terminal.numbers import whole

SUMMARY = "print a table, a line for each row"


def arrange(parser: argparse.ArgumentParser) -> None:
    """The device, the way in, the table, and which of its columns."""
    access.arrange(parser)
    parser.add_argument("table", metavar="TABLE", help="name or number: ifTable, entPhysicalTable, 1.3.6.1.2.1.2.2")
    parser.add_argument(
        "--columns", default="", metavar="A,B", help="only these columns, by name or by number (default: all there are)"
    )
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
    """Read the table and print it. 1 when the device has none, or did something wrong."""
    import json
    import shutil
    import sys

    from agent.cli.snmp.asking import exchange
    from agent.cli.snmp.asking.grid import Grid, blocks
    from agent.snmp.device import Device
    from agent.snmp.subtree import Subtree, subtree

    names = dictionary.names(given)
    grid = Grid(names, given.table, [word for word in given.columns.split(",") if word])

    async def work(device: Device) -> int:
        faults: list[str] = []
        taken = 0
        for root in grid.roots:
            walk = Subtree(root, max(1, given.most - taken))
            async for fresh in subtree(device, walk, given.timeout):
                for one in fresh:
                    grid.take(one)
            taken += walk.taken
            faults += walk.faults
        if not taken and not faults:
            faults.append(f"{grid.title}: the device has no rows there, or does not show them to these credentials")
        if given.json:
            document = {"address": given.address, "table": grid.title, "rows": grid.records(), "faults": faults}
            print(json.dumps(document, ensure_ascii=False))
        elif taken:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            print(blocks(*grid.lines(given.numeric), width))
        sys.stdout.flush()
        for fault in faults:
            print(f"nineward-agent: {given.address}: {fault}", file=sys.stderr)
        return exchange.BAD if faults else 0

    return exchange.run(given, work)
