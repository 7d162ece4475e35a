"""``nineward check``: the questions asked of a target."""

import argparse
from typing import Any

from collector.cli.terminal import options

SUMMARY = "list, show, add and remove the questions asked of targets"


def arrange(parser: argparse.ArgumentParser) -> None:
    """list, show, add, remove."""
    of = options.actions(parser)
    listing = options.action(of, "list", "all checks, or those of one target", run_list)
    listing.add_argument("target", metavar="TARGET", nargs="?")
    show = options.action(of, "show", "each setting of a check and the layer it comes from", run_show)
    show.add_argument("id", metavar="ID")
    add = options.action(of, "add", "ask a target one more question, or one for each of several parts", run_add)
    add.add_argument("target", metavar="TARGET")
    add.add_argument("kind", metavar="KIND", help="a kind that nineward-agent kinds lists")
    add.add_argument("parts", metavar="PART", nargs="*", help="the interfaces or components to watch, a check for each")
    add.add_argument("--option", dest="options", metavar="K=V", action="append", default=[], help="of the probe")
    add.add_argument("--set", dest="settings", metavar="K=V", action="append", default=[], help="interval=30s …")
    add.add_argument("--part", metavar="KEY", help="the part it watches: an interface, a mount point")
    add.add_argument("--agents", metavar="SELECTOR", help="who looks")
    vital = add.add_mutually_exclusive_group()
    vital.add_argument("--vital", action="store_true", default=None, help="it decides up and down")
    vital.add_argument("--not-vital", dest="vital", action="store_false", help="its failure makes the target degraded")
    remove = options.action(of, "remove", "withdraw a check; its history stays", run_remove)
    remove.add_argument("id", metavar="ID")


def run_list(arguments: argparse.Namespace) -> int:
    """One line per check."""
    from collector.cli.terminal import answer

    words = answer.words(arguments)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("checks", target=arguments.target),
            (
                ("Id", lambda item: item["id"]),
                ("Target", lambda item: item["target_name"]),
                ("Check", lambda item: item["name"]),
                ("Vital", lambda item: words("yes") if item["vital"] else ""),
                ("Agents", lambda item: item["agents"]),
            ),
            "No check yet.",
        )
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Settings by layer."""
    from collector.cli.terminal import answer, table
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.get(f"checks/{quote(arguments.id)}")

    def text(words: Any) -> str:
        rows = [(row["name"], row["value"], row["layer"]) for row in found["settings"]]
        return table.table([words(head) for head in ("Setting", "Value", "From")], rows)

    answer.show(arguments, found, text)
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    """Add one check, or one for each part."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.shipped import PART_OPTIONS

    chosen = options.settings(arguments.options)
    named = PART_OPTIONS.get(arguments.kind)
    if named in chosen:
        chosen[named] = options.pairs(arguments.options)[named]  # a port called 1.10 is no number
    spec: dict[str, Any] = {
        "kind": arguments.kind,
        "options": chosen,
        "settings": options.settings(arguments.settings),
    }
    for name in ("part", "agents", "vital"):
        if getattr(arguments, name) is not None:
            spec[name] = getattr(arguments, name)
    with answer.collector(arguments) as client:
        if not arguments.parts:
            added = client.post("checks", {"target": arguments.target, **spec})
        else:
            body = {"checks": [{**spec, "part": part} for part in arguments.parts]}
            added = client.post(f"targets/{quote(arguments.target)}/checks", body)
    new = added.get("items", [added])
    answer.show(
        arguments, added, lambda words: "\n".join(words("Check {id} is added.", id=check["id"]) for check in new)
    )
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Withdraw one check."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        removed = client.delete(f"checks/{quote(arguments.id)}")
    answer.show(arguments, removed, lambda words: words("Check {id} is withdrawn.", id=arguments.id))
    return 0
