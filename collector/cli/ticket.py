"""``nineward ticket``: the systems that hear of incidents."""

import argparse

from collector.cli.terminal import options

SUMMARY = "try the ticket systems"


def arrange(parser: argparse.ArgumentParser) -> None:
    """test."""
    of = options.actions(parser)
    test = options.action(of, "test", "one harmless round trip, the raw answer shown", run_test)
    test.add_argument("system", metavar="SYSTEM", help="its name in nineward.toml")


def run_test(arguments: argparse.Namespace) -> int:
    """Exit code 1 when the system did not take it."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.post(f"tickets/{quote(arguments.system)}/test")
    answer.show(arguments, found, lambda words: str(found["answer"]))
    return 0 if found["ok"] else 1
