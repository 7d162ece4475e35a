"""What was measured of one check by one agent, and by all of them: a label for each second."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UP, DEGRADED, DOWN, UNREACHABLE, UNKNOWN, MAINTENANCE, EXCLUDED, OUT = range(8)
NAMES = ("up", "degraded", "down", "unreachable", "unknown", "maintenance", "excluded", "out_of_service")
PARTIAL = 9

Labels = NDArray[np.int8]


@dataclass(frozen=True)
class Terms:
    """How looks are judged; seconds."""

    interval: int
    confirm_down: int
    confirm_up: int
    max_gap: int


def confirmed(bad: Sequence[bool], down: int, up: int) -> tuple[list[bool], list[int]]:
    """For each look whether it lies in a confirmed fault; and the first look of every fault too short to be one.

    By two counters, walking once: a run counts from its first look when it becomes long enough.
    """
    labels = [False] * len(bad)
    short: list[int] = []
    faulty, against = False, 0
    for place, verdict in enumerate(bad):
        if verdict == faulty:
            if against and not faulty:
                short.append(place - against)
            against = 0
        else:
            against += 1
            if against >= (up if faulty else down):
                faulty = verdict
                for back in range(place - against + 1, place + 1):
                    labels[back] = verdict
                against = 0
                continue
        labels[place] = faulty
    return labels, short


def seen(looks: Sequence[tuple[int, str]], terms: Terms, seconds: int) -> tuple[Labels, list[int]]:
    """The label of every second by the looks (second, outcome) of one agent, in order; and when its glitches began.

    Each second takes the label of the look nearest to it, if that is near enough: half an interval, or half-way to a
    neighbour that is no further than ``max_gap``.
    """
    labels = np.full(seconds, UNKNOWN, dtype=np.int8)
    looks = [look for look in looks if look[1] != "error"]
    if not looks:
        return labels, []
    failed, short = confirmed([word == "failed" for _, word in looks], terms.confirm_down, terms.confirm_up)
    impaired, _ = confirmed([word != "ok" for _, word in looks], terms.confirm_down, terms.confirm_up)
    for place, (at, _) in enumerate(looks):
        state = DOWN if failed[place] else DEGRADED if impaired[place] else UP
        begin, end = at - terms.interval // 2, at + terms.interval // 2
        if place and at - looks[place - 1][0] <= terms.max_gap:
            begin = (looks[place - 1][0] + at) // 2
        if place + 1 < len(looks) and looks[place + 1][0] - at <= terms.max_gap:
            end = (at + looks[place + 1][0]) // 2
        labels[max(begin, 0) : max(end, 0)] = state
    return labels, [looks[place][0] for place in short]


def voted(labels: Sequence[Labels], agents: int, quorum: int | None, least: int | None, seconds: int) -> Labels:
    """What several agents make of a check: DOWN, PARTIAL, DEGRADED, UP, or UNKNOWN where too few know."""
    needed = least if least is not None else (2 if agents >= 3 else 1)
    found = np.full(seconds, UNKNOWN, dtype=np.int8)
    if not labels:
        return found
    rows = np.array(labels)
    known = (rows != UNKNOWN).sum(axis=0)
    down = (rows == DOWN).sum(axis=0)
    majority = known // 2 + 1 if quorum is None else np.full(seconds, quorum)
    heard = (known > 0) & (known >= needed)
    found[heard] = np.where((rows == DEGRADED).any(axis=0), DEGRADED, UP)[heard]
    found[heard & (down > 0)] = PARTIAL
    found[heard & (down >= majority)] = DOWN
    return found
