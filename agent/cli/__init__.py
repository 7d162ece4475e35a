"""The command ``nineward-agent``. This folder is the registry of its commands: the file's name is the command's name.

A command is a module (or a folder, when it has actions of its own) with

- ``SUMMARY``: one line for ``nineward-agent --help``;
- ``arrange(parser)``: adds options or actions and calls ``parser.set_defaults(run=…)``, where
  ``run(arguments) -> int`` does the work and returns the exit code (0 fine, 1 the thing asked about is bad).

What goes wrong on purpose is raised (`rules.errors`) and caught here: exit 2 for usage or settings, 3 if unexpected.
Everything but argparse is imported inside ``run``: an agent that runs for months carries only what it works with.
The folder ``terminal`` holds no command, but what commands share.
"""

import argparse
import os
import sys
import traceback
from collections.abc import Sequence

from agent.cli.terminal import registry
from rules.errors import NinewardError

UNEXPECTED = 3
_SHARED = frozenset({"terminal"})


class _Version(argparse.Action):
    """Looks the version up only when it is asked for: finding it takes longer than all the rest of a start."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from agent.machine import version

        parser.exit(message=f"nineward {version()}\n")


def names() -> list[str]:
    """The names of all commands, sorted."""
    return [name for name in registry.names(__path__) if name not in _SHARED]


def build_parser(chosen: Sequence[str] | None = None) -> argparse.ArgumentParser:
    """The parser of the whole program, or of the ``chosen`` commands alone."""
    parser = argparse.ArgumentParser(
        prog="nineward-agent",
        description="Looks at targets and reports to a collector.",
        epilog="Exit codes: 0 fine, 1 the thing asked about is bad, 2 usage or settings, 3 unexpected.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    registry.arrange(parser, "COMMAND", __name__, chosen or names())
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; answer its exit code. Usage errors end the program with code 2, as argparse does."""
    given = list(sys.argv[1:] if argv is None else argv)
    word = next((word for word in given if not word.startswith("-")), "")
    arguments = build_parser([word] if word in names() else None).parse_args(given)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()
    except NinewardError as trouble:
        print(f"nineward-agent: {trouble}", file=sys.stderr)
        return trouble.exit_code
    except KeyboardInterrupt:
        return UNEXPECTED
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Point standard output away, or its flush at exit complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        traceback.print_exc()
        print("nineward-agent: this should not have happened; please report the lines above.", file=sys.stderr)
        return UNEXPECTED
    return code
