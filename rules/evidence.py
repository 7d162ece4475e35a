"""Evidence: what devices and machines tell of their own restarts and lines, between two looks at them.

It says where inside its bracket an edge lies, best first (maths 3.5): an event that was told when it happened, then
arithmetic with running times, and only then an edge policy. It never moves an edge out of its bracket.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from rules.intervals import Interval


class Kind(StrEnum):
    """What happened, by its public name: the ``edge_source`` of an edge that was dated by it."""

    LINK_DOWN = "link_down"
    LINK_UP = "link_up"
    COLD_START = "cold_start"
    WARM_START = "warm_start"
    LINK_CHANGE = "link_change"
    """The state of a line changed, by the device's count (ifLastChange)."""
    REBOOT = "reboot"
    """The host itself began anew."""
    RESTART = "restart"
    """The device began anew; it has no clock that would tell its host from its SNMP agent, so it counts as both."""
    AGENT_RESTART = "agent_restart"
    """Only the SNMP agent began anew, the host went on."""
    SHUTDOWN = "shutdown"
    """The machine was shut down, and began anew."""
    BOOT = "boot"
    """The machine began anew, and nothing was noted of its end."""


EVENTS = frozenset({Kind.LINK_DOWN, Kind.LINK_UP, Kind.COLD_START, Kind.WARM_START})
"""What was told when it happened: better than any arithmetic."""

LINES = frozenset({Kind.LINK_DOWN, Kind.LINK_UP})
"""What happened to one line, and bears on the check of it alone."""

OWN_CHECK = LINES | {Kind.LINK_CHANGE, Kind.AGENT_RESTART}
"""What bears on one check alone: the line's, or the one that asks the agent which restarted."""

OFF = frozenset({Kind.SHUTDOWN, Kind.BOOT})
"""The machine was down all the time from ``since`` to ``at``."""

REBOOTS = OFF | {Kind.REBOOT, Kind.RESTART}
"""What is an outage even if no look fell into it."""

_JITTER = 2_000
"""How far (ms) two datings of one instant by different batches may lie apart."""

LOOK_BACK = 1_800_000
"""How far (ms) before a restart looks are searched for the last good one; see :func:`look_back`."""

_BEGINNINGS = REBOOTS | {Kind.COLD_START, Kind.WARM_START, Kind.AGENT_RESTART}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that happened to a target at the instant ``at``. Instants in ms UTC.

    ``since`` is the last instant before at which it is known to have run: the last good look, or when its own agent was
    last alive. ``until`` is when it was learnt: the look after it, or the arrival of the trap. ``check`` is the id of
    the one check it bears on, empty for the whole target. ``told_by`` is what told it (``sysUpTime``, ``boot_id``,
    ``trap``, …), for people. ``alone`` says that nobody outside looked at the target then: the unknown time that such a
    boot closes is down time.
    """

    at: int
    kind: Kind
    since: int | None = None
    until: int | None = None
    check: str = ""
    told_by: str = ""
    alone: bool = False

    @property
    def order(self) -> tuple[int, str, int, int, str, str, bool]:
        """What sorts evidence, so that no answer depends on the order in which it came."""
        learnt = self.at if self.until is None else self.until
        return (self.at, self.kind, self.since or 0, learnt, self.check, self.told_by, self.alone)


class Edge(NamedTuple):
    """An edge as evidence dates it: the instant, what is left of its bracket, and the kind of the evidence."""

    at: int
    bracket: Interval
    source: Kind


def bearing_on(evidence: Iterable[Evidence], check: str, vital: bool) -> list[Evidence]:
    """What bears on one check (by id), in order. What happened to the whole target tells only of its vital checks."""
    return sorted(
        (one for one in evidence if one.check == check or (not one.check and vital)), key=lambda one: one.order
    )


def start_edge(bracket: Interval, evidence: Iterable[Evidence], over_gap: bool) -> Edge | None:
    """Where in its bracket an outage began, None where the (ordered) evidence does not tell.

    ``over_gap``: the bracket is longer than looks may lie apart. Then half-way between a look and a restart is a guess,
    and only what names the beginning itself counts.
    """
    first, last = bracket
    events: list[Edge] = []
    counted: list[Edge] = []
    for one in evidence:
        since = one.since
        if one.kind in OFF and since is not None and first < since < last and one.at > since:
            edge = Edge(since, (since, since if one.kind is Kind.SHUTDOWN else min(one.at, last)), one.kind)
            counted.append(edge)
        elif not first < one.at < last:
            continue
        elif one.kind is Kind.LINK_DOWN:
            events.append(Edge(one.at, (one.at, one.at), one.kind))
        elif one.kind is Kind.LINK_CHANGE:
            counted.append(Edge(one.at, (one.at, one.at), one.kind))
        elif one.kind in _BEGINNINGS and not over_gap:
            low = first if since is None else min(max(first, since), one.at)
            (events if one.kind in EVENTS else counted).append(Edge((low + one.at) // 2, (low, one.at), one.kind))
    # Of lines the last to go down before the bad look; of restarts the first, before which it cannot have run on.
    lines = [edge for edge in events if edge.source is Kind.LINK_DOWN]
    return lines[-1] if lines else next(iter(events or counted), None)


def end_edge(bracket: Interval, evidence: Iterable[Evidence]) -> Edge | None:
    """Where in its bracket an outage ended, None where the (ordered) evidence does not tell.

    What began anew runs from then on, but may serve only later: the good look stays the latest end.
    """
    first, last = bracket
    inside = [one for one in evidence if first < one.at < last]
    lines = [one for one in inside if one.kind is Kind.LINK_UP]
    changes = [one for one in inside if one.kind is Kind.LINK_CHANGE]
    begun = [one for one in inside if one.kind in _BEGINNINGS]
    told = [one for one in begun if one.kind in EVENTS]
    # Of lines the first to come up after the bad look; of restarts the last, after which it did run on.
    best = next(iter(lines or told[-1:] or changes or begun[-1:]), None)
    if best is None:
        return None
    exact = best.kind in (Kind.LINK_UP, Kind.LINK_CHANGE)
    return Edge(best.at, (best.at, best.at if exact else last), best.kind)


def look_back(gaps: Iterable[int]) -> int:
    """How far (ms) before a restart the last good look at a target matters, whose checks may pause for ``gaps`` (ms).

    Further back none of them can have been good without a later look or unknown time.
    """
    return max(LOOK_BACK, 2 * max(gaps, default=0))


def behind(one: Evidence, seen: int | None) -> Evidence:
    """A restart as it stands behind the last good look ``seen`` before it (ms UTC, of any check of the target).

    Looks are never overruled: what was seen to answer was not off yet, whenever its own agent was last alive.
    """
    if seen is None or one.check or one.kind not in REBOOTS:
        return one
    since = seen if one.since is None else max(seen, one.since)
    if one.kind in OFF and not one.alone and (one.since is None or since > one.since + _JITTER):
        return replace(one, kind=Kind.REBOOT, since=since)
    return replace(one, since=since)


def reboots(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The restarts of the whole target with a last good look before them, one for each such look, in order.

    Several that lie behind one good look are one restart, told by several; the best witness counts. A device whose own
    host clock went on did not restart, whatever a count that cannot tell says.
    """
    ordered = sorted(evidence, key=lambda one: one.order)
    went_on = [one for one in ordered if one.kind is Kind.AGENT_RESTART]
    best: dict[int, Evidence] = {}
    for one in ordered:
        since = one.since
        if one.check or one.kind not in REBOOTS or since is None or since >= one.at:
            continue
        if one.kind is Kind.RESTART and any(abs(one.at - other.at) <= _apart(one) for other in went_on):
            continue
        known = best.get(since)
        if known is None or _rank(one) <= _rank(known):
            best[since] = one
    return [best[since] for since in sorted(best)]


def _apart(one: Evidence) -> int:
    """How far (ms) two datings of one restart may lie apart: as far as a running clock may be off."""
    return 5_000 + ((one.at if one.until is None else one.until) - one.at) // 100


def _rank(one: Evidence) -> int:
    return 0 if one.kind in OFF else 1 if one.kind is Kind.REBOOT else 2
