"""From configuration and tracks to what the rules compute on: one target as it was configured at every instant."""

import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

from collector.configuration import parameters
from collector.store import agreements, checks, evidence, incidents, targets, traps, windows
from collector.store.agents import find as find_agent
from collector.store.agreements import Service
from collector.store.checks import Assignment, Check, Effective
from collector.store.targets import Target
from collector.store.windows import Maintenance
from rules.calendar import Calendar, read_calendar
from rules.dated import Dated
from rules.errors import Missing
from rules.evidence import LINES, OWN_CHECK, Evidence
from rules.intervals import Interval, union
from rules.period import months
from rules.service import Service as Composed
from rules.service import read_need
from rules.span import Track
from rules.state import State
from rules.timeline import CheckTracks, Correction, Subject, Window

T = TypeVar("T")

Reach = Callable[[int], Mapping[int, Track]]
"""The tracks of a check (handle) by agent number."""

Seen = tuple[Check, tuple[CheckTracks, ...]]
"""A check and what was seen of it, in each revision of its definition."""


EVER: Interval = (0, (1 << 63) - 1)


class Ground:
    """One snapshot of everything that subjects are made of; read once, used for many targets."""

    def __init__(self, tx: sqlite3.Connection) -> None:
        self.tx = tx
        self._families: dict[int, Mapping[str, Sequence[str]]] = {}

    def service(self, service: Service, calendar: str) -> Composed:
        """The service with its needs (by ids) as they were in force; ``calendar`` where it names none of its own."""
        history = agreements.service_history(self.tx, service.id)
        return Composed(
            name=service.name,
            needs=_dated([(since, read_need(entry.needs)) for since, entry in history]),
            in_service=((service.created, service.retired),),
            windows=self._windows.get(service.id, ()),
            corrections=self._corrections.get(service.id, ()),
            calendar=_dated([(since, self._calendar(entry.calendar or calendar)) for since, entry in history]),
            spares=_dated([(since, frozenset(map(State, entry.spares))) for since, entry in history]),
        )

    def subject(self, target: Target, seen: Sequence[Seen], calendar: str = "", reach: Interval = EVER) -> Subject:
        """The target with what :meth:`checks` gave for it; ``calendar`` where it names none of its own.

        ``reach`` is how far (ms UTC) it is asked about: evidence of other times is left out.
        """
        history = self.history(target)
        return Subject(
            name=target.name,
            kind=target.kind,
            checks=tuple(entry for _, entries in seen for entry in entries),
            parents=_dated([(since, entry.parents) for since, entry in history]),
            in_service=served(target),
            windows=self._windows.get(target.id, ()),
            corrections=self._corrections.get(target.id, ()),
            calendar=_dated([(since, self._calendar(entry.calendar or calendar)) for since, entry in history]),
            evidence=self.evidence(target, _concerned(seen, reach)),
        )

    def evidence(self, target: Target, time: Interval = EVER) -> tuple[Evidence, ...]:
        """What the target, its own machine and its traps told of restarts and lines in some time, in order."""
        told = evidence.of_target(self.tx, target.id, *time)
        heard = traps.telling(self.tx, target.id, evidence.TRAP_KINDS, *time)
        if not told and not heard:
            return ()
        own = checks.ever_of_target(self.tx, target.id)
        names = {check.handle: check.id for check in own}
        history = targets.history(self.tx, target.id)
        found = []
        for one in told:
            bears_on = names.get(one.handle, "") if one.kind in OWN_CHECK else ""
            then = [entry for since, entry in history if since <= one.at] or [history[0][1]]
            found.append(one.evidence(bears_on, alone=one.handle == 0 and then[-1].no_outside_witness))
        for trap in heard:
            kind = evidence.TRAP_KINDS[trap.oid]
            if kind not in LINES:
                found.append(Evidence(trap.at, kind, told_by="trap"))
            else:
                lines = (check.id for check in own if check.part and check.part in trap.interfaces)
                found += [Evidence(trap.at, kind, check=line, told_by="trap") for line in lines]
        return tuple(sorted(found, key=lambda one: one.order))

    def checks(self, target: Target, reach: Reach) -> Iterator[Seen]:
        """Every check the target ever had, with the tracks that ``reach`` gives, in each revision of its definition."""
        for check in checks.ever_of_target(self.tx, target.id):
            looks = checks.assignments(self.tx, check.handle)
            assigned = {look.agent for look in looks}
            seen = {
                number: self._cut(track, number, looks)
                for number, track in reach(check.handle).items()
                if number in assigned
            }
            effective = self.effective(check)
            if effective:
                yield check, tuple(_revisions(check, effective, looks, seen))

    def history(self, target: Target) -> list[tuple[int, Target]]:
        """``(since, target)``: the target as it was configured, by instant."""
        return targets.history(self.tx, target.id)

    def effective(self, check: Check) -> list[tuple[int, Effective]]:
        """``(since, settings)``: what all layers came to for a check, by instant."""
        return checks.effective_history(self.tx, check.handle)

    def maintenance(self) -> Iterable[Maintenance]:
        """Every window there ever was."""
        return windows.all_maintenance(self.tx)

    @cached_property
    def silent(self) -> Mapping[int, int]:
        """Agents (by number) that are recorded as silent, with the instant of their last contact."""
        found = {}
        for incident in incidents.living_of_agents(self.tx):
            since = max((episode.since for episode in incidents.episodes(self.tx, incident.id)), default=None)
            for key in incident.agent.split():
                agent = find_agent(self.tx, key)
                if agent is not None and since is not None:
                    found[agent.number] = since
        return found

    def parents(self, target: Target) -> set[str]:
        """The ids of every parent the target ever had."""
        return {parent for _, entry in self.history(target) for parent in entry.parents}

    def overlaid(self, target: Target) -> bool:
        """Whether anything may change the target's state that no result tells: a window, a correction, a calendar."""
        return bool(target.calendar or target.id in self._windows or target.id in self._corrections)

    def maintenance_of(self, key: str) -> Sequence[Window]:
        """The maintenance windows of a target or service (id), approved or not, one by one."""
        return self._windows.get(key, ())

    def covered(self, entry: Maintenance, start: int) -> set[str]:
        """The ids of everything that the window of it that begins at ``start`` (ms UTC) is laid over."""
        return self._with_dependents(entry.targets, start) if entry.with_dependents else set(entry.targets)

    def next_turn(self, target: Target, at: int) -> int | None:
        """The next instant after ``at`` at which its state may change though nothing is seen; None when there is none.

        A window or correction begins or ends, or its service does. Calendars turn at any time and are not looked at.
        """
        overlays: list[Window | Correction] = [*self._windows.get(target.id, ()), *self._corrections.get(target.id, ())]
        turns = [turn for overlay in overlays for turn in (overlay.start, overlay.end)]
        turns += [turn for stretch in served(target) for turn in stretch if turn is not None]
        return min((turn for turn in turns if turn > at), default=None)

    def capped_since(self, key: str, at: int, tz: str) -> int:
        """The instant itself, or its month's begin where earlier windows have used some of that month's cap."""
        (whole,) = months(at, at + 1, tz)
        windows = self._windows.get(key, ())
        return whole.start if any(whole.start < window.end and window.start < at for window in windows) else at

    def _cut(self, track: Track, number: int, looks: Sequence[Assignment]) -> Track:
        """A silent agent knows nothing after its last contact, one that was sent elsewhere nothing while it was."""
        until = track.until
        if number in self.silent:
            until = min(until, self.silent[number])
        own = [look for look in looks if look.agent == number]
        if own[-1].until is not None:
            until = min(until, own[-1].until)
        elsewhere = [
            (before.until, after.since)
            for before, after in pairwise(own)
            if before.until is not None and before.until < after.since
        ]
        if until == track.until and not elsewhere:
            return track
        return replace(track, until=until, holes=tuple(union([*track.holes, *elsewhere])))

    @cached_property
    def _windows(self) -> Mapping[str, tuple[Window, ...]]:
        found: dict[str, list[Window]] = {}
        for entry in self.maintenance():
            for start, end in entry.windows:
                window = Window(start, end, entry.approved_at, entry.reason)
                for target in self.covered(entry, start):
                    found.setdefault(target, []).append(window)
        return {target: tuple(entries) for target, entries in found.items()}

    @cached_property
    def _corrections(self) -> Mapping[str, tuple[Correction, ...]]:
        found: dict[str, list[Correction]] = {}
        for entry in windows.corrections(self.tx):
            found.setdefault(entry.target, []).append(
                Correction(
                    start=entry.start,
                    end=entry.end,
                    to=entry.to_class,
                    proposed_by=entry.proposed_by,
                    approved_by=entry.approved_by or None,
                    approved_at=entry.approved_at,
                    reason=entry.reason,
                )
            )
        return {target: tuple(entries) for target, entries in found.items()}

    def _with_dependents(self, keys: Sequence[str], at: int) -> set[str]:
        """The targets, and all that was reached through them at an instant."""
        children = self._children(at)
        reached, waiting = set(keys), list(keys)
        while waiting:
            for child in children.get(waiting.pop(), ()):
                if child not in reached:
                    reached.add(child)
                    waiting.append(child)
        return reached

    def _children(self, at: int) -> Mapping[str, Sequence[str]]:
        """The targets behind each, by id, at an instant."""
        stretch = bisect_right(self._turns, at)
        if stretch not in self._families:
            found: dict[str, list[str]] = {}
            for child, history in self._lineage.items():
                begun = [parents for since, parents in history if since <= at]
                for parent in begun[-1] if begun else history[0][1]:
                    found.setdefault(parent, []).append(child)
            self._families[stretch] = found
        return self._families[stretch]

    @cached_property
    def _lineage(self) -> Mapping[str, Sequence[tuple[int, tuple[str, ...]]]]:
        """The parents of every target that ever had any, as they were in force."""
        found = {}
        for target in targets.ever(self.tx):
            history = [(since, entry.parents) for since, entry in self.history(target)]
            if any(parents for _, parents in history):
                found[target.id] = history
        return found

    @cached_property
    def _turns(self) -> Sequence[int]:
        """The instants at which some target's parents may have changed."""
        return sorted({since for history in self._lineage.values() for since, _ in history})

    def _calendar(self, key: str) -> Calendar | None:
        if not key:
            return None
        try:
            stored = agreements.resolve_calendar(self.tx, key)
        except Missing:
            return None
        return read_calendar(
            {
                "name": stored.name,
                "tz": stored.tz,
                "weekly": {day: list(hours) for day, hours in stored.weekly.items()},
                "closed": list(stored.closed),
                "open": {day: list(hours) for day, hours in stored.open.items()},
            }
        )


def _concerned(seen: Iterable[Seen], reach: Interval) -> Interval:
    """The time whose evidence may date anything in the reach: edges lie in brackets that go beyond it."""
    tracks = [track for _, entries in seen for entry in entries for track in entry.tracks.values()]
    down = [span for track in tracks for span in track.spans if span.state is State.DOWN]
    starts = [span.start_bracket[0] for span in down if span.start_bracket[0] is not None]
    ends = [span.end_bracket[1] for span in down if span.end_bracket]
    return min([reach[0], *starts]), max([reach[1], *ends])


def served(target: Target) -> tuple[tuple[int | None, int | None], ...]:
    """When the target is in service; nothing while it is pending."""
    if target.in_service_from is None:
        return ()
    ends = [end for end in (target.in_service_to, target.retired) if end is not None]
    return ((target.in_service_from, min(ends, default=None)),)


def _revisions(
    check: Check, effective: Sequence[tuple[int, Effective]], looks: Sequence[Assignment], seen: Mapping[int, Track]
) -> Iterator[CheckTracks]:
    """The check in each stretch in which neither its settings nor its agents changed."""
    # Before its first revision nothing could be sampled but the first cell, which begins half an interval earlier.
    cuts = {since for since, _ in effective[1:]}
    first = effective[0][0]
    cuts.update(at for look in looks for at in (look.since, look.until) if at is not None and at > first)
    instants: list[int | None] = [None, *sorted(cuts)]
    tracks = {str(number): track for number, track in seen.items()}
    last: CheckTracks | None = None
    for index, start in enumerate(instants):
        end = instants[index + 1] if index + 1 < len(instants) else check.retired
        at = first if start is None else start
        if check.retired is not None and at >= check.retired:
            break
        stand = [entry for since, entry in effective if since <= at][-1]
        agents = sum(look.since <= at and (look.until is None or at < look.until) for look in looks)
        made = CheckTracks(check.id, stand.vital, tracks, agents, parameters(stand), (start, end))
        if last is not None and replace(last, valid=made.valid) == made:
            last = replace(last, valid=(last.valid[0], end))
            continue
        if last is not None:
            yield last
        last = made
    if last is not None:
        yield last


def _dated(revisions: Sequence[tuple[int, T]]) -> Dated[T]:
    """The revisions, the first one valid from the beginning: nothing was measured before it."""
    return Dated.of([(None if index == 0 else since, value) for index, (since, value) in enumerate(revisions)])
