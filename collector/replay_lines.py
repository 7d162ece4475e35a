"""Lines of the replay format (docs/reference/replay-format.md), as the importers write them. Instants in ms UTC."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median_low
from typing import Any

from rules.duration import format_duration
from rules.result import Outcome
from rules.state import State

Entry = dict[str, Any]
"""One line: an object with one key."""

BOOT = "import"
"""The boot of imported results: one process read all of them."""

_ENOUGH = 10_000
"""Distances that are looked at to tell an interval: more would not change the median."""


def target(name: str, kind: str = "", address: str = "", labels: Mapping[str, str] | None = None) -> Entry:
    """A target; what is empty is left out."""
    return {"target": _filled({"name": name, "kind": kind, "address": address, "labels": dict(labels or {})})}


def check(key: str, of: str, kind: str, interval: int | None = None, **more: Any) -> Entry:
    """A check of a target; ``interval`` in ms. ``more`` are further keys of the line, None for absent ones."""
    every = None if interval is None else format_duration(interval)
    return {"check": _filled({"id": key, "target": of, "kind": kind, "interval": every, **more})}


def result(check: str, agent: str, seq: int, at: int, outcome: Outcome) -> Entry:
    """One look."""
    return {
        "result": {"check": check, "agent": agent, "boot": BOOT, "seq": seq, "t": at, "outcome": outcome.value},
    }


def span(
    check: str,
    agent: str,
    start: int,
    end: int,
    state: State,
    start_bracket: Sequence[int] | None = None,
    end_bracket: Sequence[int] | None = None,
    detected: int | None = None,
) -> Entry:
    """A stretch of one state."""
    return {
        "span": _filled(
            {
                "check": check,
                "agent": agent,
                "from": start,
                "to": end,
                "state": state.value,
                "start_bracket": list(start_bracket) if start_bracket else None,
                "end_bracket": list(end_bracket) if end_bracket else None,
                "detected": detected,
            }
        )
    }


def maintenance(targets: Iterable[str], start: int, end: int, approved_at: int | None, reason: str) -> Entry:
    """A window; without ``approved_at`` it was not approved and does nothing."""
    return {
        "maintenance": _filled(
            {"targets": list(targets), "from": start, "to": end, "approved_at": approved_at, "reason": reason}
        )
    }


def usual_distance(instants: Sequence[int]) -> int | None:
    """The median distance of instants in order (ms), to the nearest 100 ms; None for fewer than two."""
    first = instants[: _ENOUGH + 1]
    distances = [later - earlier for earlier, later in pairwise(first)]
    return max(100, round(median_low(distances), -2)) if distances else None


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in (None, "", {})}
