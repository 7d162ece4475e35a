"""``nineward trap``: what devices said of themselves, as agents heard it."""

import argparse
from itertools import islice
from typing import Any

from collector.cli.terminal import options

SUMMARY = "SNMP traps and informs that agents received"


def arrange(parser: argparse.ArgumentParser) -> None:
    """list."""
    of = options.actions(parser)
    listed = options.action(of, "list", "what devices said, the newest first", run_list)
    listed.add_argument("--target", metavar="NAME", help="of this target; '' for addresses that no target has")
    listed.add_argument("--since", metavar="T", help="not before this time")
    listed.add_argument("--limit", metavar="N", type=int, default=100, help="at most so many (default 100)")


def run_list(arguments: argparse.Namespace) -> int:
    """One line per trap."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    asked: dict[str, Any] = {}
    if arguments.target is not None:
        asked["target"] = arguments.target
    if arguments.since is not None:
        asked["since"] = options.instant(arguments.since, arguments.tz)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            islice(client.every("traps", **asked), max(0, arguments.limit)),
            (
                ("Received", lambda item: instant(item["at"], arguments.tz)),
                ("Target", lambda item: item["target"]),
                ("From", lambda item: item["source"]),
                ("Trap", lambda item: item["name"] or item["oid"]),
                ("What it says", lambda item: ", ".join(f"{name} {value}" for name, value in item["bindings"])),
                ("Not kept before it", lambda item: item["unkept"] or None),
            ),
            "No trap was received.",
        )
    return 0
