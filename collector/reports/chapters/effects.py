"""Improvement measures over a longer period: what became of them, how they were worked off, which of them helped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rules.statistics.change import fewer_by_chance

Row = Mapping[str, Any]

SIGNIFICANCE = 0.05


def effects(measures: Iterable[Row]) -> list[dict[str, Any]]:
    """Each measure with failures and rate before and after it was done, and what chance alone says of the change.

    ``p`` is one-sided (`rules.statistics.change`); ``effect`` is fewer (p below 5 %), unclear, or too_soon where
    nothing could be counted yet or no target is named. ``per_1000_h``: failures in 1,000 h of operation.
    """
    rows = []
    for one in measures:
        kept = {key: value for key, value in one.items() if key != "around"}
        before, after = one["around"] or (None, None)
        p = None
        if before is not None and after is not None:
            p = fewer_by_chance(
                before["failures"], after["failures"], before["operating_h"], after["operating_h"]
            )  # fmt: skip
        effect = "too_soon" if one["around"] is None else "fewer" if p is not None and p < SIGNIFICANCE else "unclear"
        rows.append({**kept, "before": _rated(before), "after": _rated(after), "p": p, "effect": effect})
    return rows


def _rated(side: Row | None) -> dict[str, Any] | None:
    if side is None:
        return None
    hours = side["operating_h"]
    return {**side, "per_1000_h": 1000 * side["failures"] / hours if hours else None}


def earlier(actions: Sequence[Row], start: int, until: int) -> list[dict[str, Any]]:
    """The measures that were open when the period began, and what became of them by ``until`` (ms UTC).

    ``state`` is done, withdrawn, overdue or open.
    """
    rows = []
    for row in actions:
        over = min(row["done"] if row["done"] is not None else until, row["withdrawn"] or until)
        if row["added"] < start <= over:
            rows.append({**row, "state": _state(row, until)})
    return rows


def burn_down(actions: Sequence[Row], marks: Sequence[int]) -> list[dict[str, Any]]:
    """At each of the ``marks`` (ms UTC): how many measures were open, how many of them overdue, how many done."""
    return [
        {
            "at": at,
            "open": sum(_open(row, at) for row in actions),
            "overdue": sum(_open(row, at) and row["due"] < at for row in actions),
            "done": sum(row["withdrawn"] is None and row["done"] is not None and row["done"] < at for row in actions),
        }
        for at in marks
    ]


def _open(row: Row, at: int) -> bool:
    done, gone = row["done"], row["withdrawn"]
    return bool(row["added"] < at and (done is None or done >= at) and (gone is None or gone >= at))


def _state(row: Row, until: int) -> str:
    if row["done"] is not None and row["done"] < until:
        return "done"
    if row["withdrawn"] is not None and row["withdrawn"] < until:
        return "withdrawn"
    return "overdue" if row["due"] < until else "open"
