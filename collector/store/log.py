"""The log: what agents reported and what people decided, appended and never changed, one file per UTC day.

Every entry has a position that grows for ever across the files, and a hash that covers the entry before it, so that
the whole is a chain. A day that is over leaves WAL mode, and its first and last hash go to the manifest, which stays
when the day's file is deleted. Nothing here knows what a batch means.
"""

import contextlib
import json
import os
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zstandard

from collector.store.entry import BEGINNING, KINDS, Draft, Entry, chained
from collector.store.packed import Pack
from collector.store.packing import entries_in, unpack
from rules.errors import Broken, Unavailable

MANIFEST = "manifest.jsonl"

LEVEL = 1
"""zstd level of bodies as they come in: packing has the time to do better."""

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS entry (
        position INTEGER PRIMARY KEY, kind INTEGER NOT NULL, at INTEGER NOT NULL,
        agent INTEGER NOT NULL, boot TEXT NOT NULL, first_seq INTEGER NOT NULL, results INTEGER NOT NULL,
        t_min INTEGER NOT NULL, span INTEGER NOT NULL, dating INTEGER NOT NULL,
        body BLOB NOT NULL, hash BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS entry_of_agent ON entry (agent, t_min, span) WHERE agent > 0",
    """CREATE TABLE IF NOT EXISTS pack (
        last INTEGER PRIMARY KEY, first INTEGER NOT NULL, t_min INTEGER NOT NULL, t_max INTEGER NOT NULL,
        agents TEXT NOT NULL, body BLOB NOT NULL)""",
)

_INSERT = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_OF_AGENT = (
    "SELECT position FROM entry WHERE agent = ? AND agent > 0 AND t_min < ? AND t_min + span >= ?"
    f" AND kind = {KINDS.index('batch')}"
)
_OF_PROCESS = (
    "SELECT position FROM entry WHERE agent = ? AND agent > 0 AND boot = ?"
    " AND first_seq <= ? AND first_seq + results > ?"
)
_ONE = "SELECT * FROM entry WHERE position = ?"
_SOME = "SELECT * FROM entry WHERE position > ? AND position <= ? ORDER BY position"
_ENDS = (
    "SELECT MIN(first), MAX(last) FROM (SELECT MIN(position) AS first, MAX(position) AS last FROM entry"
    " UNION ALL SELECT MIN(first), MAX(last) FROM pack)"
)
_PACK_ENDS = "SELECT last, first FROM pack WHERE last > ? AND first <= ? ORDER BY first"
_PACKS_OF_TIME = "SELECT last, agents FROM pack WHERE t_min < ? AND t_max >= ? ORDER BY last"
_PACK = "SELECT body FROM pack WHERE last = ?"
_OLDEST = "SELECT MIN(t_min) FROM (SELECT t_min FROM entry WHERE agent > 0 UNION ALL SELECT t_min FROM pack)"
_FULL = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_PAGE = 8192
_WAL_LIMIT = 8 << 20
_DATING_SLACK = 60_000
_BUSY_S = 30.0


class Log:
    """The stream of entries below one folder. One writer (the intake); any number of readers in any thread."""

    def __init__(self, folder: Path) -> None:
        """Open the log, made if it is not there; settle the days that are over. Raises Broken when a file is no log."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._compressor = zstandard.ZstdCompressor(level=LEVEL)
        self._lock = threading.Lock()
        self._files = sorted(folder.glob("????-??-??.db"))
        self._firsts: dict[Path, int] = {}
        self._oldest: dict[str, int] = {line["day"]: line.get("oldest", 0) for line in self.manifest()}
        self._writer: sqlite3.Connection | None = None
        self._head = (0, BEGINNING)
        if self._files:
            self._writer = self._open(self._files[-1])
            self._head = self._newest()
            self._settle()

    def append(self, drafts: Sequence[Draft]) -> int:
        """Append all drafts, or none, and return the position of the last.

        They are on disk (fsync) when this returns. Raises Unavailable when the disk is full or does not answer.
        """
        with self._lock:
            position, before = self._head
            rows = []
            for draft in drafts:
                position += 1
                before = chained(before, position, draft)
                rows.append(self._row(draft, position, before))
            if not rows:
                return position
            try:
                writer = self._day(drafts[-1].at)
                writer.execute("BEGIN IMMEDIATE")
                try:
                    writer.executemany(_INSERT, rows)
                    writer.execute("COMMIT")
                except BaseException:
                    if writer.in_transaction:
                        writer.execute("ROLLBACK")
                    raise
            except (sqlite3.OperationalError, OSError) as trouble:
                if isinstance(trouble, sqlite3.OperationalError) and trouble.sqlite_errorcode & 0xFF not in _FULL:
                    raise
                raise Unavailable(f"The log cannot be written: {trouble}. Free some disk space.") from trouble
            self._head = (position, before)
            return position

    def head(self) -> tuple[int, bytes]:
        """Position and hash of the newest entry; (0, BEGINNING) for an empty log."""
        return self._head

    def read(self, after: int, until: int | None = None) -> Iterator[Entry]:
        """Entries with after < position <= until, in order; ``until`` None means to the end as it is now."""
        last = self._head[0] if until is None else until
        for file in self._from(after):
            if after >= last:
                return
            with self._reading(file) as reader:
                for entry in entries_of(reader, after, last):
                    after = entry.position
                    yield entry

    def pieces(self, after: int, until: int | None = None) -> Iterator[Pack | Entry]:
        """As :meth:`read`, but the packs that lie wholly between the two are not unpacked."""
        last = self._head[0] if until is None else until
        for file in self._from(after):
            if after >= last:
                return
            with self._reading(file) as reader:
                for pack_end, pack_begin in reader.execute(_PACK_ENDS, (after, last)).fetchall():
                    if pack_begin > after and pack_end <= last:
                        yield _pack(reader, pack_end)
                    else:
                        yield from entries_of(reader, after, min(pack_end, last))
                    after = min(pack_end, last)
                for entry in entries_of(reader, after, last):
                    after = entry.position
                    yield entry

    def read_batches(self, agent: int, start: int, end: int) -> Iterator[Entry]:
        """The batches of one agent (by number) that hold results dated in [start, end), by position."""
        for piece in self.pieces_of((agent,), start, end):
            if isinstance(piece, Entry):
                yield piece
                continue
            for entry in entries_in(piece):
                if entry.kind == "batch" and entry.agent == agent and entry.t_min < end and entry.t_max >= start:
                    yield entry

    def pieces_of(self, agents: Collection[int], start: int, end: int) -> Iterator[Pack | Entry]:
        """The same of some agents, with the packs that may hold such batches instead of the batches in them."""
        files = list(self._files)
        for file in files:
            # A result is never dated after its receipt, so a file older than the first day asked for holds none.
            if file.stem < _day(start - _DATING_SLACK) or self._oldest.get(file.stem, start) >= end:
                continue
            with self._reading(file) as reader:
                found = [
                    position
                    for agent in agents
                    for (position,) in reader.execute(_OF_AGENT, (agent, end, start)).fetchall()
                ]
                # A packed day is packed whole, so its packs come before whatever stands loose.
                for last, senders in reader.execute(_PACKS_OF_TIME, (end, start)).fetchall():
                    if not set(agents).isdisjoint(json.loads(senders)):
                        yield _pack(reader, last)
                for position in sorted(found):
                    yield self._one(reader, position)

    def read_sequence(self, agent: int, boot: str, first: int, last: int) -> Iterator[Entry]:
        """The batches of one agent process that hold sequence numbers in [first, last], newest file first."""
        for file in reversed(self._files):
            with self._reading(file) as reader:
                found = reader.execute(_OF_PROCESS, (agent, boot, last, first)).fetchall()
                for (position,) in sorted(found):
                    yield self._one(reader, position)
                for pack, agents in reader.execute(_PACKS_OF_TIME, (1 << 62, 0)).fetchall():
                    if agent not in json.loads(agents):
                        continue
                    for entry in entries_in(_pack(reader, pack)):
                        mine = entry.kind == "batch" and entry.agent == agent and entry.boot == boot
                        if mine and entry.first_seq <= last and entry.last_seq >= first:
                            yield entry

    def entry(self, position: int) -> Entry | None:
        """The entry at one position; None where there is none, or retention has deleted its day."""
        return next(self.read(position - 1, position), None) if position > 0 else None

    def proof(self, position: int) -> tuple[int, int, bytes] | None:
        """First and last position and hash of what is sealed together with an entry: itself, or the pack it lies in.

        None where there is no such entry, or retention has deleted its day.
        """
        for file in self._from(position - 1)[:1] if position > 0 else ():
            with self._reading(file) as reader:
                row = reader.execute("SELECT hash FROM entry WHERE position = ?", (position,)).fetchone()
                if row is not None:
                    return position, position, row[0]
                packed = reader.execute(_PACK_ENDS, (position - 1, position)).fetchone()
                if packed is not None:
                    pack = _pack(reader, packed[0])
                    return pack.first, pack.last, bytes.fromhex(pack.box.note["hash"])
        return None

    def verify(self, until: int | None = None) -> int:
        """Recompute the chain, up to a position or whole, and return the number of entries.

        Raises Broken naming the first bad one, or the last that can be read.

        Where days were deleted the chain goes on from what the manifest kept of them.
        """
        expected, before, count = 1, BEGINNING, 0
        kept = {line["first"]: line for line in self.manifest()}
        for entry in self._readable(until):
            while expected in kept and entry.position > kept[expected]["last"]:
                line = kept[expected]
                expected, before = line["last"] + 1, bytes.fromhex(line["hash"])
            if entry.position != expected:
                raise Broken(f"The log goes from entry {expected - 1} to {entry.position}: entries are missing.")
            if chained(before, entry.position, entry) != entry.hash:
                raise Broken(f"Entry {entry.position} of the log does not match its hash: it was changed.")
            expected, before, count = entry.position + 1, entry.hash, count + 1
        for line in kept.values():
            if line["last"] == expected - 1 and line["hash"] != before.hex():
                raise Broken(f"The log of {line['day']} does not end as the manifest says: it was written anew.")
        return count

    def _readable(self, until: int | None) -> Iterator[Entry]:
        """As :meth:`read` from the beginning; what damaged content raises, whatever it is, becomes Broken."""
        last = 0
        try:
            for entry in self.read(0, until):
                yield entry
                last = entry.position
        except (Broken, Unavailable, sqlite3.OperationalError):
            raise
        except Exception as trouble:
            raise Broken(f"The log cannot be read beyond entry {last}: it was changed ({trouble}).") from trouble

    def manifest(self) -> list[dict[str, Any]]:
        """What is kept of every settled day: day, first and last position, hash before the first and of the last."""
        file = self.folder / MANIFEST
        if not file.exists():
            return []
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]

    def closed_days(self) -> list[tuple[Path, bytes]]:
        """The files of the days that are over, each with the hash it begins on."""
        before = {line["day"]: bytes.fromhex(line["before"]) for line in self.manifest()}
        return [(file, before[file.stem]) for file in self._files[:-1] if file.stem in before]

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _row(self, draft: Draft, position: int, chain: bytes) -> tuple[int | str | bytes, ...]:
        results = draft.last_seq - draft.first_seq + 1 if draft.first_seq else 0
        return (
            position,
            KINDS.index(draft.kind),
            draft.at,
            draft.agent,
            draft.boot,
            draft.first_seq,
            results,
            draft.t_min,
            draft.t_max - draft.t_min,
            draft.dating,
            self._compressor.compress(draft.body),
            chain,
        )

    def _day(self, at: int) -> sqlite3.Connection:
        """The connection that writes the day of ``at``; never before the newest, so that positions stay sorted."""
        name = _day(at)
        if self._writer is not None and self._files and name <= self._files[-1].stem:
            return self._writer
        file = self.folder / f"{name}.db"
        writer = self._open(file)
        if self._writer is not None:
            self._writer.close()
        self._writer = writer
        self._files = [*self._files, file]
        sync_folder(self.folder)
        self._settle()
        return writer

    def _open(self, file: Path) -> sqlite3.Connection:
        file.touch(mode=0o600, exist_ok=True)
        connection = sqlite3.connect(file, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            connection.execute(f"PRAGMA page_size = {_PAGE}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
            for statement in SCHEMA:
                connection.execute(statement)
        except sqlite3.DatabaseError as trouble:
            connection.close()
            if isinstance(trouble, sqlite3.OperationalError):
                raise
            raise Broken(f"{file.name} is no log file: {trouble}.") from trouble
        return connection

    def _newest(self) -> tuple[int, bytes]:
        """Head of the chain: from the newest file that holds an entry, else from the manifest."""
        for file in reversed(self._files):
            with self._reading(file) as reader:
                row = reader.execute("SELECT position, hash FROM entry ORDER BY position DESC LIMIT 1").fetchone()
                pack = reader.execute("SELECT last, body FROM pack ORDER BY last DESC LIMIT 1").fetchone()
            if pack and (row is None or pack[0] > row[0]):
                row = (pack[0], list(unpack(pack[1]))[-1].hash)
            if row:
                return row[0], row[1]
        lines = self.manifest()
        return (lines[-1]["last"], bytes.fromhex(lines[-1]["hash"])) if lines else (0, BEGINNING)

    def _settle(self) -> None:
        """Take the days that are over out of WAL mode, into the manifest. One in use is left for the next time."""
        lines = self.manifest()
        known = {line["day"] for line in lines}
        before = lines[-1]["hash"] if lines else BEGINNING.hex()
        for file in self._files[:-1]:
            if file.stem in known:
                continue
            with self._reading(file) as reader:
                first, last = _span(reader)
                chain = next(entries_of(reader, last - 1, last)).hash if last else b""
                (oldest,) = reader.execute(_OLDEST).fetchone()
            if first:
                # The oldest result of the day tells what need not be opened; without one nothing need be.
                self._oldest[file.stem] = 1 << 62 if oldest is None else oldest
                line = {"day": file.stem, "first": first, "last": last, "oldest": self._oldest[file.stem]}
                line["before"] = before
                before = chain.hex()
                lines.append({**line, "hash": before})
                self._keep(lines)
            with contextlib.suppress(sqlite3.OperationalError), contextlib.closing(sqlite3.connect(file)) as over:
                over.execute("PRAGMA journal_mode = DELETE")

    def _keep(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Write the manifest anew, whole: a line torn by a full disk or a crash would make the log unreadable."""
        partial = (self.folder / MANIFEST).with_suffix(".partial")
        with partial.open("w", encoding="utf-8") as manifest:
            manifest.writelines(json.dumps(line) + "\n" for line in lines)
            manifest.flush()
            os.fsync(manifest.fileno())
        partial.replace(self.folder / MANIFEST)
        sync_folder(self.folder)

    @contextlib.contextmanager
    def _reading(self, file: Path) -> Iterator[sqlite3.Connection]:
        reader = sqlite3.connect(file, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            reader.execute("PRAGMA query_only = ON")
            yield reader
        finally:
            reader.close()

    def _from(self, after: int) -> list[Path]:
        """The files that hold positions beyond ``after``: all but those before the last that begins at or below it."""
        files = list(self._files)
        begin = bisect_right(files, after + 1, key=self._first_of)
        return files[max(0, begin - 1) :]

    def _first_of(self, file: Path) -> int:
        """First position in a file. A file without an entry is the newest, so it counts as beginning after all."""
        if file not in self._firsts:
            with self._reading(file) as reader:
                first, _ = _span(reader)
            if first is None:
                return self._head[0] + 1
            self._firsts[file] = first
        return self._firsts[file]

    def _one(self, reader: sqlite3.Connection, position: int) -> Entry:
        return _entry(reader.execute(_ONE, (position,)).fetchone())


def entries_of(reader: sqlite3.Connection, after: int = 0, until: int = 1 << 62) -> Iterator[Entry]:
    """The entries of one day's file with after < position <= until, in order."""
    packs = reader.execute(_PACK_ENDS, (after, until)).fetchall()
    loose = reader.execute(_SOME, (after, until))
    for last, _ in packs:
        for entry in entries_in(_pack(reader, last)):
            if after < entry.position <= until:
                yield entry
    # A packed day is packed whole, so whatever stands loose comes after its packs.
    while (row := loose.fetchone()) is not None:
        yield _entry(row)


def _pack(reader: sqlite3.Connection, last: int) -> Pack:
    (body,) = reader.execute(_PACK, (last,)).fetchone()
    return Pack(body)


def _entry(row: tuple[Any, ...]) -> Entry:
    position, kind, at, agent, boot, first_seq, results, t_min, span, dating, body, chain = row
    try:
        content = zstandard.decompress(body)
    except zstandard.ZstdError as trouble:
        raise Broken(f"Entry {position} of the log cannot be unpacked: it was changed.") from trouble
    return Entry(
        position,
        KINDS[kind],
        at,
        content,
        agent,
        boot,
        first_seq,
        first_seq + results - 1 if first_seq else 0,
        t_min,
        t_min + span,
        dating,
        chain,
    )


def _span(reader: sqlite3.Connection) -> tuple[int | None, int | None]:
    """First and last position in one file."""
    first, last = reader.execute(_ENDS).fetchone()
    return first, last


def _day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d")


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
