"""Timelines: the one engine behind every figure, page and decision. Gathers what the rules need, and asks them.

Every answer is a function of the state, the tracks, the settings and the instant: nothing else is looked at.
"""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from collector.settings import Settings
from collector.store import checks, targets
from collector.store.state import State as Store
from collector.store.targets import Target
from collector.subjects import Ground, Seen
from collector.tracks import Sighting, Tracks
from rules.availability import figures
from rules.outage import Outage
from rules.period import Period
from rules.result import Outcome
from rules.span import Track
from rules.state import State
from rules.timeline import Timeline, timeline

PENDING = "pending"
"""What a target is that has never yet answered well. No state of any time: it has no time yet."""

_ROUNDS = 16
"""How often the reach is widened at most, until nothing that bears on the period is cut off."""

_AROUND = 86_400_000
"""How much further (ms) parents are looked at on either side: more than any slack between their times and a child's."""


class Current(NamedTuple):
    """A target's state at an instant: one of the eight classes, or "pending".

    ``since`` (ms UTC) is when it began, None where that is not known. ``reason`` is a sentence for a person, empty
    where there is nothing to say.
    """

    state: str
    since: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is known of a target in a period: its timeline, and the checks that made it."""

    target: Target
    checks: tuple[Seen, ...]
    timeline: Timeline
    start: int
    """How far back (ms UTC) it is whole: what ended before is not in it, or only in part."""


class Timelines:
    """Reads only; usable from any thread."""

    def __init__(self, state: Store, tracks: Tracks, settings: Settings) -> None:
        self._state = state
        self._tracks = tracks
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: dict[str, Current] = {}
        self._kept_at = -1

    def target(self, target: str, period: Period, now: int) -> Timeline:
        """The timeline of a target (id) over the part of a period that has passed at ``now`` (ms UTC).

        Raises Missing for an id nobody has, Invalid when none of the period has passed.
        """
        return self.scene(target, period, now).timeline

    def scene(self, target: str, period: Period, now: int) -> Scene:
        """The same, with what it was made of."""
        with self._state.read() as tx:
            return self._scene(Ground(tx), targets.get(tx, target), period.until(now), now, {})

    def figures(self, wanted: Iterable[str] | None, period: Period, now: int) -> dict[str, Any]:
        """The public figures document for targets (ids; None for all that were in service in the period).

        Covers the part of the period that has passed at ``now`` (ms UTC). Raises Invalid when there is none.
        """
        passed = period.until(now)
        return figures(self.timelines(wanted, passed, now), passed, self._settings.calculation)

    def timelines(self, wanted: Iterable[str] | None, period: Period, now: int) -> list[Timeline]:
        """The timelines behind the figures of the same targets. Raises Missing and Invalid."""
        passed = period.until(now)
        with self._state.read() as tx:
            ground = Ground(tx)
            chosen = targets.ever(tx) if wanted is None else [targets.get(tx, key) for key in wanted]
            memo: dict[str, Timeline] = {}
            return [
                self._scene(ground, target, passed, now, memo).timeline
                for target in chosen
                if wanted is not None or _in_service(target, passed)
            ]

    def current(self, target: str, now: int) -> Current:
        """The state of a target (id) at ``now`` (ms UTC). Raises Missing."""
        with self._state.read() as tx:
            return self._current(Ground(tx), targets.get(tx, target), now)

    def currents(self, now: int) -> dict[str, Current]:
        """The state of every living target at ``now`` (ms UTC), by id.

        Targets that are up are remembered until something about them may have changed; see :meth:`touch`.
        """
        with self._state.read() as tx:
            ground = Ground(tx)
            version = tx.execute("SELECT coalesce(max(position), 0) FROM revision").fetchone()[0]
            with self._lock:
                if version != self._kept_at:
                    self._kept, self._kept_at = {}, version
                kept = dict(self._kept)
            stale = self._tracks.stale(now)
            found = {}
            fresh = {}
            for target in targets.living(tx):
                known = kept.get(target.id)
                if known is None or target.id in stale or ground.silent:
                    known = self._current(ground, target, now)
                    if known.state == State.UP and target.id not in stale and not ground.overlaid(target):
                        fresh[target.id] = known
                found[target.id] = known
        with self._lock:
            if self._kept_at == version:
                self._kept.update(fresh)
        return found

    def touch(self, changed: Iterable[str]) -> None:
        """Forget what is remembered of these targets (ids)."""
        with self._lock:
            for target in changed:
                self._kept.pop(target, None)

    def _scene(self, ground: Ground, target: Target, period: Period, now: int, memo: dict[str, Timeline]) -> Scene:
        reach = Period(ground.capped_since(target, period.start, period.tz), period.end, period.tz)
        for _ in range(_ROUNDS):
            scene = self._attempt(ground, target, period, reach, now, memo)
            wider = self._wider(scene, period, reach, now)
            if wider == reach:
                break
            reach = Period(ground.capped_since(target, wider.start, wider.tz), wider.end, wider.tz)
        return scene

    def _wider(self, scene: Scene, period: Period, reach: Period, now: int) -> Period:
        """How far to look so that no outage of the period is cut off; ``reach`` itself when none is."""
        found = scene.timeline
        touching = [outage for outage in found.outages if outage.touches(period.start, period.end)]
        runs = [(outage.start, outage.end) for outage in touching]
        runs += [(begin, finish) for begin, finish in found.cut if begin < period.end and finish > reach.start]
        start, end = reach.start, reach.end
        if any(finish is None or finish >= end for _, finish in runs):
            end = max(end, now)
        begun = min((begin for begin, _ in runs), default=start)
        if begun < start:
            start = begun - 1
        elif touching and start > (scene.target.in_service_from or 0) and not self._alone(scene, touching[0]):
            # Whether it opens an episode, or belongs to an outage before a gap, is told by what came before it.
            start -= max(self._settings.calculation.merge_gap, 3 * (period.start - start))
        return Period(max(0, start), end, period.tz) if (start, end) != (reach.start, reach.end) else reach

    def _alone(self, scene: Scene, first: Outage) -> bool:
        """Whether enough is seen of the time before an outage to tell what it follows."""
        gap = self._settings.calculation.merge_gap
        up = sum(
            min(end, first.start) - max(start, scene.start)
            for start, end, state in scene.timeline.whole
            if state in (State.UP, State.DEGRADED) and start < first.start and end > scene.start
        )
        before = (outage for outage in scene.timeline.history if scene.start < outage.start < first.start)
        return up >= gap or any(outage.counts for outage in before)

    def _attempt(
        self, ground: Ground, target: Target, period: Period, reach: Period, now: int, memo: dict[str, Timeline]
    ) -> Scene:
        def tracks(handle: int) -> Mapping[int, Track]:
            return self._tracks.track(handle, reach.start, reach.end, now)

        around = Period(max(0, reach.start - _AROUND), reach.end + _AROUND, period.tz)
        parents = {key: self._parent(ground, key, around, now, memo) for key in ground.parents(target)}
        seen = tuple(ground.checks(target, tracks))
        found = timeline(ground.subject(target, seen), period, parents, self._settings.calculation, now)
        return Scene(target, seen, found, reach.start)

    def _parent(self, ground: Ground, key: str, period: Period, now: int, memo: dict[str, Timeline]) -> Timeline:
        """A parent's timeline; remembered as long as it reaches far enough."""
        known = memo.get(key)
        if known is None or known.period.start > period.start or known.period.end < period.end:
            known = self._scene(ground, targets.get(ground.tx, key), period, now, memo).timeline
            memo[key] = known
        return known

    def _current(self, ground: Ground, target: Target, now: int) -> Current:
        if target.pending:
            return Current(PENDING, target.created, self._last_words(ground.tx, target, vital_only=True))
        start = now - 1
        period = Period(start, now, self._settings.tz)
        for _ in range(_ROUNDS):
            scene = self._scene(ground, target, period, now, {})
            begin, state = _tile(scene.timeline, now - 1)
            if begin >= scene.start:
                break
            period = Period(begin - 1, now, self._settings.tz)
        return Current(state.value, begin, self._reason(ground, scene, state))

    def _reason(self, ground: Ground, scene: Scene, state: State) -> str:
        target = scene.target
        match state:
            case State.DOWN:
                return self._last_words(ground.tx, target, vital_only=True)
            case State.DEGRADED:
                return self._last_words(ground.tx, target, vital_only=False)
            case State.UNREACHABLE:
                return "Everything it hangs on is down."
            case State.UNKNOWN:
                if any(number in ground.silent for number in self._lookers(ground, target)):
                    return "The agent that looks at it is silent."
                return self._last_words(ground.tx, target, vital_only=True) or "Nobody has looked at it lately."
        return ""

    def _lookers(self, ground: Ground, target: Target) -> Iterator[int]:
        for check in checks.of_target(ground.tx, target.id):
            for look in checks.assignments(ground.tx, check.handle):
                if look.until is None:
                    yield look.agent

    def _last_words(self, tx: sqlite3.Connection, target: Target, *, vital_only: bool) -> str:
        """What the newest results that are not good said: the agents' own words, in the order of the checks."""
        said = []
        for check in checks.of_target(tx, target.id):
            if vital_only and not check.vital:
                continue
            newest: list[Sighting] = sorted(self._tracks.last(check.handle).values(), key=lambda one: -one.at)
            bad = [one for one in newest if one.outcome is not Outcome.OK]
            if bad:
                said.append(f"{check.name}: {bad[0].text or bad[0].outcome.value}")
        return "; ".join(said)


def _in_service(target: Target, period: Period) -> bool:
    """Whether the target's service touches the period."""
    if target.in_service_from is None or target.in_service_from >= period.end:
        return False
    ends = [end for end in (target.in_service_to, target.retired) if end is not None]
    return not ends or min(ends) > period.start


def _tile(found: Timeline, at: int) -> tuple[int, State]:
    """The stretch that holds an instant: when it began, and its state."""
    for start, end, state in found.whole:
        if start <= at < end:
            return start, state
    return at, State.UNKNOWN
