"""Timelines: the one engine behind every figure, page and decision. Gathers what the rules need, and asks them.

Every answer is a function of the state, the tracks, the settings and the instant: nothing else is looked at.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from collector.agreed import Agreed, Judged
from collector.scenes import Scene, Scenes, serves
from collector.settings import Settings
from collector.settled import Settled
from collector.store import agreements, checks, targets
from collector.store.state import State as Store
from collector.store.targets import Target
from collector.subjects import Ground
from collector.tracks import Sighting, Tracks
from rules.availability import figures_of
from rules.entry import entry_of
from rules.lives import Lives, lives, pooled
from rules.period import Period
from rules.promise import HOUSE, Promise
from rules.result import Outcome
from rules.state import State
from rules.timeline import Timeline

PENDING = "pending"
"""What a target is that has never yet answered well. No state of any time: it has no time yet."""

_FEW = 20
"""So many objects at most are computed on the spot, which takes no longer than to read what is kept of all of them."""

_ROUNDS = 16
"""How often the beginning of the present state is looked for further back."""


class Current(NamedTuple):
    """A target's state at an instant: one of the eight classes, or "pending".

    ``since`` (ms UTC) is when it began, None where that is not known. ``reason`` is a sentence for a person, empty
    where there is nothing to say.
    """

    state: str
    since: int | None = None
    reason: str = ""


class Timelines:
    """Reads only; usable from any thread."""

    def __init__(
        self,
        state: Store,
        tracks: Tracks,
        settings: Settings,
        ground: Callable[[sqlite3.Connection], Ground] = Ground,
        kept: Settled | None = None,
    ) -> None:
        """``ground`` tells how everything was configured; another one than the store's answers what would have been.

        What is asked of many objects is told from what is ``kept`` of the same store, where there is such a thing.
        """
        self._past = kept
        self._state = state
        self._tracks = tracks
        self._settings = settings
        self._ground = ground
        self._lock = threading.Lock()
        self._kept: dict[str, Current] = {}
        self._kept_at = -1

    @property
    def settings(self) -> Settings:
        """The settings that hold where no agreement says otherwise."""
        return self._settings

    def target(self, target: str, period: Period, now: int) -> Timeline:
        """The timeline of a target or service (id) over the part of a period that has passed at ``now`` (ms UTC).

        Raises Missing for an id nobody has, Invalid when none of the period has passed.
        """
        (found,) = self.timelines([target], period, now)
        return found

    def scene(self, target: str, period: Period, now: int) -> Scene:
        """The same, with what it was made of."""
        with self._state.read() as tx:
            passed = period.until(now)
            return self._scenes(tx, passed.end, now).scene(_object(tx, target), passed)

    @contextmanager
    def together(self, now: int) -> Iterator[Scenes]:
        """One snapshot for the scenes of many targets up to ``now`` (ms UTC)."""
        with self._state.read() as tx:
            yield self._scenes(tx, now, now)

    def figures(
        self, wanted: Iterable[str] | None, period: Period, now: int, group: str | None = None
    ) -> dict[str, Any]:
        """The public figures document for targets and services (ids; None for all in service in the period).

        Covers the part of the period that has passed at ``now`` (ms UTC). Each object is judged by the agreement in
        force at the end of that part. ``group`` names the label by which objects are pooled as well. Raises Invalid
        when there is none.
        """
        passed = period.until(now)
        chosen = None if wanted is None else list(wanted)
        if self._past is not None and _many(chosen):
            entries = self._past.entries(passed, now, chosen)
        else:
            entries = [entry_of(found) for found in self.timelines(chosen, passed, now)]
        return figures_of(entries, passed, self._settings.calculation, group)

    def lives(self, wanted: Iterable[str] | None, period: Period, now: int) -> tuple[Lives, set[Promise]]:
        """What the statistics want to know of the same objects, services left out where there are targets too.

        With the promises by which they are judged. Raises Missing and Invalid.
        """
        passed = period.until(now)
        chosen = None if wanted is None else list(wanted)
        if self._past is not None and _many(chosen):
            return self._past.lives(passed, now, chosen)
        found = pooled(self.timelines(chosen, passed, now))
        house = Promise(HOUSE, None, self._settings.calculation)
        return lives(found, passed), {entry.promise or house for entry in found}

    def timelines(self, wanted: Iterable[str] | None, period: Period, now: int) -> list[Timeline]:
        """The timelines behind the figures of the same objects, targets first. Raises Missing and Invalid."""
        passed = period.until(now)
        with self._state.read() as tx:
            scenes = self._scenes(tx, passed.end, now)
            chosen = serving(tx, passed) if wanted is None else [_object(tx, key) for key in wanted]
            return [scenes.scene(one, passed).timeline for one in chosen]

    def current(self, target: str, now: int) -> Current:
        """The state of a target or service (id) at ``now`` (ms UTC). Raises Missing."""
        with self._state.read() as tx:
            return self._current(self._scenes(tx, now, now), _object(tx, target), now)

    def currents(self, now: int) -> dict[str, Current]:
        """The state of every living target at ``now`` (ms UTC), by id.

        Targets that are up are remembered until something about them may have changed; see :meth:`touch`.
        """
        with self._state.read() as tx:
            scenes = self._scenes(tx, now, now)
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
                if known is None or target.id in stale or scenes.ground.silent:
                    known = self._current(scenes, target, now)
                    if known.state == State.UP and target.id not in stale and not _overlaid(scenes, target):
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

    def _scenes(self, tx: sqlite3.Connection, at: int, now: int) -> Scenes:
        """One snapshot, with the agreements in force just before ``at``."""
        agreed = Agreed(tx, self._settings.calculation, self._settings.tz)
        return Scenes(self._ground(tx), agreed, self._tracks, at - 1, now)

    def _current(self, scenes: Scenes, judged: Judged, now: int) -> Current:
        tx = scenes.ground.tx
        if isinstance(judged, Target) and judged.pending:
            return Current(PENDING, judged.created, self._last_words(tx, judged, vital_only=True))
        period = Period(now - 1, now, self._settings.tz)
        for _ in range(_ROUNDS):
            scene = scenes.scene(judged, period)
            begin, state = _tile(scene.timeline, now - 1)
            if begin >= scene.start:
                break
            period = Period(begin - 1, now, self._settings.tz)
        return Current(state.value, begin, self._reason(scenes.ground, judged, state))

    def _reason(self, ground: Ground, judged: Judged, state: State) -> str:
        if not isinstance(judged, Target):
            return ""
        match state:
            case State.DOWN:
                return self._last_words(ground.tx, judged, vital_only=True)
            case State.DEGRADED:
                return self._last_words(ground.tx, judged, vital_only=False)
            case State.UNREACHABLE:
                return "Everything it hangs on is down."
            case State.UNKNOWN:
                if any(number in ground.silent for number in self._lookers(ground, judged)):
                    return "The agent that looks at it is silent."
                return self._last_words(ground.tx, judged, vital_only=True) or "Nobody has looked at it lately."
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


def _many(wanted: Sequence[str] | None) -> bool:
    return wanted is None or len(wanted) > _FEW


def _object(tx: sqlite3.Connection, key: str) -> Judged:
    """The target or service with that id, living or retired. Raises Missing."""
    return agreements.find_service(tx, key) or targets.get(tx, key)


def serving(tx: sqlite3.Connection, period: Period) -> list[Judged]:
    """Every target and service whose service touches the period, targets first."""
    everything: list[Judged] = [*targets.ever(tx), *agreements.ever_services(tx)]
    return [one for one in everything if serves(one, period)]


def _overlaid(scenes: Scenes, target: Target) -> bool:
    """Whether anything may change the target's state that no result tells."""
    return scenes.ground.overlaid(target) or bool(scenes.terms(target).calendar)


def _tile(found: Timeline, at: int) -> tuple[int, State]:
    """The stretch that holds an instant: when it began, and its state."""
    for start, end, state in found.whole:
        if start <= at < end:
            return start, state
    return at, State.UNKNOWN
