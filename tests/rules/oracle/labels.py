"""What was measured of one check by one agent, and by all of them: a label for each second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

UP, DEGRADED, DOWN, UNREACHABLE, UNKNOWN, MAINTENANCE, EXCLUDED, OUT = range(8)
NAMES = ("up", "degraded", "down", "unreachable", "unknown", "maintenance", "excluded", "out_of_service")
PARTIAL = 9

BADNESS = {UP: 0, DEGRADED: 1, DOWN: 2}

Labels = NDArray[np.int8]

Bracket = tuple[int | None, int]

Told = tuple[int, str]
"""Second and kind of what a device told."""


@dataclass(frozen=True)
class Terms:
    """How looks are judged; seconds."""

    interval: int
    confirm_down: int
    confirm_up: int
    max_gap: int
    policy: str = "midpoint"


@dataclass
class Seen:
    """What one agent saw: a label for each second, when its glitches began, and between which looks its outages did.

    ``starts`` and ``ends`` tell of the second at which an outage was dated to begin or end where it can lie in truth.
    """

    labels: Labels
    glitches: list[int] = field(default_factory=list)
    starts: list[tuple[int, Bracket]] = field(default_factory=list)
    ends: list[tuple[int, Bracket]] = field(default_factory=list)


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


def seen(looks: Sequence[tuple[int, str]], terms: Terms, seconds: int, told: Sequence[Told] = ()) -> Seen:
    """The label of every second by the looks (second, outcome) of one agent, in order, and by what was told besides.

    Each second takes the label of the look nearest to it (by the other policies: of the look before it, or after it),
    if that is near enough: half an interval, or no further than a neighbour within ``max_gap``. What was told between
    the last look before a change and the first one after it may date the change anew, and fill what nobody saw.
    """
    found = Seen(np.full(seconds, UNKNOWN, dtype=np.int8))
    looks = [look for look in looks if look[1] != "error"]
    if not looks:
        return found
    times = [at for at, _ in looks]
    failed, short = confirmed([word == "failed" for _, word in looks], terms.confirm_down, terms.confirm_up)
    impaired, _ = confirmed([word != "ok" for _, word in looks], terms.confirm_down, terms.confirm_up)
    states = [DOWN if bad else DEGRADED if ill else UP for bad, ill in zip(failed, impaired, strict=True)]
    half = terms.interval // 2
    stops = [times[0] - half]  # where one cell ends and another begins, both where a gap is between
    for (at, state), (after, following) in pairwise(zip(times, states, strict=True)):
        near = after - at <= terms.max_gap
        stops += [_change(at, after, state, following, terms.policy)] * 2 if near else [at + half, after - half]
    stops.append(times[-1] + half)
    for place, state in enumerate(states):
        found.labels[max(stops[2 * place], 0) : max(stops[2 * place + 1], 0)] = state
    found.glitches = [times[place] for place in short]
    if states[0] == DOWN:
        found.starts.append((stops[0], (None, times[0])))
    for place, ((at, state), (after, following)) in enumerate(pairwise(zip(times, states, strict=True))):
        if (state == DOWN) == (following == DOWN):
            continue
        told_here = [one for one in told if at < one[0] < after]
        if following == DOWN:
            dated, bracket = _begun(stops[2 * place + 2], (at, after), told_here, after - at > terms.max_gap)
            _moved(found.labels, stops[2 * place + 2], dated, DOWN, state)
            found.starts.append((dated, bracket))
        else:
            dated, bracket = _ended(stops[2 * place + 1], (at, after), told_here)
            _moved(found.labels, stops[2 * place + 1], dated, following, DOWN)
            found.ends.append((dated, bracket))
    return found


def _change(at: int, after: int, state: int, following: int, policy: str) -> int:
    if state == following or policy == "midpoint":
        return (at + after) // 2
    return at if policy == "last_good" and BADNESS[following] > BADNESS[state] else after


def _begun(edge: int, bracket: tuple[int, int], told: Sequence[Told], gap: bool) -> tuple[int, Bracket]:
    """When an outage began: as the line went down; or half-way to the restart that it was down before."""
    low, _ = bracket
    downs = [at for at, kind in told if kind == "link_down"]
    changes = [at for at, kind in told if kind == "link_change"]
    starts = [] if gap else [at for at, kind in told if kind in ("cold_start", "warm_start")]
    if downs:
        return max(downs), (max(downs), max(downs))
    if starts:
        return (low + min(starts)) // 2, (low, min(starts))
    if changes:
        return min(changes), (min(changes), min(changes))
    return edge, bracket


def _ended(edge: int, bracket: tuple[int, int], told: Sequence[Told]) -> tuple[int, Bracket]:
    """When an outage ended: as the line came up; or when the device began anew, though it may serve only later."""
    ups = [at for at, kind in told if kind == "link_up"]
    changes = [at for at, kind in told if kind == "link_change"]
    starts = [at for at, kind in told if kind in ("cold_start", "warm_start")]
    if ups:
        return min(ups), (min(ups), min(ups))
    if starts:
        return max(starts), (max(starts), bracket[1])
    if changes:
        return min(changes), (min(changes), min(changes))
    return edge, bracket


def _moved(labels: Labels, old: int, new: int, after: int, before: int) -> None:
    """A change that lay at one second lies at another: what is between belongs to the other side."""
    labels[max(min(old, new), 0) : max(old, new, 0)] = after if new < old else before


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
