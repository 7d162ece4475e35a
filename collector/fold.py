"""Fold: the one thread that turns log entries into state, in their order, one transaction per cycle."""

import contextlib
import json
import logging
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.columns import Stretch
from collector.confirm import COLUMNS, STATES, Pieces
from collector.decode import Batch, Ints, dating, decode
from collector.evidence import Readings, Witness, read, read_batch, told_by_trap
from collector.late import dated, recompute
from collector.live import RUNNING, Arrived, Live, Terms
from collector.outdated import concerned
from collector.seen import Ranges, Seen
from collector.store import fold as table
from collector.store import settled, spans
from collector.store.entry import Entry
from collector.store.log import Log
from collector.store.state import State
from collector.working import Working
from rules.parameters import CheckParameters
from rules.span import Glitch, Piece
from rules.uptime import METRICS

__all__ = ["AfterCommit", "Applier", "Arrival", "Change", "Fold", "Terms"]

CYCLE_ROWS = 1_000_000
"""Results in one cycle at most: a cycle is a transaction, and its length is what others wait."""

WAITING_ROWS = 2_000_000
"""Results that may wait for the fold before the intake lets agents wait instead."""

CHECKPOINT_ROWS = 50_000_000
CHECKPOINT_ENTRIES = 20_000
"""After so many results, or entries, the live table is written down: what bounds the replay after a crash."""

_STATE_NAMES = [state.value for state in STATES]
_PAUSES_S = (0.2, 1.0, 5.0)

log_of_work = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """A confirmed change of one check as one agent sees it.

    ``state`` holds since ``since``; the edge lies in ``bracket`` (the first None where nothing bounds it), was
    ``detected`` by the sample at that instant. Instants in ms UTC. ``target`` is the target's id.
    """

    handle: int
    agent: int
    target: str
    state: str
    since: int
    bracket: tuple[int | None, int]
    detected: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An entry on its way into the fold; a batch comes decoded."""

    position: int
    kind: str
    at: int
    body: bytes
    agent: int = 0
    batch: Batch | None = None

    @classmethod
    def read(cls, entry: Entry) -> "Arrival":
        """From the log."""
        batch = decode(entry.body) if entry.kind == "batch" else None
        return cls(entry.position, entry.kind, entry.at, entry.body, entry.agent, batch)

    @property
    def rows(self) -> int:
        """Results in it."""
        return len(self.batch) if self.batch else 0


Applier = Callable[[sqlite3.Connection, int, int, Mapping[str, Any]], set[int]]
"""(tx, position, at, payload) -> handles of the checks whose terms changed. Deterministic and idempotent."""

AfterCommit = Callable[[Mapping[str, int], Sequence[Change]], None]
"""(earliest changed instant by target id, confirmed changes). Called in the fold's thread, after the commit."""


class Fold(Working):
    """Consumes the log. ``terms`` answers, inside a transaction, the terms of the checks with the given handles."""

    def __init__(
        self,
        log: Log,
        state: State,
        live: Live,
        terms: Callable[[sqlite3.Connection, Iterable[int]], Mapping[int, Terms | None]],
    ) -> None:
        super().__init__()
        self.log = log
        self.state = state
        self.live = live
        self.appliers: dict[str, Applier] = {}
        self.after_commit: list[AfterCommit] = []
        self._terms = terms
        self._refused: set[int] = set()
        self._seen: Seen = {}
        self._witness = Witness(log, live)
        self._waiting: deque[Arrival] = deque()
        self._waiting_rows = 0
        self._done = threading.Condition()
        self._rows_since = self._entries_since = 0
        self._position = 0
        self._whole = False
        self._restore()

    def start(self) -> None:
        """Start the thread. It first folds what the log holds beyond the state."""
        self._begin("fold")

    def stop(self) -> None:
        """Finish the running cycle, write a checkpoint, end the thread. Safe to call twice."""
        if self._end() and self._whole:
            self._checkpoint()

    def offer(self, arrivals: Sequence[Arrival]) -> None:
        """Hand in entries that were just appended, in order, so that they need not be read back."""
        with self._bell:
            self._waiting.extend(arrivals)
            self._waiting_rows += sum(arrival.rows for arrival in arrivals)
            self._bell.notify_all()

    def crowded(self) -> bool:
        """Whether so many results wait that agents should wait too."""
        return self._waiting_rows > WAITING_ROWS

    @property
    def waiting(self) -> int:
        """Results handed in and not yet folded."""
        return self._waiting_rows

    def wait_for_room(self, timeout: float) -> None:
        """Wait until it is no longer crowded, or ``timeout`` seconds."""
        with self._done:
            self._done.wait_for(lambda: not self.crowded(), timeout)

    def step(self) -> bool:
        """Fold what waits or what the log holds beyond ``position``, one cycle; False when there is nothing.

        For callers that run no thread.
        """
        arrivals = self._take()
        if arrivals:
            self._cycle(arrivals)
        return bool(arrivals)

    def take(self, pieces: Sequence["Arrival | Stretch"]) -> None:
        """Fold what somebody else read from the log: the next pieces, in order, as one cycle.

        For a state that is folded again and thrown away: what comes in columns leaves no notes from which a live table
        that was lost could be made anew.
        """
        self._cycle(pieces)

    @property
    def position(self) -> int:
        """The log position the state reflects."""
        return self._position

    def wait_for(self, position: int, timeout: float = 10.0) -> bool:
        """Wait until the state reflects ``position``; False when ``timeout`` seconds were not enough."""
        with self._done:
            return self._done.wait_for(lambda: self._position >= position, timeout)

    def caught_up(self) -> bool:
        """Whether every entry of the log is folded."""
        return self._position >= self.log.head()[0]

    def _run(self) -> None:
        trouble = 0
        behind = True
        while True:
            with self._bell:
                if trouble:
                    self._bell.wait(_PAUSES_S[min(trouble, len(_PAUSES_S)) - 1])
                elif not behind:
                    self._bell.wait_for(lambda: self._waiting or self._ending)
                if self._ending:
                    return
            try:
                if not self._whole:
                    self._restore()
                # Once at the log's end, all that is appended comes by the queue too: no need to read it back.
                behind = self.step() and (behind or trouble > 0)
                trouble = 0
            except Exception:
                trouble += 1
                log_of_work.exception("fold failed beyond position %d", self._position)

    def _take(self) -> list[Arrival]:
        """The next entries in order: from the queue, or from the log where the queue does not continue the state."""
        taken: list[Arrival] = []
        rows = 0
        with self._bell:
            while self._waiting and self._waiting[0].position <= self._position:
                self._waiting_rows -= self._waiting.popleft().rows
            expected = self._position + 1
            while self._waiting and self._waiting[0].position == expected and rows < CYCLE_ROWS:
                arrival = self._waiting.popleft()
                rows += arrival.rows
                expected += 1
                taken.append(arrival)
            self._waiting_rows -= rows
            until = self._waiting[0].position - 1 if self._waiting else None
        if taken:
            return taken
        for entry in self.log.read(self._position, until):
            taken.append(Arrival.read(entry))
            rows += taken[-1].rows
            if rows >= CYCLE_ROWS or len(taken) >= CHECKPOINT_ENTRIES:
                break
        return taken

    def _cycle(self, arrivals: Sequence["Arrival | Stretch"]) -> None:
        position = max(one.position for one in arrivals)
        earliest: dict[str, int] = {}
        reached: set[str] = set()
        changes: list[Change] = []
        with contextlib.ExitStack() as held:
            try:
                with self.state.write() as tx:
                    # Taken after the turn to write, given back after the commit: who reads live table and state sees
                    # both of before the cycle or both of after it.
                    held.enter_context(self.live.lock)
                    for group in _grouped(arrivals):
                        if isinstance(group, Stretch):
                            self._columns(tx, group, earliest, changes)
                        elif group[0].batch:
                            self._batches(tx, group, earliest, changes)
                        elif group[0].kind == "conflict":
                            for one in group:
                                spans.add_conflict(tx, one.position, one.agent, len(decode(one.body)))
                        else:
                            for one in group:
                                reached |= self._decision(tx, one, earliest)
                    self._witness.settle(tx, position, earliest)
                    spans.touch(tx, earliest)
                    settled.outdate(tx, {*earliest, *reached}, position)
                    spans.set_position(tx, position)
                    self.live.position = position
            except Exception:
                # The transaction is undone, so nothing is half applied; nor shall the live table show, or a checkpoint
                # keep, what the state does not know.
                self._whole = False
                self._restore()
                raise
        with self._done:
            self._position = position
            self._done.notify_all()
        for listener in self.after_commit:
            try:
                listener(earliest, changes)
            except Exception:
                # What was touched stays in the state, so the listener finds it the next time.
                log_of_work.exception("after the fold's commit at position %d", self._position)
        self._rows_since += sum(arrival.rows for arrival in arrivals)
        self._entries_since += len(arrivals)
        if self._rows_since >= CHECKPOINT_ROWS or self._entries_since >= CHECKPOINT_ENTRIES:
            self._checkpoint()

    def _decision(self, tx: sqlite3.Connection, one: Arrival, earliest: dict[str, int]) -> set[str]:
        """Apply what is no result; the objects (ids) of whose past it may change more than ``earliest`` says."""
        applier = self.appliers.get(one.kind)
        said = json.loads(one.body)
        handles = applier(tx, one.position, one.at, said) if applier else set()
        if one.kind == "trap":
            told_by_trap(said, earliest)
        self._refused.clear()
        if handles:
            found = self._terms(tx, sorted(handles))
            for handle, terms in found.items():
                self.live.set_terms(handle, terms)
            table.note_terms(tx, ((one.position, handle, 0, _written(terms)) for handle, terms in found.items()))
        return concerned(tx, said) if one.kind == "config" else set()

    def _batches(
        self, tx: sqlite3.Connection, group: Sequence[Arrival], earliest: dict[str, int], changes: list[Change]
    ) -> None:
        processes: set[tuple[int, str]] = set()
        for one, batch in _decoded(group):
            key = (one.agent, batch.header.boot)
            self._seen.setdefault(key, Ranges()).add(batch.header.first_seq, batch.last_seq)
            processes.add(key)
        for agent, boot in processes:
            spans.set_seen(tx, agent, boot, self._seen[agent, boot])
        headers = ((one.agent, one.at, batch.header) for one, batch in _decoded(group))
        self._witness.boots(tx, headers, earliest)
        arrived, readings = self._arrived(
            group, lambda agent, handles: self._learn(tx, group[0].position, agent, handles)
        )
        pieces, late = self.live.apply(arrived)
        self._store(tx, pieces, earliest, changes)
        for found in readings:
            self._witness.hear(tx, found, late, earliest)
        self._witness.arrived(arrived.row, arrived.at)
        if len(late):
            concerned = np.isin(arrived.row, late)
            since: dict[int, int] = {}
            for row, at in _lists(arrived.row[concerned], arrived.at[concerned]):
                since[row] = min(at, since.get(row, at))
            self._late(tx, since, group[-1].position, earliest, changes)

    def _columns(
        self, tx: sqlite3.Connection, stretch: Stretch, earliest: dict[str, int], changes: list[Change]
    ) -> None:
        touched: set[tuple[int, str]] = set()
        for agent, boot, first, last in stretch.processes():
            self._seen.setdefault((agent, boot), Ranges()).add(first, last)
            touched.add((agent, boot))
        for agent, boot in touched:
            spans.set_seen(tx, agent, boot, self._seen[agent, boot])
        self._witness.boots(tx, stretch.headers(), earliest)
        since: dict[int, int] = {}
        for runs in stretch.runs:
            rows = self.live.find(runs.agent, runs.handle)
            begin, at, outcome, position = runs.begin, runs.at, runs.outcome, runs.position
            if rows.min() < 0:
                self._learn(tx, int(position.min()), runs.agent, runs.handle[rows < 0])
                rows = self.live.find(runs.agent, runs.handle)
            lengths = np.diff(begin, append=len(at))
            readings = list(read(np.repeat(rows, lengths), at, outcome, stretch.values(runs, METRICS)))
            if rows.min() < 0:
                known = rows >= 0
                inside = np.repeat(known, lengths)
                rows, position, at, outcome = rows[known], position[known], at[inside], outcome[inside]
                begin = np.cumsum(lengths[known]) - lengths[known]
            if not len(rows):
                continue
            pieces, late = self.live.apply_runs(rows, begin, at, outcome, position)
            self._store(tx, pieces, earliest, changes)
            for found in readings:
                self._witness.hear(tx, found, late, earliest)
            self._witness.arrived(rows, at[begin])
            for row in late.tolist():
                first = int(at[begin[np.flatnonzero(rows == row)[0]]])
                since[row] = min(first, since.get(row, first))
        if since:
            self._late(tx, since, stretch.position, earliest, changes)

    def _arrived(self, group: Sequence[Arrival], learn: Callable[[int, Ints], None]) -> tuple[Arrived, list[Readings]]:
        """The results of some batches as one, those of unknown checks left out; and the readings among them."""
        told: list[Readings] = []
        columns: list[tuple[Ints, Ints, NDArray[Any], Ints]] = []
        for one, batch in _decoded(group):
            offset, trusted = dating(batch.header, one.at)
            at, outcome = dated(batch.at, batch.outcome, offset, trusted, one.at)
            rows = self.live.find(one.agent, batch.handle)
            if rows.min() < 0:
                learn(one.agent, batch.handle[rows < 0])
                rows = self.live.find(one.agent, batch.handle)
            told += read_batch(rows, at, outcome, batch)
            if rows.min() < 0:
                known = rows >= 0
                rows, at, outcome = rows[known], at[known], outcome[known]
            columns.append((rows, at, outcome, np.full(len(rows), one.position)))
        if len(columns) == 1:
            return Arrived(*columns[0]), told
        return Arrived(*(np.concatenate(pieces) for pieces in zip(*columns, strict=True))), told

    def _learn(self, tx: sqlite3.Connection, position: int, agent: int, handles: Ints) -> None:
        """Give rows to the checks that exist; remember the others, until the configuration changes."""
        new = set(handles.tolist()) - self._refused
        if not new:
            return
        found = self._terms(tx, sorted(new))
        known = {handle: terms for handle in sorted(new) if (terms := found.get(handle)) is not None}
        self._refused |= new - set(known)
        self.live.add(agent, known)
        table.note_terms(tx, ((position, handle, agent, _written(terms)) for handle, terms in known.items()))

    def _store(self, tx: sqlite3.Connection, pieces: Pieces, earliest: dict[str, int], changes: list[Change]) -> None:
        handle, agent, targets = self.live.table["handle"], self.live.table["agent"], self.live.targets
        moved: list[tuple[Ints, Ints]] = [(rows, at) for rows, at, *_ in pieces.glitches]
        for columns in pieces.spans:
            rows = columns[0]
            spans.add_spans(tx, _lists(handle[rows], agent[rows], *columns[1:]))
            moved.append((rows, np.where(columns[3] == len(STATES) - 1, columns[1], columns[2])))
        for columns in pieces.glitches:
            spans.add_glitches(tx, _lists(handle[columns[0]], agent[columns[0]], *columns[1:]))
        for rows, state, since, begin, end, detected in pieces.changes:
            moved.append((rows, since))
            columns = (handle[rows], agent[rows], state, since, begin, end, detected)
            for number, by, code, at, low, high, seen in _lists(*columns):
                bracket = (None if low < 0 else low, high)
                changes.append(Change(number, by, targets[number], _STATE_NAMES[code], at, bracket, seen))
        moved += pieces.begun
        for rows, instants in moved:
            for number, at in _lists(handle[rows], instants):
                target = targets[number]
                if at < earliest.get(target, at + 1):
                    earliest[target] = at

    def _late(
        self,
        tx: sqlite3.Connection,
        since: Mapping[int, int],
        position: int,
        earliest: dict[str, int],
        changes: list[Change],
    ) -> None:
        """Compute rows of the live table anew: ``since`` names for each its oldest result that came late."""
        before = {row: self.live.table["state"][row].item() for row in since}
        columns = self.live.table
        written = recompute(tx, self.log, self.live, since, position)
        self._witness.again(tx, since, position, earliest)
        for row, at in since.items():
            handle, agent = columns["handle"][row].item(), columns["agent"][row].item()
            values = {name: columns[name][row].item() for name in (*COLUMNS, *RUNNING)}
            table.note_row(tx, position, handle, agent, json.dumps(values))
            target = self.live.targets[handle]
            first = min([at, *(_begin(piece) for piece in written.get(row, ()))])
            earliest[target] = min(first, earliest.get(target, first))
            if values["state"] != before[row]:
                low, high = values["bracket_from"], values["bracket_to"]
                bracket = (None if low < 0 else low, high)
                state = _STATE_NAMES[values["state"]]
                changes.append(Change(handle, agent, target, state, values["start"], bracket, values["detected"]))

    def _restore(self) -> None:
        """Bring the live table to the state's position, from the checkpoint and the log, changing nothing else."""
        with self.state.read() as tx:
            self._position = spans.position(tx)
            self._seen = spans.seen(tx)
            self._refused = set()
            self._witness.restore(tx)
            self.live.load(self._position)
            notes = table.notes(tx, self.live.position)
        waiting: list[Arrival] = []
        rows = 0
        for entry in self.log.read(self.live.position, self._position):
            while notes and notes[0].due(entry.position):
                self._replay(waiting)
                waiting, rows = [], 0
                self._apply_note(notes.pop(0))
            if entry.kind == "batch":
                waiting.append(Arrival.read(entry))
                rows += waiting[-1].rows
                if rows >= CYCLE_ROWS:
                    self._replay(waiting)
                    waiting, rows = [], 0
        self._replay(waiting)
        for note in notes:
            self._apply_note(note)
        self.live.position = self._position
        self._whole = True

    def _replay(self, group: Sequence[Arrival]) -> None:
        if group:
            # Rows for which results came late are set right by their notes.
            arrived, readings = self._arrived(group, lambda agent, handles: None)
            _, late = self.live.apply(arrived)
            for found in readings:
                self._witness.advance(found, late)

    def _apply_note(self, note: table.Note) -> None:
        if note.machine:
            with self.live.lock:
                row = int(self.live.find(note.agent, np.array([note.handle]))[0])
                for name, value in note.machine.items():
                    self.live.table[name][row] = value
            return
        terms = _read(note.terms)
        if note.agent and terms:
            self.live.add(note.agent, {note.handle: terms})
        else:
            self.live.set_terms(note.handle, terms)

    def _checkpoint(self) -> None:
        self._rows_since = self._entries_since = 0
        try:
            self.live.save()
        except OSError as trouble:
            # Only a longer replay after the next start: the log holds everything.
            log_of_work.warning("no checkpoint at position %d: %s", self.live.position, trouble)


def _grouped(arrivals: Sequence[Arrival | Stretch]) -> Iterator[list[Arrival] | Stretch]:
    """Neighbours of one kind together, in order."""
    group: list[Arrival] = []
    for arrival in arrivals:
        if group and (isinstance(arrival, Stretch) or group[-1].kind != arrival.kind):
            yield group
            group = []
        if isinstance(arrival, Stretch):
            yield arrival
        else:
            group.append(arrival)
    if group:
        yield group


def _decoded(group: Sequence[Arrival]) -> Iterator[tuple[Arrival, Batch]]:
    return ((one, one.batch) for one in group if one.batch is not None)


def _lists(*columns: Ints) -> Iterator[tuple[int, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)


def _begin(piece: Piece) -> int:
    return piece.at if isinstance(piece, Glitch) else piece.start


def _written(terms: Terms | None) -> str:
    if terms is None:
        return "null"
    return f'{{"target":{json.dumps(terms.target)},"parameters":{_parameters(terms.parameters)}}}'


@lru_cache(maxsize=1024)
def _parameters(parameters: CheckParameters) -> str:
    return json.dumps(asdict(parameters))


def _read(terms: Mapping[str, Any] | None) -> Terms | None:
    return Terms(terms["target"], CheckParameters(**terms["parameters"])) if terms else None
