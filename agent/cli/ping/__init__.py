"""``nineward-agent ping``: asks any number of targets by ICMP echo; who answered, how fast, and who did not."""

import argparse

SUMMARY = "ask any number of targets by ICMP echo"


def arrange(parser: argparse.ArgumentParser) -> None:
    """Whom to ask, how, and what to print."""
    from agent.cli.terminal.numbers import number, whole

    parser.epilog = (
        "Exit codes: 0 every target answered, 1 at least one did not, 2 usage, or a name does not resolve, "
        "3 this machine could not ask. Ctrl-C prints what is known by then."
    )
    parser.add_argument(
        "targets", metavar="TARGET", nargs="*", help="address, name, block (192.0.2.0/24) or range (192.0.2.10-20)"
    )
    parser.add_argument(
        "-f", "--file", metavar="FILE", action="append", default=[], help="a target on each line; - is standard input"
    )
    family = parser.add_mutually_exclusive_group()
    family.add_argument("-4", dest="family", action="store_const", const="ipv4", default="any", help="IPv4 only")
    family.add_argument("-6", dest="family", action="store_const", const="ipv6", help="IPv6 only")
    parser.add_argument(
        "-m", "--every-address", action="store_true", help="ask every address of a name, not only the first"
    )
    often = parser.add_mutually_exclusive_group()
    often.add_argument(
        "-c", "--count", type=whole(1, 1_000_000), metavar="N", default=3, help="requests to each target (default 3)"
    )
    often.add_argument("-l", "--loop", action="store_true", help="ask until stopped, and tell each answer")
    parser.add_argument(
        "-i", "--interval", "-p", "--period", type=number(0.002, 86_400), metavar="S", dest="interval", default=None,
        help="seconds between two requests to one target (default 0.2, with --loop 1)",
    )  # fmt: skip
    parser.add_argument(
        "-t", "--timeout", type=number(0.001, 60), metavar="S", default=1.0,
        help="seconds an answer may take (default 1); a later one does not count, but is told",
    )  # fmt: skip
    parser.add_argument(
        "-r", "--rate", type=number(0, 1_000_000), metavar="PPS", default=2000.0,
        help="requests a second to all targets together (default 2000); 0: as fast as none is lost here",
    )  # fmt: skip
    parser.add_argument(
        "-s", "--size", type=whole(16, 65_000), metavar="BYTES", default=56, help="payload of a request (default 56)"
    )
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="one JSON document; with --loop one JSON object a line")
    shown.add_argument("-q", "--quiet", action="store_true", help="only the summary")
    shown.add_argument("-a", "--alive", action="store_true", help="only a list of the targets that answered")
    shown.add_argument("-u", "--unreachable", action="store_true", help="only a list of those that did not")
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Ask, print, and answer by the exit code whether all is well."""
    from agent.cli.ping import ask

    return ask.run(given)
