"""Why something was in a state at an instant, for a person at a terminal."""

from collections.abc import Iterator, Mapping
from typing import Any

from collector.cli.terminal.table import facts, table
from collector.printed import NO_FIGURE
from collector.reports.exact import moment
from collector.reports.words import STATES, named
from collector.texts import Translator

_STEPS = {
    "measured": "measured",
    "in_service": "in service",
    "parents": "parents",
    "calendar": "service calendar",
    "maintenance": "planned maintenance",
    "corrections": "approved corrections",
}
_HASH_SHOWN = 16


def text(found: Mapping[str, Any], tz: str, words: Translator) -> str:
    """State, reasons, the state after each layer, the checks with votes, rules and raw results, evidence, overlays."""
    since, until = found["stretch"]
    parts = [
        facts(
            [
                (words("Target"), found["target"]),
                (words("Instant"), f"{moment(found['at'], tz)} ({tz})"),
                (words("State"), named({**STATES, "pending": "Pending"}, found["state"], words)),
                (words("From – to"), f"{moment(since, tz)} – {moment(until, tz)}"),
                *((words("Because"), said(reason, words)) for reason in found["reasons"]),
                *_steps(found, words),
            ]
        )
    ]
    for check in found["checks"]:
        parts += _check(check, tz, words)
    if found.get("evidence"):
        rows = [
            (moment(one["at"], tz), one["kind"], one["check"], one["told_by"], ", ".join(one["dated"]))
            for one in found["evidence"]
        ]
        heads = [words(head) for head in ("Happened at", "Evidence", "Check", "Told by", "Dated")]
        parts.append(table(heads, rows))
    for overlay in found["overlays"]:
        stretch = f"{moment(overlay['from'], tz)} – {moment(overlay['to'], tz)}"
        parts.append(f"{words(overlay['kind'])}: {stretch}: {overlay['reason']}")
    if found.get("sealed"):
        hashes = [(f"{one['first']}–{one['last']}", one["hash"][:_HASH_SHOWN] + "…") for one in found["sealed"]]
        parts.append(table([words("Log row"), words("Hash")], hashes))
    return "\n\n".join(parts)


def said(reason: Mapping[str, Any], words: Translator) -> str:
    """One reason in the reader's language."""
    values = {name: words(str(value)) if name in reason["words"] else value for name, value in reason["values"].items()}
    return words(reason["text"], **values)


def _steps(found: Mapping[str, Any], words: Translator) -> Iterator[tuple[str, str]]:
    """What the layers over the measured time made of it, where any of them made something."""
    steps = found.get("steps", [])
    if len({one["state"] for one in steps}) > 1:
        chain = (f"{words(_STEPS[one['step']])}: {named(STATES, one['state'], words)}" for one in steps)
        yield words("Step by step"), " → ".join(chain)


def _check(check: Mapping[str, Any], tz: str, words: Translator) -> Iterator[str]:
    vital = words("vital") if check["vital"] else words("not vital")
    yield f"{check['check']} ({vital})"
    rules = [(row["name"], row["value"], row["layer"]) for row in check["rules"]]
    yield table([words(head) for head in ("Setting", "Value", "Layer")], rules)
    changed = check["changed"]
    if changed is not None:
        since = moment(changed["since"], tz)
        yield words(
            "In force since {since}, by {by} (log row {position}).",
            since=since,
            by=changed["by"],
            position=changed["position"],
        )
    for agent in check["agents"]:
        state = named(STATES, agent["state"], words) if agent["state"] else NO_FIGURE
        yield f"  {agent['agent']}: {state}"
    rows = [
        (moment(look["at"], tz), look["agent"], look["outcome"], look["text"], look["position"])
        for look in check["results"]
    ]
    heads = [words(head) for head in ("Looked at", "Agent", "Outcome", "Text", "Log row")]
    yield table(heads, rows) if rows else words("No result near this instant.")
