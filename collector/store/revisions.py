"""The statements about changes of configuration objects: who changed what when."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an object that was there already: its noun, when it was recorded (ms UTC), and by whom."""

    noun: str
    at: int
    by: str


def changes(tx: sqlite3.Connection, ids: Sequence[str], first: int, last: int, limit: int) -> list[Change]:
    """The last changes of these objects recorded from ``first`` to ``last`` (ms UTC), the newest first.

    That a target's service began is no change: Nineward notes it by itself.
    """
    marks = ", ".join("?" * len(ids))
    rows = tx.execute(
        f"SELECT noun, at, actor FROM revision WHERE id IN ({marks}) AND at BETWEEN ? AND ?"
        " AND verb <> 'begin' AND position > (SELECT min(position) FROM revision AS first WHERE first.id = revision.id)"
        " ORDER BY at DESC, position DESC LIMIT ?",
        (*ids, first, last, limit),
    )
    return [Change(row["noun"], row["at"], str(json.loads(row["actor"]).get("name", ""))) for row in rows]
