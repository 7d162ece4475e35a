"""``nineward statistics``: what the figures of a period are worth: bounds, intervals, trends and comparisons."""

import argparse

from collector.cli.terminal import options

SUMMARY = "what the figures of targets in a period are worth"


def arrange(parser: argparse.ArgumentParser) -> None:
    """TARGET... and the period."""
    options.figures(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the statistics of the targets as one set. What is not demonstrated is an answer, not an error."""
    from collector.cli.terminal import answer, statistics

    with answer.collector(arguments) as client:
        found = client.get(
            "statistics",
            target=arguments.targets,
            **{"from": arguments.start, "to": arguments.end, "tz": arguments.tz},
        )
    answer.show(arguments, found, lambda words: statistics.text(found, words))
    return 0
