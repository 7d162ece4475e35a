"""``nineward whatif``: a period as it would have been with other settings. Touches nothing."""

import argparse
import tomllib
from pathlib import Path
from typing import Any

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "what other settings, parents, windows or repairs would have changed in a period"
PATIENCE_S = 3600.0


def arrange(parser: argparse.ArgumentParser) -> None:
    """TARGET..., the period, and the scenario by options or as a file."""
    parser.add_argument("targets", metavar="TARGET", nargs="*", help="all when none is named")
    options.span(parser)
    parser.add_argument("--scenario", metavar="FILE", help="TOML with the whole scenario; options add to it")
    parser.add_argument("--settings", metavar="FILE", help="TOML with parameters, as of nineward replay")
    parser.add_argument(
        "--set",
        dest="sets",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a parameter, or a setting of all checks",
    )
    parser.add_argument(
        "--check",
        dest="checks",
        metavar="SELECTOR KEY=VALUE",
        nargs="+",
        action="append",
        default=[],
        help="settings of the checks that a selector names, as of nineward policy add",
    )
    parser.add_argument(
        "--parent",
        dest="parents",
        metavar="CHILD=PARENT,PARENT",
        action="append",
        default=[],
        help="other parents for a target; CHILD= for none",
    )
    parser.add_argument(
        "--maintenance", metavar=("TARGET", "FROM", "TO"), nargs=3, action="append", default=[], help="one more window"
    )
    parser.add_argument(
        "--without-maintenance", metavar="N", type=int, action="append", default=[], help="a window left out"
    )
    parser.add_argument("--repair-factor", metavar="F", type=float, help="outages last this share of their time: 0.5")
    parser.add_argument(
        "--redundant", metavar="A,B", action="append", default=[], help="the figures if these stood in for each other"
    )
    options.listing(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the difference. That there is one is an answer, not an error."""
    from collector.cli.terminal import answer, progress, whatif

    question = {
        "period": {"from": arguments.start, "to": arguments.end, "tz": arguments.tz},
        "targets": arguments.targets,
        "scenario": scenario(arguments),
    }
    with answer.collector(arguments) as client, progress.shown(arguments, "whatif"):
        found = client.post("whatif", question, patience=PATIENCE_S)
    answer.show(arguments, found, lambda words: whatif.text(found, words))
    return 0


def scenario(arguments: argparse.Namespace) -> dict[str, Any]:
    """The table that the options and files come to."""
    table = _toml(arguments.scenario) if arguments.scenario else {}
    parameters = {**table.get("parameters", {}), **(_toml(arguments.settings) if arguments.settings else {})}
    parameters.update(options.settings(arguments.sets))
    checks = list(table.get("check", []))
    checks += ({"select": select, "settings": options.settings(rest)} for select, *rest in arguments.checks)
    parents = {**table.get("parents", {})}
    parents.update({child: _names(named) for child, named in options.pairs(arguments.parents).items()})
    windows = list(table.get("maintenance", []))
    windows += ({"targets": _names(names), "from": start, "to": end} for names, start, end in arguments.maintenance)
    found = {
        **table,
        "parameters": parameters,
        "check": checks,
        "parents": parents,
        "maintenance": windows,
        "without_maintenance": [*table.get("without_maintenance", []), *arguments.without_maintenance],
        "redundant": [*table.get("redundant", []), *(_names(group) for group in arguments.redundant)],
    }
    if arguments.repair_factor is not None:
        found["repair_factor"] = arguments.repair_factor
    return {key: value for key, value in found.items() if value not in ({}, [])}


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _toml(name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(Path(name).read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as trouble:
        raise Invalid(f"{name} cannot be read: {trouble}.") from trouble
    except tomllib.TOMLDecodeError as trouble:
        raise Invalid(f"{name} is not TOML: {trouble}.") from trouble
