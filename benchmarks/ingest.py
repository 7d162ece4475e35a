"""How many results a second the collector takes in for good, and how many bytes each costs.

One collector core (authentication, de-duplication, log with fsync before the answer, fold) has one processor core to
itself, the sender the other. The sender plays agents that come back after the collector was away: 100 000 checks every
60 s with their planned phases and jitter, a little lateness, lognormal base RTT and exponential jitter in whole µs, and
1 % of the results a change of outcome. What is sent was made before the run; sequence numbers, times and the header of
each batch are written while sending.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import math
import multiprocessing
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.core import identity, token
from collector.decode import Ints, due_times
from collector.encode import integers
from collector.pack import pack_day
from collector.store.entry import BEGINNING, Draft
from collector.store.log import Log
from rules.wire import INTERVAL, MAGIC, Header, header_bytes, packed_text

CHECKS = 100_000
INTERVAL_MS = 60_000
FIRST_SLOT = 10_000
AWAY_MS = 160 * 3_600_000
"""How long the collector was away: under the 7 days after which a result enters no figure, over what a run sends."""

LATENESS_MS = 1.5
RTT_MEDIAN_US = 8_000
RTT_SIGMA = 0.8
JITTER_SHARE = 0.175
FAILS, RECOVERS = 0.00513, 0.2
"""Chances that the next result of a good check fails, of a failed one is good: 1 % of all results are changes."""

RECORD = struct.Struct("<IIII")


@dataclass(frozen=True)
class Case:
    """One size of batch, with the rows made ahead for a second of sending, and its bar in results a second."""

    size: int
    agents: int
    ahead: int
    bar: int | None


CASES = (Case(100, 32, 1_200_000, None), Case(1_000, 16, 3_500_000, 1_000_000), Case(10_000, 8, 6_500_000, 3_000_000))
PACKED_SAMPLE = 5_000_000
BAR_TAKEN, BAR_PACKED, BAR_LAG_S = 5.0, 3.0, 1.0


def made_ahead(file: Path, agent: int, agents: int, size: int, rows: int) -> None:
    """Write the columns of one agent's batches, compressed, as many as hold ``rows`` results."""
    rng = np.random.default_rng(agent)
    share = CHECKS // agents
    handles = np.arange(1 + (agent - 1) * share, 1 + agent * share)
    base = rng.lognormal(math.log(RTT_MEDIAN_US), RTT_SIGMA, share)
    failing = rng.random(share) < FAILS / (FAILS + RECOVERS)
    waiting: list[tuple[Ints, ...]] = []
    with file.open("wb") as out:
        slot = FIRST_SLOT
        while rows > 0:
            for _ in range(20):
                turn = rng.random(share)
                failing = np.where(failing, turn >= RECOVERS, turn < FAILS)
                due = due_times(handles, INTERVAL_MS, np.full(share, slot))
                late = rng.exponential(LATENESS_MS, share).astype(np.int64)
                rtt = (base + rng.exponential(1, share) * base * JITTER_SHARE).astype(np.int64)
                waiting.append((due + late, handles, np.full(share, slot), late, np.where(failing, -1, rtt)))
                slot += 1
            at, *columns = (np.concatenate(one) for one in zip(*waiting, strict=True))
            order = np.argsort(at)
            ripe = int(np.searchsorted(at[order], (slot - 1) * INTERVAL_MS)) // size * size
            for start in range(0, ripe, size):
                part = order[start : start + size]
                part = part[np.argsort(columns[0][part], kind="stable")]
                out.write(_record(*(column[part] for column in columns)))
            rows -= ripe
            rest = order[ripe:]
            waiting = [(at[rest], *(column[rest] for column in columns))]


def _record(handle: Ints, slot: Ints, late: Ints, rtt: Ints) -> bytes:
    """Everything of a body that follows the header, as raw deflate blocks, with what joining needs."""
    count = len(handle)
    first = int(slot.min())
    failed = rtt < 0
    # Shapes are numbered as they occur, so that the bytes are those the agent would write.
    bare = bool(failed[0])
    shape = np.where(failed, 0 if bare else 1, 1 if bare else 0)
    good = struct.pack("<H", 1) + packed_text("rtt_us") + integers(rtt[~failed])
    shapes = [struct.pack("<H", 0), good] if bare else [good, struct.pack("<H", 0)]
    shapes = shapes[: int(shape.max()) + 1]
    columns = b"".join(
        (
            struct.pack("<IH", count, 1) + INTERVAL.pack(INTERVAL_MS, first),
            integers(np.zeros(count, np.int64)),
            integers(np.diff(handle, prepend=0)),
            integers(slot - first + 1),
            integers(late),
            integers(np.zeros(0, np.int64)),
            integers(np.where(failed, 2, 0)),
            integers(shape),
            struct.pack("<H", len(shapes)),
            *shapes,
            struct.pack("<I", 0),
            integers(np.zeros(0, np.int64)),
            integers(np.zeros(0, np.int64)),
        )
    )
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    data = packer.compress(columns) + packer.flush()
    return RECORD.pack(len(data), zlib.adler32(columns), len(columns), count) + data


def joined(head: bytes, adler: int, length: int, data: bytes) -> bytes:
    """A zlib stream of ``head`` followed by what ``data`` (raw deflate) holds."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x01" + first + data + struct.pack(">I", _adler_of_both(zlib.adler32(head), adler, length))


def _adler_of_both(first: int, second: int, length: int) -> int:
    """Adler-32 of two pieces joined, from those of each (RFC 1950, section 8.2)."""
    prime = 65521
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % prime
    high = ((first >> 16) + (second >> 16) + length * ((first & 0xFFFF) - 1)) % prime
    return high << 16 | low


def records(file: Path) -> Iterator[tuple[int, int, int, bytes]]:
    """What :func:`made_ahead` wrote: Adler-32, length and number of results, and the data of each batch."""
    with file.open("rb") as source:
        while head := source.read(RECORD.size):
            size, adler, length, count = RECORD.unpack(head)
            yield adler, length, count, source.read(size)


async def send(port: int, agent: int, file: Path, until: float) -> int:
    """Send one agent's batches in order, each after the answer to the one before; the number of results taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    seq = 1
    started = time.monotonic()
    span = FIRST_SLOT * INTERVAL_MS + AWAY_MS
    for adler, length, count, data in records(file):
        now = time.monotonic()
        if now >= until:
            break
        mono = span + (now - started) * 1000
        health = {"queue": 0.0, "skipped": 0.0, "cpu_s": 1.25, "rss_bytes": 31_000_000.0}
        header = Header(
            agent=identity(agent).id,
            boot=f"{agent:016x}",
            first_seq=seq,
            sent_mono=mono,
            sent_wall=int(time.time() * 1000),
            plan_revision=7,
            machine_boot=f"{agent:032x}",
            last_alive=int(mono) - 5_000,
            previous_stop="upgrade",
            rtt=0.4,
            health=health,
        )
        head = header_bytes(header)
        body = joined(MAGIC + struct.pack("<I", len(head)) + head, adler, length, data)
        writer.write(
            b"POST /api/v1/batches HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\nContent-Encoding: deflate\r\n"
            b"Content-Length: %d\r\n\r\n" % (token(agent).encode(), len(body)) + body
        )
        answer = await reader.readuntil(b"\r\n\r\n")
        size = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        said = await reader.readexactly(size)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(said.decode())
        seq += count
    writer.close()
    return seq - 1


def told(port: int) -> dict[str, Any]:
    """How far the core is and what it has used."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def size_of(folder: Path) -> int:
    """Bytes of all files of a folder, whole."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def run(case: Case, seconds: float, keep: Path | None = None) -> bool:
    """One case, printed; whether all its bars hold."""
    folder = Path(tempfile.mkdtemp(prefix="nineward-bench-"))
    try:
        files = [folder / f"agent-{agent}" for agent in range(1, case.agents + 1)]
        rows = int(case.ahead * seconds) // case.agents
        work = [(file, agent, case.agents, case.size, rows) for agent, file in enumerate(files, 1)]
        with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
            pool.starmap(made_ahead, work)
        return _measured(case, seconds, folder, files)
    finally:
        shutil.rmtree(folder)


def _measured(case: Case, seconds: float, folder: Path, files: list[Path]) -> bool:
    cores = sorted(os.sched_getaffinity(0))
    environment = {**os.environ, "NINEWARD_BENCH_CORE": str(cores[0])}
    command = [sys.executable, "-m", "benchmarks.core", str(folder / "data"), str(CHECKS), str(case.agents)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as core:
        try:
            port = int(core.stdout.readline())  # type: ignore[union-attr]
            os.sched_setaffinity(0, {cores[-1]})
            cpu = told(port)["cpu_s"]
            begun = time.monotonic()

            async def all_agents() -> int:
                sending = [send(port, agent, file, begun + seconds) for agent, file in enumerate(files, 1)]
                return sum(await asyncio.gather(*sending))

            taken = asyncio.run(all_agents())
            ended = time.monotonic()
            behind = told(port)["waiting"]
            while (state := told(port))["folded"] < state["logged"]:
                time.sleep(0.01)
            lag = time.monotonic() - ended
            cpu = state["cpu_s"] - cpu
        finally:
            core.terminate()
            os.sched_setaffinity(0, set(cores))
    log = Log(folder / "data" / "log")
    log.close()
    stored = size_of(folder / "data" / "log") / taken
    packed = _packed(log, folder / "packed")
    wall = ended - begun
    rate = taken / wall
    holds = [
        _line(f"results/s, {wall:.0f} s, {taken / 1e6:.1f} M results", rate, case.bar, least=True, digits=0),
        _line("CPU-seconds per million results", cpu / taken * 1e6, None),
        _line(f"seconds the fold was behind at the end ({behind} results)", lag, BAR_LAG_S),
        # In batches of 100 the header weighs as much as the results, until they are packed.
        _line("bytes per result as taken in", stored, BAR_TAKEN if case.bar else None),
        _line("bytes per result after packing", packed, BAR_PACKED),
        _line("RSS of the collector, MiB", state["rss_mib"], None, digits=0),
    ]
    return all(holds)


def _packed(log: Log, folder: Path) -> float:
    """Bytes a result after packing, of the first PACKED_SAMPLE results in a log of their own."""
    rows = 0
    with contextlib.closing(Log(folder)) as sample:
        for entry in log.read(0):
            fields = [getattr(entry, one.name) for one in dataclasses.fields(Draft)]
            sample.append([Draft(*fields)])
            rows += entry.last_seq - entry.first_seq + 1
            if rows >= PACKED_SAMPLE:
                break
    for day in folder.glob("*.db"):
        pack_day(day, BEGINNING)
    return size_of(folder) / rows


def _line(what: str, value: float, bar: float | None, least: bool = False, digits: int = 2) -> bool:
    holds = bar is None or (value >= bar if least else value <= bar)
    beside = "" if bar is None else f"   bar {'≥' if least else '≤'} {bar:,.{digits}f}   {'met' if holds else 'MISSED'}"
    print(f"  {what:<58} {value:>14,.{digits}f}{beside}", flush=True)
    return holds


def main() -> int:
    """Run the cases; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of each case (default 60)")
    parser.add_argument("--batch", type=int, choices=[case.size for case in CASES], action="append")
    options = parser.parse_args()
    holds = True
    for case in CASES:
        if options.batch and case.size not in options.batch:
            continue
        print(f"Ingest, {case.size:,} results a batch, {CHECKS:,} checks, {case.agents} agents:", flush=True)
        holds &= run(case, options.seconds)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
