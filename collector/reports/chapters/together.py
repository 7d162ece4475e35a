"""Redundancy that failed together: parts a service can do without singly, which were down at one time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def together(spares: Iterable[Row], outages: Sequence[Row], start: int, until: int) -> list[dict[str, Any]]:
    """One row for each group of parts: how often and how long (ms) two of them or more were down in [start, until).

    ``least`` is how many the service needs (None where that depends on which), ``times`` the stretches, ``longest_ms``
    the longest, ``at`` when that began, ``parts_down`` what was down in it. ``broken`` counts stretches in which fewer
    were left than needed.
    """
    rows = []
    for group in spares:
        own = {name: [] for name in group["parts"]}  # type: dict[str, list[tuple[int, int]]]
        for outage in outages:
            if outage["target"] in own:
                end = until if outage["end"] is None else min(outage["end"], until)
                begin = max(outage["start"], start)
                if begin < end:
                    own[outage["target"]].append((begin, end))
        found = _stretches(own)
        longest = max(found, key=lambda one: (one[1] - one[0], -one[0]), default=None)
        left = len(group["parts"]) - (group["least"] or 0)
        rows.append(
            {
                "service": group["service"],
                "least": group["least"],
                "of": len(group["parts"]),
                "times": len(found),
                "ms": sum(end - begin for begin, end, _, _ in found),
                "longest_ms": None if longest is None else longest[1] - longest[0],
                "at": None if longest is None else longest[0],
                "parts_down": [] if longest is None else longest[2],
                "broken": None if group["least"] is None else sum(most > left for _, _, _, most in found),
            }
        )
    return sorted(rows, key=lambda row: (-row["ms"], row["service"], row["of"]))


def _stretches(own: Mapping[str, Sequence[tuple[int, int]]]) -> list[tuple[int, int, list[str], int]]:
    """The stretches in which two or more were down: begin, end, which were, and the most at one instant."""
    edges = sorted(
        (at, step, name)
        for name, downs in own.items()
        for begin, end in downs
        for at, step in ((begin, 1), (end, -1))
    )  # fmt: skip
    found: list[tuple[int, int, list[str], int]] = []
    down: dict[str, int] = {}
    begun: int | None = None
    seen: set[str] = set()
    most = 0
    for at, step, name in edges:
        down[name] = down.get(name, 0) + step
        there = {key for key, count in down.items() if count}
        if len(there) > 1:
            begun = at if begun is None else begun
            seen |= there
            most = max(most, len(there))
        elif begun is not None:
            if at > begun:
                found.append((begun, at, sorted(seen), most))
            begun, seen, most = None, set(), 0
    return found
