"""From the tracks of a target's checks to the partition of its time.

Applied in this order: what was measured (``rules/votes.py``), parents, maintenance, corrections, service calendar.
Every step is a pure function of the whole; nothing is ever patched afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rules.calendar import Calendar
from rules.dated import Dated
from rules.evidence import Evidence
from rules.failures import failures, possible
from rules.informed import informed
from rules.intervals import Interval, clip, intersect, subtract, total, union
from rules.outage import Outage
from rules.parameters import Parameters
from rules.parents import shadow
from rules.period import Period, months
from rules.promise import Promise
from rules.running import Running, running
from rules.span import Glitch
from rules.state import State
from rules.tiling import clip as clip_tiles
from rules.tiling import join, paint, stretch, where
from rules.unconfirmed import longest, unconfirmed
from rules.votes import CheckTracks, Measured, Tile, inside, measure

__all__ = ["CheckTracks", "Correction", "Outage", "Subject", "Tile", "Timeline", "Window", "settle", "timeline"]


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window of the target, [start, end) in ms UTC. It counts when approved before its start."""

    start: int
    end: int
    approved_at: int | None
    reason: str = ""

    @property
    def approved(self) -> bool:
        """Whether it was approved strictly before its start."""
        return self.approved_at is not None and self.approved_at < self.start


MEASURED = "measured"
"""What a correction that revokes earlier ones corrects to."""

CORRECTABLE: Mapping[str, frozenset[State]] = {
    "excluded": frozenset({State.DOWN}),
    "maintenance": frozenset({State.DOWN}),
    "up": frozenset({State.DOWN, State.UNKNOWN}),
    "down": frozenset({State.UP, State.DEGRADED, State.UNKNOWN}),
    MEASURED: frozenset(),
}
"""What a correction may make of which states. Unreachable time is nobody's to correct."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of measured time, [start, end) in ms UTC, to one of the keys of CORRECTABLE.

    It does nothing unless approved by somebody other than its proposer.
    """

    start: int
    end: int
    to: str
    proposed_by: str
    approved_by: str | None
    approved_at: int | None
    reason: str = ""

    @property
    def approved(self) -> bool:
        """Whether somebody other than the proposer approved it."""
        return bool(self.approved_by) and self.approved_at is not None and self.approved_by != self.proposed_by


@dataclass(frozen=True, slots=True)
class Subject:
    """All that the time of one target depends on, apart from its parents' timelines.

    ``in_service`` holds [from, to) pairs, None for unbounded; ``parents`` and ``calendar`` as they were in force.
    ``evidence``, in any order, is what the target told of its own restarts and lines. ``promise`` is by whose
    terms it is judged, None for the house's; ``labels`` and ``priority`` are its last ones, and only say with which
    others it is summed, and how heavily.
    """

    name: str
    kind: str = ""
    checks: tuple[CheckTracks, ...] = ()
    parents: Dated[tuple[str, ...]] = field(default_factory=lambda: Dated.always(()))
    in_service: tuple[tuple[int | None, int | None], ...] = ((None, None),)
    windows: tuple[Window, ...] = ()
    corrections: tuple[Correction, ...] = ()
    calendar: Dated[Calendar | None] = field(default_factory=lambda: Dated.always(None))
    evidence: tuple[Evidence, ...] = ()
    promise: Promise | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    priority: str = ""


_NOTHING = Running()


@dataclass(frozen=True, slots=True)
class Timeline:
    """The time of one target or service.

    ``partition`` tiles the period: neighbours differ, the lengths sum to it. ``outages`` are the own outages that
    touch it, ``glitches`` those that count in it, ``partials`` where some agents saw it down and too few agreed.
    ``down_min`` and ``down_max`` are ms of downtime that is certain and possible by the brackets, ``unconfirmed`` what
    failed looks stand for that no outage contains, ``running`` what it ran at any hour. ``uncorrected`` is the same
    without the corrections, where any was in force.

    The rest reaches as far as the tracks do, for children and services: ``whole`` (the partition), ``raw`` (the same as
    measured, before anything was laid over it), ``history`` (all own outages), ``cut`` (where it was measured down or
    unreachable), ``interval`` (of its slowest vital check), ``corrected`` (where any correction is in force, for a
    service also one of its parts).

    ``doubtful`` is where ``unconfirmed`` lies; runs of failed looks that begin outside of the period are not in it.
    Each reaches no further than ``doubt`` ms.
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
    raw: tuple[Tile, ...]
    history: tuple[Outage, ...]
    cut: tuple[Interval, ...]
    interval: int
    corrected: tuple[Interval, ...] = ()
    unconfirmed: int = 0
    doubtful: tuple[Interval, ...] = ()
    doubt: int = 0
    running: Running = _NOTHING
    uncorrected: "Timeline | None" = None
    promise: Promise | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    priority: str = ""

    def at(self, instant: int) -> State:
        """The state at an instant; unknown outside of all that was seen."""
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
    known = informed(subject.checks, subject.evidence)
    found = measure(known.checks, parameters)
    doubtful = tuple(unconfirmed(known.checks, found.tiles, period, parameters))
    measured = replace(found, inferred=known.inferred, doubtful=doubtful)
    return settle(replace(subject, checks=known.checks), measured, period, parents, parameters, now)


def settle(
    subject: Subject,
    measured: Measured,
    period: Period,
    parents: Mapping[str, Timeline],
    parameters: Parameters,
    now: int | None = None,
) -> Timeline:
    """Lay over what was measured all that :class:`Subject` says; the common part of targets and services."""
    start, end = _reach(subject, measured, period)
    everything = [(start, end)]

    served = _served(subject.in_service, start)
    raw = stretch(measured.tiles, start, end, State.UNKNOWN)
    raw = paint(raw, subtract(everything, served), lambda _: State.OUT_OF_SERVICE)

    cuts = {name: (parent.cut, parent.interval) for name, parent in parents.items()}
    grace = parameters.recovery_grace.of(measured.interval)
    behind = shadow(raw, subject.parents, cuts, measured.interval, grace)
    classes = paint(raw, behind, lambda state: State.UNREACHABLE if state is State.DOWN else state)
    cut = tuple(where(classes, (State.DOWN, State.UNREACHABLE)))

    closed = subtract(everything, _hours(subject.calendar, start, end))
    classes = paint(classes, closed, lambda _: State.OUT_OF_SERVICE)
    classes = paint(classes, _maintenance(subject.windows, classes, parameters, period.tz), _maintained)
    final = _corrected(classes, subject.corrections)

    retired = next((b for a, b in served if a < end <= b < FOREVER and (now is None or b <= now)), None)
    history = failures(raw, final, measured, parameters, retired)
    lasting = period.end if now is None else min(period.end, max(now, period.start))
    certain, conceivable = possible(history, raw, final, period, lasting)
    partition = tuple(clip_tiles(final, period.start, period.end))
    doubtful = intersect(where(partition, (State.UP, State.DEGRADED)), measured.doubtful)
    return Timeline(
        name=subject.name,
        kind=subject.kind,
        period=period,
        partition=partition,
        outages=tuple(outage for outage in history if outage.touches(period.start, period.end)),
        glitches=_glitches(subject.checks, partition, period),
        partials=tuple(clip(measured.partials, period.start, period.end)),
        down_min=certain,
        down_max=conceivable,
        whole=tuple(final),
        raw=tuple(raw),
        history=history,
        cut=cut,
        interval=measured.interval,
        corrected=tuple(union((one.start, one.end) for one in subject.corrections if one.approved)),
        unconfirmed=total(doubtful),
        doubtful=tuple(doubtful),
        doubt=longest(subject.checks),
        running=running(raw, final, period),
        uncorrected=_uncorrected(subject, measured, period, parents, parameters, now),
        promise=subject.promise,
        labels=subject.labels,
        priority=subject.priority,
    )


def _uncorrected(
    subject: Subject,
    measured: Measured,
    period: Period,
    parents: Mapping[str, Timeline],
    parameters: Parameters,
    now: int | None,
) -> Timeline | None:
    """The timeline as it was measured, where a correction in force touches the period."""
    if not any(one.approved and one.start < period.end and one.end > period.start for one in subject.corrections):
        return None
    return settle(replace(subject, corrections=()), measured, period, parents, parameters, now)


def _reach(subject: Subject, measured: Measured, period: Period) -> Interval:
    """From the first to the last instant of which anything is said, so that no answer depends on the period asked."""
    overlays: list[Window | Correction] = [*subject.windows, *subject.corrections]
    starts = [period.start, *(overlay.start for overlay in overlays if overlay.approved)]
    ends = [period.end, *(overlay.end for overlay in overlays if overlay.approved)]
    if measured.tiles:
        starts.append(measured.tiles[0][0])
        ends.append(measured.tiles[-1][1])
    return min(starts), max(ends)


FOREVER = 1 << 62
"""An instant (ms UTC) after all others."""


def _served(in_service: Sequence[tuple[int | None, int | None]], start: int) -> list[Interval]:
    """When it was in service, also after all that was seen; without a beginning from ``start`` on."""
    return union((start if a is None else a, FOREVER if b is None else b) for a, b in in_service)


def _hours(calendar: Dated[Calendar | None], start: int, end: int) -> list[Interval]:
    """When the service is owed by the calendars in force; always where there is none."""
    hours: list[Interval] = []
    position = start
    for begin, finish, named in calendar.stretches(start, end):
        hours.append((position, begin))  # before the first revision nothing was agreed to narrow it
        hours += [(begin, finish)] if named is None else named.hours(begin, finish)
        position = finish
    return union([*hours, (position, end)])


def _maintained(state: State) -> State:
    return state if state is State.OUT_OF_SERVICE else State.MAINTENANCE


def _maintenance(windows: Sequence[Window], classes: Sequence[Tile], parameters: Parameters, tz: str) -> list[Interval]:
    """Approved windows, without the downtime in them that goes over the cap of its local calendar month."""
    approved = union((window.start, window.end) for window in windows if window.approved)
    planned = intersect(where(classes, (State.DOWN,)), approved)
    if total(planned) <= parameters.maintenance_cap:
        return approved
    excess: list[Interval] = []
    for whole_month in months(planned[0][0], planned[-1][1], tz):
        left: int = parameters.maintenance_cap
        for begin, finish in clip(planned, whole_month.start, whole_month.end):
            if finish - begin > left:
                excess.append((begin + left, finish))
            left -= min(left, finish - begin)
    return subtract(approved, excess)


def _corrected(classes: Sequence[Tile], corrections: Sequence[Correction]) -> list[Tile]:
    """Corrections in the order of their approval, the latest winning; each changes only what it may change."""
    if not corrections:
        return list(classes)
    pairs = [(start, end, (state, state)) for start, end, state in classes]
    effective = [correction for correction in corrections if correction.approved]
    effective.sort(key=lambda entry: (entry.approved_at or 0, entry.start, entry.end, entry.to))
    for correction in effective:
        allowed = CORRECTABLE[correction.to]

        def change(
            pair: tuple[State, State], to: str = correction.to, allowed: frozenset[State] = allowed
        ) -> tuple[State, State]:
            measured, current = pair
            if to == MEASURED:
                return measured, measured
            return (measured, State(to)) if measured in allowed or current in allowed else pair

        pairs = paint(pairs, [(correction.start, correction.end)], change)
    return join((start, end, current) for start, end, (_, current) in pairs)


def _glitches(checks: Sequence[CheckTracks], partition: Sequence[Tile], period: Period) -> tuple[Glitch, ...]:
    """Those that began in agreed time of the period, of all checks and agents."""
    found = [
        glitch
        for check in checks
        for seen in check.tracks.values()
        for glitch in seen.glitches
        if period.start <= glitch.at < period.end and inside(check.valid, glitch.at)
    ]
    found.sort(key=lambda glitch: glitch.at)
    counted = []
    index = 0
    for glitch in found:
        while partition[index][1] <= glitch.at:
            index += 1
        if partition[index][2] not in (State.MAINTENANCE, State.EXCLUDED, State.OUT_OF_SERVICE):
            counted.append(glitch)
    return tuple(counted)
