"""The names an action prints: the product's own, and those of MIB files that somebody gives."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cli.terminal import options
from rules.errors import Invalid

if TYPE_CHECKING:
    from agent.snmp.names import Names


def arrange(parser: argparse.ArgumentParser) -> None:
    """Where names come from, and whether they are printed."""
    parser.add_argument(
        "--mibs", type=Path, action="append", default=[], metavar="DIR",
        help="folder of MIB files whose names to use too; also mibs = [...] under [probes.snmp] in agent.toml",
    )  # fmt: skip
    parser.add_argument("--numeric", action="store_true", help="numbers instead of names and words")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def names(given: argparse.Namespace) -> "Names":
    """All names. What cannot be read of the MIB files is told on standard error. Raises Invalid."""
    from agent.snmp.names import shipped

    folders = [*_set(given), *given.mibs]
    if not folders:
        return shipped()
    from agent.snmp.mib_files import nodes

    found, faults = nodes(folders)
    for fault in faults:
        print(f"nineward-agent: {fault}", file=sys.stderr)
    return shipped().with_nodes(found)


def _set(given: argparse.Namespace) -> list[Path]:
    """The folders that agent.toml names."""
    from agent.settings import load

    path = options.folder(given).settings
    told = load(path).probes.get("snmp", {}).get("mibs", []) if path.exists() else []
    if not isinstance(told, list) or not all(isinstance(folder, str) for folder in told):
        raise Invalid(f"{path}: probes.snmp.mibs: expected a list of folders.")
    return [Path(folder) for folder in told]
