"""``nineward explain``: what state at an instant, and what made it so."""

import argparse
from typing import Any

from collector.cli.terminal import options

SUMMARY = "the state of a target at an instant, and what made it so"


def arrange(parser: argparse.ArgumentParser) -> None:
    """TARGET T."""
    parser.add_argument("target", metavar="TARGET")
    parser.add_argument("at", metavar="T", help="the instant")
    options.listing(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print state, rules, overlays, and the raw results of every check by agent."""
    from collector.cli.terminal import answer

    at = options.instant(arguments.at, arguments.tz)
    with answer.collector(arguments) as client:
        found = client.get("explain", target=arguments.target, t=at)
    answer.show(arguments, found, lambda words: _text(found, arguments.tz, words))
    return 0


def _text(found: dict[str, Any], tz: str, words: Any) -> str:
    from collector.cli.terminal import table
    from collector.printed import NO_FIGURE
    from collector.reports.exact import moment
    from collector.reports.words import STATES, named

    since, until = found["stretch"]
    parts = [
        table.facts(
            [
                (words("Target"), found["target"]),
                (words("Instant"), f"{moment(found['at'], tz)} ({tz})"),
                (words("State"), named({**STATES, "pending": "Pending"}, found["state"], words)),
                (words("From – to"), f"{moment(since, tz)} – {moment(until, tz)}"),
                *((words("Because"), sentence) for sentence in found["because"]),
            ]
        )
    ]
    for check in found["checks"]:
        vital = words("vital") if check["vital"] else words("not vital")
        rules = ", ".join(f"{key}={value}" for key, value in check["parameters"].items())
        parts.append(f"{check['check']} ({vital}; {rules})")
        for agent in check["agents"]:
            state = named(STATES, agent["state"], words) if agent["state"] else NO_FIGURE
            parts.append(f"  {agent['agent']}: {state}")
        rows = [
            (moment(look["at"], tz), look["agent"], look["outcome"], look["text"], look["position"])
            for look in check["results"]
        ]
        heads = [words(head) for head in ("Looked at", "Agent", "Outcome", "Text", "Log row")]
        parts.append(table.table(heads, rows) if rows else words("No result near this instant."))
    if found["evidence"]:
        rows = [
            (moment(one["at"], tz), one["kind"], one["check"], one["told_by"], ", ".join(one["dated"]))
            for one in found["evidence"]
        ]
        heads = [words(head) for head in ("Happened at", "Evidence", "Check", "Told by", "Dated")]
        parts.append(table.table(heads, rows))
    for overlay in found["overlays"]:
        parts.append(
            f"{overlay['kind']}: {moment(overlay['from'], tz)} – {moment(overlay['to'], tz)}: {overlay['reason']}"
        )
    return "\n\n".join(parts)
