"""The whole agent as a real process, against a collector on loopback."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from agent.cli import main
from tests.agent.collector_double import Arrived, Double, collector_double, plan_of

QUICK = {"kind": "load", "interval_ms": 100, "retry_ms": 50, "timeout_ms": 1000, "phase_key": 1}


@contextmanager
def agent(folder: Path, *, ignoring_interrupts: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """The agent of that folder, ended with the block whatever happens."""
    command = [sys.executable, "-m", "agent", "run", "--config", str(folder / "agent.toml")]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *command] if ignoring_interrupts else command,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=log,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def join(folder: Path, double: Double) -> None:
    assert main(["join", double.url, "--token", "nwj_x", "--config", str(folder / "agent.toml")]) == 0


def kept(folder: Path) -> set[tuple[str, int]]:
    """(boot, seq) of every result in the spool, acknowledged or not."""
    with closing(sqlite3.connect(folder / "spool.db")) as spool:
        rows = spool.execute(
            "SELECT boot, first_seq, results FROM chunk JOIN process ON process.id = chunk.process"
        ).fetchall()
    return {(boot, seq) for boot, first, count in rows for seq in range(first, first + count)}


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> int:
    process.send_signal(how)
    return process.wait(15)


def test_an_agent_fetches_its_plan_looks_and_reports(tmp_path: Path) -> None:
    kinds = ["cpu", "memory", "disk", "net", "load", "process"]
    plan = plan_of(*[{"kind": kind, "interval_ms": 60_000, "phase_key": 1} for kind in kinds])
    with collector_double(plan=plan) as double:
        join(tmp_path, double)
        with agent(tmp_path) as process:
            assert double.until(lambda: len({row.handle for row in double.results()}) == len(kinds), 20)
            assert end(process) == 0

    assert {row.outcome for row in double.results()} <= {"ok", "degraded"}


def test_the_remembered_plan_is_used_while_the_collector_is_away(tmp_path: Path) -> None:
    with collector_double(plan=plan_of(QUICK)) as double:
        join(tmp_path, double)
        port = int(double.url.rpartition(":")[2])
        with agent(tmp_path) as process:
            assert double.until(lambda: len(double.results()) > 3, 20)
            end(process)
    before = kept(tmp_path)
    with agent(tmp_path) as process:
        until = time.monotonic() + 20
        while len(kept(tmp_path)) < len(before) + 10 and time.monotonic() < until:
            time.sleep(0.05)
        with collector_double(port, plan=plan_of(QUICK)) as double:
            assert double.until(lambda: len(double.results()) > 10, 20)
            end(process)

    assert set(double.identities()) >= kept(tmp_path) - before


def test_the_next_start_says_how_the_last_one_ended(tmp_path: Path) -> None:
    told = []
    with collector_double(plan=plan_of(QUICK)) as double:
        join(tmp_path, double)
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGTERM):
            seen = len(double.batches)
            with agent(tmp_path) as process:
                assert double.until(lambda seen=seen: len(double.batches) > seen, 20)  # type: ignore[misc]
                told.append(double.batches[-1][0].previous_stop)
                end(process, how)

    assert told == ["unknown", "stop", "stop", "unknown"]


def test_an_interrupt_that_the_parent_keeps_to_itself_does_not_end_the_agent(tmp_path: Path) -> None:
    with collector_double(plan=plan_of(QUICK)) as double:
        join(tmp_path, double)
        with agent(tmp_path, ignoring_interrupts=True) as process:
            assert double.until(lambda: len(double.results()) > 0, 20)
            process.send_signal(signal.SIGINT)
            seen = len(double.results())
            assert double.until(lambda: len(double.results()) > seen + 5, 20)
            assert end(process) == 0


def test_a_second_agent_from_the_same_folder_is_refused(tmp_path: Path) -> None:
    with collector_double(plan=plan_of(QUICK)) as double:
        join(tmp_path, double)
        with agent(tmp_path) as first:
            assert double.until(lambda: len(double.results()) > 0, 20)
            with agent(tmp_path) as second:
                assert second.wait(20) == 2
            assert first.poll() is None

    assert b"Another agent runs from" in (tmp_path / "log").read_bytes()


def test_an_agent_that_has_not_joined_says_what_to_do(tmp_path: Path) -> None:
    with agent(tmp_path) as process:
        assert process.wait(20) == 2

    assert b"nineward-agent join" in (tmp_path / "log").read_bytes()


def test_a_failing_first_look_reaches_the_collector_at_once(tmp_path: Path) -> None:
    """Nobody listens on the port: the first look fails within a millisecond, and must not wait for the next batch."""
    refused = {"kind": "tcp", "address": "127.0.0.1:1", "interval_ms": 60_000, "retry_ms": 100, "confirm_down": 3}
    with collector_double(plan=plan_of(refused, send_every_ms=60_000)) as double:
        join(tmp_path, double)
        with agent(tmp_path) as process:
            assert double.until(lambda: len(double.results()) >= 3, 20)
            end(process)

    rows = double.results()[:3]
    assert {row.outcome for row in rows} == {"failed"}
    assert rows[2].at - rows[0].at < 1000
    sent = double.batches[0][0].sent_mono - rows[0].at
    assert sent < 1000


def named(rows: list[Arrived]) -> set[tuple[str, int]]:
    return {(row.boot, row.seq) for row in rows}


def test_kill_9_at_any_instant_loses_nothing_that_was_spooled(tmp_path: Path) -> None:
    """Twelve agents one after the other, killed while they look, spool and send; the collector comes and goes too."""
    chance = random.Random(20261121)
    checks = [QUICK | {"phase_key": key} for key in range(1, 8)]
    plan = plan_of(*checks, send_every_ms=100)
    arrived: list[Arrived] = []
    with collector_double(plan=plan) as double:
        join(tmp_path, double)
        port = int(double.url.rpartition(":")[2])
        arrived += double.results()
    for run in range(12):
        with collector_double(port, plan=plan) as double:
            with agent(tmp_path) as process:
                assert double.until(lambda: len(double.polls) > 0, 20)
                time.sleep(chance.random() * 0.4)
                if run % 3:
                    process.kill()
            arrived += double.results()
    with collector_double(port, plan=plan) as double, agent(tmp_path) as process:
        assert double.until(lambda: kept(tmp_path) <= named([*arrived, *double.results()]), 30)
        end(process)
        arrived += double.results()

    assert len({row.boot for row in arrived}) > 5
    assert kept(tmp_path) <= named(arrived)
    # A result that arrives twice is the same result: the collector tells repeats by their names.
    assert len(named(arrived)) == len(set(arrived))
