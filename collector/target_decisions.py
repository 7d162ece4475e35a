"""What is to be decided about one target: its faults as they are seen, against its incidents as they are recorded.

Reads only. The stage (``collector/incidents.py``) says when to look and records what comes out.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from collector import configuration, layers, sites, unstable
from collector.briefing import Briefing
from collector.drafts import Draft, Drafts
from collector.family import Families
from collector.faults import Fault, Kind, faults, outage_key, words
from collector.scenes import Scene
from collector.sight import Sight
from collector.sites import Light
from collector.store import families as belonging
from collector.store import incidents as table
from collector.store import targets
from collector.store.checks import Check
from collector.store.incidents import Episode, Incident
from collector.timelines import Timelines
from collector.tracks import Tracks
from collector.unclear import too_early
from rules.duration import parse_duration
from rules.incident import SET_ASIDE
from rules.opening import SEEN, Breach, Ruling, more_urgent, ruling
from rules.selector import words as selected_by
from rules.state import State as Class

_MARGIN = 3_600_000
"""How far (ms) before a change one looks: a fault that ended long before it has been decided about."""

_SEEN_WELL = (Class.UP, Class.DEGRADED)
"""What shows, where a fault is none any more, that the target does what it should."""


@dataclass(slots=True)
class Verdict:
    """What came out: decisions to record, and whether to look again without a new result.

    ``held``: it is too early to call something a fault, look again with the next tick. ``unsettled``: something is
    broken, and time alone may change what it counts as. ``cut_off``: the incidents (ids) whose fault takes the target
    along, with the instant (ms UTC) from which that was seen.
    """

    drafts: list[Draft] = field(default_factory=list)
    held: bool = False
    unsettled: bool = False
    scene: Scene | None = None
    cut_off: dict[str, int] = field(default_factory=dict)


class TargetDecisions:
    """Used by one thread."""

    def __init__(self, timelines: Timelines, tracks: Tracks, drafts: Drafts) -> None:
        self._timelines = timelines
        self._tracks = tracks
        self._drafts = drafts
        self._families = Families()
        self._briefing = Briefing()

    @contextmanager
    def sight(self, now: int) -> Iterator[Sight]:
        """One snapshot, in which many targets can be decided about as of ``now`` (ms UTC)."""
        with self._timelines.together(now) as scenes:
            yield Sight(scenes, now, self._tracks, self._drafts, self._families)

    def about(self, sight: Sight, key: str, earliest: int) -> Verdict:
        """Compare a target (id), of which something changed at ``earliest`` (ms UTC), with what is recorded."""
        target = targets.find(sight.tx, key)
        if target is None or target.pending:
            return Verdict()
        recorded = [
            (one, table.episodes(sight.tx, one.id)) for one in table.lasting_of(sight.tx, key) if one.kind in SEEN
        ]
        since = min([earliest, *(each.since for _, told in recorded for each in told if each.ended is None)])
        start = min(max(since, target.in_service_from or 0) - _MARGIN, sight.now - 1)
        scene = sight.scene(key, start)
        verdict = Verdict(scene=scene, unsettled=_unwell(scene))
        comparison = _Comparison(sight, scene, verdict, self._briefing)
        verdict.drafts = list(comparison.drafts(recorded))
        _take_along(sight, scene, verdict, *comparison.lasting())
        return verdict


@dataclass(slots=True)
class _Comparison:
    """One target, its faults, and what is to be recorded about them."""

    sight: Sight
    scene: Scene
    verdict: Verdict
    briefing: Briefing

    def drafts(self, recorded: Sequence[tuple[Incident, Sequence[Episode]]]) -> Iterator[Draft]:
        """``recorded`` are the incidents whose fault lasts, with their episodes."""
        explained: set[str] = set()
        begun: set[str] = set()
        found = faults(self.scene, self.scene.parameters)
        since, state = self.lasting()
        if state is Class.MAINTENANCE:
            # What was broken before goes on being one outage, but while others work there it is nobody's incident.
            found = [replace(one, ended=since, restored=False) if one.ended is None else one for one in found]
            found = [fault for fault in found if fault.ended is None or fault.ended > fault.since]
        for fault in found:
            yield from self._about(fault, explained, begun)
        yield from self._vanished(recorded, explained)
        for incident in table.of_target(self.sight.tx, self.scene.target.id, self.sight.now):
            yield from unstable.drafts(self.sight, self.scene, incident)
        over = [fault.ended for fault in found if fault.kind is Kind.OUTAGE and fault.ended is not None]
        if state in _SEEN_WELL and over:
            yield from sites.lit(self.sight, self.scene, max(over))

    def _about(self, fault: Fault, explained: set[str], begun: set[str]) -> Iterator[Draft]:
        tx, drafts = self.sight.tx, self.sight.drafts
        began, _ = self.lasting()
        incident = table.of_fault(tx, fault.key)
        recorded, episode = table.holding(tx, fault.key, fault.since, fault.ended)
        if recorded is not None and episode is not None:
            explained.add(recorded.id)
            if episode.ended is None and fault.ended is not None:
                yield self._over(recorded.id, fault, fault.ended)
            if fault.ended is None and recorded.living and not recorded.parent:
                yield from self._into_site(recorded, fault)
            lasts_again = episode.ended is not None and fault.ended is None
            if not lasts_again or (incident is not None and incident.living and incident.id != recorded.id):
                return
            if recorded.phase not in SET_ASIDE:
                yield self._back(recorded, fault, max(episode.ended or fault.since, self._after_work(began)))
                return
        if fault.key in begun or self._held(fault):
            # Of two new ones of one fault the first is recorded now, the next look finds the second.
            self.verdict.held = True
            return
        dark = sites.covered(self.sight, self.scene, fault)
        if dark is not None:
            if fault.ended is not None:
                return
            self.verdict.unsettled = True
            if dark.until is None:
                self.verdict.cut_off[dark.incident.id] = fault.since
                return
            if self.sight.now < dark.until + sites.grace(self.sight, self.scene):
                return
            fault = replace(fault, since=dark.until)
        elif fault.ended is None and self._lights(fault) is Light.DARK:
            begun.add(fault.key)
            yield from sites.darkened(self.sight, self.scene, fault)
            return
        if incident is not None and incident.living:
            # It can have one lasting fault only; what came and went meanwhile is a turn that nobody need know.
            if fault.ended is None and not any(one.ended is None for one in table.episodes(tx, incident.id)):
                begun.add(fault.key)
                explained.add(incident.id)
                yield self._back(incident, fault, fault.since)
            return
        if incident is not None and drafts.comes_back(incident, fault.since):
            key = incident.id
            begun.add(fault.key)
            explained.add(key)
            if unstable.comes_and_goes(self.sight, self.scene, incident, fault):
                yield drafts.unstable(incident.id, f"{incident.summary}: it comes and goes")
            yield self._back(incident, fault, fault.since)
        else:
            ruled = self._ruling(fault)
            if (self.sight.now if fault.ended is None else fault.ended) - fault.since < ruled.after:
                self.verdict.unsettled |= fault.ended is None
                return
            begun.add(fault.key)
            yield (draft := self._first(fault, ruled))
            key = draft["incident"]
            explained.add(key)
        if fault.ended is not None:
            yield self._over(key, fault, fault.ended)

    def lasting(self) -> tuple[int, Class]:
        """The stretch of time that lasts: since when (ms UTC), and what it counts as."""
        now = self.sight.now
        tiles = reversed(self.scene.timeline.whole)
        return next(((start, state) for start, end, state in tiles if start < now <= end), (now, Class.UNKNOWN))

    def _after_work(self, began: int) -> int:
        """When the maintenance ended that came right before the stretch of time that lasts; 0 without any."""
        worked = (end == began for _, end, state in self.scene.timeline.whole if state is Class.MAINTENANCE)
        return began if any(worked) else 0

    def _into_site(self, incident: Incident, fault: Fault) -> Iterator[Draft]:
        """What was opened before its site was known to be dark becomes part of that."""
        dark = sites.covered(self.sight, self.scene, fault, sites.LATELY)
        if dark is not None and dark.until is None and dark.incident.living:
            yield self.sight.drafts.merging(incident, dark.incident)

    def _held(self, fault: Fault) -> bool:
        if too_early(self.sight, self.scene, fault):
            return True
        return fault.ended is None and self._lights(fault) is Light.UNCLEAR

    def _lights(self, fault: Fault) -> Light:
        return sites.light(self.sight, self.scene, fault)

    def _vanished(self, recorded: Sequence[tuple[Incident, Sequence[Episode]]], explained: set[str]) -> Iterator[Draft]:
        """Incidents whose fault is no fault any more: a window, a correction, a parent, the end of service."""
        for incident, _ in recorded:
            if incident.id not in explained:
                state = self.scene.timeline.at(self.sight.now - 1)
                text = self._no_fault(state)
                unseen = state not in _SEEN_WELL
                yield self.sight.drafts.recovery(incident.id, self.sight.now, text, unseen=unseen)

    def _over(self, incident: str, fault: Fault, ended: int) -> Draft:
        """The fault of an incident (id) is over, or is looked at no more."""
        name, (_, state) = self.scene.target.name, self.lasting()
        if fault.restored:
            text = f"{name} recovered"
        elif state is Class.MAINTENANCE:
            text = f"Maintenance of {name} began"
        elif fault.check:
            check = next(check.name for check, _ in self.scene.checks if check.id == fault.check)
            text = f"{name}: {check} is looked at no more"
        else:
            text = self._no_fault(state)
        return self.sight.drafts.recovery(incident, ended, text, unseen=not fault.restored)

    def _no_fault(self, state: Class) -> str:
        return f"No fault of {self.scene.target.name} any more: it is {state.value}"

    def _ruling(self, fault: Fault) -> Ruling:
        sight, target = self.sight, self.scene.target
        behind: Sequence[str] = ()
        needed = False
        if fault.kind is Kind.OUTAGE:
            behind = sight.family.behind([target.id])
            needed = not sight.family.urgent.isdisjoint([target.id, *behind])
        breach = Breach(
            kind=fault.kind,
            priority=target.priority,
            words=selected_by(target.name, target.kind, target.priority, target.labels),
            dependents=len(behind),
            needed=needed,
        )
        return ruling(sight.drafts.settings.incident_rules, breach)

    def _first(self, fault: Fault, ruled: Ruling) -> Draft:
        sight, target = self.sight, self.scene.target
        summary = words(fault, target.name, {check.id: check for check, _ in self.scene.checks})
        behind = sight.family.behind([target.id]) if fault.kind is Kind.OUTAGE else ()
        return sight.drafts.opening(
            sight.tx,
            sight.now,
            kind=fault.kind,
            fault=fault.key,
            target=target.id,
            check=fault.check,
            priority=ruled.priority,
            summary=summary,
            text=summary + self._said(fault),
            since=fault.since,
            detected=fault.detected,
            ticket_after=self._ticket_after(fault, ruled.priority),
            ticket=ruled.ticket,
            dependents=behind,
            brief=self._brief(fault),
        )

    def _back(self, incident: Incident, fault: Fault, since: int) -> Draft:
        """The fault of an incident came back, which may be dealt with still."""
        text = f"{incident.summary} again" + self._said(fault)
        if incident.living:
            return self.sight.drafts.returned(incident.id, text, since, fault.detected)
        after = self._ticket_after(fault, incident.priority)
        brief = self._brief(fault)
        return self.sight.drafts.reopening(self.sight.tx, incident, text, since, fault.detected, after, brief)

    def _brief(self, fault: Fault) -> dict[str, Any]:
        """What helps to fix a fault; nobody is sent to one that is over."""
        return {} if fault.ended is not None else self.briefing.of(self.sight, self.scene, fault)

    def _ticket_after(self, fault: Fault, priority: str) -> int:
        """What a layer says of a check that is concerned, or else what is agreed for the target's priority.

        What is more urgent than its target waits no longer than that.
        """
        target = self.scene.target
        after = self.scene.parameters.ticket_after
        agreed: int = getattr(after, more_urgent(priority, target.priority))
        waits = []
        for check in _concerned(self.scene, fault):
            rows = configuration.settled(check, target, self.sight.policies)
            (stated,) = [row for row in rows if row.name == "ticket_after"]
            waits.append(agreed if stated.layer == layers.SHIPPED else parse_duration(str(stated.value)))
        return min(waits, default=agreed)

    def _said(self, fault: Fault) -> str:
        """The agents' own words about a fault that lasts, to follow a summary."""
        if fault.ended is not None:
            return ""
        said = []
        for check in _concerned(self.scene, fault):
            newest = max(self.sight.tracks.last(check.handle).values(), key=lambda one: one.at, default=None)
            if newest is not None and newest.text:
                said.append(newest.text if fault.check else f"{check.name}: {newest.text}")
        return ": " + "; ".join(said) if said else ""


def _take_along(sight: Sight, scene: Scene, verdict: Verdict, since: int, state: Class) -> None:
    """Where the target is cut off since an instant, find the incidents of what it hangs on."""
    if state is Class.UNREACHABLE:
        for parent in sight.family.above(scene.target.id):
            incident = table.of_fault(sight.tx, outage_key(parent))
            if incident is not None and belonging.lasting(sight.tx, incident.id):
                verdict.cut_off[incident.id] = since
    key = scene.target.id
    verdict.cut_off = {one: since for one, since in verdict.cut_off.items() if key not in sight.cut_off(one)}


def _unwell(scene: Scene) -> bool:
    """Whether some agent last saw a check of the target that was not well, whatever that counts as now."""
    return any(
        track.spans and track.spans[-1].state is not Class.UP
        for check, entries in scene.checks
        if check.retired is None
        for track in entries[-1].tracks.values()
    )


def _concerned(scene: Scene, fault: Fault) -> list[Check]:
    """The living checks that a fault is about: the one it names, or all vital ones."""
    return [
        check
        for check, entries in scene.checks
        if check.retired is None and (check.id == fault.check if fault.check else entries[-1].vital)
    ]
