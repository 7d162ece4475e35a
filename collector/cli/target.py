"""``nineward target``: what is watched."""

import argparse
from typing import Any

from collector.cli.terminal import options

SUMMARY = "add, show, change and retire what is watched"

PRIORITIES = ("urgent", "important", "general")


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, show, set, remove, import, test, parts."""
    of = options.actions(parser)

    add = options.action(of, "add", "watch one more target", run_add)
    add.add_argument("name", metavar="NAME")
    add.add_argument("address", metavar="ADDRESS|URL", help="host name, IP address, host:port or URL")
    _describe(add)

    options.action(of, "list", "all targets and how they are", run_list)

    show = options.action(of, "show", "one target with its checks", run_show)
    show.add_argument("name", metavar="NAME")

    change = options.action(of, "set", "change a target; its history stays", run_set)
    change.add_argument("name", metavar="NAME")
    change.add_argument("--rename", metavar="NAME", help="a new name")
    change.add_argument("--address", metavar="ADDRESS|URL")
    change.add_argument("--in-service-from", metavar="T", help="when its service began")
    change.add_argument("--in-service-to", metavar="T", help="when its service ends")
    change.add_argument("--calendar", metavar="NAME", help="service hours")
    _describe(change)

    remove = options.action(of, "remove", "retire a target; nothing is deleted", run_remove)
    remove.add_argument("name", metavar="NAME")

    imported = options.action(of, "import", "add or change many targets from a file, all or nothing", run_import)
    imported.add_argument("file", metavar="FILE", help=".csv, .toml, .yaml or .json")
    imported.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")

    test = options.action(of, "test", "the latest answer of each check", run_test)
    test.add_argument("name", metavar="NAME")

    parts = options.action(of, "parts", "the interfaces and components of a device, watched or not", run_parts)
    parts.add_argument("name", metavar="NAME")


def _describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--kind", metavar="KIND", help="switch, router, server, host, website …")
    parser.add_argument("--credential", dest="credentials", metavar="NAME", action="append", help="tried in this order")
    parser.add_argument("--snmp", choices=("v1", "v2c", "v3"), help="also ask by SNMP, in this version")
    parser.add_argument("--profile", metavar="NAME", help="settings of its kind (default: auto)")
    parser.add_argument("--parent", dest="parents", metavar="NAME", action="append", help="what it is reached through")
    parser.add_argument("--label", dest="labels", metavar="K=V", action="append", help="any word about it")
    parser.add_argument("--priority", choices=PRIORITIES)
    parser.add_argument("--set", dest="settings", metavar="K=V", action="append", help="a setting of its own")
    parser.add_argument("--agents", metavar="SELECTOR", help="who looks: names, or 'any 3 of site=hz'")


def _spec(arguments: argparse.Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    """The fields that were given, as the API takes them."""
    given = {name: getattr(arguments, name) for name in names if getattr(arguments, name, None) is not None}
    if "labels" in given:
        given["labels"] = options.pairs(given["labels"])
    if "settings" in given:
        given["settings"] = options.settings(given["settings"])
    return given


_DESCRIBED = ("kind", "credentials", "snmp", "profile", "parents", "labels", "priority", "settings", "agents")


def run_add(arguments: argparse.Namespace) -> int:
    """Add one target and say what will be looked at."""
    from collector.cli.terminal import answer

    spec = {"name": arguments.name, "address": arguments.address, **_spec(arguments, _DESCRIBED)}
    with answer.collector(arguments) as client:
        added = client.post("targets", spec)
    answer.show(
        arguments,
        added,
        lambda words: words(
            "{name} is watched from now on. It is pending until its first good answer.", name=added["name"]
        ),
    )
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per target."""
    from collector.cli.terminal import answer
    from collector.reports.words import STATES, named

    words = answer.words(arguments)
    states = {**STATES, "pending": "Pending"}
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("targets"),
            (
                ("Target", lambda item: item["name"]),
                ("State", lambda item: named(states, item["state"], words)),
                ("Kind", lambda item: item["kind"]),
                ("Address", lambda item: item["address"]),
                ("Priority", lambda item: words(item["priority"].capitalize())),
                ("Labels", lambda item: " ".join(f"{key}={value}" for key, value in item["labels"].items())),
            ),
            "No target yet. Add one with: nineward target add NAME ADDRESS",
        )
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """Everything about one target."""
    from collector.cli.terminal import answer, table
    from collector.client import quote
    from collector.printed import instant
    from collector.reports.words import STATES, named

    with answer.collector(arguments) as client:
        found = client.get(f"targets/{quote(arguments.name)}")
        found["checks"] = list(client.every("checks", target=found["id"]))

    def text(words: Any) -> str:
        facts = [
            (words("Target"), found["name"]),
            ("Id", found["id"]),
            (words("State"), named({**STATES, "pending": "Pending"}, found["state"], words)),
            (words("Kind"), found["kind"]),
            (words("Address"), found["address"]),
            (words("Priority"), words(found["priority"].capitalize())),
            (words("Labels"), " ".join(f"{key}={value}" for key, value in found["labels"].items()) or None),
            (words("Parents"), ", ".join(found["parents"]) or None),
            (words("In service since"), instant(found["in_service_from"], arguments.tz)),
        ]
        if found["no_outside_witness"]:
            facts.append((words("Remark"), words("No outside witness: only its own agent sees this target.")))
        heads = [words(head) for head in ("Check", "Id", "Vital", "Interval")]
        rows = [
            (check["name"], check["id"], words("yes") if check["vital"] else "", check["interval"])
            for check in found["checks"]
        ]
        return table.facts(facts) + "\n\n" + table.table(heads, rows)

    answer.show(arguments, found, text)
    return 0


def run_set(arguments: argparse.Namespace) -> int:
    """Change the given fields."""
    from collector.cli.terminal import answer
    from collector.client import quote

    change = _spec(arguments, ("address", "in_service_from", "in_service_to", "calendar", *_DESCRIBED))
    if arguments.rename:
        change["name"] = arguments.rename
    with answer.collector(arguments) as client:
        changed = client.patch(f"targets/{quote(arguments.name)}", change)
    answer.show(arguments, changed, lambda words: words("{name} is changed.", name=changed["name"]))
    return 0


def run_remove(arguments: argparse.Namespace) -> int:
    """Retire the target."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        removed = client.delete(f"targets/{quote(arguments.name)}")
    answer.show(arguments, removed, lambda words: words("{name} is retired. Its history stays.", name=arguments.name))
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Hand the whole file over; the collector takes all of it or nothing."""
    from collector.cli.terminal import answer
    from collector.cli.terminal.importing import targets

    found = targets(arguments.file)
    with answer.collector(arguments) as client:
        done = client.post("targets/import", {"targets": found, "dry_run": arguments.dry_run})
    sentence = (
        "Would add {added}, change {changed}, leave {unchanged} as they are. Nothing was done."
        if arguments.dry_run
        else "Added {added}, changed {changed}, left {unchanged} as they were."
    )
    counts = {key: len(done[key]) for key in ("added", "changed", "unchanged")}
    answer.show(arguments, done, lambda words: words(sentence, **counts))
    return 0


def run_test(arguments: argparse.Namespace) -> int:
    """The latest reading of every check; exit code 1 when a vital check's is not good."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.printed import instant

    with answer.collector(arguments) as client:
        looks = client.get(f"targets/{quote(arguments.name)}/last")["items"]
    answer.listed(
        arguments,
        looks,
        (
            ("Check", lambda look: look["check"]),
            ("Agent", lambda look: look["agent"]),
            ("Looked at", lambda look: instant(look["at"], arguments.tz)),
            ("Outcome", lambda look: look["outcome"]),
            ("Text", lambda look: look["text"]),
        ),
        "Nobody has looked at it yet.",
    )
    return 0 if all(look["outcome"] in ("ok", "degraded") for look in looks if look["vital"]) and looks else 1


def run_parts(arguments: argparse.Namespace) -> int:
    """What the device has, by the names under which ``check add`` takes it."""
    from collector.cli.terminal import answer
    from collector.client import quote

    words = answer.words(arguments)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.get(f"targets/{quote(arguments.name)}/parts")["items"],
            (
                ("Kind", lambda part: part["kind"]),
                ("Part", lambda part: part["name"]),
                ("State", lambda part: part["state"]),
                ("Watched", lambda part: words("yes") if part["watched"] else ""),
            ),
            "No interface or component was seen in the last quarter of an hour.",
        )
    return 0
