"""Behind a failed parent a target is unreachable, not down.

A target is cut off while every parent it has is down or unreachable. An outage of its own begins where the parent's
story no longer explains it.
"""

from collections.abc import Mapping, Sequence

from rules.dated import Dated
from rules.intervals import Interval, intersect, union
from rules.state import State
from rules.votes import Tile

Cut = tuple[Sequence[Interval], int]
"""Where a parent was measured down or unreachable, and the interval of its checks in ms."""


def shadow(
    raw: Sequence[Tile],
    parents: Dated[tuple[str, ...]],
    cuts: Mapping[str, Cut],
    interval: int,
    grace: int,
) -> list[Interval]:
    """Where the target's downtime is its parents', not its own.

    ``raw`` is what was measured of the target, ``cuts`` of its parents by name; ``interval`` (ms) is its own, and
    ``grace`` (ms) the time it is given to come back after its parents. An outage belongs to the parents when it
    begins while they are down, or within the slack (half of both intervals) before or after: so much lies in the
    sampling alone. What goes on longer than ``grace`` after the parents' end is the target's own from that end on,
    and stays so.
    """
    if not raw:
        return []
    cut = _cut_off(raw[0][0], raw[-1][1], parents, cuts, interval)
    if not cut:
        return []
    masked: list[Interval] = []
    for start, end in _outages(raw):
        own = _own_from(start, end, cut, grace)
        if own > start:
            masked.append((start, own))
    return masked


def _cut_off(
    start: int,
    end: int,
    parents: Dated[tuple[str, ...]],
    cuts: Mapping[str, Cut],
    interval: int,
) -> list[tuple[int, int, int]]:
    """(from, to, slack) of the times in which every parent then in force was down or unreachable."""
    cut: list[tuple[int, int, int]] = []
    for begin, finish, names in parents.stretches(start, end):
        if not names:
            continue
        common: list[Interval] = [(begin, finish)]
        for name in names:
            common = intersect(common, cuts[name][0])
        slack = (max(cuts[name][1] for name in names) + interval) // 2
        cut += [(a, b, slack) for a, b in common]
    return cut


def _outages(raw: Sequence[Tile]) -> list[Interval]:
    """The measured outages to their last known bad instant; unknown time between down times does not end one."""
    outages: list[Interval] = []
    open_from: int | None = None
    for start, end, state in raw:
        if state is State.DOWN:
            if open_from is None:
                open_from = start
                outages.append((start, end))
            else:
                outages[-1] = (open_from, end)
        elif state is not State.UNKNOWN:
            open_from = None
    return union(outages)


def _own_from(start: int, end: int, cut: Sequence[tuple[int, int, int]], grace: int) -> int:
    """The instant from which the outage [start, end) is the target's own: ``start``, ``end`` or a parents' end."""
    index = -1
    for number, (down, up, slack) in enumerate(cut):
        if down - slack <= start < up + slack:
            index = number
    if index < 0:
        return start
    while True:
        back = max(start, cut[index][1])
        following = cut[index + 1] if index + 1 < len(cut) else None
        limit = end if following is None else min(end, following[0])
        if limit - back > grace:
            return back
        if limit == end:
            return end
        index += 1
