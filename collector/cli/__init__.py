"""The command ``nineward``. This folder is the registry of its commands: the file's name is the command's name.

A command is a module with

- ``SUMMARY``: one line for ``nineward --help``;
- ``arrange(parser)``: adds options or sub-commands and calls ``parser.set_defaults(run=…)``, where
  ``run(arguments) -> int`` does the work and returns the exit code (0 fine, 1 the thing asked about is bad).

What goes wrong on purpose is raised (`rules.errors`) and caught here: exit 2 for usage or settings, 3 if unexpected.
Heavy libraries are imported inside ``run``, so that asking for help stays quick. Folders in here hold no commands.
"""

import argparse
import importlib
import os
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from typing import Protocol, cast

from collector.cli.terminal.options import reach
from collector.release import release
from rules.errors import NinewardError

UNEXPECTED = 3


class Command(Protocol):
    """What a module of this folder offers."""

    SUMMARY: str

    def arrange(self, parser: argparse.ArgumentParser) -> None:
        """Add the options (or sub-commands) and ``set_defaults(run=…)``."""


def names() -> list[str]:
    """The names of all commands, sorted."""
    found = (module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    return sorted(name.replace("_", "-") for name in found if not name.startswith("__"))


def command(name: str) -> Command:
    """The module behind a command's name."""
    return cast(Command, importlib.import_module(f"{__name__}.{name.replace('-', '_')}"))


def build_parser(chosen: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser of the whole program, or of the ``chosen`` commands alone."""
    parser = argparse.ArgumentParser(
        prog="nineward",
        description="Measures availability, proves its figures, and gets faults fixed inside their service targets.",
        epilog="Exit codes: 0 fine, 1 the thing asked about is bad, 2 usage or settings, 3 unexpected.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"nineward {release()}")
    reach(parser, top=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in chosen or names():
        module = command(name)
        module.arrange(
            commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY.capitalize(), allow_abbrev=False)
        )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; answer its exit code. Usage errors end the program with code 2, as argparse does."""
    given = list(sys.argv[1:] if argv is None else argv)
    known = set(names())
    named = next((word for word in given if word in known), None)
    arguments = build_parser([named] if named else None).parse_args(given)
    try:
        if getattr(arguments, "tz", "") is None or getattr(arguments, "lang", "") is None:
            from collector.cli.terminal import installed

            installed.fill(arguments)
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except NinewardError as trouble:
        print(f"nineward: {trouble}", file=sys.stderr)
        return trouble.exit_code
    except KeyboardInterrupt:
        print("nineward: interrupted", file=sys.stderr)
        return UNEXPECTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Point standard output away, or its flush at exit complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        traceback.print_exc()
        print("nineward: this should not have happened; please report the lines above.", file=sys.stderr)
        return UNEXPECTED
    return code
