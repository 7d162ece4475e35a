"""``nineward maintenance``: windows in which down time is planned. They change figures, so they need approval."""

import argparse
from typing import Any

from collector.cli.terminal import options
from rules.errors import Invalid

SUMMARY = "windows in which down time is planned"


def arrange(parser: argparse.ArgumentParser) -> None:
    """add, list, approve, cancel."""
    of = options.actions(parser)
    add = options.action(of, "add", "announce a window", run_add)
    add.add_argument("targets", metavar="TARGET", nargs="+")
    add.add_argument("--from", dest="start", metavar="T", help="start (default: now)")
    add.add_argument("--to", dest="end", metavar="T", help="end")
    add.add_argument("--for", dest="duration", metavar="LENGTH", help="how long, instead of --to: 30m")
    add.add_argument("--reason", metavar="R", required=True)
    add.add_argument("--every", choices=("day", "week", "month"), help="it comes again at the same wall clock of --tz")
    add.add_argument("--until", metavar="T", help="end of the series, with --every")
    add.add_argument("--with-dependents", action="store_true", help="also what is reached through these targets")
    listing = options.action(of, "list", "the windows to come and running", run_list)
    listing.add_argument("--past", action="store_true", help="also those that are over or cancelled")
    approve = options.action(of, "approve", "approve a window before it starts", run_approve)
    approve.add_argument("number", metavar="N", type=int)
    cancel = options.action(of, "cancel", "cancel a window, or end it now", run_cancel)
    cancel.add_argument("number", metavar="N", type=int)


def run_add(arguments: argparse.Namespace) -> int:
    """Announce one window."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    if bool(arguments.end) == bool(arguments.duration):
        raise Invalid("Give the end of the window with --to, or its length with --for.")
    spec: dict[str, Any] = {
        "targets": arguments.targets,
        "reason": arguments.reason,
        "with_dependents": arguments.with_dependents,
    }
    if arguments.every:
        spec |= {"every": arguments.every, "tz": arguments.tz}
    if arguments.until:
        spec["until"] = options.instant(arguments.until, arguments.tz)
    if arguments.start:
        spec["start"] = options.instant(arguments.start, arguments.tz)
    if arguments.end:
        spec["end"] = options.instant(arguments.end, arguments.tz)
    else:
        spec["duration"] = arguments.duration
    with answer.collector(arguments) as client:
        added = client.post("maintenance", spec)

    def text(words: Any) -> str:
        window = {
            "number": added["number"],
            "start": instant(added["start"], arguments.tz),
            "end": instant(added["end"], arguments.tz),
        }
        if added["approved_at"] is None:
            return str(words("Window {number} from {start} to {end} waits for approval.", **window))
        return str(words("Window {number} from {start} to {end} is approved.", **window))

    answer.show(arguments, added, text)
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per window."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    words = answer.words(arguments)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("maintenance", past=str(arguments.past).lower()),
            (
                ("N", lambda item: item["number"]),
                ("Targets", lambda item: ", ".join(item["targets"])),
                ("Start", lambda item: instant((item["next"] or [item["start"]])[0], arguments.tz)),
                ("End", lambda item: instant((item["next"] or [0, item["end"]])[1], arguments.tz)),
                ("Again", lambda item: words(f"each {item['every']}") if item["every"] else None),
                ("State", lambda item: words(item["status"].capitalize())),
                ("Approved by", lambda item: item["approved_by"] or None),
                ("Reason", lambda item: item["reason"]),
            ),
            "No window is announced.",
        )
    return 0


def run_approve(arguments: argparse.Namespace) -> int:
    """Approve one window; say so when its beginning had passed already."""
    from collector.cli.terminal import answer
    from collector.printed import instant

    with answer.collector(arguments) as client:
        done = client.post(f"maintenance/{arguments.number}/approve")

    def text(words: Any) -> str:
        said = str(words("Window {number} is approved.", number=arguments.number))
        if done["moved"] is None:
            return said
        start, end = (instant(at, arguments.tz) for at in done["moved"])
        late = words(
            "Its beginning had passed: {start} to {end} counts as measured unless corrected.", start=start, end=end
        )
        return f"{said}\n{late}"

    answer.show(arguments, done, text)
    return 0


def run_cancel(arguments: argparse.Namespace) -> int:
    """Cancel one window."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        done = client.post(f"maintenance/{arguments.number}/cancel")
    answer.show(arguments, done, lambda words: words("Window {number} is cancelled.", number=arguments.number))
    return 0
