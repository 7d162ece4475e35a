"""The figures of a period, counted in seconds."""

from collections.abc import Sequence

import numpy as np

from tests.rules.oracle.engine import Life
from tests.rules.oracle.labels import (
    DEGRADED,
    DOWN,
    EXCLUDED,
    MAINTENANCE,
    NAMES,
    OUT,
    UNKNOWN,
    UNREACHABLE,
    UP,
    Labels,
)  # fmt: skip
from tests.rules.oracle.outages import Json


def figures(life: Life, begin: int, end: int) -> Json:
    """The times and counts of a period."""
    touching = [one for one in life.outages if one["start"] < end and (one["end"] is None or one["end"] > begin)]
    begun = [one for one in touching if begin <= one["start"] < end and one["counts"]]
    over = [one for one in touching if one["end"] is not None and one["end"] <= end]
    restored = [one for one in over if one["restored"] and one["repair"] is not None]
    agreed = int(np.isin(life.final[begin:end], [UP, DEGRADED, DOWN, UNREACHABLE, UNKNOWN]).sum())
    quiet = (MAINTENANCE, EXCLUDED, OUT)
    return {
        **{f"{name}_ms": 1000 * int((life.final[begin:end] == number).sum()) for number, name in enumerate(NAMES)},
        **_running(life.raw[begin:end], life.final[begin:end]),
        **_bounds(life, touching, begin, end),
        "failures": len(begun),
        "episodes": sum(one["first"] for one in begun),
        "glitches": sum(begin <= at < end and life.final[at] not in quiet for at in life.glitches),
        "open": len(touching) - len(over),
        "restored": len(restored),
        "repair_ms": 1000 * sum(one["repair"] for one in restored),
        "objects": int(agreed > 0),
        "objects_affected": int(agreed > 0 and bool(touching)),
    }


def _running(raw: Labels, final: Labels) -> Json:
    """Time at any hour, whatever was agreed."""
    held = np.where(np.isin(final, [MAINTENANCE, EXCLUDED, OUT]), raw, final)
    stands = np.isin(held, [DOWN, UNREACHABLE])
    return {
        "operational_ms": 1000 * int((np.isin(held, [UP, DEGRADED]) | stands).sum()),
        "planned_down_ms": 1000 * int((stands & (final == MAINTENANCE)).sum()),
    }


def _bounds(life: Life, touching: Sequence[Json], begin: int, end: int) -> Json:
    """Downtime that is certain and possible; and the squares of the brackets of the edges inside the period (s²)."""
    certain = np.zeros(len(life.final), dtype=np.bool_)
    possible = np.zeros(len(life.final), dtype=np.bool_)
    squares = 0
    for one in touching:
        low, high = one["start_bracket"]
        first, last = one["end_bracket"] or (None, max(end, one["start"]))
        down = np.zeros(len(life.final), dtype=np.bool_)
        down[one["from"] : one["to"]] = life.final[one["from"] : one["to"]] == DOWN
        sure = np.zeros(len(life.final), dtype=np.bool_)
        sure[max(high, 0) : last if first is None else first] = True
        certain |= down & sure
        possible |= down
        possible[max(one["start"] if low is None else low, 0) : last] = True
        if low is not None and begin <= one["start"] < end:
            squares += (high - low) ** 2
        if first is not None and begin < one["end"] <= end:
            squares += (last - first) ** 2
    never = ~np.isin(life.final, [UP, DEGRADED, DOWN, UNKNOWN])
    never |= (life.raw == DOWN) & np.isin(life.final, [UP, DEGRADED])
    return {
        "down_ms_min": 1000 * int(certain[begin:end].sum()),
        "down_ms_max": 1000 * int((possible & ~never)[begin:end].sum()),
        "squares": squares,
    }
