"""Beyond SIGKILL, which keeps the page cache: what is on disk when an answer leaves, as strace sees it."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from benchmarks.core import identity, token
from collector.store.log import Log
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode

BATCHES = 150
INSTANTS = 120
SEED = 20261122

_CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)")
_FILE = re.compile(r"^\d+ +\w+\(\d+<([^>]*)>")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Call:
    """One system call: its whole text, the line it began on and the line it ended on."""

    name: str
    text: str
    began: int
    ended: int

    @property
    def file(self) -> str:
        found = _FILE.match(self.text)
        return _plain(found[1]).decode() if found else ""

    @property
    def data(self) -> bytes:
        return b"".join(_plain(piece) for piece in _HEX.findall(self.text))


def _plain(text: str) -> bytes:
    """What strace wrote as hexadecimal."""
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


def calls(trace: Path) -> Iterator[Call]:
    """The calls in the order they ended; those that were cut in two by another thread are joined."""
    open_calls: dict[str, tuple[int, str]] = {}
    with trace.open() as lines:
        for number, line in enumerate(lines):
            found = _CALL.match(line)
            if not found:
                continue
            thread, name = found.groups()
            if line.rstrip().endswith("<unfinished ...>"):
                open_calls[thread] = (number, line.rstrip().removesuffix("<unfinished ...>").rstrip())
            elif " resumed>" in line:
                began, text = open_calls.pop(thread)
                yield Call(name, text + line.split(" resumed>", 1)[1].rstrip(), began, number)
            else:
                yield Call(name, line.rstrip(), number, number)


@dataclass
class Run:
    """A traced collector core that has taken BATCHES batches of one agent, one after the other."""

    calls: Sequence[Call]
    log: str
    sizes: list[int] = field(default_factory=list)


def traced(folder: Path, syscalls: str, most: int) -> Run:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    can = subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True, text=True)
    if can.returncode:
        pytest.skip(f"no process may be traced here: {can.stderr.strip()}")
    trace = folder / "trace"
    data = folder / "data"
    command = [
        "strace",
        "-f",
        "--seccomp-bpf",
        "-y",
        "-xx",
        "-s",
        str(most),
        "-e",
        f"trace={syscalls}",
        "-o",
        str(trace),
    ]
    command += [sys.executable, "-m", "benchmarks.core", str(data), "100", "1"]
    run = Run([], str(data / "log"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as core:
        try:
            assert core.stdout is not None
            connection = http.client.HTTPConnection("127.0.0.1", int(core.stdout.readline()), timeout=60)
            random, seq = Random(SEED), 1
            for _ in range(BATCHES):
                size = random.randint(1, 60)
                results = [
                    Result(row + 1, 60_000, -1, seq + row, Reading(Outcome.OK, {"rtt_us": random.getrandbits(16)}))
                    for row in range(size)
                ]
                body = encode(Header(identity(1).id, "b", seq, 9_000_000.0, int(time.time() * 1000)), results)
                connection.request("POST", "/api/v1/batches", body, {"Authorization": f"Bearer {token(1)}"})
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()
                run.sizes.append(size)
                seq += size
            connection.close()
        finally:
            # The traced process, not strace: so that the trace is written to its end.
            for child in Path(f"/proc/{core.pid}/task/{core.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            core.wait(60)
    run.calls = list(calls(trace))
    return run


def test_the_log_is_synced_between_each_body_and_its_answer(tmp_path: Path) -> None:
    run = traced(tmp_path, "read,recvfrom,write,writev,sendto,fdatasync,fsync", 16)
    answers = bodies = 0
    synced = -1
    body = 0
    for call in run.calls:
        if call.name in ("fdatasync", "fsync") and call.file.startswith(run.log) and call.file.endswith("-wal"):
            synced = call.began
        elif call.name in ("read", "recvfrom") and call.data.startswith(b"POST "):
            bodies, body = bodies + 1, call.ended
        elif call.name in ("write", "writev", "sendto") and call.data.startswith(b"HTTP/1.1 200"):
            answers += 1
            assert body < synced < call.began

    assert (bodies, answers) == (BATCHES, BATCHES)


class Disk:
    """Files as the kernel has them, and as they would be if everything after their last sync were lost."""

    def __init__(self, below: str) -> None:
        self.below = below
        self.now: dict[str, bytearray] = {}
        self.kept: dict[str, bytes] = {}

    def apply(self, call: Call) -> None:
        file = call.file
        if call.name == "unlink":
            path = call.data.decode()
            self.now.pop(path, None)
            self.kept.pop(path, None)
        elif not file.startswith(self.below) or file.endswith("-shm"):
            return
        elif call.name == "pwrite64":
            offset = int(re.findall(r", (\d+)\) += ", call.text)[-1])
            content = self.now.setdefault(file, bytearray())
            content.extend(bytes(max(0, offset + len(call.data) - len(content))))
            content[offset : offset + len(call.data)] = call.data
        elif call.name == "ftruncate":
            size = int(re.findall(r", (\d+)\) += ", call.text)[-1])
            content = self.now.setdefault(file, bytearray())
            del content[size:]
            content.extend(bytes(size - len(content)))
        elif call.name in ("fdatasync", "fsync") and file in self.now:
            self.kept[file] = bytes(self.now[file])


def test_losing_all_writes_after_the_last_sync_loses_no_acknowledged_batch(tmp_path: Path) -> None:
    run = traced(tmp_path, "pwrite64,ftruncate,unlink,fdatasync,fsync,write,writev,sendto", 1 << 20)
    random = Random(SEED)
    disk = Disk(run.log)
    first_answer = next(n for n, call in enumerate(run.calls) if b"HTTP/1.1 200" in call.data[:12])
    instants = set(random.sample(range(first_answer, len(run.calls)), INSTANTS))
    acknowledged = 0
    for number, call in enumerate(run.calls):
        disk.apply(call)
        if call.name in ("write", "writev", "sendto") and (found := re.search(rb'"acknowledged":(\d+)', call.data)):
            acknowledged = int(found[1])
        if number not in instants:
            continue
        folder = tmp_path / f"disk-{number}"
        folder.mkdir()
        for file, content in disk.kept.items():
            (folder / Path(file).name).write_bytes(content)
        log = Log(folder)
        found_last = [entry.last_seq for entry in log.read(0)]
        assert found_last
        assert found_last[-1] >= acknowledged
        assert log.verify() == len(found_last)
        log.close()
        shutil.rmtree(folder)

    assert acknowledged == sum(run.sizes)
