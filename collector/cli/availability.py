"""``nineward availability``: figures of targets and services for a period, by the engine of pages and reports."""

import argparse

from collector.cli.terminal import options

SUMMARY = "figures of targets and services for a period"


def arrange(parser: argparse.ArgumentParser) -> None:
    """TARGET... and the period."""
    options.figures(parser)
    parser.add_argument("--group", metavar="LABEL", help="also pool the targets by the values of this label")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures. A missed target is an answer, not an error."""
    from collector.cli.terminal import answer, figures

    with answer.collector(arguments) as client:
        found = client.get(
            "availability",
            target=arguments.targets,
            group=arguments.group,
            **{"from": arguments.start, "to": arguments.end, "tz": arguments.tz},
        )
    answer.show(arguments, found, lambda words: figures.text(found, words))
    return 0
