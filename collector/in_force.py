"""What was in force for a check at an instant: each setting with the layer it came from, and the last change of it."""

import sqlite3
from typing import Any

import msgspec

from collector.configuration import settled
from collector.layers import SETTINGS, Row
from collector.store import checks, policies, targets
from collector.store.checks import Check
from rules.selector import Selector

_SPOKEN_OF = frozenset(SETTINGS) - {"min_failure"}


def rules(tx: sqlite3.Connection, check: Check, at: int) -> list[Row]:
    """The settings of a check as they held at an instant (ms UTC) that bear on its states, by name."""
    then = checks.at(tx, check.id, at) or check
    target = targets.at(tx, check.target, at) or targets.get(tx, check.target)
    known = (policies.at(tx, one.id, at) for one in policies.ever(tx))
    stack = [
        (Selector.parse(policy.selector), policy)
        for policy in sorted((one for one in known if one is not None), key=lambda one: one.number)
        if policy.retired is None or policy.retired > at
    ]
    return [row for row in settled(then, target, stack) if row.name in _SPOKEN_OF or row.name.startswith("threshold.")]


def last_change(tx: sqlite3.Connection, check: Check, at: int) -> dict[str, Any] | None:
    """The newest revision of the check or its target in force at the instant: log position, since when, by whom."""
    row = tx.execute(
        "SELECT position, since, actor FROM revision WHERE id IN (:check, :target) AND since <= :at"
        " ORDER BY since DESC, position DESC LIMIT 1",
        {"check": check.id, "target": check.target, "at": at},
    ).fetchone()
    if row is None:
        return None
    actor = msgspec.json.decode(row["actor"])
    return {"position": row["position"], "since": row["since"], "by": actor.get("name", "")}
