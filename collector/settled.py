"""Settled: what is computed of the past of every target and service is kept, so that nobody computes it twice.

A row holds the whole life of one object up to an instant. It counts until something is folded that may change it: a
span of one of its checks, a window, a correction, its configuration, or the same of what it rests on. Beyond its end
the last state goes on while nothing speaks against that; what no row tells is computed on the spot.
"""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.agreed import Agreed, Judged
from collector.clock import Clock
from collector.release import release
from collector.scenes import Scene, Scenes, serves
from collector.settings import Settings
from collector.store import agreements, checks, spans, targets
from collector.store import settled as table
from collector.store.agreements import Service
from collector.store.settled import Row
from collector.store.state import State as Store
from collector.store.targets import Target
from collector.subjects import Ground
from collector.tracks import Tracks
from rules.availability import METHOD_VERSION, figures_of
from rules.entry import Entry, entry_of
from rules.lives import Lives
from rules.parameters import DAY
from rules.past import (
    LASTING,
    STATES,
    About,
    Past,
    chosen,
    entries_of,
    firm,
    joined,
    life_of,
    lives_of,
    moved,
    past,
    summary,
)
from rules.past.columns import CORRECTED, DOUBT, GLITCH, OUTAGE, TILE
from rules.period import Period
from rules.promise import Promise
from rules.service import SERVICE, read_need
from rules.state import State
from rules.timeline import Timeline

_TOGETHER = 200
"""Rows kept in one transaction: what else writes waits no longer than that takes."""

_BUDGET_S = 5.0
"""How long one round of the job computes: fold and decisions are to find a free processor soon."""

_GOES_ON = [STATES.index(state) for state in (State.UP, State.DEGRADED, State.OUT_OF_SERVICE)]
"""What goes on while nothing is folded of an object; in any other state that others decide too, it is asked for."""

_NOT_YET = STATES.index(State.OUT_OF_SERVICE)
"""What an object is before its life."""

Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


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
        self._made_by = made_by(settings)

    def past(self, period: Period, now: int, wanted: Collection[str] | None = None) -> Found:
        """The past of targets and services (ids; None for all in service in the period) over a period before ``now``.

        Instants in ms UTC. Raises Missing for an id nobody has.
        """
        with self._state.read() as tx:
            kept, told, computed = self._asked(tx, period, now, wanted, whole=False)
        return Found(
            ids=[*kept.some("object", told), *(judged.id for judged, _ in computed)],
            kinds=[*kept.some("kind", told), *(one.kind for _, one in computed)],
            past=joined(chosen(kept.past, told), past(one for _, one in computed)),
        )

    def lives(self, period: Period, now: int, wanted: Collection[str] | None = None) -> tuple[Lives, set[Promise]]:
        """What the statistics want to know of the same objects, services left out where there are targets too.

        With the promises by which they are judged.
        """
        with self._state.read() as tx:
            kept, told, computed = self._asked(tx, period, now, wanted, whole=False)
            agreed = self._agreed(tx)
        targets_there = any(kind != SERVICE for kind in kept.some("kind", told))
        if targets_there or any(one.kind != SERVICE for _, one in computed):
            told &= np.array([kind != SERVICE for kind in kept.kinds], dtype=np.bool_)
            computed = [(judged, one) for judged, one in computed if one.kind != SERVICE]
        terms = set(zip(kept.some("agreement", told), kept.some("version", told), strict=True))
        promises = {agreed.promise(name, version) for name, version in terms}
        promises |= {one.promise or agreed.house.promise for _, one in computed}
        found = joined(chosen(kept.past, told), past(one for _, one in computed))
        return lives_of(found, period), promises

    def entries(self, period: Period, now: int, wanted: Collection[str] | None = None) -> list[Entry]:
        """What figures of the same objects need."""
        with self._state.read() as tx:
            kept, told, computed = self._asked(tx, period, now, wanted, whole=True)
            known = kept.about(told, self._agreed(tx))
        return entries_of(chosen(kept.past, told), known, period) + [entry_of(one) for _, one in computed]

    def refresh(self, budget_s: float) -> int:
        """Compute rows that are missing or no longer count, for about so long; how many are left."""
        until = self._clock.monotonic() + budget_s
        while True:
            with self._state.read() as tx:
                found = (_object(tx, key, noun) for key, noun in table.without(tx, self._enough(tx)))
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

    def _asked(
        self, tx: sqlite3.Connection, period: Period, now: int, wanted: Collection[str] | None, *, whole: bool
    ) -> tuple["_Kept", Flags, list[tuple[Judged, Timeline]]]:
        """What is kept, which of it tells the period, and the timelines of all else; ``whole`` for whole figures."""
        agreed, ground = self._agreed(tx), Ground(tx)
        names = (*table.OF_PAST, *table.BLOBS, *(table.OF_FIGURES if whole else ()))
        kept = _Kept(table.columns(tx, self._made_by, names), period.end)
        unsteady = set(self._open(tx, ground, now))
        unsteady |= table.resting_on(tx, unsteady)
        told = kept.tells(period, unsteady, agreed.turns(), self._settings.tz)
        if whole:
            told &= kept.firm(period)
        left = [*kept.nouns(~told), *table.without(tx, kept.ids)]
        if wanted is None:
            told &= kept.serves(period)
        else:
            asked = dict.fromkeys(wanted)
            told &= kept.among(asked)
            there = set(kept.some("object", told))
            nouns = dict(left)
            left = [(key, nouns.get(key, "")) for key in asked if key not in there]
        judged = (_object(tx, key, noun) for key, noun in left)
        scenes = Scenes(ground, agreed, self._tracks, period.end - 1, now)
        computed = [
            (one, scenes.scene(one, period).timeline) for one in judged if wanted is not None or serves(one, period)
        ]
        return kept, told, computed

    def _computed(self, tx: sqlite3.Connection, left: Sequence[Judged], until: float) -> Iterator[tuple[Row, set[str]]]:
        """The rows of some objects, as the state is in this snapshot."""
        now = self._clock.now()
        scenes = Scenes(Ground(tx), self._agreed(tx), self._tracks, now - 1, now)
        position = spans.position(tx)
        opened = self._open(tx, scenes.ground, now)
        known: dict[str, set[str]] = {}
        count = 0
        for one in left:
            if count == _TOGETHER or self._clock.monotonic() >= until:
                return
            rests_on = _all_below(scenes.ground, one, known)
            begin = _begun(one)
            # Once somebody looks again, or an agent hands in what it has seen, other things are known of the time that
            # seemed unknown; and where it was only more of the same, nothing that is folded tells of it.
            until = min((opened[key] for key in (one.id, *rests_on) if key in opened), default=now)
            if begin is None or begin >= until:
                continue
            count += 1
            scene = scenes.scene(one, Period(begin, now, self._settings.tz))
            sure = until if until < now else now - _open_for(scene, rests_on)
            yield _row(scenes, scene, position, self._made_by, until, sure), rests_on

    def _enough(self, tx: sqlite3.Connection) -> set[str]:
        """The ids of those whose rows count, and need not be computed again because somebody looks again."""
        columns = table.columns(tx, self._made_by, ("object", "until", "sure"))
        short = {key for key, until, sure in zip(*columns.values(), strict=True) if until == sure}
        if short:
            opened = self._open(tx, Ground(tx), self._clock.now()).keys()
            short -= opened | table.resting_on(tx, opened)
        return set(columns["object"]) - short

    def _open(self, tx: sqlite3.Connection, ground: Ground, now: int) -> dict[str, int]:
        """The targets (ids) of which something else may be known soon than is known now, and of the time since when."""
        opened = dict(self._tracks.stale(now))
        for agent, since in ground.silent.items():
            for key in checks.targets_of(tx, (agent,)):
                opened[key] = min(since, opened.get(key, since))
        return opened

    def _agreed(self, tx: sqlite3.Connection) -> Agreed:
        return Agreed(tx, self._settings.calculation, self._settings.tz)


def made_by(settings: Settings) -> str:
    """What else than the log decides what is computed: the release, and the settings of the house."""
    terms = {
        "release": f"{release()} {METHOD_VERSION}",
        "parameters": settings.calculation.as_settings(),
        "tz": settings.tz,
    }
    return hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()


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
        kept = _Kept({name: (value,) for name, value in row._asdict().items()}, row.until)
        scene = Scenes(ground, agreed, tracks, row.until - 1, now).scene(one, period)
        ours, theirs = summary(kept.past, period), summary(past([scene.timeline]), period)
        same = all(np.array_equal(getattr(ours, name), getattr(theirs, name)) for name in ours.__slots__)
        if same and kept.firm(period).all():
            entries = (
                entries_of(kept.past, kept.about(np.ones(1, np.bool_), agreed), period),
                [entry_of(scene.timeline)],
            )
            one_says, other_says = (figures_of(some, period, settings.calculation) for some in entries)
            same = one_says == other_says
        if not same:
            yield {"object": row.object, "name": row.name, "until": row.until}


class _Kept:
    """Rows by column, and what they hold as one past: tiles and outages of all of them one behind the other."""

    def __init__(self, columns: dict[str, Sequence[Any]], end: int) -> None:
        """The last state of each is drawn out to ``end``; see :meth:`tells` for whom that is right."""
        self._columns = columns
        self._until = np.array(columns["until"], dtype=np.int64)
        self._horizon = np.array([LASTING if one is None else one for one in columns["horizon"]], dtype=np.int64)
        offsets, words = _together(columns["words"])
        tiles = _owned(columns["tiles"], TILE)
        self._last = np.searchsorted(tiles[:, 0], np.arange(len(self._until)), side="right") - 1
        tiles[self._last, 2] = np.maximum(tiles[self._last, 2], end)
        self._state = tiles[self._last, 3]
        self.past = Past(
            names=columns["name"],
            tiles=tiles,
            outages=moved(_owned(columns["outages"], OUTAGE), offsets),
            glitches=_owned(columns["glitches"], GLITCH),
            doubts=_owned(columns["doubts"], DOUBT),
            corrected=_owned(columns["corrected"], CORRECTED),
            words=words,
        )

    def tells(self, period: Period, unsteady: Collection[str], turns: Sequence[int], tz: str) -> Flags:
        """Which rows tell a period; ``turns`` are the instants at which agreements change, ``tz`` is the house's zone.

        Of those that are ``unsteady`` (ids) something else may be known than what is kept, as far as it is not sure.
        """
        steady = np.ones(len(self._until), dtype=np.bool_)
        if unsteady:
            steady = ~self.among(unsteady)
        goes_on = np.isin(self._state, _GOES_ON) & (period.end <= self._horizon)
        sure, stands = (np.array(self._columns[name], dtype=np.int64) for name in ("sure", "stands"))
        reaches = (period.end <= sure) | (steady & ((period.end <= self._until) | goes_on))
        terms = np.searchsorted(turns, np.append(self._until - 1, period.end - 1), side="right")
        found: Flags = reaches & (stands < period.end) & (terms[:-1] == terms[-1])
        if period.tz != tz:
            found &= ~np.array(self._columns["zoned"], dtype=np.bool_)
        return found

    def firm(self, period: Period) -> Flags:
        """Which of them tell whole figures."""
        return firm(self.past, np.array(self._columns["doubt"], dtype=np.int64), period)

    @property
    def ids(self) -> Sequence[str]:
        """Whose rows they are."""
        return self._columns["object"]

    @property
    def kinds(self) -> Sequence[str]:
        """What these objects are."""
        return self._columns["kind"]

    def serves(self, period: Period) -> Flags:
        """Which of them were in service in the period."""
        begins = np.array(self._columns["begins"], dtype=np.int64)
        ends = np.array([LASTING if one is None else one for one in self._columns["ends"]], dtype=np.int64)
        found: Flags = (begins < period.end) & (ends > period.start)
        return found

    def among(self, keys: Collection[str]) -> Flags:
        """Which of them have one of these ids."""
        return np.array([key in keys for key in self._columns["object"]], dtype=np.bool_)

    def some(self, name: str, which: Flags) -> list[Any]:
        """One column of some of the rows."""
        column = self._columns[name]
        return [column[place] for place in np.flatnonzero(which).tolist()]

    def nouns(self, which: Flags) -> list[tuple[str, str]]:
        """Ids and kinds of some of the rows."""
        return list(zip(self.some("object", which), self.some("kind", which), strict=True))

    def about(self, which: Flags, agreed: Agreed) -> list[About]:
        """What figures need of some of the rows beside the past."""
        promise = lru_cache(maxsize=None)(agreed.promise)
        names = ("kind", "doubt", "agreement", "version", "labels", "priority")
        columns = (self._columns[name] for name in names)
        places = np.flatnonzero(which).tolist()
        rows = list(zip(*columns, strict=True))
        return [
            About(kind, doubt, promise(agreement, version), _labels(labels), priority)
            for kind, doubt, agreement, version, labels, priority in (rows[place] for place in places)
        ]


def _row(scenes: Scenes, scene: Scene, position: int, maker: str, until: int, sure: int) -> Row:
    """What is kept of an object from the scene of its whole life, up to an instant."""
    one, found = scene.judged, scene.timeline
    life = life_of(found)
    tiles = [(start, min(end, until), *states) for start, end, *states in life.tiles if start < until]
    tiles.insert(0, (0, tiles[0][0], _NOT_YET, _NOT_YET))
    promise = scenes.terms(one).promise
    return Row(
        object=one.id,
        name=one.name,
        kind=found.kind,
        position=position,
        made_by=maker,
        begins=found.period.start,
        ends=_over(one),
        until=until,
        sure=sure,
        horizon=until if until == sure else _horizon(scenes, one, until),
        stands=scenes.stands_since(one),
        agreement=promise.agreement,
        version=promise.version,
        priority=found.priority,
        labels=json.dumps(dict(found.labels), sort_keys=True, ensure_ascii=False),
        zoned=isinstance(one, Service) or scenes.ground.overlaid(one),
        doubt=found.doubt,
        tiles=_packed(tiles),
        outages=_packed(life.outages),
        glitches=_packed(life.glitches),
        doubts=_packed(life.doubts),
        corrected=_packed(life.corrected),
        words=json.dumps(life.words),
    )


def _packed(rows: Sequence[tuple[int, ...]]) -> bytes:
    return np.array(rows, dtype=np.int64).tobytes()


def _owned(blobs: Sequence[bytes], width: int) -> Whole:
    """The rows of all blobs, each behind the number of its owner."""
    rows = np.frombuffer(b"".join(blobs), dtype=np.int64).reshape(-1, width)
    counts = np.fromiter(map(len, blobs), dtype=np.int64, count=len(blobs)) // (8 * width)
    found = np.empty((len(rows), 1 + width), dtype=np.int64)
    found[:, 0] = np.repeat(np.arange(len(blobs)), counts)
    found[:, 1:] = rows
    return found


def _together(lists: Sequence[str]) -> tuple[Whole, list[str]]:
    """One list of all words, and where each row's own begin in it."""
    begins: dict[str, int] = {}
    words: list[str] = []
    for text in dict.fromkeys(lists):
        begins[text] = len(words)
        words += json.loads(text)
    return np.array([begins[text] for text in lists], dtype=np.int64), words


@lru_cache(maxsize=4096)
def _labels(text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(text)
    return found


def _object(tx: sqlite3.Connection, key: str, noun: str) -> Judged:
    """By id; ``noun`` may be a kind, which for services is the same word, or empty where it is not known."""
    if noun:
        return agreements.get_service(tx, key) if noun == SERVICE else targets.get(tx, key)
    return agreements.find_service(tx, key) or targets.get(tx, key)


def _begun(judged: Judged) -> int | None:
    """When its life began; None while it is pending."""
    return judged.created if isinstance(judged, Service) else judged.in_service_from


def _over(judged: Judged) -> int | None:
    """When its life ended or will end."""
    ends = [judged.retired, None if isinstance(judged, Service) else judged.in_service_to]
    return min((end for end in ends if end is not None), default=None)


def _horizon(scenes: Scenes, judged: Judged, at: int) -> int | None:
    """Until when the last state may go on by itself."""
    if isinstance(judged, Service) or judged.calendar or scenes.terms(judged).calendar:
        return at
    return scenes.ground.next_turn(judged, at)


def _open_for(scene: Scene, rests_on: Collection[str]) -> int:
    """How much of the end (ms) may still turn out to be unknown, because nothing comes any more."""
    gaps = [entry.parameters.max_gap for _, entries in scene.checks for entry in entries]
    # How rarely others are looked at is not told here.
    return 2 * max([*gaps, DAY // 2] if rests_on or not gaps else gaps)


def _all_below(ground: Ground, judged: Judged, known: dict[str, set[str]]) -> set[str]:
    """The ids of everything else its time depends on, at first hand or any further; ``known`` by id."""
    if judged.id not in known:
        found = known[judged.id] = _rests_on(ground, judged)
        for key in list(found):
            other = agreements.find_service(ground.tx, key) or targets.find(ground.tx, key)
            found |= _all_below(ground, other, known) if other is not None else set()
    return known[judged.id]


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
