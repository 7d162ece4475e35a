"""``nineward objective``: what was promised, how the month stands, and whether it will last."""

import argparse
from typing import Any

from collector.cli.terminal import options

SUMMARY = "what was promised, how the month stands, and whether it will last"


def arrange(parser: argparse.ArgumentParser) -> None:
    """list, show."""
    of = options.actions(parser)
    every = options.action(of, "list", "every agreement in force, and the house: all there is", run_list)
    every.add_argument("--at", metavar="T", help="as of this instant, in its month (now)")
    show = options.action(of, "show", "one agreement with its groups, services and worst targets", run_show)
    show.add_argument("agreement", metavar="AGREEMENT", help="house for all there is")
    show.add_argument("--at", metavar="T", help="as of this instant, in its month (now)")


def run_list(arguments: argparse.Namespace) -> int:
    """One line per objective. A missed one is an answer, not an error."""
    from collector.cli.terminal import answer, objectives

    found = _asked(arguments)
    answer.show(arguments, found["items"], lambda words: objectives.overview(found, words))
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """All about one agreement."""
    from collector.cli.terminal import answer, objectives

    found = _asked(arguments, arguments.agreement)
    answer.show(arguments, found["items"][0], lambda words: objectives.whole(found["items"][0], found["at"], words))
    return 0


def _asked(arguments: argparse.Namespace, agreement: str | None = None) -> Any:
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        return client.get("objectives", at=arguments.at, agreement=agreement, tz=arguments.tz)
