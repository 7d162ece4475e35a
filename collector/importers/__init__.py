"""Histories of other systems, as lines of the replay format. This folder is the registry: file name = kind of source.

An importer is a module with

- ``SUMMARY``: one line for ``nineward import --help``;
- ``arrange(parser)``: its own options;
- ``entries(arguments, told) -> Iterator[Entry]``: the lines, in any order; ``told`` takes the sentences that a person
  must read, about what could not be taken over. Raises Invalid for input that cannot be used, Unavailable for a server
  that does not answer.

What is shared between importers stands in ``collector.replay_lines``, not here.
"""

import argparse
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from typing import Protocol, cast

from collector.replay_lines import Entry

Told = Callable[[str], None]


class Importer(Protocol):
    """What a module of this folder offers."""

    SUMMARY: str

    def arrange(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""

    def entries(self, arguments: argparse.Namespace, told: Told) -> Iterator[Entry]:
        """The lines of the replay format, as objects."""


def names() -> list[str]:
    """The kinds of sources, sorted."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__))


def importer(name: str) -> Importer:
    """The module behind a kind."""
    return cast(Importer, importlib.import_module(f"{__name__}.{name.replace('-', '_')}"))
