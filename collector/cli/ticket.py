"""``nineward ticket``: the systems that hear of incidents."""

import argparse

from collector.cli.terminal import options

SUMMARY = "try the ticket systems, and see what they did not take"

_EVENTS = ("opened", "updated", "acknowledged", "resolved", "reopened", "escalated", "closed")


def arrange(parser: argparse.ArgumentParser) -> None:
    """list, parked, test, preview, release."""
    of = options.actions(parser)
    options.action(of, "list", "the ticket systems of nineward.toml, and what waits for each", run_list)
    options.action(of, "parked", "what no ticket system took, and nobody tries any more", run_parked)
    test = options.action(of, "test", "one harmless round trip, the raw answer shown", run_test)
    test.add_argument("system", metavar="SYSTEM", help="its name in nineward.toml")
    test.add_argument("--dry-run", action="store_true", help="show what would be sent, without the secrets")
    preview = options.action(of, "preview", "what a system would be told of an incident", run_preview)
    preview.add_argument("system", metavar="SYSTEM", help="its name in nineward.toml")
    preview.add_argument("incident", metavar="INCIDENT", help="its number")
    preview.add_argument("--event", choices=_EVENTS, default="opened", help="what happened to it (default: opened)")
    release = options.action(of, "release", "try again what is parked", run_release)
    release.add_argument("errand", metavar="ID")


def run_list(arguments: argparse.Namespace) -> int:
    """One line per system."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.get("tickets"),
            (
                ("Name", lambda item: item["name"]),
                ("Kind", lambda item: item["kind"]),
                ("Waiting", lambda item: item["waiting"]),
                ("Parked", lambda item: item["parked"]),
                ("Trouble", lambda item: item["trouble"]),
            ),
            "No ticket system is configured.",
            right=(2, 3),
        )
    return 0


def run_parked(arguments: argparse.Namespace) -> int:
    """One line per errand; exit code 1 when there is one."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        found = list(client.every("errands"))
        answer.listed(
            arguments,
            found,
            (
                ("ID", lambda item: item["id"]),
                ("System", lambda item: item["system"]),
                ("Incident", lambda item: item["incident"]),
                ("Event", lambda item: item["event"]),
                ("Tries", lambda item: item["attempts"]),
                ("Trouble", lambda item: item["trouble"]),
            ),
            "Nothing is parked.",
            right=(4,),
        )
    return 1 if found else 0


def run_test(arguments: argparse.Namespace) -> int:
    """Exit code 1 when the system did not take it."""
    from collector.cli.terminal import answer
    from collector.client import quote

    name = quote(arguments.system)
    with answer.collector(arguments) as client:
        if arguments.dry_run:
            preview = client.get(f"tickets/{name}/preview")
            answer.show(arguments, preview, lambda words: str(preview["text"]))
            return 0
        found = client.post(f"tickets/{name}/test")
    answer.show(
        arguments, found, lambda words: "\n\n".join(part for part in (found["exchange"], found["answer"]) if part)
    )
    return 0 if found["ok"] else 1


def run_preview(arguments: argparse.Namespace) -> int:
    """Nothing is sent."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.get(
            f"tickets/{quote(arguments.system)}/preview", incident=arguments.incident, event=arguments.event
        )
    answer.show(arguments, found, lambda words: str(found["text"]))
    return 0


def run_release(arguments: argparse.Namespace) -> int:
    """Send one errand again, under the same id."""
    from collector.cli.terminal import answer
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.post(f"errands/{quote(arguments.errand)}/release")
    answer.show(arguments, found, lambda words: words("Errand {id} is tried again.", id=found["id"]))
    return 0
