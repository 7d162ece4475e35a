"""``nineward outages``: every outage of targets in a period, with its edges and what they lie between."""

import argparse

from collector.cli.terminal import options

SUMMARY = "every outage of targets in a period"


def arrange(parser: argparse.ArgumentParser) -> None:
    """TARGET... and the period."""
    options.figures(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the outages in order of time."""
    from collector.cli.terminal import answer
    from collector.reports.exact import length, moment
    from collector.reports.words import CAUSES, named

    tz, words = arguments.tz, answer.words(arguments)
    with answer.collector(arguments) as client:
        found = client.get(
            "outages", target=arguments.targets, **{"from": arguments.start, "to": arguments.end, "tz": tz}
        )["items"]
    answer.listed(
        arguments,
        found,
        (
            ("Target", lambda item: item["target"]),
            ("Start", lambda item: moment(item["start"], tz)),
            ("End", lambda item: words("Open") if item["end"] is None else moment(item["end"], tz)),
            ("Length", lambda item: None if item["end"] is None else length(item["end"] - item["start"])),
            ("Detected", lambda item: moment(item["detected"], tz)),
            ("Cause", lambda item: named(CAUSES, item["cause"], words)),
        ),
        "No outage in this period.",
        right=(3,),
    )
    return 0
