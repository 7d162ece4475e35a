"""``nineward correction``: put measured time right, in either direction, by two people."""

import argparse

from collector.cli.terminal import options

SUMMARY = "put measured time right, in either direction, by two people"

CLASSES = ("up", "degraded", "down", "maintenance", "excluded", "measured")
RESPONSIBLE = ("own", "customer", "carrier", "supplier", "power", "force_majeure")


def arrange(parser: argparse.ArgumentParser) -> None:
    """propose, approve, list."""
    of = options.actions(parser)
    propose = options.action(of, "propose", "say that a stretch of a target's time was of another class", run_propose)
    propose.add_argument("target", metavar="TARGET")
    propose.add_argument("--from", dest="start", metavar="T", required=True)
    propose.add_argument("--to", dest="end", metavar="T", required=True)
    propose.add_argument("--class", dest="to_class", choices=CLASSES, required=True, help="measured takes others back")
    propose.add_argument("--reason", metavar="R", required=True)
    propose.add_argument("--responsible", choices=RESPONSIBLE, default="own")
    propose.add_argument("--evidence", metavar="TEXT", default="", help="a ticket or record")
    approve = options.action(of, "approve", "approve what another person proposed", run_approve)
    approve.add_argument("number", metavar="N", type=int)
    options.action(of, "list", "all corrections", run_list)


def run_propose(arguments: argparse.Namespace) -> int:
    """Propose one correction."""
    from collector.cli.terminal import answer

    spec = {
        "target": arguments.target,
        "start": options.instant(arguments.start, arguments.tz),
        "end": options.instant(arguments.end, arguments.tz),
        "to_class": arguments.to_class,
        "reason": arguments.reason,
        "responsible": arguments.responsible,
        "evidence": arguments.evidence,
    }
    with answer.collector(arguments) as client:
        added = client.post("corrections", spec)
    answer.show(
        arguments,
        added,
        lambda words: words("Correction {number} waits for the approval of another person.", number=added["number"]),
    )
    return 0


def run_approve(arguments: argparse.Namespace) -> int:
    """Approve one correction."""
    from collector.cli.terminal import answer

    with answer.collector(arguments) as client:
        done = client.post(f"corrections/{arguments.number}/approve")
    answer.show(arguments, done, lambda words: words("Correction {number} is approved.", number=arguments.number))
    return 0


def run_list(arguments: argparse.Namespace) -> int:
    """One line per correction."""
    from collector.cli.terminal import answer
    from collector.printed import instant
    from collector.reports.words import STATES, named

    words = answer.words(arguments)
    with answer.collector(arguments) as client:
        answer.listed(
            arguments,
            client.every("corrections"),
            (
                ("N", lambda item: item["number"]),
                ("Target", lambda item: item["target"]),
                ("Start", lambda item: instant(item["start"], arguments.tz)),
                ("End", lambda item: instant(item["end"], arguments.tz)),
                ("Becomes", lambda item: named(STATES, item["to_class"], words)),
                ("Proposed by", lambda item: item["proposed_by"]),
                ("Approved by", lambda item: item["approved_by"] or None),
                ("Reason", lambda item: item["reason"]),
            ),
            "No correction.",
        )
    return 0
