"""``nineward explain``: what state at an instant, and what made it so."""

import argparse

from collector.cli.terminal import options

SUMMARY = "the state of a target at an instant, and what made it so"


def arrange(parser: argparse.ArgumentParser) -> None:
    """TARGET T."""
    parser.add_argument("target", metavar="TARGET", help="a target or a service")
    parser.add_argument("at", metavar="T", help="the instant")
    options.listing(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print state, rules, overlays, and the raw results of every check by agent."""
    from collector.cli.terminal import answer, explained

    at = options.instant(arguments.at, arguments.tz)
    with answer.collector(arguments) as client:
        found = client.get("explain", target=arguments.target, t=at)
    answer.show(arguments, found, lambda words: explained.text(found, arguments.tz, words))
    return 0
