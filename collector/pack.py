"""Packing: a day that is over is written anew, its entries together in columns, and takes its old file's place."""

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from collector.store.entry import Entry
from collector.store.log import SCHEMA, Log, entries_of, sync_folder
from collector.store.packing import pack

PACK_ROWS = 1_000_000
"""Results in one pack: enough for like to stand beside like, and little enough to be unpacked to show one result."""

_PAGE = 16384


def pack_closed(log: Log) -> int:
    """Pack every day that is over and not packed yet; the bytes saved."""
    return sum(pack_day(day, before) for day, before in log.closed_days())


def pack_day(day: Path, before: bytes) -> int:
    """Pack the file of one day that is over; the bytes saved. Reads see the old file or the new one, never half of it.

    ``before`` is the hash the day begins on. A day that is packed already, or still in use, is left as it is. Raises
    Broken when a pack would not give back what it holds: then nothing is replaced.
    """
    with contextlib.closing(sqlite3.connect(day, isolation_level=None)) as old:
        if old.execute("SELECT COUNT(*) FROM entry").fetchone()[0] == 0:
            return 0
        try:
            old.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError:
            return 0
        size = day.stat().st_size
        partial = day.with_suffix(".packing")
        partial.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as new:
            _write(new, _groups(entries_of(old)), before)
    with partial.open("rb") as written:
        os.fsync(written.fileno())
    partial.chmod(0o400)
    partial.replace(day)
    sync_folder(day.parent)
    return size - day.stat().st_size


def _write(new: sqlite3.Connection, groups: Iterator[list[Entry]], before: bytes) -> None:
    new.execute(f"PRAGMA page_size = {_PAGE}")
    for statement in SCHEMA:
        new.execute(statement)
    new.execute("BEGIN")
    for group in groups:
        blob = pack(group, before)
        before = group[-1].hash
        batches = [entry for entry in group if entry.kind == "batch"]
        row = (
            group[-1].position,
            group[0].position,
            min((entry.t_min for entry in batches), default=0),
            max((entry.t_max for entry in batches), default=-1),
            json.dumps(sorted({entry.agent for entry in batches})),
            blob,
        )
        new.execute("INSERT INTO pack VALUES (?, ?, ?, ?, ?, ?)", row)
    new.execute("COMMIT")


def _groups(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    group: list[Entry] = []
    rows = 0
    for entry in entries:
        group.append(entry)
        rows += entry.last_seq - entry.first_seq + 1
        if rows >= PACK_ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group
