"""A folder of modules as a set of commands: the file's name is the command's name."""

import argparse
import importlib
import pkgutil
from collections.abc import Iterable, Sequence
from typing import Protocol, cast


class Command(Protocol):
    """What a module of such a folder offers."""

    SUMMARY: str

    def arrange(self, parser: argparse.ArgumentParser) -> None:
        """Add the options (or actions) and ``set_defaults(run=…)``."""


def names(path: Iterable[str]) -> list[str]:
    """The names of the modules and folders in a package's ``__path__``, as people type them, sorted."""
    found = (module.name for module in pkgutil.iter_modules(path))
    return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))


def command(package: str, name: str) -> Command:
    """The module behind a command's name."""
    return cast(Command, importlib.import_module(f"{package}.{name.replace('-', '_')}"))


def arrange(parser: argparse.ArgumentParser, metavar: str, package: str, chosen: Sequence[str]) -> None:
    """Give ``parser`` the ``chosen`` commands of a package, one of which must be given."""
    commands = parser.add_subparsers(title=f"{metavar.lower()}s", metavar=metavar, required=True)
    for name in chosen:
        module = command(package, name)
        module.arrange(
            commands.add_parser(name, help=module.SUMMARY, description=module.SUMMARY.capitalize(), allow_abbrev=False)
        )
