"""Scenes: timelines of targets and services from one snapshot, seen far enough back that nothing of them is cut off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from collector.agreed import Agreed, Judged, Terms
from collector.store import agreements, checks, targets
from collector.store.agreements import Service
from collector.store.checks import Effective
from collector.store.targets import Target
from collector.subjects import Ground, Seen
from collector.tracks import Tracks
from rules.evidence import Evidence
from rules.outage import Outage
from rules.parameters import EdgePolicy, Parameters
from rules.period import Period
from rules.service import compose, read_need
from rules.span import Track, redated
from rules.state import State
from rules.timeline import Subject, Timeline, timeline

J = TypeVar("J", Target, Service, Effective)
V = TypeVar("V")

_ROUNDS = 16
"""How often the reach is widened at most, until nothing that bears on the period is cut off."""

_AROUND = 86_400_000
"""How much further (ms) parents are looked at on either side: more than any slack between their times and a child's."""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is known of a target or service in a period: its timeline, and the checks that made it."""

    judged: Judged
    checks: tuple[Seen, ...]
    timeline: Timeline
    start: int
    """How far back (ms UTC) it is whole: what ended before is not in it, or only in part."""
    parameters: Parameters
    """By which it was made."""

    @property
    def target(self) -> Target:
        """The target it is of. Raises TypeError for a service's."""
        if not isinstance(self.judged, Target):
            raise TypeError(f"{self.judged.name} is a service")
        return self.judged


class Scenes:
    """One snapshot, in which the terms of every object are those in force at one instant."""

    def __init__(self, ground: Ground, agreed: Agreed, tracks: Tracks, at: int, now: int) -> None:
        """``at`` is the instant (ms UTC) whose agreements count, ``now`` the present."""
        self.ground = ground
        self._agreed = agreed
        self._tracks = tracks
        self._at = at
        self._now = now
        self._known: dict[str, Timeline] = {}
        self._terms: dict[str, Terms] = {}
        self._open: set[str] = set()

    def terms(self, judged: Judged) -> Terms:
        """By whose terms the object is judged."""
        known = self._terms.get(judged.id)
        if known is None:
            at = self._at if judged.retired is None else min(self._at, judged.retired - 1)
            known = self._terms[judged.id] = self._agreed.of(judged, at)
        return known

    def scene(self, judged: Judged, period: Period) -> Scene:
        """The scene of a target or service over a period that has passed."""
        parameters = self._parameters(judged)
        reach = self._capped(judged, period, period.start, period.end)
        for _ in range(_ROUNDS):
            scene = self._attempt(judged, period, reach, parameters)
            start, end = self._wider(scene, period, reach, parameters)
            if (start, end) == (reach.start, reach.end):
                break
            reach = self._capped(judged, period, start, end)
        return scene

    def timeline(self, key: str, period: Period) -> Timeline:
        """The timeline of a target, service or check (id), remembered as long as it reaches far enough.

        What the id names is of all there ever was; nothing known is unknown time.
        """
        known = self._known.get(key)
        if known is None or known.period.start > period.start or known.period.end < period.end:
            known = self._known[key] = self._of(key, period)
        return known

    def _of(self, key: str, period: Period) -> Timeline:
        tx = self.ground.tx
        judged: Judged | None = targets.find(tx, key) or agreements.find_service(tx, key)
        if judged is None or key in self._open:
            return self._check_alone(key, period)
        self._open.add(key)
        try:
            return self.scene(judged, period).timeline
        finally:
            self._open.discard(key)

    def _check_alone(self, key: str, period: Period) -> Timeline:
        """A check as a part of a service: its own state, as if it were the one vital check of a target."""
        check = checks.find(self.ground.tx, key)
        seen: tuple[Seen, ...] = ()
        evidence: tuple[Evidence, ...] = ()
        if check is not None:
            target = targets.get(self.ground.tx, check.target)
            parameters = self.terms(target).promise.parameters
            seen = tuple(one for one in self._seen(target, period, parameters) if one[0].id == key)
            evidence = self.ground.evidence(target)
        alone = tuple(replace(entry, vital=True) for _, entries in seen for entry in entries)
        house = self._agreed.house.promise.parameters
        return timeline(Subject(name=key, checks=alone, evidence=evidence), period, {}, house, self._now)

    def _parameters(self, judged: Judged) -> Parameters:
        """Those of its terms; how long a failure lasts at least may be set for a target and for selectors too."""
        agreed = self.terms(judged).promise.parameters
        if isinstance(judged, Service):
            return agreed
        histories = [self.ground.effective(check) for check in checks.ever_of_target(self.ground.tx, judged.id)]
        stands = [self._then(history) for history in histories if history]
        least = max((stand.min_failure for stand in stands if stand.vital), default=0)
        return replace(agreed, min_failure=least) if least else agreed

    def _attempt(self, judged: Judged, period: Period, reach: Period, parameters: Parameters) -> Scene:
        terms = self.terms(judged)
        if isinstance(judged, Service):
            parts = {
                key: self.timeline(key, reach)
                for _, entry in agreements.service_history(self.ground.tx, judged.id)
                for key in read_need(entry.needs).names()
            }
            labels = self._then(agreements.service_history(self.ground.tx, judged.id)).labels
            service = replace(self.ground.service(judged, terms.calendar), promise=terms.promise, labels=labels)
            found = compose(service, parts, period, parameters, self._now)
            return Scene(judged, (), found, reach.start, parameters)
        # Cut at whole days, so that many children look at their parent over the same time.
        begin, finish = reach.start - _AROUND, reach.end + 2 * _AROUND
        around = Period(max(0, begin - begin % _AROUND), finish - finish % _AROUND, period.tz)
        parents = {key: self.timeline(key, around) for key in self.ground.parents(judged)}
        seen = self._seen(judged, reach, parameters)
        then = self._then(targets.history(self.ground.tx, judged.id))
        subject = replace(
            self.ground.subject(judged, seen, terms.calendar, (reach.start, reach.end)),
            promise=terms.promise,
            labels=then.labels,
            priority=then.priority,
        )
        found = timeline(subject, period, parents, parameters, self._now)
        return Scene(judged, seen, found, reach.start, parameters)

    def stands_since(self, judged: Judged) -> int:
        """Since when (ms UTC) what is looked up at one instant is what it is at this one; 0 if it always was.

        That is the labels, the priority, and how long a failure lasts at least. Agreements are not looked at.
        """
        if isinstance(judged, Service):
            return _steady_since(
                [[(at, one.labels) for at, one in agreements.service_history(self.ground.tx, judged.id)]]
            )
        own = checks.ever_of_target(self.ground.tx, judged.id)
        histories = [self.ground.effective(check) for check in own]
        return _steady_since(
            [
                [(at, (one.labels, one.priority)) for at, one in targets.history(self.ground.tx, judged.id)],
                *([(at, (one.vital, one.min_failure)) for at, one in history] for history in histories if history),
            ]
        )

    def _then(self, history: Sequence[tuple[int, J]]) -> J:
        """What held at the instant that counts; what held first, if it came later."""
        return _held(history, self._at)

    def _seen(self, target: Target, reach: Period, parameters: Parameters) -> tuple[Seen, ...]:
        policy = parameters.edge_policy

        def tracks(handle: int) -> Mapping[int, Track]:
            found = self._tracks.track(handle, reach.start, reach.end, self._now)
            if policy is EdgePolicy.MIDPOINT:
                return found
            return {agent: redated(track, policy) for agent, track in found.items()}

        return tuple(self.ground.checks(target, tracks))

    def _capped(self, judged: Judged, period: Period, start: int, end: int) -> Period:
        return Period(self.ground.capped_since(judged.id, start, period.tz), end, period.tz)

    def _wider(self, scene: Scene, period: Period, reach: Period, parameters: Parameters) -> tuple[int, int]:
        """How far to look so that no outage of the period is cut off; as far as ``reach`` when none is."""
        found = scene.timeline
        touching = [outage for outage in found.outages if outage.touches(period.start, period.end)]
        runs = [(outage.start, outage.end) for outage in touching]
        runs += [(begin, finish) for begin, finish in found.cut if begin < period.end and finish > reach.start]
        start, end = reach.start, reach.end
        if any(finish is None or finish >= end for _, finish in runs):
            end = max(end, self._now)
        begun = min((begin for begin, _ in runs), default=start)
        if begun < start:
            start = begun - 1
        elif touching and start > _begun(scene.judged) and not self._alone(scene, touching[0], parameters):
            # Whether it opens an episode, or belongs to an outage before a gap, is told by what came before it.
            start -= max(parameters.merge_gap, 3 * (period.start - start))
        return max(0, start), end

    def _alone(self, scene: Scene, first: Outage, parameters: Parameters) -> bool:
        """Whether enough is seen of the time before an outage to tell what it follows."""
        up = sum(
            min(end, first.start) - max(start, scene.start)
            for start, end, state in scene.timeline.whole
            if state in (State.UP, State.DEGRADED) and start < first.start and end > scene.start
        )
        before = (outage for outage in scene.timeline.history if scene.start < outage.start < first.start)
        return up >= parameters.merge_gap or any(outage.counts for outage in before)


def serves(judged: Judged, period: Period) -> bool:
    """Whether its service touches the period."""
    if isinstance(judged, Service):
        return judged.created < period.end and (judged.retired is None or judged.retired > period.start)
    if judged.in_service_from is None or judged.in_service_from >= period.end:
        return False
    ends = [end for end in (judged.in_service_to, judged.retired) if end is not None]
    return not ends or min(ends) > period.start


def _held(history: Sequence[tuple[int, V]], at: int) -> V:
    begun = [entry for since, entry in history if since <= at]
    return begun[-1] if begun else history[0][1]


def _steady_since(histories: Sequence[Sequence[tuple[int, object]]]) -> int:
    """The last instant at which any of them turned to another value; 0 if none ever did."""
    turns = [after[0] for history in histories for before, after in pairwise(history) if before[1] != after[1]]
    return max(turns, default=0)


def _begun(judged: Judged) -> int:
    """When its service began: before that there is nothing to see."""
    return judged.created if isinstance(judged, Service) else judged.in_service_from or 0
