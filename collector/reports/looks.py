"""How the checks looked that decide over up and down: the settings of all layers together, as they were in force."""

import sqlite3
from collections import Counter
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from collector.store import checks
from rules.parameters import CheckParameters

PER_CHECK = tuple(item.name for item in fields(CheckParameters))
"""The parameters that each check has of its own: those of the method are only where no layer says otherwise."""


def looks(tx: sqlite3.Connection, at: int, wanted: Collection[str]) -> list[dict[str, Any]]:
    """By kind and settings how many vital checks these targets (ids) had at an instant (ms UTC), the most first.

    Lengths of time in ms.
    """
    terms = checks.effectives_at(tx, at)
    found: Counter[tuple[Any, ...]] = Counter()
    for check in checks.ever(tx):
        known = terms.get(check.handle)
        living = check.retired is None or check.retired > at
        if known is not None and known.vital and living and check.target in wanted:
            found[check.kind, *(getattr(known, name) for name in PER_CHECK)] += 1
    rows = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [{"kind": kind, **dict(zip(PER_CHECK, told, strict=True)), "checks": count} for (kind, *told), count in rows]
