"""``nineward service``: what is made of several targets, checks and other services."""

import argparse
import json
from pathlib import Path
from typing import Any

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "what is made of several targets: all of them, some of them, or what they carry"


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, show, remove."""
    of = options.actions(parser)
    add = options.action(of, "add", "make a service, or give one new needs from now on", run_add)
    add.add_argument("name", metavar="NAME")
    needs = add.add_mutually_exclusive_group(required=True)
    needs.add_argument(
        "--all-of", metavar="PART", nargs="+", help="every one is needed: targets, services, TARGET/CHECK"
    )
    needs.add_argument("--any-of", metavar="PART", nargs="+", help="one of them is enough")
    needs.add_argument("--of", metavar="PART", nargs="+", help="so many of them as --at-least says")
    needs.add_argument("--carried-by", metavar="PART=AMOUNT", nargs="+", help="so much together as --at-least says")
    needs.add_argument(
        "--needs", metavar="JSON|@FILE", help='nested, such as {"all_of": ["db", {"any_of": ["a", "b"]}]}'
    )
    add.add_argument("--at-least", metavar="N", type=float, help="for --of and --carried-by")
    add.add_argument("--label", dest="labels", metavar="K=V", action="append", help="any word about it")
    add.add_argument("--calendar", metavar="NAME", help="service hours")
    add.add_argument("--agreement", metavar="NAME", help="by whose terms it is judged")
    add.add_argument(
        "--spares", choices=("maintenance", "excluded"), action="append", help="such time of a part does not count"
    )
    options.action(of, "list", "all services and how they are", run_list)
    show = options.action(of, "show", "one service with its needs", run_show)
    show.add_argument("name", metavar="NAME")
    remove = options.action(of, "remove", "retire a service; its history stays", run_remove)
    remove.add_argument("name", metavar="NAME")


def run_add(arguments: argparse.Namespace) -> int:
    """Make one service."""
    from collector.cli.terminal import answer

    spec = {
        "name": arguments.name,
        "needs": _needs(arguments),
        "labels": options.pairs(arguments.labels or []),
        "calendar": arguments.calendar or "",
        "agreement": arguments.agreement or "",
        "spares": arguments.spares or [],
    }
    with answer.collector(arguments) as client:
        added = client.post("services", spec)
    answer.show(
        arguments, added, lambda words: words("The service {name} is measured from now on.", name=added["name"])
    )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per service."""
    from collector.cli.terminal import answer
    from collector.needs import spelled
    from collector.reports.words import STATES, named

    words = answer.words(arguments)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("services"),
            (
                ("Service", lambda item: item["name"]),
                ("State", lambda item: named(STATES, item["state"], words)),
                ("Needs", lambda item: spelled(item["needs"])),
                ("Labels", lambda item: " ".join(f"{key}={value}" for key, value in item["labels"].items())),
            ),
            "No service yet. Add one with: nineward service add NAME --all-of TARGET TARGET",
        )
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Everything about one service."""
    from collector.cli.terminal import answer, table
    from collector.client import quote
    from collector.needs import spelled
    from collector.printed import instant
    from collector.reports.words import STATES, named

    with answer.collector(arguments) as client:
        found = client.get(f"services/{quote(arguments.name)}")

    def text(words: Any) -> str:
        since = "" if found["since"] is None else instant(found["since"], arguments.tz)
        facts = [
            (words("Service"), found["name"]),
            (words("State"), f"{named(STATES, found['state'], words)} {since}".strip()),
            (words("Needs"), spelled(found["needs"])),
            (words("Calendar"), found["calendar"]),
            (words("Agreement"), found["agreement"]),
        ]
        return table.table(("", ""), [fact for fact in facts if fact[1]])

    answer.show(arguments, found, text)
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Retire one service."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        removed = client.delete(f"services/{quote(arguments.name)}")
    answer.show(arguments, removed, lambda words: words("The service {name} is retired.", name=arguments.name))
    return 0


def _needs(arguments: argparse.Namespace) -> dict[str, Any]:
    least = arguments.at_least
    if (least is None) is bool(arguments.of or arguments.carried_by):
        raise Invalid("--at-least goes with --of and --carried-by, and they need it.")
    if arguments.all_of:
        return {"all_of": arguments.all_of}
    if arguments.any_of:
        return {"any_of": arguments.any_of}
    if arguments.of:
        if least != int(least):
            raise Invalid("--at-least must be a whole number with --of.")
        return {f"{int(least)}_of": arguments.of}
    if arguments.carried_by:
        return {"capacity": {"min": least, "of": _amounts(arguments.carried_by)}}
    return _read(arguments.needs)


def _amounts(given: list[str]) -> dict[str, float]:
    amounts = {}
    for pair in given:
        name, equals, amount = pair.rpartition("=")
        try:
            amounts[name] = float(amount)
        except ValueError:
            equals = ""
        if not equals:
            raise Invalid(f"--carried-by: expected PART=AMOUNT, found {pair!r}.")
    return amounts


def _read(text: str) -> dict[str, Any]:
    if text.startswith("@"):
        try:
            text = Path(text[1:]).read_text(encoding="utf-8-sig")
        except OSError as trouble:
            raise Invalid(f"{text[1:]} cannot be read: {trouble.strerror}.") from trouble
    try:
        needs = json.loads(text)
    except ValueError as trouble:
        raise Invalid(f"--needs is not JSON: {trouble}.") from trouble
    if not isinstance(needs, dict):
        raise Invalid('--needs: expected an object such as {"all_of": ["web-1", "web-2"]}.')
    return needs
