"""``nineward collector``: the collector by itself, as a service manager starts it."""

import argparse
import dataclasses
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from rules.errors import Invalid

SUMMARY = "run the collector, or check its settings"

_PATIENCE_S = 10.0
"""How long to wait for a command that holds the data folder at this moment."""


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the sub-commands."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    runner = commands.add_parser("run", help="run until a signal ends it", allow_abbrev=False)
    runner.add_argument(
        "--listen", metavar="ADDRESS", help="address to listen on; beyond loopback only HTTPS is spoken"
    )
    runner.add_argument("--port", type=int, metavar="N", help="TCP port of pages, API and agents (default 8440)")
    runner.add_argument("--wheels", metavar="DIR", help="folder of wheels from which other machines install the agent")
    runner.set_defaults(run=run)
    checker = commands.add_parser("check-config", help="read nineward.toml and tell every mistake", allow_abbrev=False)
    checker.set_defaults(run=check_config)
    migrator = commands.add_parser("migrate", help="bring the data folder to this release", allow_abbrev=False)
    migrator.set_defaults(run=migrate)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; then stop in order."""
    from collector.app import open_house
    from collector.serve import run_forever
    from collector.settings import load

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("uvicorn", "apscheduler"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    settings = load(_data(arguments))
    given: dict[str, Any] = {
        name: kind(getattr(arguments, name))
        for name, kind in (("listen", str), ("port", int), ("wheels", Path))
        if getattr(arguments, name) is not None
    }
    settings = dataclasses.replace(settings, **given).at(settings.data)
    with open_house(settings, patience=_PATIENCE_S) as house:
        run_forever(house)
    return 0


def check_config(arguments: argparse.Namespace) -> int:
    """Say that nineward.toml holds, or tell every mistake in it (exit code 2)."""
    from collector import notices, tickets
    from collector.clock import Clock
    from collector.reports import mailing
    from collector.settings import FILE, load, table_of

    data = _data(arguments)
    mistakes: list[str] = []
    table = table_of(data)
    given = table.get("allowed_hosts", [])
    hosts = [host for host in given if isinstance(host, str)] if isinstance(given, list) else []
    looks: list[Callable[[], object]] = [lambda: load(data)]
    for name, configured in (("tickets", tickets.configured), ("notices", notices.configured)):
        named = table.get(name, {})
        made = partial(configured, named if isinstance(named, dict) else {}, Clock().now)
        looks.append(partial(made, allowed=hosts))
    reports = table.get("reports", {})
    if isinstance(reports, dict):
        looks.append(partial(mailing.check, reports, hosts))
        looks.append(partial(_aim, reports, data))
    for look in looks:
        try:
            look()
        except Invalid as wrong:
            mistakes += wrong.mistakes or (wrong.message,)
    if mistakes:
        raise Invalid(f"{data / FILE} cannot be used.", tuple(mistakes))
    print(
        f"{data / FILE} holds." if (data / FILE).exists() else f"There is no {data / FILE}; the shipped settings hold."
    )
    return 0


def _aim(reports: dict[str, Any], data: Path) -> None:
    from collector.clock import Clock
    from collector.reports import distribution

    if mistakes := distribution.aimless(reports, data / "state.db", Clock().now()):
        raise Invalid("[reports] has mistakes.", tuple(mistakes))


def migrate(arguments: argparse.Namespace) -> int:
    """Open the data folder once, which applies every step it lacks, and say so."""
    from collector.app import open_house
    from collector.settings import load

    data = _data(arguments)
    with open_house(load(data)):
        print(f"{data} is as this release needs it.")
    return 0


def _data(arguments: argparse.Namespace) -> Path:
    from collector.settings import default_data

    return Path(arguments.data) if arguments.data else default_data()
