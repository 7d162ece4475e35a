"""The live table: the newest state of every (check, agent), in columns, and its checkpoint on disk.

One thread (the fold) changes it; others read through :meth:`Live.tails` and :meth:`Live.lasts`, which give copies.
"""

import io
import json
import os
import threading
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.confirm import COLUMNS, ERROR, NONE, TERMS, UNSTEADY, Pieces, Table, feed, judge_by, machine
from rules.parameters import CheckParameters
from rules.span import Span

Ints = NDArray[np.int64]

_OWN: dict[str, tuple[type, int]] = {
    "handle": (np.int64, 0),
    "agent": (np.int64, 0),
    "seen_at": (np.int64, NONE),
    "seen_position": (np.int64, 0),
    "taken": (np.bool_, 1),
    "up_at": (np.int64, NONE),
    "up_ms": (np.int64, NONE),
    "host_ms": (np.int64, NONE),
    "boots": (np.int64, NONE),
}
RUNNING = ("up_at", "up_ms", "host_ms", "boots")
"""The columns of the newest reading of running times; ``collector.evidence`` fills them."""

_FIRST_ROWS = 1024
_UNKNOWN_ROW = -1


@dataclass(frozen=True, slots=True)
class Terms:
    """What the fold must know of a check: whose it is (the target's id) and how it is confirmed."""

    target: str
    parameters: CheckParameters


@dataclass(frozen=True, slots=True)
class Arrived:
    """Results in order of arrival, in columns: row of the table, instant, outcome code, log position."""

    row: Ints
    at: Ints
    outcome: NDArray[Any]
    position: Ints


@dataclass(frozen=True, slots=True)
class Tail:
    """The open end of one check as one agent sees it: the open span, and until when it is known at a given instant."""

    span: Span | None
    until: int
    last: int | None


class Live:
    """Made empty; ``Fold.start`` loads the checkpoint at ``path`` and replays what came after."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.RLock()
        self.position = 0
        self.targets: dict[int, str] = {}
        self._clear()

    def _clear(self) -> None:
        self.count = 0
        self.table: Table = {
            name: np.full(_FIRST_ROWS, start, kind) for name, (kind, start) in {**COLUMNS, **_OWN}.items()
        }
        self._places: dict[int, Ints] = {}
        self._rows_of: dict[int, list[int]] = {}

    def find(self, agent: int, handles: Ints) -> Ints:
        """The row of each check as seen by one agent; -1 where there is none."""
        places = self._places.get(agent)
        if places is None:
            return np.full(len(handles), _UNKNOWN_ROW)
        top = int(handles.max(initial=0))
        if top >= len(places):
            return np.where(handles < len(places), places[np.minimum(handles, len(places) - 1)], _UNKNOWN_ROW)
        found: Ints = places[handles]
        return found

    def add(self, agent: int, terms: Mapping[int, Terms]) -> None:
        """New rows, one for each check, as seen by one agent."""
        if not terms:
            return
        with self.lock:
            self._grow(self.count + len(terms))
            places = self._places.get(agent, np.full(0, _UNKNOWN_ROW, np.int64))
            top = max(terms)
            if top >= len(places):
                wider = np.full(max(top + 1, 2 * len(places)), _UNKNOWN_ROW, np.int64)
                wider[: len(places)] = places
                places = wider
            handles = np.array(sorted(terms))
            rows = slice(self.count, self.count + len(handles))
            self.table["handle"][rows] = handles
            self.table["agent"][rows] = agent
            places[handles] = np.arange(rows.start, rows.stop)
            self._places[agent] = places
            for row, handle in enumerate(handles.tolist(), self.count):
                self._rows_of.setdefault(handle, []).append(row)
            self.count = rows.stop
            parameters = [terms[handle].parameters for handle in handles.tolist()]
            for name in TERMS:
                self.table[name][rows] = [getattr(one, name) for one in parameters]
            for handle, one in terms.items():
                if len(self._rows_of[handle]) > 1:
                    self.set_terms(handle, one)
                self.targets[handle] = one.target

    def set_terms(self, handle: int, terms: Terms | None) -> None:
        """Confirm a check by these terms from now on; None for a retired one: its results are no longer folded."""
        with self.lock:
            if terms:
                self.targets[handle] = terms.target
            for row in self._rows_of.get(handle, ()):
                self.table["taken"][row] = terms is not None
                if terms:
                    judge_by(self.table, row, terms.parameters)

    def apply(self, arrived: Arrived) -> tuple[Pieces, Ints]:
        """Take results into the table; answer with what they completed, and the rows they came too late for.

        A row for which a result is older than one before it stays as it was: it must be computed anew from the log.
        """
        if not len(arrived.row):
            return Pieces(), np.zeros(0, np.int64)
        with self.lock:
            order = np.argsort(arrived.row, kind="stable")
            row, at, outcome = arrived.row[order], arrived.at[order], arrived.outcome[order]
            begin = _heads(row)
            self._note(row, at, arrived.position[order])
            return self._settle(row[begin], begin, at, outcome)

    def apply_runs(
        self, row: Ints, begin: Ints, at: Ints, outcome: NDArray[Any], position: Ints
    ) -> tuple[Pieces, Ints]:
        """The same for results that stand together by row, in order of time: ``row`` is named once for each run.

        ``begin`` is where each run begins in ``at`` and ``outcome``; ``position`` is that of the last of each run.
        """
        with self.lock:
            newest = at[_ends(begin, len(at))]
            newer = newest >= self.table["seen_at"][row]
            self.table["seen_at"][row[newer]] = newest[newer]
            self.table["seen_position"][row[newer]] = position[newer]
            return self._settle(row, begin, at, outcome)

    def _settle(self, row: Ints, begin: Ints, at: Ints, outcome: NDArray[Any]) -> tuple[Pieces, Ints]:
        """Take a run of results for each row. What repeats the confirmed state changes nothing but the last instant."""
        pieces, too_late = Pieces(), np.zeros(0, np.int64)
        wanted, taken = outcome != ERROR, self.table["taken"][row]
        if not (wanted.all() and taken.all()):
            wanted &= np.repeat(taken, _ends(begin, len(at)) - begin + 1)
            left = np.add.reduceat(wanted, begin, dtype=np.int64)
            row, left, at, outcome = row[left > 0], left[left > 0], at[wanted], outcome[wanted]
            begin = np.cumsum(left) - left
        if not len(row):
            return pieces, too_late
        gap = np.empty_like(at)
        np.subtract(at[1:], at[:-1], out=gap[1:])
        gap[begin] = at[begin] - self.table["last"][row]
        shortest = np.minimum.reduceat(gap, begin)
        steady = self.table["steady"][row]
        calm = (shortest >= 0) & (np.maximum.reduceat(gap, begin) <= self.table["max_gap"][row])
        calm &= (np.minimum.reduceat(outcome, begin) == steady) & (np.maximum.reduceat(outcome, begin) == steady)
        end = _ends(begin, len(at))
        self.table["last"][row[calm]] = at[end[calm]]
        late = shortest < 0
        if late.any():
            too_late = row[late]
            calm |= late
        busy = np.flatnonzero(~calm)
        if len(busy):
            self._feed(row[busy], begin[busy], end[busy], at, outcome, gap, pieces)
        return pieces, too_late

    def _feed(
        self, row: Ints, begin: Ints, end: Ints, at: Ints, outcome: NDArray[Any], gap: Ints, pieces: Pieces
    ) -> None:
        """Feed each row its stretch of samples, the next one of all rows at a time, what only repeats passed over."""
        lengths = end - begin + 1
        first = np.cumsum(lengths) - lengths
        mine = np.arange(int(lengths.sum())) + np.repeat(begin - first, lengths)
        at, outcome, gap = at[mine], outcome[mine], gap[mine]
        begin, end = first, first + lengths - 1
        news = np.empty(len(at), np.bool_)
        news[1:] = outcome[1:] != outcome[:-1]
        news |= gap > np.repeat(self.table["max_gap"][row], lengths)
        news[begin] = (outcome[begin] != self.table["steady"][row]) | (gap[begin] > self.table["max_gap"][row])
        told = np.append(np.flatnonzero(news), len(at))
        now = self._pass_over(row, begin, end, at, told, ~news[begin])
        while (left := now <= end).any():
            if not left.all():
                row, now, end = row[left], now[left], end[left]
            feed(self.table, row, at[now], outcome[now], pieces)
            now = self._pass_over(row, now + 1, end, at, told, self.table["steady"][row] != UNSTEADY)

    def _pass_over(self, row: Ints, now: Ints, end: Ints, at: Ints, told: Ints, steady: NDArray[np.bool_]) -> Ints:
        """The place of each row's next sample, which for a row that is steady is the next one that is news to it."""
        there = np.minimum(told[np.searchsorted(told, now)], end + 1)
        there[~steady] = now[~steady]
        moved = there > now
        self.table["last"][row[moved]] = at[there[moved] - 1]
        return there

    def _note(self, row: Ints, at: Ints, position: Ints) -> None:
        """Remember where the newest result of each row stands, whatever its outcome."""
        tail = np.empty(len(row), np.bool_)
        tail[-1] = True
        np.not_equal(row[1:], row[:-1], out=tail[:-1])
        if ((at[1:] < at[:-1]) & ~tail[:-1]).any():
            # Batches of one cycle in another order than their results: the newest is not the last to arrive.
            order = np.lexsort((at, row))
            at, position = at[order], position[order]
        newer = tail & (at >= self.table["seen_at"][row])
        rows = row[newer]
        self.table["seen_at"][rows] = at[newer]
        self.table["seen_position"][rows] = position[newer]

    def tails(self, handle: int, now: int) -> dict[int, Tail]:
        """By agent number: the open end of a check."""
        with self.lock:
            found = {}
            for row in self._rows_of.get(handle, ()):
                plain = machine(self.table, row)
                found[int(self.table["agent"][row])] = Tail(plain.tail(), plain.until(now), plain.last)
            return found

    def lasts(self, handle: int) -> dict[int, int]:
        """By agent number: log position of the newest result of a check."""
        with self.lock:
            rows = [row for row in self._rows_of.get(handle, ()) if self.table["seen_position"][row]]
            return {self.table["agent"][row].item(): self.table["seen_position"][row].item() for row in rows}

    def stale(self, now: int) -> dict[str, int]:
        """The targets (ids) with a check of which some agent has no sample younger than ``max_gap``.

        With the instant (ms UTC) of the newest sample, of several such checks the earliest; -1 where there is none.
        """
        with self.lock:
            table, count = self.table, self.count
            patience = np.maximum(table["max_gap"][:count], table["reach"][:count])
            old = table["taken"][:count] & (now - table["last"][:count] > patience)
            found: dict[str, int] = {}
            for handle, last in zip(
                table["handle"][:count][old].tolist(), table["last"][:count][old].tolist(), strict=True
            ):
                target = self.targets[handle]
                found[target] = min(last, found.get(target, last))
            return found

    def last_seen(self, handle: int) -> dict[int, int]:
        """By agent number: the instant of the newest result of a check, errors included."""
        with self.lock:
            table = self.table
            return {table["agent"][row].item(): table["seen_at"][row].item() for row in self._rows_of.get(handle, ())}

    def answers(self, handle: int) -> dict[int, tuple[int, bool]]:
        """By agent number: the instant of a check's newest sample, and whether it was good (not failed)."""
        with self.lock:
            found = {}
            for row in self._rows_of.get(handle, ()):
                names = ("agent", "last", "down_bad", "down_run")
                agent, last, bad, run = (self.table[name][row].item() for name in names)
                if last != NONE:
                    found[agent] = (last, bool(run) if bad else not run)
            return found

    def rows(self) -> Iterable[dict[str, Any]]:
        """Every row as plain values, sorted by check and agent: what a rebuild compares."""
        with self.lock:
            names = list(self.table)
            order = np.lexsort((self.table["agent"][: self.count], self.table["handle"][: self.count]))
            lists = [self.table[name][: self.count][order].tolist() for name in names]
        return [dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True)]

    def copy(self) -> "Live":
        """The table as it is now; what is folded from now on does not show in it."""
        with self.lock:
            again = Live(self.path)
            again.position, again.count, again.targets = self.position, self.count, dict(self.targets)
            again.table = {name: column[: self.count].copy() for name, column in self.table.items()}
            again._places = {agent: places.copy() for agent, places in self._places.items()}
            again._rows_of = {handle: list(rows) for handle, rows in self._rows_of.items()}
        return again

    def save(self) -> None:
        """Write the checkpoint: whole, or the old one stays and OSError is raised."""
        with self.lock:
            data = {name: column[: self.count].copy() for name, column in self.table.items()}
            note = json.dumps({"position": self.position, "targets": list(self.targets.items())})
        partial = self.path.with_suffix(".partial")
        whole = io.BytesIO()
        np.savez(whole, note=np.frombuffer(note.encode(), np.uint8), **data)  # type: ignore[arg-type]  # numpy types allow_pickle
        try:
            with partial.open("wb") as file:
                file.write(whole.getbuffer())
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            partial.unlink(missing_ok=True)
            raise
        partial.replace(self.path)

    def load(self, until: int) -> None:
        """Begin with the checkpoint when there is one at or before position ``until``, else empty.

        One that cannot be read is passed over: the log holds everything it held.
        """
        with self.lock:
            self._clear()
            self.position = 0
            self.targets = {}
            try:
                with self.path.open("rb") as file, np.load(file) as found:
                    data = {name: found[name] for name in found.files}
                note = json.loads(data.pop("note").tobytes())
            except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
                return
            if note["position"] > until or set(data) != set(self.table):
                return
            self.position = note["position"]
            self.targets = dict(note["targets"])
            count = len(data["handle"])
            self._grow(count)
            self.count = count
            for name, column in data.items():
                self.table[name][:count] = column
            for agent in np.unique(data["agent"]).tolist():
                mine = np.flatnonzero(data["agent"] == agent)
                places = np.full(int(data["handle"][mine].max()) + 1, _UNKNOWN_ROW, np.int64)
                places[data["handle"][mine]] = mine
                self._places[agent] = places
            for row, handle in enumerate(data["handle"].tolist()):
                self._rows_of.setdefault(handle, []).append(row)

    def _grow(self, count: int) -> None:
        size = len(self.table["handle"])
        if count <= size:
            return
        wider = max(count, 2 * size)
        for name, (kind, start) in {**COLUMNS, **_OWN}.items():
            column: NDArray[Any] = np.full(wider, start, kind)
            column[:size] = self.table[name]
            self.table[name] = column


def _heads(row: Ints) -> Ints:
    """Where each run of equal rows begins."""
    head = np.empty(len(row), np.bool_)
    head[0] = True
    np.not_equal(row[1:], row[:-1], out=head[1:])
    return np.flatnonzero(head)


def _ends(begin: Ints, count: int) -> Ints:
    """The last place of each run."""
    return np.append(begin[1:], count) - 1
