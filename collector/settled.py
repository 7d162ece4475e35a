"""Settled: what is computed of the past of every target and service is kept, so that nobody computes it twice.

A row holds the whole life of one object up to an instant. It counts until something is folded that may change it: a
span of one of its checks, a window, a correction, its configuration, or the same of what it rests on. Beyond its end
the last state goes on while nothing speaks against that; what no row tells is computed on the spot.
"""

import json
import logging
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.agreed import Agreed, Judged
from collector.clock import Clock
from collector.scenes import Scene, Scenes
from collector.settings import Settings
from collector.store import agreements, checks, spans, targets
from collector.store import settled as table
from collector.store.agreements import Service
from collector.store.settled import Row
from collector.store.state import State as Store
from collector.store.targets import Target
from collector.subjects import Ground
from collector.tracks import Tracks
from rules.parameters import DAY
from rules.past import LASTING, STATES, Past, outage_rows, past, summary, tile_rows
from rules.period import Period
from rules.service import SERVICE, read_need
from rules.state import State
from rules.timeline import Timeline

log = logging.getLogger(__name__)

_TOGETHER = 200
"""Rows kept in one transaction: what else writes waits no longer than that takes."""

_BUDGET_S = 5.0
"""How long one round of the job computes: fold and decisions are to find a free processor soon."""

_GOES_ON = [STATES.index(state) for state in (State.UP, State.DEGRADED, State.OUT_OF_SERVICE)]
"""What goes on while nothing is folded of an object; in any other state that others decide too, it is asked for."""

_NOT_YET = STATES.index(State.OUT_OF_SERVICE)
"""What an object is before its life."""

_TILE, _OUTAGE = 3, 5
"""Numbers in a row of tiles and of outages."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """The past of some objects, with their ids and kinds in the order of its names."""

    ids: Sequence[str]
    kinds: Sequence[str]
    past: Past


class Settled:
    """Usable from any thread."""

    def __init__(self, state: Store, tracks: Tracks, clock: Clock, settings: Settings) -> None:
        self._state = state
        self._tracks = tracks
        self._clock = clock
        self._settings = settings

    def past(self, period: Period, now: int, wanted: Collection[str] | None = None) -> Found:
        """The past of the targets and services with these ids (None for all), whole for a period before ``now``.

        Instants in ms UTC. Objects that were not in service in the period are among them.
        """
        with self._state.read() as tx:
            agreed = self._agreed(tx)
            kept = _Kept(table.rows(tx))
            silent = Ground(tx).silent
            unsteady = self._tracks.stale(now) | _targets_of(tx, silent)
            told = kept.tells(period.end, unsteady, agreed.turns())
            if wanted is not None:
                chosen = set(wanted)
                told &= np.array([row.object in chosen for row in kept.rows], dtype=np.bool_)
            scenes = Scenes(Ground(tx), agreed, self._tracks, period.end - 1, now)
            left = [(kept.rows[place].object, kept.rows[place].kind) for place in np.flatnonzero(~told).tolist()]
            left += table.without(tx)
            computed = [
                (one, scenes.scene(one, period).timeline)
                for one in (_object(tx, key, noun) for key, noun in left if wanted is None or key in chosen)
                if _begun(one) is not None
            ]
        return kept.found(told, period.end, computed)

    def refresh(self, budget_s: float) -> int:
        """Compute rows that are missing or no longer count, for about so long; how many are left."""
        until = self._clock.monotonic() + budget_s
        while True:
            with self._state.read() as tx:
                found = (_object(tx, key, noun) for key, noun in table.without(tx))
                left = [one for one in found if _begun(one) is not None]
                rows = list(self._computed(tx, left, until))
            if rows:
                with self._state.write() as tx:
                    for row, rests_on in rows:
                        table.keep(tx, row, rests_on)
            if len(rows) < _TOGETHER or self._clock.monotonic() >= until:
                return len(left) - len(rows)

    def work(self) -> None:
        """One round of :meth:`refresh`, as a job does it."""
        self.refresh(_BUDGET_S)

    def _computed(self, tx: sqlite3.Connection, left: Sequence[Judged], until: float) -> Iterator[tuple[Row, set[str]]]:
        """The rows of some objects, as the state is in this snapshot."""
        now = self._clock.now()
        scenes = Scenes(Ground(tx), self._agreed(tx), self._tracks, now - 1, now)
        position = spans.position(tx)
        silent = _targets_of(tx, scenes.ground.silent)
        count = 0
        for one in left:
            if count == _TOGETHER or self._clock.monotonic() >= until:
                return
            rests_on = _rests_on(scenes.ground, one)
            begin = _begun(one)
            # Of a silent agent's targets something else is known once it is back, and nothing is folded of that.
            if begin is None or begin >= now or silent.intersection({one.id, *rests_on}):
                continue
            count += 1
            scene = scenes.scene(one, Period(begin, now, self._settings.tz))
            found = scene.timeline
            promise = scenes.terms(one).promise
            tiles = [(start, min(end, now), state) for start, end, state in tile_rows(found) if start < now]
            tiles.insert(0, (0, tiles[0][0], _NOT_YET))
            causes = sorted({outage.cause or "" for outage in found.history})
            numbers = [causes.index(outage.cause or "") for outage in found.history]
            outages = [(*row, number) for row, number in zip(outage_rows(found), numbers, strict=True)]
            row = Row(
                object=one.id,
                name=one.name,
                kind=SERVICE if isinstance(one, Service) else one.kind,
                position=position,
                until=now,
                sure=now - _open_for(scene),
                horizon=_horizon(scenes, one, now),
                agreement=promise.agreement,
                version=promise.version,
                tiles=np.array(tiles, dtype=np.int64).tobytes(),
                outages=np.array(outages, dtype=np.int64).tobytes(),
                causes=json.dumps(causes),
            )
            yield row, rests_on

    def _agreed(self, tx: sqlite3.Connection) -> Agreed:
        return Agreed(tx, self._settings.calculation, self._settings.tz)


def wrong(
    rows: Sequence[Row], tx: sqlite3.Connection, tracks: Tracks, settings: Settings, now: int
) -> Iterator[dict[str, Any]]:
    """Those of the rows that say otherwise than what is computed from a state (``tx``), as far as a row is sure."""
    ground, agreed = Ground(tx), Agreed(tx, settings.calculation, settings.tz)
    for row in rows:
        one = _object(tx, row.object, row.kind)
        begin = _begun(one)
        if begin is None or begin >= row.sure:
            continue
        period = Period(begin, row.sure, settings.tz)
        kept = summary(_Kept([row]).found(np.ones(1, dtype=np.bool_), row.until, ()).past, period)
        fresh = summary(past([Scenes(ground, agreed, tracks, row.until - 1, now).scene(one, period).timeline]), period)
        if not all(np.array_equal(getattr(kept, name), getattr(fresh, name)) for name in kept.__slots__):
            yield {"object": row.object, "name": row.name, "until": row.until}


class _Kept:
    """Rows as columns: the tiles and outages of all of them one behind the other."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._tiles: Whole = np.frombuffer(b"".join(row.tiles for row in rows), dtype=np.int64).reshape(-1, _TILE)
        self._outages: Whole = np.frombuffer(b"".join(row.outages for row in rows), dtype=np.int64).reshape(-1, _OUTAGE)
        self._tile_counts = np.array([len(row.tiles) // (8 * _TILE) for row in rows], dtype=np.int64)
        self._outage_counts = np.array([len(row.outages) // (8 * _OUTAGE) for row in rows], dtype=np.int64)
        self._last = np.cumsum(self._tile_counts) - 1
        self._until = np.array([row.until for row in rows], dtype=np.int64)

    def tells(self, end: int, unsteady: Collection[str], turns: Sequence[int]) -> NDArray[np.bool_]:
        """Which rows tell a period that ends at ``end``; ``turns`` are the instants at which agreements change."""
        horizon = np.array([LASTING if row.horizon is None else row.horizon for row in self.rows], dtype=np.int64)
        steady = np.array([row.object not in unsteady for row in self.rows], dtype=np.bool_)
        sure = np.array([row.sure for row in self.rows], dtype=np.int64)
        goes_on = np.isin(self._tiles[self._last, 2], _GOES_ON) & (end <= horizon)
        reaches = (end <= sure) | (steady & ((end <= self._until) | goes_on))
        terms = np.searchsorted(turns, [*(self._until - 1).tolist(), end - 1], side="right")
        found: NDArray[np.bool_] = reaches & (terms[:-1] == terms[-1])
        return found

    def found(self, told: NDArray[np.bool_], end: int, computed: Sequence[tuple[Judged, Timeline]]) -> Found:
        """The past of the rows that are told, their last state drawn out to ``end``, and of what was computed."""
        places = np.flatnonzero(told)
        rows = [self.rows[place] for place in places.tolist()]
        tiles = self._tiles.copy()
        tiles[self._last, 1] = np.maximum(tiles[self._last, 1], end)
        offsets, causes = _causes(rows)
        new_tiles = [(len(rows) + place, *row) for place, (_, one) in enumerate(computed) for row in tile_rows(one)]
        new_outages = []
        for place, (_, one) in enumerate(computed):
            for row, outage in zip(outage_rows(one), one.history, strict=True):
                new_outages.append((len(rows) + place, *row, len(causes)))
                causes.append(outage.cause or "")
        owned = _owned(tiles, self._tile_counts, told)
        outages = _owned(self._outages, self._outage_counts, told)
        outages[:, -1] += np.repeat(offsets, self._outage_counts[told])
        columns = Past(
            names=[row.name for row in rows] + [one.name for one, _ in computed],
            tiles=np.concatenate((owned, np.array(new_tiles, dtype=np.int64).reshape(-1, _TILE + 1))),
            outages=np.concatenate((outages, np.array(new_outages, dtype=np.int64).reshape(-1, _OUTAGE + 1))),
            causes=causes,
        )
        return Found(
            ids=[row.object for row in rows] + [one.id for one, _ in computed],
            kinds=[row.kind for row in rows] + [entry.kind for _, entry in computed],
            past=columns,
        )


def _owned(columns: Whole, counts: Whole, told: NDArray[np.bool_]) -> Whole:
    """The rows of those owners that are told, each behind the number of its owner among them."""
    whose = np.repeat(np.arange(len(counts)), counts)
    number = np.cumsum(told) - 1
    chosen = told[whose]
    return np.column_stack((number[whose[chosen]], columns[chosen]))


def _causes(rows: Sequence[Row]) -> tuple[Whole, list[str]]:
    """One list of the causes of all rows, and where each row's own begin in it."""
    begins: dict[str, int] = {}
    causes: list[str] = []
    for text in {row.causes for row in rows}:
        begins[text] = len(causes)
        causes += json.loads(text)
    return np.array([begins[row.causes] for row in rows], dtype=np.int64), causes


def _object(tx: sqlite3.Connection, key: str, noun: str) -> Judged:
    """By id; ``noun`` may be a kind, which for services is the same word."""
    return agreements.get_service(tx, key) if noun == SERVICE else targets.get(tx, key)


def _begun(judged: Judged) -> int | None:
    """When its life began; None while it is pending."""
    return judged.created if isinstance(judged, Service) else judged.in_service_from


def _horizon(scenes: Scenes, judged: Judged, at: int) -> int | None:
    """Until when the last state may go on by itself."""
    if isinstance(judged, Service) or judged.calendar or scenes.terms(judged).calendar:
        return at
    return scenes.ground.next_turn(judged, at)


def _open_for(scene: Scene) -> int:
    """How much of the end (ms) may still turn out to be unknown, because nobody looks any more."""
    gaps = [entry.parameters.max_gap for _, entries in scene.checks for entry in entries]
    return 2 * max(gaps, default=DAY // 2)


def _rests_on(ground: Ground, judged: Judged) -> set[str]:
    """The ids of everything else its time depends on, at first hand: parents, or parts (of a check, its target)."""
    if isinstance(judged, Target):
        return set(ground.parents(judged))
    found = set()
    for _, entry in agreements.service_history(ground.tx, judged.id):
        for key in read_need(entry.needs).names():
            check = checks.find(ground.tx, key)
            found.add(key if check is None else check.target)
    return found


def _targets_of(tx: sqlite3.Connection, agents: Collection[int]) -> set[str]:
    """The targets (ids) at which any of these agents (numbers) ever looked."""
    if not agents:
        return set()
    return {
        check.target
        for check in checks.ever(tx)
        for look in checks.assignments(tx, check.handle)
        if look.agent in agents
    }
