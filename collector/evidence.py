"""Evidence out of what agents report: running times in results, and machine boots in the headers of batches.

Kept for each row of the live table is only the last reading; a new one is held against it, all of a batch at once. What
is found depends on the set of results alone: what comes late is derived anew from the log.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.confirm import ERROR, FAILED, NONE, Flags
from collector.decode import Batch, Column, Ints, read_column
from collector.late import dated
from collector.live import Live
from collector.results import Readable, results
from collector.store import agents
from collector.store import evidence as table
from collector.store.evidence import TRAP_KINDS, Machine, Told
from rules.evidence import LOOK_BACK, REBOOTS, Evidence, Kind, look_back
from rules.uptime import (
    BOOTS,
    CHANGED,
    HOST_UPTIME,
    METRICS,
    RESTARTED,
    UPTIME,
    UPTIME_ROUND,
    Reading,
    between,
    learnt,
    reading,
)
from rules.wire import Header

_MARKS = tuple(RESTARTED)
_MOST = float(1 << 43)
"""A value of more seconds is nonsense, and would not fit as milliseconds."""
_STEPS = (1, 16, 256)
"""How far to look back for the reading before a late one, in multiples of LOOK_BACK; then everything is read."""
_STOPS = {"shutdown": Kind.SHUTDOWN, "unknown": Kind.BOOT}


@dataclass(frozen=True, slots=True)
class Readings:
    """Results that tell of running times: row of the live table, instant (ms UTC), outcome code, and by the metric's
    name its value in milliseconds (numbers as they are), -1 where there is none. What never occurs is absent.
    """

    row: Ints
    at: Ints
    outcome: NDArray[Any]
    values: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.row)


def read(row: Ints, at: Ints, outcome: NDArray[Any], metrics: Mapping[str, tuple[Ints, Column]]) -> Iterator[Readings]:
    """The readings among some results, in columns. Negative rows are passed over.

    ``metrics`` gives, for those in METRICS that occur, their places in the columns, and their values.
    """
    if metrics:
        places = np.unique(np.concatenate([there for there, _ in metrics.values()]))
        values = {}
        for name, (there, found) in metrics.items():
            values[name] = np.full(len(places), NONE)
            values[name][np.searchsorted(places, there)] = _scaled(name, found)
        yield from _known(row[places], at[places], outcome[places], values)


def read_batch(row: Ints, at: Ints, outcome: NDArray[Any], batch: Batch) -> Iterator[Readings]:
    """The same for a batch, whose results these are."""
    for shape in batch.shapes:
        names = [name for name in METRICS if name in shape.columns]
        if names:
            columns = {name: read_column(batch.body, shape.columns[name], len(shape.rows))[0] for name in names}
            values = {name: _scaled(name, column) for name, column in columns.items()}
            whole = len(shape.rows) == len(row)
            picked = (row, at, outcome) if whole else (row[shape.rows], at[shape.rows], outcome[shape.rows])
            yield from _known(*picked, values)


def _known(row: Ints, at: Ints, outcome: NDArray[Any], values: dict[str, Ints]) -> Iterator[Readings]:
    known = row >= 0
    if known.all():
        yield Readings(row, at, outcome, values)
    elif known.any():
        yield Readings(row[known], at[known], outcome[known], {name: found[known] for name, found in values.items()})


def _scaled(name: str, found: Column) -> Ints:
    """Seconds as milliseconds, numbers as they are; what makes no sense is none."""
    sane = (found >= 0) & (found < _MOST)
    scaled = np.rint(np.where(sane, found, 0) * (1 if name == BOOTS else 1000)).astype(np.int64)
    return scaled if sane.all() else np.where(sane, scaled, NONE)


class Witness:
    """Belongs to the fold, and to its thread. ``restore`` it before use."""

    def __init__(self, log: Readable, live: Live) -> None:
        self._log = log
        self._live = live
        self._machines: dict[int, Machine] = {}
        self._latest: dict[str, int] = {}
        self._newest = NONE
        self._unsettled: dict[str, tuple[int, int]] = {}
        self._late: set[int] = set()

    def restore(self, tx: sqlite3.Connection) -> None:
        """Begin with what the state holds."""
        self._machines = table.machines(tx)
        self._latest = table.latest_restarts(tx)
        self._newest = max(self._latest.values(), default=NONE)
        self._unsettled = {}
        self._late = set()

    def advance(self, readings: Readings, late: Ints) -> None:
        """Take readings whose evidence is known: the live table is made anew from a checkpoint."""
        self._pairs(readings, late)

    def hear(self, tx: sqlite3.Connection, readings: Readings, late: Ints, earliest: dict[str, int]) -> None:
        """Take readings. Rows that are ``late`` wait for :meth:`again`."""
        if len(late):
            self._late |= set(readings.row[np.isin(readings.row, late)].tolist())
        self._keep(tx, self._pairs(readings, late), earliest)

    def boots(
        self, tx: sqlite3.Connection, headers: Iterable[tuple[int, int, Header]], earliest: dict[str, int]
    ) -> None:
        """Take agent number, receipt (ms UTC) and header of batches in the order of the log."""
        changed = set()
        for agent, received, header in headers:
            if not header.machine_boot:
                continue
            sent = round(received - header.rtt / 2)
            before = self._machines.get(agent)
            changed.add(agent)
            if before is not None and before.boot == header.machine_boot:
                self._machines[agent] = replace(before, heard=max(before.heard, sent))
                continue
            began = round(received - header.rtt / 2 - header.sent_mono)
            self._machines[agent] = Machine(header.machine_boot, began, sent)
            if before is not None:
                self._keep(tx, _booted(tx, agent, before, self._machines[agent], header), earliest)
        for agent in sorted(changed):
            table.set_machine(tx, agent, self._machines[agent])

    def arrived(self, row: Ints, at: Ints) -> None:
        """Note results of which some may be the last good look before a restart that is known already."""
        if not len(at) or int(at.min()) >= self._newest:
            return
        old = np.flatnonzero(at < self._newest)
        order = np.lexsort((at[old], row[old]))
        rows, first = np.unique(row[old][order], return_index=True)
        for handle, instant in zip(
            self._live.table["handle"][rows].tolist(), at[old][order][first].tolist(), strict=True
        ):
            target = self._live.targets[handle]
            latest = self._latest.get(target, NONE)
            if instant < latest:
                self._unsettle(target, instant, latest)

    def again(self, tx: sqlite3.Connection, since: Mapping[int, int], until: int, earliest: dict[str, int]) -> None:
        """Derive anew what rows tell, from each one's oldest late result on, by the log up to position ``until``."""
        columns = self._live.table
        late, self._late = self._late, set()
        for row, at in since.items():
            if columns["up_at"][row] == NONE and row not in late:
                continue
            handle, agent = int(columns["handle"][row]), int(columns["agent"][row])
            found = self._readings(handle, agent, at, until)
            gone = table.forget(tx, handle, agent, at)
            target = self._live.targets[handle]
            for one in gone:
                earliest[target] = min(one.began, earliest.get(target, one.began))
            if found:
                self._keep(tx, [self._row(row, one) for one in learnt(found)], earliest)
                self._put(row, found[-1])

    def settle(self, tx: sqlite3.Connection, until: int, earliest: dict[str, int]) -> None:
        """Find for restarts that are new, or may be seen otherwise now, the last good look before each."""
        waiting, self._unsettled = self._unsettled, {}
        if not waiting:
            return
        handles: dict[str, list[int]] = {target: [] for target in waiting}
        for handle, target in self._live.targets.items():
            if target in handles:
                handles[target].append(handle)
        for target, (first, last) in waiting.items():
            own = sorted(handles[target])
            for one in table.restarts(tx, target, first, last):
                seen = self._last_good(own, one.at, until)
                if seen != one.seen:
                    table.add(tx, [replace(one, seen=seen)])
                    low = min(one.began, *(at for at in (seen, one.seen) if at != NONE))
                    earliest[target] = min(low, earliest.get(target, low))

    def _pairs(self, readings: Readings, late: Ints) -> list[Told]:
        """Hold each reading against the one of its row before it, and keep the last ones; what that tells."""
        columns = self._live.table
        row, at, told = readings.row, readings.at, dict(readings.values)
        wanted = (readings.outcome != ERROR) & columns["taken"][row]
        if len(late):
            wanted &= ~np.isin(row, late)
        if not wanted.all():
            row, at, told = row[wanted], at[wanted], {name: values[wanted] for name, values in told.items()}
        if not len(row):
            return []
        if (row[1:] <= row[:-1]).any():
            order = np.lexsort((at, row))
            row, at, told = row[order], at[order], {name: values[order] for name, values in told.items()}
        none = np.full(len(row), NONE)
        now = {"up_at": at, "up_ms": told.get(UPTIME, none), "host_ms": told.get(HOST_UPTIME, none)}
        now["boots"] = told.get(BOOTS, none)
        head = np.append(True, row[1:] != row[:-1])
        before = {name: _before(columns[name], row, head, values) for name, values in now.items()}
        elapsed = at - before["up_at"]
        odd = (before["up_ms"] != NONE) & (now["up_ms"] != NONE)
        odd &= ~_goes_on(before["up_ms"], now["up_ms"], elapsed)
        if BOOTS in told:
            odd |= (before["boots"] != NONE) & (now["boots"] != NONE) & (before["boots"] != now["boots"])
        for name in _MARKS:
            if name in told:
                odd |= told[name] != NONE
        if CHANGED in told:
            odd |= (told[CHANGED] != NONE) & (told[CHANGED] < elapsed)
        odd &= (before["up_at"] != NONE) & (elapsed > 0)
        found = []
        for place in np.flatnonzero(odd).tolist():
            earlier = {name: int(values[place]) for name, values in before.items()}
            later = {name: int(values[place]) for name, values in {**now, **told}.items()}
            found += [self._row(int(row[place]), one) for one in between(_reading(earlier), _reading(later))]
        tail = np.append(head[1:], True)
        rows = row if tail.all() else row[tail]
        for name, values in now.items():
            columns[name][rows] = values if rows is row else values[tail]
        return found

    def _row(self, row: int, one: Evidence) -> Told:
        handle, agent = int(self._live.table["handle"][row]), int(self._live.table["agent"][row])
        return _told(self._live.targets[handle], handle, agent, one)

    def _keep(self, tx: sqlite3.Connection, found: Sequence[Told], earliest: dict[str, int]) -> None:
        table.add(tx, found)
        for one in found:
            earliest[one.target] = min(one.began, earliest.get(one.target, one.began))
            if one.kind in REBOOTS:
                self._latest[one.target] = max(one.at, self._latest.get(one.target, one.at))
                self._newest = max(self._newest, one.at)
                self._unsettle(one.target, one.at, one.at)

    def _unsettle(self, target: str, first: int, last: int) -> None:
        low, high = self._unsettled.get(target, (first, last))
        self._unsettled[target] = min(low, first), max(high, last)

    def _last_good(self, handles: Sequence[int], at: int, until: int) -> int:
        """The last good look at any of these checks before an instant, as far back as that matters; -1 for none."""
        columns = self._live.table
        rows = np.flatnonzero(np.isin(columns["handle"][: self._live.count], handles))
        reach = look_back(columns["max_gap"][rows].tolist())
        latest = NONE
        for agent in np.unique(columns["agent"][rows]).tolist():
            mine = columns["handle"][rows][columns["agent"][rows] == agent].tolist()
            for one in results(self._log, agent, mine, at - reach, at):
                instants, outcome = dated(one.at, one.outcome, 0, one.trusted, one.received)
                good = (outcome != ERROR) & (outcome != FAILED) & (one.position <= until)
                good &= (instants >= at - reach) & (instants < at)
                latest = max(latest, int(instants[good].max(initial=NONE)))
        return latest

    def _readings(self, handle: int, agent: int, since: int, until: int) -> list[Reading]:
        """The readings of a check by an agent by the log, from the last one before ``since`` on."""
        for step in (*_STEPS, None):
            start = 0 if step is None else max(0, since - step * LOOK_BACK)
            found = []
            for one in results(self._log, agent, [handle], start, 1 << 62):
                instants, outcome = dated(one.at, one.outcome, 0, one.trusted, one.received)
                keep = (outcome != ERROR) & (instants >= start) & (one.position <= until)
                if keep.any():
                    said = one.said.values()
                    told = (
                        reading(int(instants[place]), _sane(said[place])) for place in np.flatnonzero(keep).tolist()
                    )
                    found += [one for one in told if one is not None]
            found.sort(key=lambda one: one.at)
            before = [place for place, one in enumerate(found) if one.at < since]
            if before:
                return found[before[-1] :]
        return found

    def _put(self, row: int, last: Reading) -> None:
        columns = self._live.table
        columns["up_at"][row] = last.at
        for name, value in (("up_ms", last.uptime), ("host_ms", last.host), ("boots", last.boots)):
            columns[name][row] = NONE if value is None else value


def _before(column: Ints, row: Ints, head: Flags, values: Ints) -> Ints:
    """What stood before each reading: the one of its row before it, or what the table holds of the row."""
    if head.all():
        return column[row]
    before = np.append(values[:1], values[:-1])
    before[head] = column[row[head]]
    return before


def _goes_on(before: Ints, after: Ints, elapsed: Ints) -> Flags:
    """Whether counts of sysUpTime (ms) surely went on for so long; where not, ``between`` looks closely."""
    expected = (before // 10 + elapsed // 10) % UPTIME_ROUND
    off = (after // 10 - expected) % UPTIME_ROUND
    near: Flags = np.minimum(off, UPTIME_ROUND - off) < np.maximum(490, elapsed // 1010)
    return near


def _reading(values: Mapping[str, int]) -> Reading:
    told = next((name for name in RESTARTED if values.get(name, NONE) != NONE), None)
    return Reading(
        values["up_at"],
        uptime=_or_none(values["up_ms"]),
        host=_or_none(values["host_ms"]),
        boots=_or_none(values["boots"]),
        restarted=RESTARTED[told] if told else None,
        ago=values[told] if told else 0,
        changed=_or_none(values.get(CHANGED, NONE)),
    )


def _or_none(value: int) -> int | None:
    return None if value == NONE else value


def _sane(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if name in METRICS and 0 <= value < _MOST}


def _told(target: str, handle: int, agent: int, one: Evidence) -> Told:
    since = one.at if one.since is None else one.since
    until = one.at if one.until is None else one.until
    return Told(target, one.at, one.kind.value, handle, agent, since, until, one.told_by)


def _booted(tx: sqlite3.Connection, number: int, before: Machine, now: Machine, header: Header) -> list[Told]:
    """The machine of an agent began anew. It was off from its last sign of life on, unless somebody stopped the agent
    before: then it may have run on."""
    agent = agents.by_number(tx, number)
    if agent is None or not agent.target:
        return []
    alive = max(before.heard, before.began + header.last_alive if header.last_alive else 0)
    if alive >= now.began:
        alive = min(before.heard, now.began - 1)
    kind = _STOPS.get(header.previous_stop, Kind.REBOOT)
    return [Told(agent.target, now.began, kind.value, 0, number, alive, now.heard, "boot_id")]


def told_by_trap(said: Mapping[str, Any], earliest: dict[str, int]) -> None:
    """Note the targets of a log entry of traps whose edges these may date."""
    for one in said["traps"]:
        if one["target"] and one["oid"] in TRAP_KINDS:
            first = one["at"] - LOOK_BACK
            earliest[one["target"]] = min(first, earliest.get(one["target"], first))
