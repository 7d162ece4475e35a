"""Day by day: on which days time was lost, and how the error budget of the period was used up."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from rules.period import Period, instant, local
from rules.state import AGREED, State

MOST_ROWS = 20
"""How many objects the heat map shows, as fit on the paper: those that lost most, services before targets."""

_OWN = {State.DOWN.value}
_FOREIGN = {State.UNREACHABLE.value}
_AGREED = {state.value for state in AGREED}


def bounds(period: Period) -> list[int]:
    """The beginnings of the local days of a period (ms UTC), and its end. A day may have 23 or 25 hours."""
    day = local(period.start, period.tz).replace(hour=0, minute=0, second=0, microsecond=0)
    found = [period.start]
    while True:
        day += timedelta(days=1)
        at = instant(day)
        if at >= period.end:
            return [*found, period.end]
        found.append(at)


def heat(objects: Sequence[Mapping[str, Any]], period: Period) -> dict[str, Any]:
    """``{"days": [begin, …], "rows": [{"name", "kind", "agreed_ms": […], "lost_ms": […]}]}``, one number a day.

    Lost time of a service includes what it was unreachable; that of a target is its own.
    """
    marks = bounds(period)
    shown = sorted(objects, key=lambda entry: (-_lost(entry), entry["kind"] != "service", entry["name"]))
    rows = []
    for entry in shown[:MOST_ROWS]:
        agreed, own, foreign = _by_day(entry["partition"], marks)
        lost = [a + b for a, b in zip(own, foreign, strict=True)] if entry["kind"] == "service" else own
        rows.append({"name": entry["name"], "kind": entry["kind"], "agreed_ms": agreed, "lost_ms": lost})
    return {"days": marks[:-1], "rows": rows, "left_out": max(0, len(objects) - MOST_ROWS)}


def _lost(entry: Mapping[str, Any]) -> int:
    delivered: int = entry["down_ms"] + (entry["unreachable_ms"] if entry["kind"] == "service" else 0)
    return delivered


def budget(objects: Iterable[Mapping[str, Any]], period: Period, target: float, agreed: int) -> dict[str, Any]:
    """How the error budget was used: at the end of each day (ms UTC) what had been lost since the beginning.

    The budget is ``target`` of ``agreed``, the agreed time (ms) of the whole period. ``delivered_ms`` adds what was
    unreachable behind others' faults.
    """
    marks = bounds(period)
    own, foreign = [0] * (len(marks) - 1), [0] * (len(marks) - 1)
    for entry in objects:
        _, lost_of_own, lost_behind = _by_day(entry["partition"], marks)
        own = [a + b for a, b in zip(own, lost_of_own, strict=True)]
        foreign = [a + b for a, b in zip(foreign, lost_behind, strict=True)]
    days = []
    lost = delivered = 0
    for end, down, unreachable in zip(marks[1:], own, foreign, strict=True):
        lost += down
        delivered += down + unreachable
        days.append({"until": end, "own_ms": lost, "delivered_ms": delivered})
    allowed = round(target * agreed)
    return {
        "target": target,
        "allowed_ms": allowed,
        "used": lost / allowed if allowed else None,
        "used_delivered": delivered / allowed if allowed else None,
        "days": days,
    }


def _by_day(partition: Iterable[Sequence[Any]], marks: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Agreed, own down and unreachable time (ms) of each day."""
    size = len(marks) - 1
    agreed, own, foreign = [0] * size, [0] * size, [0] * size
    for begin, end, state in partition:
        if state not in _AGREED:
            continue
        day = max(0, bisect_right(marks, begin) - 1)
        while day < size and marks[day] < end:
            length = min(end, marks[day + 1]) - max(begin, marks[day])
            agreed[day] += length
            if state in _OWN:
                own[day] += length
            elif state in _FOREIGN:
                foreign[day] += length
            day += 1
    return agreed, own, foreign
