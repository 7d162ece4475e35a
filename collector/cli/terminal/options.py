"""Options that many commands have, each told once."""

import argparse

LANGUAGES = ("en", "zh-CN")


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
    reach(parser)


def output(parser: argparse.ArgumentParser) -> None:
    """For whom to print, and in which language."""
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output, nothing else")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="language of headings and states")


def span(parser: argparse.ArgumentParser) -> None:
    """A stretch of time: RFC 3339, integer milliseconds UTC, or local to --tz when it has no offset."""
    parser.add_argument("--from", dest="start", metavar="T", required=True, help="start (included)")
    parser.add_argument("--to", dest="end", metavar="T", required=True, help="end (excluded)")
    parser.add_argument("--tz", metavar="ZONE", default="Asia/Shanghai", help="time zone of instants without an offset")


def pairs(texts: list[str]) -> dict[str, str]:
    """``k=v`` words as a table. Raises Invalid for a word without ``=``."""
    from rules.errors import Invalid

    table: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise Invalid(f"{text!r} is not of the form key=value.")
        table[key] = value
    return table
