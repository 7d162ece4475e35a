"""``nineward-agent join``: enrols this machine with a collector."""

import argparse

from agent.cli.terminal import options

SUMMARY = "enrol this machine with a collector"


def arrange(parser: argparse.ArgumentParser) -> None:
    """Where, by which token, under which name."""
    parser.add_argument("url", metavar="URL", help="address of the collector, https://HOST:8440")
    parser.add_argument("--token", required=True, metavar="T", help="join token, or env:NAME, or file:PATH")
    parser.add_argument("--name", default="", metavar="N", help="name of this agent (default: the host's name)")
    parser.add_argument("--replace", action="store_true", help="join anew, taking over a rebuilt machine's identity")
    options.config(parser)
    parser.set_defaults(run=run)


def run(given: argparse.Namespace) -> int:
    """Join, telling what is done. The token is used up by it, so it may stand on the command line itself."""
    from agent.cli.terminal.secret import indirect, secret
    from agent.join import join

    token = secret(given.token) if indirect(given.token) else given.token
    join(options.folder(given), given.url, token, given.name, given.replace, print)
    return 0
