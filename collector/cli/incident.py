"""``nineward incident``: what went wrong, and what people did about it."""

import argparse

from collector.cli.terminal import follow_up, options

SUMMARY = "list incidents and work on them"

WAITING = ("customer", "change_window", "part", "supplier")


def arrange(parser: argparse.ArgumentParser) -> None:
    """list, show, and each step of an incident's life."""
    of = options.actions(parser)
    listing = options.action(of, "list", "incidents, the newest first", run_list)
    listing.add_argument("--state", metavar="STATE", help="only those in this state")
    listing.add_argument("--target", metavar="NAME", help="only those about this target")
    show = options.action(of, "show", "one incident with its events", run_show)
    show.add_argument("number", metavar="N")
    for verb, summary in _STEPS.items():
        step = options.action(of, verb, summary, run_step)
        step.add_argument("number", metavar="N")
        if verb == "comment":
            step.add_argument("text", metavar="TEXT")
        if verb == "pause":
            step.add_argument("--for", dest="reason", choices=WAITING, required=True, help="what it waits for")
        if verb == "merge":
            step.add_argument("--into", metavar="N", required=True, help="the incident that tells of it from now on")
        if verb == "void":
            step.add_argument("--reason", metavar="R", required=True, help="why it was no incident")
        if verb == "resolve":
            step.add_argument("--cause", metavar="C")
        step.set_defaults(verb=verb)
    follow_up.arrange(of)


_STEPS = {
    "ack": "somebody has seen it",
    "start": "somebody works on it",
    "pause": "waiting for something else",
    "resume": "go on after a pause",
    "comment": "add a remark",
    "resolve": "the fault is gone",
    "close": "nothing is left to do",
    "reopen": "it was not over",
    "merge": "it is part of another incident",
    "void": "it was no incident",
}


def run_list(arguments: argparse.Namespace) -> int:
    """One line per incident."""
    from collector.cli.terminal import answer
    from collector.incident_words import countdown, state_of
    from collector.printed import instant
    from collector.reports.words import KINDS, named

    words = answer.words(arguments)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("incidents", state=arguments.state, target=arguments.target),
            (
                ("Incident", lambda item: item["number"]),
                ("State", lambda item: state_of(item, words)),
                ("Kind", lambda item: named(KINDS, item["kind"], words)),
                ("Target", lambda item: item.get("target")),
                ("Opened", lambda item: instant(item["opened_at"], arguments.tz)),
                ("Next deadline", lambda item: countdown(item.get("deadline"), arguments.tz, words)),
                ("Resolved", lambda item: instant(item.get("resolved_at"), arguments.tz)),
                ("Title", lambda item: item.get("title")),
            ),
            "No incident.",
        )
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    """One incident with all that is known of it and all that happened to it."""
    from collector.cli.terminal import answer
    from collector.cli.terminal.incident import whole
    from collector.client import quote

    with answer.collector(arguments) as client:
        found = client.get(f"incidents/{quote(arguments.number)}")
    answer.show(arguments, found, lambda words: whole(found, arguments.tz, words))
    return 0


def run_step(arguments: argparse.Namespace) -> int:
    """One step of an incident's life."""
    from collector.cli.terminal import answer
    from collector.client import quote
    from collector.incident_words import state_of

    given = {"text": "text", "reason": "reason", "cause": "cause", "into": "into"}
    body = {key: getattr(arguments, name) for key, name in given.items() if getattr(arguments, name, None) is not None}
    with answer.collector(arguments) as client:
        done = client.post(f"incidents/{quote(arguments.number)}/{arguments.verb}", body)
    answer.show(
        arguments,
        done,
        lambda words: f"{done['number']}: {state_of(done, words)}",
    )
    return 0
