"""``nineward replay``: figures from a recorded stream, by the engine of the live system; no store is touched."""

import argparse
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "figures from a recorded stream (JSON Lines); touches no store"


def arrange(parser: argparse.ArgumentParser) -> None:
    """FILE..., the period, the settings."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="JSON Lines; - is standard input")
    options.span(parser)
    parser.add_argument("--settings", metavar="FILE", help="TOML with parameters of the calculation, by their names")
    parser.add_argument("--group", metavar="LABEL", help="also pool the targets by the values of this label")
    options.output(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the figures. A missed target is an answer, not an error."""
    from collector.cli.terminal import answer, figures
    from rules.parameters import Parameters
    from rules.period import read_period
    from rules.record import read_record
    from rules.replay import replay

    tz = arguments.tz
    period = read_period(arguments.start, arguments.end, tz)
    parameters = Parameters()
    if arguments.settings:
        parameters = parameters.with_settings(_toml(arguments.settings), arguments.settings)
    result = replay(read_record(_lines(arguments.files)), period, parameters, arguments.group)
    answer.show(arguments, result, lambda words: figures.text(result, words))
    return 0


def _toml(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as trouble:
        raise Invalid(f"{name} cannot be read: {trouble}.") from trouble
    except tomllib.TOMLDecodeError as trouble:
        raise Invalid(f"{name} is not TOML: {trouble}.") from trouble


def _lines(names: list[str]) -> Iterator[str]:
    for name in names:
        if name == "-":
            yield from sys.stdin
            continue
        try:
            with Path(name).open(encoding="utf-8-sig") as file:
                yield from file
        except (OSError, UnicodeDecodeError) as trouble:
            raise Invalid(f"{name} cannot be read: {trouble}.") from trouble
