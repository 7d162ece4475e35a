"""The log: appended and never changed, one chain over all its files."""

import contextlib
import errno
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.pack import pack_closed, pack_day
from collector.store.entry import BEGINNING, Draft, Entry
from collector.store.log import Log
from collector.store.packing import pack, unpack
from rules.errors import Broken, Unavailable
from rules.result import Outcome, Reading, Result
from rules.wire import COLUMN, UNSIGNED, Header, encode, integers
from tests.collector.test_fold import batch

DAY = 86_400_000
START = 1_700_006_400_000
"""A midnight, UTC."""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    made = Log(tmp_path / "log")
    yield made
    made.close()


def three_days(log: Log) -> list[Entry]:
    for day in range(3):
        at = START + day * DAY
        log.append([batch(1, day * 10 + 1, [(7, 0, 0), (8, 1, 2)], at), Draft("config", at, b'{"verb":"x"}')])
        log.append([batch(2, day * 10 + 1, [(7, 5, 0)], at + 5)])
    return list(log.read(0))


def test_positions_go_on_over_days_and_starts(log: Log) -> None:
    three_days(log)
    log.close()

    again = Log(log.folder)

    assert again.append([Draft("config", START + 3 * DAY, b"{}")]) == 10
    assert [entry.position for entry in again.read(4, 7)] == [5, 6, 7]
    assert sorted(file.name for file in log.folder.glob("*.db"))[0] == "2023-11-15.db"
    assert again.verify() == 10
    again.close()


def test_a_clock_that_goes_back_does_not_reorder_the_files(log: Log) -> None:
    log.append([Draft("config", START + DAY, b"1")])
    log.append([Draft("config", START, b"2")])

    assert [entry.body for entry in log.read(0)] == [b"1", b"2"]
    assert len(list(log.folder.glob("*.db"))) == 1


def test_a_day_that_is_over_leaves_wal_mode_and_stands_in_the_manifest(log: Log) -> None:
    entries = three_days(log)

    first = log.manifest()[0]

    assert (first["day"], first["first"], first["last"]) == ("2023-11-15", 1, 3)
    assert (first["before"], first["hash"]) == (BEGINNING.hex(), entries[2].hash.hex())
    with contextlib.closing(sqlite3.connect(log.folder / "2023-11-15.db")) as over:
        assert over.execute("PRAGMA journal_mode").fetchone()[0] == "delete"


def test_a_disk_that_is_full_when_a_day_ends_does_not_harm_the_manifest(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_days(log)
    before = log.manifest()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        with pytest.raises(Unavailable):
            log.append([Draft("config", START + 3 * DAY, b"{}")])

    assert log.manifest() == before
    assert log.append([Draft("config", START + 4 * DAY, b"{}")]) == 10
    assert log.verify() == 10


def test_the_chain_stays_checkable_when_a_day_is_deleted(log: Log) -> None:
    three_days(log)
    log.close()
    (log.folder / "2023-11-15.db").unlink()

    again = Log(log.folder)

    assert again.verify() == 6
    again.close()


@pytest.mark.parametrize(
    "change",
    ["UPDATE entry SET t_min = t_min + 1 WHERE position = 2", "DELETE FROM entry WHERE position = 2"],
)
def test_a_changed_or_missing_entry_is_found(log: Log, change: str) -> None:
    log.append([Draft("config", START, b"{}")] * 3)
    with contextlib.closing(sqlite3.connect(next(log.folder.glob("*.db")))) as file:
        file.execute(change)
        file.commit()

    with pytest.raises(Broken, match=r"[Ee]ntr"):
        log.verify()


def test_batches_are_found_by_agent_and_time_and_by_sequence(log: Log) -> None:
    three_days(log)

    assert [entry.position for entry in log.read_batches(1, 0, 1 << 60)] == [1, 4, 7]
    assert [entry.position for entry in log.read_sequence(2, "boot2", 11, 11)] == [6]
    assert list(log.read_batches(1, 0, 1)) == []


def test_what_contradicts_a_result_is_no_batch(log: Log) -> None:
    log.append([batch(1, 1, [(7, 0, 0)]), Draft("conflict", START, batch(1, 1, [(7, 0, 2)]).body, 1)])

    assert [entry.position for entry in log.read_batches(1, 0, 1 << 60)] == [1]


def test_packed_days_read_the_same_byte_for_byte(log: Log) -> None:
    entries = three_days(log)

    pack_closed(log)

    assert list(log.read(0)) == entries
    assert [entry.position for entry in log.read_batches(1, 0, 1 << 60)] == [1, 4, 7]
    assert [entry.position for entry in log.read_sequence(2, "boot2", 11, 11)] == [6]
    assert log.entry(5) == entries[4]
    assert log.verify() == 9
    log.close()
    again = Log(log.folder)
    assert again.head() == (9, entries[-1].hash)
    again.close()


def test_packing_twice_changes_nothing(log: Log) -> None:
    three_days(log)
    pack_closed(log)

    assert pack_closed(log) == 0


def mixed() -> bytes:
    header = Header("a_1", "b", 1, sent_mono=100.0, sent_wall=5)
    readings = (
        Reading(Outcome.DEGRADED, {"free_ratio[/]": 0.25, "rtt_us": 7}, "slow"),
        Reading(Outcome.OK, {"rtt_us": 1.5}),
        Reading(Outcome.ERROR, {}, "no permission"),
    )
    plan = ((9, 4, 0), (3, -1, 1), (9, 5, 2), (2, 4, 0), (2, -1, 1))
    return encode(header, [Result(n, 60_000, slot, n * 9 + slot, readings[kind]) for n, slot, kind in plan])


def test_every_kind_of_entry_comes_back_from_a_pack(log: Log) -> None:
    drafts = [Draft("batch", 9, mixed(), agent, "b", 1, 5, 0, 9, 1) for agent in (1, 2)]
    log.append([batch(1, 1, [(7, 0, 0)]), *drafts, Draft("correction", 9, b'{"class":"up"}')])
    entries = list(log.read(0))

    assert list(unpack(pack(entries, BEGINNING))) == entries


def test_a_body_that_is_not_canonical_is_kept_as_it_is(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    def wide(values: list[int]) -> list[bytes]:
        return [COLUMN.pack(UNSIGNED, 8, 0), *(bytes(v >> 8 * plane & 255 for v in values) for plane in range(8))]

    monkeypatch.setattr("rules.wire.integers", lambda v: wide(v) if v and min(v) >= 0 else integers(v))
    odd = mixed()
    monkeypatch.undo()
    assert odd != mixed()
    log.append([Draft("batch", 9, odd, 1, "b", 1, 5, 0, 9, 1)])
    entries = list(log.read(0))

    assert list(unpack(pack(entries, BEGINNING))) == entries


def test_a_damaged_pack_is_found(log: Log) -> None:
    three_days(log)
    entries = list(log.read(0))
    blob = bytearray(pack(entries, BEGINNING))
    blob[len(blob) // 2] ^= 1

    with pytest.raises(Exception):  # noqa: B017, PT011 – whichever layer notices first
        assert list(unpack(bytes(blob))) == entries


def test_a_day_whose_chain_does_not_hold_is_not_packed(log: Log) -> None:
    three_days(log)
    day = log.folder / "2023-11-15.db"
    with contextlib.closing(sqlite3.connect(day)) as file:
        file.execute("UPDATE entry SET t_min = 1 WHERE position = 1")
        file.commit()
    before = day.read_bytes()

    with pytest.raises(Broken):
        pack_day(day, BEGINNING)

    assert day.read_bytes() == before


def test_a_file_that_is_no_log_is_told(tmp_path: Path) -> None:
    (tmp_path / "2023-11-15.db").write_bytes(b"no database, but long enough to be looked at as one" * 100)

    with pytest.raises(Broken, match=r"2023-11-15\.db"):
        Log(tmp_path)
