"""From the tracks of a target's checks to the partition of its time.

Applied in this order: the quorum of agents for each check, the target's vital checks, degradation, parents,
maintenance, corrections, service calendar. Every step is a pure function of the whole; nothing patches intervals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rules.calendar import Calendar
from rules.dated import Dated
from rules.intervals import Interval
from rules.outage import Outage
from rules.parameters import CheckParameters, Parameters
from rules.period import Period
from rules.span import Glitch, Track
from rules.state import State

Tile = tuple[int, int, State]
"""[start, end) in ms UTC and its state."""


@dataclass(frozen=True, slots=True)
class CheckTracks:
    """One check of a target as all its agents saw it, in one revision of its definition.

    ``tracks`` by agent; ``agents`` is how many are assigned to it (also those that saw nothing). What was changed
    (vital or not, agents assigned) makes a further entry; each counts only in ``valid``, [from, to) in ms UTC with
    None for unbounded.
    """

    check: str
    vital: bool
    tracks: Mapping[str, Track]
    agents: int
    parameters: CheckParameters
    valid: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window of the target, [start, end) in ms UTC. It counts when approved before its start."""

    start: int
    end: int
    approved_at: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of measured time, [start, end) in ms UTC. ``to`` is a state, or "measured" to revoke.

    It does nothing unless approved by somebody other than its proposer.
    """

    start: int
    end: int
    to: str
    proposed_by: str
    approved_by: str | None
    approved_at: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """All that the time of one target depends on, apart from its parents' timelines.

    ``in_service`` holds [from, to) pairs, None for unbounded; ``parents`` and ``calendar`` as they were in force.
    """

    name: str
    kind: str = ""
    checks: tuple[CheckTracks, ...] = ()
    parents: Dated[tuple[str, ...]] = field(default_factory=lambda: Dated.always(()))
    in_service: tuple[tuple[int | None, int | None], ...] = ((None, None),)
    windows: tuple[Window, ...] = ()
    corrections: tuple[Correction, ...] = ()
    calendar: Dated[Calendar | None] = field(default_factory=lambda: Dated.always(None))


@dataclass(frozen=True, slots=True)
class Timeline:
    """The time of one target or service.

    ``partition`` tiles the period: neighbours differ, the lengths sum to it. ``outages`` are the own outages that
    touch it, ``glitches`` those that count in it, ``partials`` where some agents saw it down and too few agreed.
    ``down_min`` and ``down_max`` are ms of downtime that is certain and possible by the brackets.

    The rest reaches as far as the tracks do, for children and services: ``whole`` (the partition), ``history`` (all
    own outages), ``cut`` (where it was measured down or unreachable), ``interval`` (of its slowest vital check).
    """

    name: str
    kind: str
    period: Period
    partition: tuple[Tile, ...]
    outages: tuple[Outage, ...]
    glitches: tuple[Glitch, ...]
    partials: tuple[Interval, ...]
    down_min: int
    down_max: int
    whole: tuple[Tile, ...]
    history: tuple[Outage, ...]
    cut: tuple[Interval, ...]
    interval: int

    def at(self, instant: int) -> State:
        """The state at an instant of the period; unknown outside of all that was seen."""
        for start, end, state in self.whole:
            if start <= instant < end:
                return state
        return State.UNKNOWN


def timeline(
    subject: Subject,
    period: Period,
    parents: Mapping[str, Timeline],
    parameters: Parameters,
    now: int | None = None,
) -> Timeline:
    """The timeline of a target. ``parents`` must hold a timeline for each parent it ever had, by name.

    Tracks may reach beyond the period, and should reach back to before the first outage that runs into it. ``now``
    bounds how long an outage that lasts can have been; a period in progress is best given as ``period.until(now)``,
    since what lies ahead is unknown time.
    """
    raise NotImplementedError
