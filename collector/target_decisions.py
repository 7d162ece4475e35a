"""What is to be decided about one target: its faults as they are seen, against its incidents as they are recorded.

Reads only. The stage (``collector/incidents.py``) says when to look and records what comes out.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from collector import configuration, layers
from collector.drafts import Draft, Drafts
from collector.faults import Fault, Kind, faults, words
from collector.scenes import Scene
from collector.shipped import PART_OPTIONS
from collector.store import checks, targets
from collector.store import incidents as table
from collector.store.checks import Check
from collector.store.incidents import Incident
from collector.store.state import State
from collector.store.targets import Target
from collector.timelines import Timelines
from collector.tracks import Tracks
from rules.duration import parse_duration
from rules.period import Period
from rules.state import State as Class

_MARGIN = 3_600_000
"""How far (ms) before a change one looks: a fault that ended long before it has been decided about."""

_EVER = 0x7FFFFFFFFFFFFFFF


@dataclass(slots=True)
class Verdict:
    """What came out: decisions to record, and whether to look again without a new result.

    ``held``: it is too early to call something a fault, look again with the next tick. ``unsettled``: something is
    broken, and time alone may change what it counts as.
    """

    drafts: list[Draft] = field(default_factory=list)
    held: bool = False
    unsettled: bool = False
    scene: Scene | None = None


class TargetDecisions:
    """Usable from any thread."""

    def __init__(self, state: State, timelines: Timelines, tracks: Tracks, drafts: Drafts) -> None:
        self._state = state
        self._timelines = timelines
        self._tracks = tracks
        self._drafts = drafts

    def about(self, key: str, earliest: int, now: int) -> Verdict:
        """Compare a target (id), of which something changed at ``earliest`` (ms UTC), with what is recorded."""
        with self._state.read() as tx:
            target = targets.find(tx, key)
            if target is None or target.pending:
                return Verdict()
            since = min([earliest, *_open_since(tx, key)])
        start = min(max(since, target.in_service_from or 0) - _MARGIN, now - 1)
        settings = self._drafts.settings
        scene = self._timelines.scene(key, Period(start, now, settings.tz), now)
        found = faults(scene, scene.parameters)
        verdict = Verdict(scene=scene, unsettled=_unwell(scene))
        with self._state.read() as tx:
            verdict.drafts = list(self._compared(tx, scene, found, now, verdict))
        return verdict

    def _compared(
        self, tx: sqlite3.Connection, scene: Scene, found: Sequence[Fault], now: int, verdict: Verdict
    ) -> Iterator[Draft]:
        explained: set[str] = set()
        recovered = f"{scene.target.name} recovered"
        begun: set[str] = set()
        for fault in found:
            incident = table.of_fault(tx, fault.key)
            recorded, episode = table.holding(tx, fault.key, fault.since, fault.ended)
            if recorded is not None and episode is not None:
                explained.add(recorded.id)
                if episode.ended is None and fault.ended is not None:
                    yield self._drafts.recovery(recorded.id, fault.ended, recovered)
                elif episode.ended is not None and fault.ended is None and not (incident and incident.living):
                    yield self._again(tx, scene, recorded, fault, episode.ended)
                continue
            if incident is not None and incident.living:
                continue
            if fault.key in begun or self._too_early(tx, scene, fault, now):
                # Of two new ones of one fault the first is recorded now, the next look finds the second.
                verdict.held = True
                continue
            begun.add(fault.key)
            if incident is not None and self._drafts.comes_back(incident, fault.since):
                draft = self._again(tx, scene, incident, fault, fault.since)
            else:
                draft = self._first(tx, scene, fault, now)
            explained.add(draft["incident"])
            yield draft
            if fault.ended is not None:
                yield self._drafts.recovery(draft["incident"], fault.ended, recovered)
        yield from self._vanished(tx, scene, explained, now)

    def _vanished(self, tx: sqlite3.Connection, scene: Scene, explained: set[str], now: int) -> Iterator[Draft]:
        """Incidents whose fault is no fault any more: a window, a correction, a parent, the end of service."""
        for incident in table.of_target(tx, scene.target.id, _EVER):
            lasting = [episode for episode in table.episodes(tx, incident.id) if episode.ended is None]
            if incident.id not in explained and lasting:
                state = scene.timeline.at(now - 1).value
                text = f"No fault of {scene.target.name} any more: it is {state}"
                yield self._drafts.recovery(incident.id, now, text)

    def _first(self, tx: sqlite3.Connection, scene: Scene, fault: Fault, now: int) -> Draft:
        target = scene.target
        summary = words(fault, target.name, {check.id: check for check, _ in scene.checks})
        return self._drafts.opening(
            tx,
            now,
            kind=fault.kind,
            fault=fault.key,
            target=target.id,
            check=fault.check,
            priority=target.priority,
            summary=summary,
            text=summary + self._said(scene, fault),
            since=fault.since,
            detected=fault.detected,
            ticket_after=self._ticket_after(tx, scene, fault),
        )

    def _again(self, tx: sqlite3.Connection, scene: Scene, incident: Incident, fault: Fault, since: int) -> Draft:
        text = f"{incident.summary} again" + self._said(scene, fault)
        return self._drafts.reopening(tx, incident, text, since, fault.detected, self._ticket_after(tx, scene, fault))

    def _ticket_after(self, tx: sqlite3.Connection, scene: Scene, fault: Fault) -> int:
        """What a layer says of a check that is concerned, or else what is agreed for the target's priority."""
        agreed: int = getattr(scene.parameters.ticket_after, scene.target.priority)
        rules = configuration.rules_of(tx)
        waits = []
        for check in _concerned(scene, fault):
            rows = configuration.settled(check, scene.target, rules)
            (stated,) = [row for row in rows if row.name == "ticket_after"]
            waits.append(agreed if stated.layer == layers.SHIPPED else parse_duration(str(stated.value)))
        return min(waits, default=agreed)

    def _said(self, scene: Scene, fault: Fault) -> str:
        """The agents' own words about a fault that lasts, to follow a summary."""
        if fault.ended is not None:
            return ""
        said = []
        for check in _concerned(scene, fault):
            newest = max(self._tracks.last(check.handle).values(), key=lambda one: one.at, default=None)
            if newest is not None and newest.text:
                said.append(newest.text if fault.check else f"{check.name}: {newest.text}")
        return ": " + "; ".join(said) if said else ""

    # When it is too early to say

    def _too_early(self, tx: sqlite3.Connection, scene: Scene, fault: Fault, now: int) -> bool:
        """Whether a fault that lasts may yet turn out to be part of another."""
        if fault.ended is not None:
            return False
        if fault.kind is Kind.OUTAGE:
            return self._parents_unclear(tx, scene.target, fault, now)
        if now < fault.not_before:
            return True
        if _said_by_itself(scene, fault):
            return False
        # A dying host takes its checks with it. Only a good answer of a vital check, younger than the first bad look,
        # says that the host is not dying.
        vital = [check.handle for check, entries in scene.checks if check.retired is None and entries[-1].vital]
        return not any(self._well_since(handle, fault.first_bad) for handle in vital)

    def _parents_unclear(self, tx: sqlite3.Connection, target: Target, fault: Fault, now: int) -> bool:
        """Whether a parent may yet turn out to be down: it has not been seen well since, and there is time to see."""
        for key in target.parents:
            parent = targets.find(tx, key)
            if parent is None or parent.pending or parent.retired is not None:
                continue
            for check in checks.of_target(tx, key):
                terms = checks.effective(tx, check.handle)
                confirming = terms.interval * 11 // 10 + terms.confirm_down * terms.retry_interval + terms.timeout
                in_time = now < fault.detected + confirming
                if terms.vital and in_time and not self._well_since(check.handle, fault.first_bad):
                    return True
        return False

    def _well_since(self, handle: int, instant: int) -> bool:
        return any(good and last > instant for last, good in self._tracks.answers(handle).values())


def _unwell(scene: Scene) -> bool:
    """Whether some agent last saw a check of the target that was not well, whatever that counts as now."""
    return any(
        track.spans and track.spans[-1].state is not Class.UP
        for check, entries in scene.checks
        if check.retired is None
        for track in entries[-1].tracks.values()
    )


def _said_by_itself(scene: Scene, fault: Fault) -> bool:
    """Whether the device told, and told again, that a part of it fails: who tells that is not dying."""
    kinds = {check.id: check.kind for check, _ in scene.checks}
    return kinds.get(fault.check) in PART_OPTIONS and fault.detected > fault.first_bad


def _concerned(scene: Scene, fault: Fault) -> list[Check]:
    """The living checks that a fault is about: the one it names, or all vital ones."""
    return [
        check
        for check, entries in scene.checks
        if check.retired is None and (check.id == fault.check if fault.check else entries[-1].vital)
    ]


def _open_since(tx: sqlite3.Connection, target: str) -> Iterator[int]:
    for incident in table.of_target(tx, target, _EVER):
        yield from (episode.since for episode in table.episodes(tx, incident.id) if episode.ended is None)
