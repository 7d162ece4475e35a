"""Plain results, reported by anything that holds an agent's token, turned into a batch like any other.

What reports is enrolled as an agent and named by the checks it answers; from there on its results walk the same way.
"""

import hashlib
import json
import math
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from collector.intake import AgentIdentity
from collector.late import AHEAD, LATE_WINDOW
from collector.store import checks, derived
from rules.errors import Invalid, TooLarge
from rules.period import parse_instant
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode

MOST_RESULTS = 10_000
"""Results in one request; whoever has more sends batches."""

LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Report:
    """One result: the check's id, when the look began (RFC 3339 or ms UTC), what it said."""

    check: str
    t: int | str
    outcome: Outcome
    values: dict[str, float] = field(default_factory=dict)
    text: str = ""


def batch(
    tx: sqlite3.Connection, agent: AgentIdentity, reports: Sequence[Report], received: int, tz: str
) -> tuple[bytes, int]:
    """The body of a batch with these results, received at an instant (ms UTC), and the count of results in it.

    The same reports give the same identity, so that what is sent twice counts once. Raises Invalid with every mistake
    (nothing is taken then), and TooLarge.
    """
    if len(reports) > MOST_RESULTS:
        raise TooLarge(f"At most {MOST_RESULTS} results are taken at once, these are {len(reports)}. Split them.")
    mistakes: list[str] = [] if reports else ["results: expected at least one"]
    results: list[Result] = []
    terms: dict[str, tuple[int, int]] = {}
    for place, one in enumerate(reports):
        said: list[str] = []
        if one.check not in terms:
            said += _known(tx, agent, one.check, terms)
        at = _instant(one.t, received, tz, said)
        if any(not math.isfinite(value) for value in one.values.values()):
            said.append("values: expected finite numbers")
        if len(one.text) > LONGEST_TEXT or not one.text.isprintable():
            said.append(f"text: expected one line of at most {LONGEST_TEXT} characters")
        mistakes += (f"results[{place}].{mistake}" for mistake in said)
        if not said:
            handle, interval = terms[one.check]
            results.append(Result(handle, interval, -1, at, Reading(one.outcome, one.values, one.text)))
    if mistakes:
        raise Invalid("None of these results was taken.", tuple(mistakes[:100]))
    content = json.dumps([asdict(one) for one in reports], sort_keys=True).encode()
    boot = hashlib.sha256(content).hexdigest()[:32]
    # The boot clock of this sender is the calendar itself: what is dated by age keeps its instant.
    header = Header(agent.id, boot, 1, sent_mono=float(received), sent_wall=received)
    return encode(header, results), len(results)


def _known(tx: sqlite3.Connection, agent: AgentIdentity, key: str, terms: dict[str, tuple[int, int]]) -> list[str]:
    check = checks.find(tx, key)
    if check is None or check.retired is not None:
        return [f"check: there is no living check {key!r}"]
    if agent.number not in derived.lookers(tx, check.handle):
        return [f"check: {key} is not for this agent to answer; name the agent in the check"]
    terms[key] = (check.handle, checks.effective(tx, check.handle).interval)
    return []


def _instant(given: int | str, received: int, tz: str, said: list[str]) -> int:
    try:
        at = parse_instant(given, tz)
    except Invalid as wrong:
        said.append(f"t: {wrong.message}")
        return 0
    if not received - LATE_WINDOW <= at <= received + AHEAD:
        said.append("t: expected an instant of the last seven days; what is older enters by a correction")
    return at
