"""``nineward mute``: hold tickets and notices back for a while. Never changes a figure."""

import argparse
from typing import Any

from collector.cli.terminal import options

SUMMARY = "hold tickets and notices back for a while; figures stay as they are"


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, end."""
    of = options.actions(parser)
    add = options.action(of, "add", "be silent about a target, a check or all that a selector names", run_add)
    add.add_argument("what", metavar="TARGET|CHECK|SELECTOR")
    until = add.add_mutually_exclusive_group(required=True)
    until.add_argument("--until", metavar="T", help="when it ends")
    until.add_argument("--for", dest="duration", metavar="LENGTH", help="how long, from now: 2h")
    add.add_argument("--reason", metavar="R", required=True)
    options.action(of, "list", "what is muted", run_list)
    end = options.action(of, "end", "end a mute now", run_end)
    end.add_argument("number", metavar="N", type=int)


def run_add(arguments: argparse.Namespace) -> int:
    """Add one mute."""
    from collector.cli.terminal import answer

    spec: dict[str, Any] = {"what": arguments.what, "reason": arguments.reason}
    if arguments.until:
        spec["until"] = options.instant(arguments.until, arguments.tz)
    else:
        spec["duration"] = arguments.duration
    with answer.collector(arguments) as client:
        added = client.post("mutes", spec)
    answer.show(arguments, added, lambda words: words("Mute {number} is in force.", number=added["number"]))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per mute."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("mutes"),
            (
                ("N", lambda item: item["number"]),
                ("What", lambda item: item["what"]),
                ("Until", lambda item: instant(item["until"], arguments.tz)),
                ("Reason", lambda item: item["reason"]),
                ("By", lambda item: item["by"]),
            ),
            "Nothing is muted.",
        )
    return 0


def run_end(arguments: argparse.Namespace) -> int:
    """End one mute."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        ended = client.delete(f"mutes/{arguments.number}")
    answer.show(arguments, ended, lambda words: words("Mute {number} has ended.", number=arguments.number))
    return 0
