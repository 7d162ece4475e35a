"""A collector core killed at any instant loses nothing it acknowledged and takes nothing twice."""

import asyncio
import contextlib
import multiprocessing
import os
import shutil
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest

from benchmarks.core import Core, identity, made_up, serve, token
from collector import fold
from collector.decode import decode
from collector.store import spans
from rules.parameters import CheckParameters
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode

KILLS = 110
AGENTS = 3
CHECKS = 30
SEED = 20261121

OUTCOMES = (Outcome.OK,) * 6 + (Outcome.FAILED,) * 4 + (Outcome.DEGRADED, Outcome.ERROR)


class Sender:
    """One agent: sends the same batch again until it is acknowledged, then the next."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.random = Random(SEED + number)
        self.acknowledged = 0
        self.sent: dict[int, list[int]] = {}
        self.waiting: list[Result] = []

    def body(self) -> bytes:
        mono = time.monotonic() * 1000
        if not self.waiting:
            # Now and then results that are older than those before them: the fold must go back for them.
            back = 5_000 if self.random.random() < 0.05 else 0
            for handle in sorted(self.random.sample(range(1, CHECKS + 1), self.random.randint(1, CHECKS))):
                reading = Reading(self.random.choice(OUTCOMES), {"rtt_us": self.random.randint(0, 1 << 20)})
                self.waiting.append(Result(handle, 60_000, -1, int(mono) - back, reading))
            first = self.acknowledged + 1
            for seq, result in enumerate(self.waiting, first):
                self.sent[seq] = [result.handle, int(result.reading.values["rtt_us"])]
        header = Header(
            identity(self.number).id, f"boot{self.number}", self.acknowledged + 1, mono, int(time.time() * 1000)
        )
        return encode(header, self.waiting)

    async def send(self, port: int, first_answer: asyncio.Event) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                body = self.body()
                head = (
                    f"POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token(self.number)}\r\n"
                    f"Content-Length: {len(body)}\r\n\r\n"
                )
                writer.write(head.encode() + body)
                answer = await reader.readuntil(b"\r\n\r\n")
                assert answer.startswith(b"HTTP/1.1 200"), answer
                await reader.readuntil(b"}")
                self.acknowledged += len(self.waiting)
                self.waiting = []
                first_answer.set()
        finally:
            writer.close()


def run_core(folder: str, pipe: "Connection[int, None]") -> None:
    """In a process of its own, with so many checkpoints that some are cut short."""
    fold.CHECKPOINT_ENTRIES = 7
    serve(Path(folder), CHECKS, AGENTS, pipe.send)


async def one_life(port: int, senders: list[Sender], seconds: float, kill: multiprocessing.process.BaseProcess) -> None:
    started = asyncio.Event()
    tasks = [asyncio.create_task(sender.send(port, started)) for sender in senders]
    await asyncio.wait_for(started.wait(), 30)
    await asyncio.sleep(seconds)
    kill.kill()
    for task in tasks:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await task


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"
    for process in multiprocessing.active_children():
        process.kill()
        process.join()


def tables(core: Core) -> dict[str, list[tuple[int, ...]]]:
    """Everything the fold derived. Their primary keys give the order."""
    with core.state.read() as tx:
        names = ("span", "glitch", "seen", "conflict", "touched")
        return {name: [tuple(row) for row in tx.execute(f"SELECT * FROM {name}")] for name in names}


def test_nothing_acknowledged_is_lost_whenever_the_collector_is_killed(folder: Path, tmp_path: Path) -> None:
    random = Random(SEED)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.core"])
    senders = [Sender(number) for number in range(1, AGENTS + 1)]
    lives = 0
    for _ in range(KILLS):
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=run_core, args=(str(folder), theirs))
        process.start()
        if random.random() < 0.15:
            # While it starts and recovers.
            time.sleep(random.uniform(0, 0.1))
            process.kill()
        else:
            assert mine.poll(30)
            asyncio.run(one_life(mine.recv(), senders, random.uniform(0, 0.12), process))
            lives += 1
        process.join()
        theirs.close()
        mine.close()

    terms = made_up(CHECKS, CheckParameters())
    core = Core(folder, terms)
    core.fold_all()
    assert lives > KILLS // 2
    assert core.log.verify() == core.log.head()[0]
    for sender in senders:
        found: list[int] = []
        for entry in core.log.read_batches(sender.number, 0, 1 << 60):
            batch = decode(entry.body)
            for row in range(len(batch)):
                seq = batch.header.first_seq + row
                assert [int(batch.handle[row]), batch.values_of(row)["rtt_us"]] == sender.sent[seq]
                found.append(seq)
        # Once each; the last batch may have come to the disk without its answer having come to the agent.
        assert found == list(range(1, len(found) + 1))
        assert sender.acknowledged <= len(found) <= sender.acknowledged + len(sender.waiting)
    assert len(core.log.manifest()) <= 1

    shutil.copytree(folder / "log", tmp_path / "again" / "log")
    again = Core(tmp_path / "again", terms)
    again.fold_all()
    assert tables(again) == tables(core)
    assert list(again.live.rows()) == list(core.live.rows())
    with core.state.read() as tx:
        assert spans.position(tx) == core.log.head()[0]
        assert len(tables(core)["span"]) > 100
    again.close()
    core.close()


def test_a_checkpoint_that_was_never_finished_is_passed_over(tmp_path: Path) -> None:
    core = Core(tmp_path, made_up(CHECKS, CheckParameters()))
    with core.running():
        sender = Sender(1)
        core.intake.submit_batch(sender.body(), identity(1), int(time.time() * 1000)).result(10)
        assert core.fold.wait_for(1)
    rows = list(core.live.rows())
    core.close()
    os.truncate(tmp_path / "live.npz", 100)

    again = Core(tmp_path, made_up(CHECKS, CheckParameters()))

    assert list(again.live.rows()) == rows
    again.close()
