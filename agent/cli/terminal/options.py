"""Options that several commands have, each told once."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from agent.folder import Folder, default_settings
from rules.errors import Invalid


def config(parser: argparse.ArgumentParser) -> None:
    """``--config``: where the agent's settings, and with them its folder, are."""
    parser.add_argument(
        "--config",
        type=Path,
        default=None,
        metavar="FILE",
        help="settings file (default: agent.toml in the agent's folder)",
    )


def folder(given: argparse.Namespace) -> Folder:
    """The agent's folder that ``--config`` names."""
    return Folder((given.config or default_settings()).absolute())


def pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE words as a table. Raises Invalid, naming the ``option``, for words without ``=``."""
    wrong = [text for text in given if "=" not in text]
    if wrong:
        raise Invalid(f"{option} is written NAME=VALUE.", tuple(wrong))
    return dict(text.partition("=")[::2] for text in given)
