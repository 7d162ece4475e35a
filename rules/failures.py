"""From measured and final time to outages: which downtime is one failure, where it lies, what it took to repair."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rules.intervals import Interval, clip, intersect, total, union
from rules.outage import Outage
from rules.parameters import Parameters
from rules.period import Period
from rules.state import State
from rules.tiling import together
from rules.votes import COMBINED, Edge, Measured, Tile

_UP = (State.UP, State.DEGRADED)
_BAD = (State.DOWN, State.UNREACHABLE)

Segment = tuple[int, int, State, State]
"""[start, end), the measured state and the final one."""

_NOT_YET = {
    # final state of the beginning of an outage that does not count -> (edge source, cause) of the part that does
    State.MAINTENANCE: ("maintenance", "maintenance_overrun"),
    State.UNREACHABLE: ("parent", "masked_start"),
    State.EXCLUDED: ("correction", None),
    State.UP: ("correction", None),
    State.DEGRADED: ("correction", None),
}


@dataclass(slots=True)
class _Group:
    """Bad segments, and unknown ones between them, that are one outage; ``end`` None while it lasts."""

    segments: list[Segment] = field(default_factory=list)
    end: int | None = None
    restored: bool = False
    clipped: bool = False  # its beginning lies before the target was in service


def failures(
    raw: Sequence[Tile],
    final: Sequence[Tile],
    measured: Measured,
    parameters: Parameters,
    retired: int | None = None,
) -> tuple[Outage, ...]:
    """All own outages of a target, oldest first, with their episodes.

    Down, unknown, down is one outage. It is a failure of the target's own while any of it finally counts as down.
    ``retired``: when the target left service, at the end of what is given or after it.
    """
    outages = []
    for group in _groups(raw, final, retired):
        outage = _outage(group, measured, parameters)
        if outage is not None:
            outages.append(outage)
    return tuple(_episodes(outages, final, parameters.merge_gap))


def possible(
    outages: Iterable[Outage], raw: Sequence[Tile], final: Sequence[Tile], period: Period, lasting: int
) -> tuple[int, int]:
    """Downtime in the period that is certain, and that is possible, by the brackets of the outages; ms.

    An outage that has not ended may have lasted until ``lasting``. Time that cannot be downtime (maintenance,
    excluded, out of service, unreachable, corrected to up) is in neither.
    """
    certain: list[Interval] = []
    conceivable: list[Interval] = []
    for outage in outages:
        if not outage.touches(period.start, period.end):
            continue
        earliest, latest = outage.start_bracket
        first, last = outage.end_bracket or (None, max(lasting, outage.start))
        until = last if first is None else first
        certain += intersect(outage.down, [(latest, until)]) if latest < until else []
        conceivable.append((outage.start if earliest is None else earliest, last))
        conceivable += outage.down
    within = clip(union(conceivable), period.start, period.end)
    impossible = union(
        (start, end)
        for start, end, was, state in together(raw, final)
        if state not in (*_UP, State.DOWN, State.UNKNOWN) or (was is State.DOWN and state in _UP)
    )
    return (
        total(clip(union(certain), period.start, period.end)),
        total(within) - total(intersect(within, impossible)),
    )


def _groups(raw: Sequence[Tile], final: Sequence[Tile], retired_at: int | None) -> Iterator[_Group]:
    group = _Group()
    waiting: list[Segment] = []  # unknown time that belongs to the outage only if it goes on afterwards
    was_unserved = False
    for segment in together(raw, final):
        start, _, was, state = segment
        if was in _BAD or state is State.DOWN:
            if not group.segments:
                group = _Group(clipped=was_unserved)
            group.segments += [*waiting, segment]
            waiting = []
        elif group.segments and was is State.UNKNOWN and state not in _UP:
            waiting.append(segment)
        elif group.segments:
            retired = was is State.OUT_OF_SERVICE
            group.end = start if retired else group.segments[-1][1]
            group.restored = not retired
            yield group
            group, waiting = _Group(), []
        was_unserved = was is State.OUT_OF_SERVICE
    if group.segments:
        group.end = retired_at
        yield group


def _outage(group: _Group, measured: Measured, parameters: Parameters) -> Outage | None:
    down = tuple(union((start, end) for start, end, _, state in group.segments if state is State.DOWN))
    if not down:
        return None
    begun, _, was, _ = group.segments[0]
    start, cause = begun, None
    if was not in _BAD:
        edge, cause = Edge((begun, begun), "correction"), "correction"
    elif group.clipped:
        edge = Edge((begun, begun), "in_service", measured.starts.get(begun, Edge((0, 0), "")).detected)
    else:
        edge = measured.starts.get(begun, Edge((begun, begun), COMBINED))
    inferred = was in _BAD and begun in measured.inferred
    if inferred:
        cause = "reboot"
    detected = begun if edge.detected is None else edge.detected
    for _, finish, _, state in group.segments:
        if state not in _NOT_YET:
            break
        source, cause = _NOT_YET[state]
        start, edge = finish, Edge((finish, finish), source)
    over: Edge | None = None
    repair = None
    if group.end is not None:
        over = measured.ends.get(group.end, Edge((group.end, group.end), COMBINED))
        spared = total(
            (max(a, start), b)
            for a, b, _, state in group.segments
            if b > start and state in (State.MAINTENANCE, State.EXCLUDED, *_UP)
        )
        repair = group.end - start - spared
    lasted = total(down) if repair is None else repair
    return Outage(
        start=start,
        end=group.end,
        start_bracket=edge.bracket,
        end_bracket=over.bracket if over else None,
        detected=max(detected, start),
        cause=cause,
        edge_source=edge.source,
        end_source=over.source if over else None,
        restored=group.restored,
        down=down,
        repair=repair if group.restored else None,
        counts=lasted >= parameters.min_failure,
        inferred=inferred,
    )


def _episodes(outages: Sequence[Outage], final: Sequence[Tile], merge_gap: int) -> Iterator[Outage]:
    """The outages with ``first`` false where too little up time separates one from the one before.

    Outages too short to count neither open an episode nor join one.
    """
    up = [(start, end) for start, end, state in final if state in _UP]
    before: Outage | None = None
    index = 0
    for outage in outages:
        if not outage.counts:
            yield replace(outage, first=False)
            continue
        first = True
        if before is not None and before.end is not None:
            while index < len(up) and up[index][1] <= before.end:
                index += 1
            between = 0
            look = index
            while look < len(up) and up[look][0] < outage.start and between < merge_gap:
                between += min(up[look][1], outage.start) - max(up[look][0], before.end)
                look += 1
            first = between >= merge_gap
        yield outage if first else replace(outage, first=False)
        before = outage
