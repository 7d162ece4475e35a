"""Which seconds make one outage: where it lies, what it took to repair, and whether a new episode begins with it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.rules.oracle.labels import (
    DEGRADED,
    DOWN,
    EXCLUDED,
    MAINTENANCE,
    OUT,
    UNKNOWN,
    UNREACHABLE,
    UP,
    Bracket,
    Labels,
    Seen,
)  # fmt: skip
from tests.rules.oracle.settings import Settings

Mask = NDArray[np.bool_]
Json = dict[str, Any]


@dataclass
class Vote:
    """What the agents of one check made of it in one revision, and the edges of those outages that they saw."""

    vital: bool
    interval: int
    labels: Labels
    valid: Mask
    seen: list[Seen]

    @property
    def glitches(self) -> list[int]:
        """When those began that count in this revision."""
        return [at for one in self.seen for at in one.glitches if self.at(at)]

    def at(self, second: int) -> bool:
        """Whether the revision is in force."""
        return 0 <= second < len(self.valid) and bool(self.valid[second])


@dataclass
class Edges:
    """Where the beginnings and ends of outages can lie in truth, by the second at which they were dated."""

    starts: dict[int, Bracket] = field(default_factory=dict)
    ends: dict[int, Bracket] = field(default_factory=dict)

    @classmethod
    def of(cls, votes: Iterable[Vote]) -> "Edges":
        """Those of the agents; of several at one second the least."""
        found = cls()
        for vote in votes:
            for one in vote.seen if vote.vital else ():
                for second, bracket in one.starts:
                    if vote.at(second):
                        found.starts[second] = min(found.starts.get(second, bracket), bracket, key=_least)
                for second, bracket in one.ends:
                    found.ends[second] = min(found.ends.get(second, bracket), bracket, key=_least)
        return found


def _least(bracket: Bracket) -> tuple[int, int]:
    low, high = bracket
    return high, high if low is None else low


def runs(mask: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


_SPARED = (MAINTENANCE, EXCLUDED, UP, DEGRADED)


_CAUSES = {MAINTENANCE: "maintenance_overrun", UNREACHABLE: "masked_start"}


def outages(raw: Labels, final: Labels, settings: Settings, edges: Edges) -> list[Json]:
    """Own outages: seconds measured bad or made down, with unknown ones between them that nobody corrected to up."""
    bad = (raw == DOWN) | (raw == UNREACHABLE) | (final == DOWN)
    bridge = bad | ((raw == UNKNOWN) & (final != UP) & (final != DEGRADED))
    found = []
    for begin, end in runs(bridge):
        inside = np.flatnonzero(bad[begin:end])
        if not len(inside):
            continue
        start, stop = begin + int(inside[0]), begin + int(inside[-1]) + 1
        if not (final[start:stop] == DOWN).any():
            continue
        lasting = end == len(raw)
        retired = not lasting and raw[end] == OUT
        if retired:
            stop = end
        own = start
        while final[own] in (*_SPARED, UNREACHABLE):
            own += 1
        cause = _CAUSES.get(int(final[own - 1])) if own > start else None
        bracket: Bracket = (own, own)
        if own == start and raw[own] not in (DOWN, UNREACHABLE):
            cause = "correction"
        elif own == start and (own == 0 or raw[own - 1] != OUT):
            bracket = edges.starts.get(own, bracket)
        spared = int(np.isin(final[own:stop], _SPARED).sum())
        down = int((final[start:stop] == DOWN).sum())
        repair = None if lasting else stop - own - spared
        found.append(
            {
                "start": own,
                "end": None if lasting else stop,
                "start_bracket": bracket,
                "end_bracket": None if lasting else edges.ends.get(stop, (stop, stop)),
                "cause": cause,
                "from": start,
                "to": stop,
                "restored": not lasting and not retired,
                "repair": None if lasting or retired else repair,
                "counts": (down if repair is None else repair) >= settings.min_failure,
                "first": True,
            }
        )
    before: Json | None = None
    for outage in found:
        outage["first"] = outage["counts"]
        if not outage["counts"]:
            continue
        if before is not None and before["end"] is not None:
            between = final[before["end"] : outage["start"]]
            outage["first"] = int(((between == UP) | (between == DEGRADED)).sum()) >= settings.merge_gap
        before = outage
    return found
