"""The spool: results on the agent's own disk, from before they are sent until long after they are acknowledged.

Results are kept in chunks, one per commit, numbered upwards for ever; ``sent_through`` is the last chunk the collector
has acknowledged. It is written with the next commit, not by one of its own: after a crash a chunk may be sent twice,
which the collector notices, and never not at all.

A row of ``process`` stands for each agent process: whoever dates its results later needs to know which machine boot
their boot clock belongs to, and what that clock's relation to the wall clock was.
"""

import json
import logging
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from agent.clock import Clock
from agent.settings import SpoolSettings
from rules.errors import Unavailable
from rules.result import Outcome, Reading, Result

log = logging.getLogger("nineward.agent.spool")

CHUNK_RESULTS = 2000
"""At most so many results in one chunk: a chunk is what is read and sent as a whole."""

_TRIM_EVERY = 60_000
_MOST_ASIDE = 1000
_RESERVE_BYTES = 512 * 1024
_FORMAT = 1

_SCHEMA = """
CREATE TABLE process (
    id INTEGER PRIMARY KEY, boot TEXT NOT NULL UNIQUE, machine_boot TEXT NOT NULL, version TEXT NOT NULL,
    wall_base INTEGER NOT NULL, last_alive INTEGER NOT NULL, stop TEXT NOT NULL);
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY AUTOINCREMENT, process INTEGER NOT NULL, first_seq INTEGER NOT NULL,
    results INTEGER NOT NULL, mono INTEGER NOT NULL, wall INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE aside (
    id INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, seq INTEGER NOT NULL, status INTEGER NOT NULL,
    reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE number (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Process:
    """One run of the agent: its random ``boot``, the machine's boot id, the version of the program."""

    boot: str
    machine_boot: str
    version: str


@dataclass(frozen=True, slots=True)
class Previous:
    """How the run before ended: ``stop``, ``upgrade``, ``shutdown`` or ``unknown``, and the last instant of its boot
    clock (ms) at which it is known to have run; 0 when there was none."""

    stop: str = "unknown"
    last_alive: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """Results to be sent together: of one process, in order of their sequence numbers, without a gap.

    ``mono_lost`` says that the boot clock of ``at`` is gone with its machine boot; ``wall_base`` then dates them.
    """

    boot: str
    first_seq: int
    results: Sequence[Result]
    mono_lost: bool
    wall_base: int
    after_chunk: int
    last_chunk: int


class Spool:
    """The file and its bounds. Every method may be called from any thread."""

    def __init__(self, path: Path, process: Process, settings: SpoolSettings, clock: Clock) -> None:
        """Open or make the file, and begin this process's row. A file that is broken is put aside, and said.

        Raises Unavailable when the disk does not let it be opened.
        """
        self._path = path
        self._process = process
        self._settings = settings
        self._clock = clock
        self._reserve = path.with_name(f"{path.name}.reserve")
        self._lock = RLock()
        self._next_seq = 1
        self._trimmed = 0
        try:
            self._db = self._open()
        except sqlite3.OperationalError as trouble:
            raise Unavailable(f"{path} cannot be opened: {trouble}.") from trouble
        except sqlite3.DatabaseError as trouble:
            broken = path.with_name(f"{path.name}.broken-{clock.wall()}")
            log.error("spool=%s is broken (%s); kept as %s, begun anew", path, trouble, broken.name)
            path.replace(broken)
            for ending in ("-wal", "-shm"):
                path.with_name(path.name + ending).unlink(missing_ok=True)
            self._db = self._open()
        self._keep_reserve()

    def _open(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        db = sqlite3.connect(
            self._path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=16
        )
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA cache_size = -256")
        db.execute("PRAGMA wal_autocheckpoint = 64")
        if db.execute("PRAGMA user_version").fetchone()[0] != _FORMAT:
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_FORMAT}; COMMIT;")
        self._sent_through = self._number(db, "sent_through")
        self._dropped = self._number(db, "dropped")
        held: tuple[int, int] = db.execute(
            "SELECT coalesce(sum(length(body)), 0), coalesce(sum(iif(id > ?, results, 0)), 0) FROM chunk",
            (self._sent_through,),
        ).fetchone()
        self._bytes, self._unsent = held
        self.previous = self._begin(db)
        return db

    def _begin(self, db: sqlite3.Connection) -> Previous:
        last = db.execute("SELECT stop, version, last_alive FROM process ORDER BY id DESC LIMIT 1").fetchone()
        previous = Previous()
        if last is not None:
            stop, version, last_alive = last
            replaced = stop == "stop" and version != self._process.version
            previous = Previous("upgrade" if replaced else stop, last_alive)
        mono = self._clock.mono()
        db.execute("BEGIN IMMEDIATE")
        db.execute("DELETE FROM process WHERE id NOT IN (SELECT process FROM chunk)")
        self._id = db.execute(
            "INSERT INTO process (boot, machine_boot, version, wall_base, last_alive, stop)"
            " VALUES (?, ?, ?, ?, ?, 'unknown')",
            (
                self._process.boot,
                self._process.machine_boot,
                self._process.version,
                self._clock.wall() - mono,
                mono,
            ),
        ).lastrowid
        db.execute("COMMIT")
        return previous

    @property
    def unsent(self) -> int:
        """Results kept and not yet acknowledged."""
        return self._unsent

    @property
    def dropped(self) -> int:
        """Results dropped since the last ``told_dropped``."""
        return self._dropped

    def commit(self, results: Iterable[Result], lost: int = 0) -> None:
        """Give the results their sequence numbers and put them on disk, all or none. ``lost`` more are counted as
        dropped.

        Raises Unavailable when the disk does not take them (it is full): nothing of them is kept then.
        """
        ordered = sorted(results, key=lambda result: (result.handle, result.at))
        mono, wall = self._clock.mono(), self._clock.wall()
        with self._lock:
            seq, size = self._next_seq, 0
            rows = []
            for start in range(0, len(ordered), CHUNK_RESULTS):
                group = ordered[start : start + CHUNK_RESULTS]
                body = _pack(group)
                rows.append((self._id, seq, len(group), mono, wall, body))
                seq += len(group)
                size += len(body)
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(
                    "INSERT INTO chunk (process, first_seq, results, mono, wall, body) VALUES (?,?,?,?,?,?)", rows
                )
                self._stamp(mono, wall, "unknown")
                self._note("dropped", self._dropped + lost)
                self._note("sent_through", self._sent_through)
                self._db.execute("COMMIT")
            except sqlite3.Error as trouble:
                self._roll_back()
                self._make_room()
                raise Unavailable(f"{self._path} takes no more results: {trouble}.") from trouble
            self._next_seq = seq
            self._bytes += size
            self._unsent += len(ordered)
            self._dropped += lost
            if self._bytes > self._settings.max_bytes or mono - self._trimmed >= _TRIM_EVERY:
                self._trimmed = mono
                self._keep_reserve()
                self._trim(mono, wall)

    def stamp(self) -> None:
        """Note that the agent is alive; ``commit`` does it by the way."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._stamp(self._clock.mono(), self._clock.wall(), "unknown")
                self._note("sent_through", self._sent_through)
                self._db.execute("COMMIT")
            except sqlite3.Error as trouble:
                self._roll_back()
                log.warning("spool=%s could not be stamped: %s", self._path, trouble)

    def load(self, most: int) -> Load | None:
        """The oldest results not yet acknowledged, whole chunks, about ``most`` of them; None when there are none."""
        with self._lock:
            rows = self._db.execute(
                "SELECT chunk.id, process, first_seq, results, boot, machine_boot, wall_base FROM chunk"
                " JOIN process ON process.id = chunk.process WHERE chunk.id > ? ORDER BY chunk.id LIMIT 256",
                (self._sent_through,),
            ).fetchall()
            if not rows:
                return None
            _, process, first_seq, _, boot, machine_boot, wall_base = rows[0]
            chosen: list[int] = []
            seq = first_seq
            for chunk, of, first, count, *_ in rows:
                if of != process or first != seq or (chosen and seq + count - first_seq > most):
                    break
                chosen.append(chunk)
                seq += count
            results: list[Result] = []
            for chunk in chosen:
                (body,) = self._db.execute("SELECT body FROM chunk WHERE id = ?", (chunk,)).fetchone()
                results += _unpack(body)
            after = self._sent_through
        lost = machine_boot != self._process.machine_boot
        return Load(boot, first_seq, results, lost, wall_base, after, chosen[-1])

    def settle(self, load: Load) -> None:
        """The collector has all of it, or has refused it for good: it need not be sent again."""
        with self._lock:
            # Rewound while it was on its way: what is before it must go first, and it goes with that once more.
            rewound = self._sent_through < load.after_chunk
            if rewound or load.last_chunk <= self._sent_through:
                return
            (settled,) = self._db.execute(
                "SELECT coalesce(sum(results), 0) FROM chunk WHERE id > ? AND id <= ?",
                (self._sent_through, load.last_chunk),
            ).fetchone()
            self._unsent -= settled
            self._sent_through = load.last_chunk

    def set_aside(self, boot: str, seq: int, result: Result, status: int, reason: str) -> None:
        """Keep a result that the collector refuses for good, with its words, for a person to see. The last 1000 are
        kept. Raises Unavailable when the disk does not take it."""
        with self._lock:
            try:
                self._db.execute(
                    "INSERT INTO aside (boot, seq, status, reason, body) VALUES (?,?,?,?,?)",
                    (boot, seq, status, reason[:500], json.dumps(_row(result))),
                )
                self._db.execute("DELETE FROM aside WHERE id <= (SELECT max(id) FROM aside) - ?", (_MOST_ASIDE,))
            except sqlite3.Error as trouble:
                raise Unavailable(f"{self._path} takes nothing more: {trouble}.") from trouble

    def told_dropped(self, count: int) -> None:
        """The collector knows of so many dropped results."""
        with self._lock:
            self._dropped -= count

    def rewind(self, boot: str, seq: int) -> int:
        """The collector was restored and has nothing of ``boot`` after ``seq``: send that again. Answers how many
        results that makes, as far as they are still kept."""
        with self._lock:
            (first,) = self._db.execute(
                "SELECT min(chunk.id) FROM chunk JOIN process ON process.id = chunk.process"
                " WHERE boot = ? AND first_seq + results - 1 > ?",
                (boot, seq),
            ).fetchone()
            if first is None or first > self._sent_through:
                return 0
            (again,) = self._db.execute(
                "SELECT sum(results) FROM chunk WHERE id >= ? AND id <= ?", (first, self._sent_through)
            ).fetchone()
            self._sent_through = first - 1
            self._unsent += again
            self.stamp()
            return int(again)

    def oldest_s(self) -> float:
        """Age in seconds of the oldest result not yet acknowledged, by the wall clock; 0 without one."""
        with self._lock:
            row = self._db.execute("SELECT wall FROM chunk WHERE id > ? LIMIT 1", (self._sent_through,)).fetchone()
        return 0.0 if row is None else max(0.0, (self._clock.wall() - row[0]) / 1000)

    def close(self, stop: str) -> None:
        """Note why this process ends (``stop``, ``shutdown``) and close the file."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._stamp(self._clock.mono(), self._clock.wall(), stop)
                self._note("sent_through", self._sent_through)
                self._note("dropped", self._dropped)
                self._db.execute("COMMIT")
            except sqlite3.Error as trouble:
                self._roll_back()
                log.warning("spool=%s could not be told why the agent stops: %s", self._path, trouble)
            self._db.close()

    def _stamp(self, mono: int, wall: int, stop: str) -> None:
        self._db.execute(
            "UPDATE process SET last_alive = ?, wall_base = ?, stop = ? WHERE id = ?",
            (mono, wall - mono, stop, self._id),
        )

    def _note(self, name: str, value: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO number (name, value) VALUES (?, ?)", (name, value))

    @staticmethod
    def _number(db: sqlite3.Connection, name: str) -> int:
        row = db.execute("SELECT value FROM number WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def _trim(self, mono: int, wall: int) -> None:
        """Drop what is too old or too much, oldest first; what was not yet acknowledged is counted.

        The age of this machine boot's results is taken from the boot clock: a wall clock that is set right by forty
        years must not drop what was measured a minute ago.
        """
        oldest = self._db.execute(
            "SELECT chunk.id, results, length(body), mono, wall, machine_boot FROM chunk"
            " JOIN process ON process.id = chunk.process ORDER BY chunk.id"
        )
        doomed, unsent, size = 0, 0, 0
        for chunk, results, length, then_mono, then_wall, machine_boot in oldest:
            age = mono - then_mono if machine_boot == self._process.machine_boot else wall - then_wall
            if age <= self._settings.max_age and self._bytes - size <= self._settings.max_bytes:
                break
            doomed, size = chunk, size + length
            if chunk > self._sent_through:
                unsent += results
        oldest.close()
        if doomed:
            self._drop(doomed, unsent, size)

    def _drop(self, through: int, unsent: int, size: int) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.execute("DELETE FROM chunk WHERE id <= ?", (through,))
            self._note("dropped", self._dropped + unsent)
            self._note("sent_through", self._sent_through)
            self._db.execute("COMMIT")
        except sqlite3.Error as trouble:
            self._roll_back()
            log.warning("spool=%s could not be trimmed: %s", self._path, trouble)
            return
        self._dropped += unsent
        self._unsent -= unsent
        self._bytes -= size
        if unsent:
            log.warning(
                "spool=%s dropped=%d results that were never acknowledged: too old or too many", self._path, unsent
            )

    def _make_room(self) -> None:
        """The disk is full: give up what is acknowledged already, so that its pages can hold what is not.

        That itself needs room: for moving the write-ahead log into the file, and for the note of what is gone.
        """
        self._reserve.unlink(missing_ok=True)
        with suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        size = self._db.execute(
            "SELECT coalesce(sum(length(body)), 0) FROM chunk WHERE id <= ?", (self._sent_through,)
        ).fetchone()[0]
        if size:
            self._drop(self._sent_through, 0, size)
        self._keep_reserve()

    def _keep_reserve(self) -> None:
        """Hold a little of the disk back for ``_make_room``, as long as there is enough."""
        if not self._reserve.exists():
            try:
                self._reserve.write_bytes(bytes(_RESERVE_BYTES))
            except OSError:
                self._reserve.unlink(missing_ok=True)

    def _roll_back(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")


def _row(result: Result) -> list[Any]:
    reading = result.reading
    return [
        result.handle,
        result.interval,
        result.slot,
        result.at,
        reading.outcome.value,
        dict(reading.values),
        reading.text,
    ]


def _pack(results: Sequence[Result]) -> bytes:
    text = json.dumps([_row(result) for result in results], separators=(",", ":"), ensure_ascii=False)
    return zlib.compress(text.encode("utf-8", "replace"), 1)


def _unpack(body: bytes) -> list[Result]:
    return [
        Result(handle, interval, slot, at, Reading(Outcome(outcome), values, text))
        for handle, interval, slot, at, outcome, values, text in json.loads(zlib.decompress(body))
    ]
