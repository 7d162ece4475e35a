"""Entry: what figures need of one object, wherever it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass

from rules.outage import Outage
from rules.promise import Promise
from rules.sums import Sums, sums_of
from rules.timeline import Tile, Timeline


@dataclass(frozen=True, slots=True)
class Entry:
    """One target or service in a period: its sums, the outages that touch the period, and the partition of it.

    ``uncorrected`` are the sums as measured, where a correction was in force. ``promise``, ``labels`` and ``priority``
    as :class:`rules.timeline.Timeline` has them.
    """

    name: str
    kind: str
    sums: Sums
    outages: tuple[Outage, ...]
    partition: tuple[Tile, ...]
    uncorrected: Sums | None
    promise: Promise | None
    labels: Mapping[str, str]
    priority: str


def entry_of(found: Timeline) -> Entry:
    """From a timeline that was computed for the period."""
    return Entry(
        name=found.name,
        kind=found.kind,
        sums=sums_of(found),
        outages=found.outages,
        partition=found.partition,
        uncorrected=sums_of(found.uncorrected) if found.uncorrected else None,
        promise=found.promise,
        labels=found.labels,
        priority=found.priority,
    )
