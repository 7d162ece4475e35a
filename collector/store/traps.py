"""The statements of traps: what devices said of themselves, in the order in which agents heard it."""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Trap:
    """One notification. ``at`` in ms UTC, ``uptime`` in 1/100 s of the device, ``bindings`` as (name, value) in words.

    ``unkept`` counts those of the same source that came shortly before and were not kept, because there were too many.
    """

    position: int
    place: int
    at: int
    agent: int
    boot: str
    seq: int
    target: str
    source: str
    version: str
    inform: bool
    oid: str
    name: str
    uptime: int | None
    bindings: tuple[tuple[str, str], ...]
    unkept: int

    @property
    def interfaces(self) -> frozenset[str]:
        """What it calls the interface it is about, where it does: by name, description or alias."""
        return frozenset(value for name, value in self.bindings if _OBJECT.search(name))


_OBJECT = re.compile(r"(^|::)if(Name|Descr|Alias)(\.\d+)*$")
_COLUMNS = "position, place, at, agent, boot, seq, target, source, version, inform, oid, name, uptime, bindings, unkept"


def _trap(row: sqlite3.Row) -> Trap:
    values = dict(row)
    bindings = tuple((str(name), str(value)) for name, value in json.loads(values["bindings"]))
    return Trap(**{**values, "inform": bool(values["inform"]), "bindings": bindings})


def apply(tx: sqlite3.Connection, position: int, _at: int, entry: Mapping[str, Any]) -> set[int]:
    """Fold a log entry of kind ``trap``: those that are there already change nothing. No check's settings change."""
    tx.executemany(
        f"INSERT INTO trap ({_COLUMNS}) VALUES (:position, :place, :at, :agent, :boot, :seq, :target, :source,"
        " :version, :inform, :oid, :name, :uptime, :bindings, :unkept) ON CONFLICT (agent, boot, seq) DO NOTHING",
        [
            {
                **one,
                "position": position,
                "place": place,
                "agent": entry["agent"],
                "boot": entry["boot"],
                "inform": int(one["inform"]),
                "bindings": json.dumps(one["bindings"], ensure_ascii=False),
            }
            for place, one in enumerate(entry["traps"])
        ],
    )
    return set()


def known(tx: sqlite3.Connection, agent: int, boot: str, seqs: Iterable[int]) -> set[int]:
    """Which of these an agent has passed on before."""
    found = set()
    for seq in seqs:
        row = tx.execute("SELECT 1 FROM trap WHERE agent = ? AND boot = ? AND seq = ?", (agent, boot, seq)).fetchone()
        if row is not None:
            found.add(seq)
    return found


def telling(tx: sqlite3.Connection, target: str, oids: Iterable[str], first: int, last: int) -> list[Trap]:
    """The notifications about a target (id) with one of these OIDs from ``first`` to ``last``, by time."""
    wanted = sorted(oids)
    marks = ", ".join("?" * len(wanted))
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM trap WHERE target = ? AND at BETWEEN ? AND ? AND oid IN ({marks})"
        " ORDER BY at, position, place",
        (target, first, last, *wanted),
    )
    return [_trap(row) for row in rows]


def page(
    tx: sqlite3.Connection,
    *,
    target: str | None = None,
    since: int | None = None,
    before: tuple[int, int, int] | None = None,
    limit: int = 100,
) -> list[Trap]:
    """The newest traps first, of one target (by id; empty: of addresses nobody knows), not before ``since``.

    ``before`` is (at, position, place) of the last one of the page before.
    """
    words, values = ["1 = 1"], dict[str, Any](limit=limit)
    if target is not None:
        words.append("target = :target")
        values["target"] = target
    if since is not None:
        words.append("at >= :since")
        values["since"] = since
    if before is not None:
        words.append("(at, position, place) < (:at, :position, :place)")
        values |= dict(zip(("at", "position", "place"), before, strict=True))
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM trap WHERE {' AND '.join(words)} ORDER BY at DESC, position DESC, place DESC"
        " LIMIT :limit",
        values,
    )
    return [_trap(row) for row in rows]
