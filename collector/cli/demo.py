"""``nineward demo``: a made-up fleet with three months of life, to see pages and reports before there is data."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from collector.languages import LANGUAGES

if TYPE_CHECKING:
    from collector.app import House
    from collector.demo.agents import Agent
    from collector.settings import Settings

SUMMARY = "show a made-up fleet with three months of life"

MONTHS = 3


def arrange(parser: argparse.ArgumentParser) -> None:
    """Add the options and name the runner."""
    parser.add_argument("--no-serve", action="store_true", help="make the data folder, print the last full month, end")
    parser.add_argument("--seed", type=int, metavar="N", help="another life: the same number gives the same one")
    parser.add_argument("--until", metavar="T", help="when the made-up life ends (default: now)")
    parser.add_argument("--listen", metavar="ADDRESS", help="address to listen on (default: loopback)")
    parser.add_argument("--port", type=int, metavar="N", help="TCP port of the pages (default 8440)")
    parser.add_argument("--lang", default="en", choices=LANGUAGES, help="language of what is printed")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Make the folder unless it is there, print the last full month, and serve until a signal ends it."""
    from collector.clock import Clock
    from collector.demo.made import SEED, make
    from collector.demo.marker import holds_one
    from collector.settings import default_data, load
    from rules.errors import Invalid
    from rules.period import local, midnight, parse_instant

    data = Path(arguments.data) if arguments.data else default_data().with_name("nineward-demo")
    given = {name: getattr(arguments, name) for name in ("listen", "port") if getattr(arguments, name) is not None}
    settings = load(data)
    settings = dataclasses.replace(settings, key=settings.key or data / "demo-key", **given).at(data)
    now = Clock().now()
    end = now if arguments.until is None else parse_instant(arguments.until, settings.tz)
    if end > now:
        raise Invalid("--until: a made-up life cannot have lasted longer than until now.")
    watchers = None
    if not holds_one(data):
        first = local(end, settings.tz)
        months = first.year * 12 + first.month - 1 - MONTHS
        start = midnight(months // 12, months % 12 + 1, 1, settings.tz)
        seed = SEED if arguments.seed is None else arguments.seed
        with _Bar() as bar:
            watchers = make(settings, start, end, seed, bar.tell)
    elif arguments.seed is not None or arguments.until is not None:
        raise Invalid(f"{data} holds a made-up life already. Name another folder with --data, or delete this one.")
    _show(settings, end, arguments.lang)
    if not arguments.no_serve:
        _serve(settings, watchers)
    return 0


def _show(settings: "Settings", end: int, lang: str) -> None:
    """Print the headline of the last full month, from a report issued in the folder."""
    from collector.app import open_house
    from collector.cli.terminal.table import table
    from collector.demo.made import GivenClock
    from collector.demo.people import ADMIN
    from collector.reports.archive import Archive
    from collector.reports.layout.lay import lay
    from rules.period import local

    with open_house(settings, GivenClock(end), deciding=False) as house:
        moment = local(end, settings.tz)
        months = moment.year * 12 + moment.month - 2
        name = f"{months // 12:04}-{months % 12 + 1:02}"
        archive = Archive(house, house.log, house.fold, house.intake, house.clock, settings)
        issued = archive.issue("month", name, settings.tz, ADMIN)
        content, _ = archive.file(issued.id, "json", lang)
    laid = lay(json.loads(content), lang)
    headline = laid.tables()[0]
    print(f"{laid.cover.title} {laid.cover.name}\n")
    print(table([column.title for column in headline.columns], [[cell.shown for cell in row] for row in headline.rows]))
    print(f"\n  {settings.data}")


def _serve(settings: "Settings", watchers: "list[Agent] | None") -> None:
    """The pages, with the agents going on, until SIGINT or SIGTERM."""
    from collector.app import open_house
    from collector.demo.going_on import GoingOn
    from collector.demo.made import returned
    from collector.serve import run_forever

    with open_house(settings) as house:
        link = _link(house)
        going_on = GoingOn(house, watchers or returned(house, house.clock.now()))
        going_on.start()
        try:
            print(f"\n  Pages    {house.registry.place.url}\n  Sign in  {link}   (works once)\n", flush=True)
            run_forever(house)
        finally:
            going_on.stop()


def _link(house: "House") -> str:
    """A way in for the first administrator, who is made when there is none."""
    from collector.access import local

    person = house.registry.people.first(local("demo"))
    return f"{house.registry.place.url}/sign-in?link={house.access.new_link(person.id)}"


class _Bar:
    """A bar on a terminal; silent in a pipe."""

    def __enter__(self) -> "_Bar":
        self._shown = sys.stderr.isatty()
        return self

    def tell(self, done: int, whole: int) -> None:
        from collector.cli.terminal.progress import bar

        if self._shown:
            sys.stderr.write(f"\r\x1b[Kdemo {bar(done, whole)}")
            sys.stderr.flush()

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
