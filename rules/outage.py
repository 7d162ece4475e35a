"""Outage: a stretch in which a target did not perform, from its edges to its repair."""

from dataclasses import dataclass

from rules.intervals import Interval


@dataclass(frozen=True, slots=True)
class Outage:
    """One failure of a target of its own. Instants in ms UTC, lengths of time in ms.

    ``end`` is the true end, also when it lies in a window; None while it lasts. ``restored`` says whether service
    came back; an outage cut off by the retirement of its target has an end and is not restored.
    ``start_bracket`` and ``end_bracket`` are the samples between which the edges lie. ``cause`` is None, or
    "masked_start" (it went on after its parent had come back), "maintenance_overrun", "correction", "reboot".
    ``down`` is the time in it that counts as down. ``repair`` is end - start without maintenance and excluded time;
    None while it lasts. ``first`` says whether it opens an episode: outages with too little up time between them are
    one episode. ``counts`` says whether it is long enough to count as a failure. ``inferred`` says that no look fell
    into it: what the target told of its restart is all that shows it.
    """

    start: int
    end: int | None
    start_bracket: tuple[int | None, int]
    end_bracket: tuple[int | None, int] | None
    detected: int | None
    cause: str | None
    edge_source: str
    end_source: str | None
    restored: bool
    down: tuple[Interval, ...]
    repair: int | None
    first: bool = True
    counts: bool = True
    inferred: bool = False

    def touches(self, start: int, end: int) -> bool:
        """Whether any of it lies inside [start, end)."""
        return self.start < end and (self.end is None or self.end > start)
