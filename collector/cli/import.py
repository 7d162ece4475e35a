"""``nineward import``: histories of other systems in the replay format, to be judged by ``nineward replay``."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from collector.cli.terminal import options
from collector.importers import importer, names
from collector.replay_lines import Entry
from rules.errors import Unavailable

SUMMARY = "the history of another system, in the format of replay"


def arrange(parser: argparse.ArgumentParser) -> None:
    """One action per importer."""
    of = options.actions(parser)
    for name in names():
        module = importer(name)
        action = of.add_parser(name, help=module.SUMMARY, description=module.SUMMARY.capitalize(), allow_abbrev=False)
        module.arrange(action)
        action.add_argument("--out", metavar="FILE", help="where to write (default: standard output)")
        action.set_defaults(run=run, importer=name)


def run(arguments: argparse.Namespace) -> int:
    """Write the lines, and say to standard error how many and what was left out."""
    found = importer(arguments.importer).entries(arguments, lambda sentence: print(sentence, file=sys.stderr))
    if arguments.out is None:
        count = _write(found, sys.stdout)
    else:
        count = _whole(found, Path(arguments.out))
        print(f"{count} lines are in {arguments.out}. Judge them with: nineward replay {arguments.out} --from T --to T")
    return 0 if count else 1


def _whole(found: Iterator[Entry], path: Path) -> int:
    """All of it under its name, or nothing: a history cut short would be judged like a whole one."""
    try:
        handle, unfinished = tempfile.mkstemp(dir=path.absolute().parent, prefix=f"{path.name}.")
    except OSError as trouble:
        raise Unavailable(f"{path} cannot be written: {trouble.strerror}.") from trouble
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            count = _write(found, file)
        umask = os.umask(0)
        os.umask(umask)
        Path(unfinished).chmod(0o666 & ~umask)
        Path(unfinished).replace(path)
    except BaseException as trouble:
        Path(unfinished).unlink(missing_ok=True)
        if isinstance(trouble, OSError):
            raise Unavailable(f"{path} cannot be written: {trouble.strerror}.") from trouble
        raise
    return count


def _write(found: Iterator[Entry], file: TextIO) -> int:
    count = 0
    for entry in found:
        file.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
        file.write("\n")
        count += 1
    return count
