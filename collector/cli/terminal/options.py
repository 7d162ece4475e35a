"""Options that many commands have, each told once."""

import argparse
from collections.abc import Callable
from typing import Protocol

from collector.languages import LANGUAGES
from rules.errors import Invalid

LANGUAGE, ZONE = "en", "Asia/Shanghai"
"""What holds where neither the command nor the installation says otherwise."""

Run = Callable[[argparse.Namespace], int]
"""What a command does; answers the exit code."""


class Actions(Protocol):
    """What ``add_subparsers`` answers with."""

    def add_parser(self, name: str, *, help: str, description: str, allow_abbrev: bool) -> argparse.ArgumentParser:  # noqa: A002
        """A parser for one action."""


def actions(parser: argparse.ArgumentParser) -> Actions:
    """Sub-commands of a command, one of which must be given."""
    return parser.add_subparsers(title="actions", metavar="ACTION", required=True)


def action(of: Actions, name: str, summary: str, run: Run) -> argparse.ArgumentParser:
    """One sub-command that talks to a collector and prints its answer."""
    parser = of.add_parser(name, help=summary, description=summary.capitalize(), allow_abbrev=False)
    listing(parser)
    parser.set_defaults(run=run)
    return parser


def reach(parser: argparse.ArgumentParser, *, top: bool = False) -> None:
    """How the command finds its collector. Understood before and after the command's name."""
    default = None if top else argparse.SUPPRESS
    group = parser.add_argument_group("which collector")
    group.add_argument("--data", metavar="DIR", default=default, help="data folder (or NINEWARD_DATA)")
    group.add_argument("--url", metavar="URL", default=default, help="a remote collector (or NINEWARD_URL)")
    group.add_argument(
        "--token",
        metavar="SECRET",
        default=default,
        help="token for --url, as env:NAME or file:PATH (default: the text of NINEWARD_TOKEN)",
    )
    group.add_argument(
        "--ca",
        metavar="FILE|sha256:DIGEST",
        default=default,
        help="trust only this certificate authority, by its file or by its key's fingerprint (or NINEWARD_CA)",
    )


def listing(parser: argparse.ArgumentParser) -> None:
    """For commands that answer with data: how to reach it, for whom to print it, in which language."""
    output(parser)
    # Not given is not the same as given: what the installation sets holds then (`installed`).
    parser.set_defaults(lang=None, tz=None)
    reach(parser)


def output(parser: argparse.ArgumentParser) -> None:
    """For whom to print: in which form, language and time zone."""
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, nothing else")
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGE, help="language of headings and states")
    parser.add_argument(
        "--tz", metavar="ZONE", default=ZONE, help="time zone of times shown, and of those given without one"
    )


def span(parser: argparse.ArgumentParser) -> None:
    """A stretch of time: RFC 3339, integer milliseconds UTC, or local to --tz when it has no offset; or a period."""
    begin = parser.add_mutually_exclusive_group(required=True)
    begin.add_argument("--from", dest="start", metavar="T", help="start (included)")
    begin.add_argument(
        "--period", dest="start", metavar="NAME", help="a month, quarter or year: 2026-10, 2026-Q4, 2026 (no --to)"
    )
    parser.add_argument("--to", dest="end", metavar="T", help="end (excluded)")


def figures(parser: argparse.ArgumentParser) -> None:
    """For commands that answer for targets and a stretch of time."""
    parser.add_argument("targets", metavar="TARGET", nargs="*", help="all when none is named")
    span(parser)
    listing(parser)


def instant(text: str, tz: str) -> int:
    """An instant as people write it, in ms UTC; without an offset it is local in ``tz``. Raises Invalid."""
    from rules.period import parse_instant

    return parse_instant(text, tz)


def settings(texts: list[str]) -> dict[str, object]:
    """``k=v`` words as settings: numbers and true/false are told from texts, as TOML would."""
    return {key: _value(text) for key, text in pairs(texts).items()}


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def pairs(texts: list[str]) -> dict[str, str]:
    """``k=v`` words as a table. Raises Invalid for a word without ``=``."""
    table: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise Invalid(f"{text!r} is not of the form key=value.")
        table[key] = value
    return table
