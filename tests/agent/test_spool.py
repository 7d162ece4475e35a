"""The spool on a real disk, with real crashes."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.settings import SpoolSettings
from agent.spool import CHUNK_RESULTS, Load, Process, Spool
from rules.errors import Unavailable
from rules.result import Outcome, Reading, Result
from tests.agent.given_clock import GivenClock

DAY = 86_400_000


def result(handle: int = 1, at: int = 1000, values: dict[str, float] | None = None, text: str = "") -> Result:
    return Result(handle, 60_000, at // 60_000, at, Reading(Outcome.OK, values or {"rtt_us": at}, text))


def open_spool(
    folder: Path,
    boot: str = "b1",
    clock: GivenClock | None = None,
    machine_boot: str = "m1",
    version: str = "1",
    **settings: int,
) -> Spool:
    return Spool(
        folder / "spool.db", Process(boot, machine_boot, version), SpoolSettings(**settings), clock or GivenClock()
    )


def drain(spool: Spool) -> list[Load]:
    loads = []
    while load := spool.load(4000):
        loads.append(load)
        spool.settle(load)
    return loads


def test_results_come_back_as_they_went_in_sorted_by_check(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    first, second = result(9, 1000, {"a": 1, "b[/x]": 0.5}, "读 ok"), result(2, 2000)
    spool.commit([first, second])

    load = spool.load(4000)

    assert load is not None
    assert (list(load.results), load.boot, load.first_seq) == ([second, first], "b1", 1)


def test_sequence_numbers_go_on_without_a_gap(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    for n in range(5):
        spool.commit([result(at=n), result(at=n + 1)])

    assert [(load.first_seq, len(load.results)) for load in drain(spool)] == [(1, 10)]


def test_what_is_settled_is_not_loaded_again(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    spool.commit([result()])
    drain(spool)

    assert (spool.load(4000), spool.unsent) == (None, 0)


def test_a_big_commit_is_loaded_in_pieces(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    spool.commit([result(at=n) for n in range(CHUNK_RESULTS * 5)])

    sizes = [len(load.results) for load in drain(spool)]

    assert (sum(sizes), max(sizes) <= 4000) == (CHUNK_RESULTS * 5, True)


def test_a_restart_keeps_what_was_not_acknowledged_under_its_own_boot(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, "b1")
    spool.commit([result(at=1)])
    spool.close("stop")
    spool = open_spool(tmp_path, "b2")
    spool.commit([result(at=2)])

    assert [(load.boot, load.first_seq, load.mono_lost) for load in drain(spool)] == [
        ("b1", 1, False),
        ("b2", 1, False),
    ]


def test_after_a_reboot_the_wall_clock_of_then_dates_the_results(tmp_path: Path) -> None:
    before = GivenClock(mono=5_000_000, wall=1_790_000_000_000)
    spool = open_spool(tmp_path, "b1", before, machine_boot="m1")
    spool.commit([result()])
    spool.close("shutdown")
    spool = open_spool(tmp_path, "b2", GivenClock(mono=1000), machine_boot="m2")

    load = spool.load(4000)

    assert load is not None
    assert (load.mono_lost, load.wall_base) == (True, 1_790_000_000_000 - 5_000_000)


@pytest.mark.parametrize(
    ("stop", "version", "told"),
    [("stop", "1", "stop"), ("shutdown", "1", "shutdown"), ("stop", "2", "upgrade"), (None, "1", "unknown")],
)
def test_the_next_start_knows_why_the_one_before_ended(
    tmp_path: Path, stop: str | None, version: str, told: str
) -> None:
    clock = GivenClock(mono=7000)
    spool = open_spool(tmp_path, "b1", clock, version="1")
    clock.go_on(500)
    spool.stamp()
    if stop:
        spool.close(stop)

    previous = open_spool(tmp_path, "b2", clock, version=version).previous

    assert (previous.stop, previous.last_alive) == (told, 7500)


def test_a_commit_stamps_the_process_as_alive(tmp_path: Path) -> None:
    clock = GivenClock(mono=7000)
    spool = open_spool(tmp_path, "b1", clock)
    clock.go_on(10_000)
    spool.commit([result()])

    assert open_spool(tmp_path, "b2", clock).previous.last_alive == 17_000


def test_too_many_bytes_drop_the_oldest_and_count_it(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, max_bytes=65_536)
    noise = random.Random(7)
    for n in range(200):
        spool.commit([result(at=n, text=noise.randbytes(500).hex())])

    loads = drain(spool)
    kept = sum(len(load.results) for load in loads)

    assert 0 < kept < 200
    assert spool.dropped == 200 - kept
    assert loads[-1].results[-1].at == 199


def test_what_was_acknowledged_goes_first_and_is_not_counted_as_dropped(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, max_bytes=65_536)
    noise = random.Random(7)
    for n in range(200):
        spool.commit([result(at=n, text=noise.randbytes(500).hex())])
        drain(spool)

    assert spool.dropped == 0


def test_dropped_results_are_remembered_until_the_collector_knows(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, "b1")
    spool.commit([result()], lost=5)
    spool.close("stop")
    spool = open_spool(tmp_path, "b2")
    before = spool.dropped
    spool.told_dropped(3)
    spool.close("stop")

    assert (before, open_spool(tmp_path, "b3").dropped) == (5, 2)


def test_results_older_than_the_bound_are_dropped(tmp_path: Path) -> None:
    clock = GivenClock()
    spool = open_spool(tmp_path, clock=clock, max_age=7 * DAY)
    spool.commit([result(at=1)])
    clock.go_on(8 * DAY)
    spool.commit([result(at=2)])

    assert ([load.results[0].at for load in drain(spool)], spool.dropped) == ([2], 1)


def test_a_wall_clock_set_right_by_forty_years_drops_nothing(tmp_path: Path) -> None:
    clock = GivenClock(wall=1000)
    spool = open_spool(tmp_path, clock=clock)
    spool.commit([result(at=1)])
    clock.wall_ms += 40 * 365 * DAY
    clock.mono_ms += 120_000
    spool.commit([result(at=2)])

    assert (spool.unsent, spool.dropped) == (2, 0)


def test_acknowledged_results_can_be_sent_again_after_a_restore(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, "b1")
    for n in range(6):
        spool.commit([result(at=n)])
    drain(spool)

    again = spool.rewind("b1", 3)

    assert again == 3
    assert [(load.first_seq, len(load.results)) for load in drain(spool)] == [(4, 3)]


def test_a_rewind_while_a_load_is_on_its_way_is_not_undone_by_its_arrival(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, "b1")
    for n in range(5):
        spool.commit([result(at=n)])
    drain(spool)
    spool.commit([result(at=5)])
    on_its_way = spool.load(100)
    assert on_its_way is not None

    spool.rewind("b1", 2)
    spool.settle(on_its_way)

    assert [(load.first_seq, len(load.results)) for load in drain(spool)] == [(3, 4)]
    assert spool.unsent == 0


def test_a_rewind_to_what_is_still_waiting_changes_nothing(tmp_path: Path) -> None:
    spool = open_spool(tmp_path, "b1")
    spool.commit([result()])

    assert (spool.rewind("b1", 0), spool.rewind("another", 0), spool.unsent) == (0, 0, 1)


def test_a_result_set_aside_is_kept_for_a_person(tmp_path: Path) -> None:
    spool = open_spool(tmp_path)
    spool.set_aside("b1", 7, result(handle=3), 422, "no such metric")

    with closing(sqlite3.connect(tmp_path / "spool.db")) as file:
        rows = file.execute("SELECT boot, seq, status, reason FROM aside").fetchall()
    assert rows == [("b1", 7, 422, "no such metric")]


def test_a_broken_file_is_put_aside_and_the_agent_goes_on(tmp_path: Path) -> None:
    (tmp_path / "spool.db").write_bytes(b"this is no database at all" * 1000)

    spool = open_spool(tmp_path)
    spool.commit([result()])

    assert spool.unsent == 1
    assert [file.name.startswith("spool.db.broken-") for file in tmp_path.glob("*.broken-*")] == [True]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "spool.db").mkdir()

    with pytest.raises(Unavailable):
        open_spool(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small tmpfs")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(tmp_path)], check=False)
    if mounted.returncode:
        pytest.skip("needs leave to mount a small tmpfs")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def fill(spool: Spool) -> int:
    """Commit until the disk takes no more; how many results it took."""
    noise = random.Random(7)
    for n in range(10_000):
        try:
            spool.commit([result(at=n, text=noise.randbytes(2000).hex())])
        except Unavailable:
            return n
    raise AssertionError("the disk never fills")


def test_a_full_disk_takes_nothing_by_halves_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    (small_disk / "filler").write_bytes(bytes(2 << 20))
    spool = open_spool(small_disk)
    taken = fill(spool)
    full = spool.unsent
    (small_disk / "filler").unlink()
    spool.commit([result(at=77)])

    loads = drain(spool)
    spool.close("stop")

    assert full == taken
    assert [load.first_seq + n for load in loads for n in range(len(load.results))] == list(range(1, taken + 2))


def test_a_full_disk_gives_up_what_is_acknowledged(small_disk: Path) -> None:
    spool = open_spool(small_disk)
    fill(spool)
    drain(spool)
    fill(spool)
    spool.commit([result(at=77)])

    loads = drain(spool)
    spool.close("stop")

    assert (loads[-1].results[-1].at, spool.dropped) == (77, 0)


WRITER = """
import sys
from pathlib import Path
from agent.clock import Clock
from agent.settings import SpoolSettings
from agent.spool import Process, Spool
from rules.result import Outcome, Reading, Result
boot = sys.argv[2]
spool = Spool(Path(sys.argv[1]) / "spool.db", Process(boot, "m", "1"), SpoolSettings(), Clock())
seq = 0
while True:
    group = [Result(n + 1, 1000, seq + n, seq + n, Reading(Outcome.OK, {"n": seq + n})) for n in range(7)]
    spool.commit(group)
    seq += len(group)
    print(seq, flush=True)
    if seq % 21 == 0 and (load := spool.load(14)):
        spool.settle(load)
"""


def test_what_was_committed_survives_kill_9_at_any_instant(tmp_path: Path) -> None:
    """Forty writers one after the other on one file, each killed at a random instant of its work."""
    chance = random.Random(20261101)
    committed: dict[str, int] = {}
    for run in range(40):
        boot = f"b{run}"
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), boot],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        committed[boot] = 7
        time.sleep(chance.random() * 0.03)
        os.kill(writer.pid, signal.SIGKILL)
        told = writer.stdout.read().split()
        writer.wait()
        writer.stdout.close()
        committed[boot] = int(told[-1]) if told else 7

    with closing(sqlite3.connect(tmp_path / "spool.db")) as file:
        rows = file.execute(
            "SELECT boot, first_seq, results FROM chunk JOIN process ON process.id = process ORDER BY chunk.id"
        ).fetchall()
    found: dict[str, int] = {}
    for boot, first_seq, results in rows:
        assert first_seq == found.get(boot, 0) + 1
        found[boot] = first_seq + results - 1
    # The last commit may have reached the disk before the word of it reached us; never the other way round.
    assert all(0 <= found[boot] - seq <= 7 for boot, seq in committed.items())
