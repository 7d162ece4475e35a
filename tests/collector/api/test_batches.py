"""The door for batches: every wrong request gets a clear answer and leaves nothing behind."""

import asyncio
import json
import os
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from benchmarks.core import Core, identity, made_up, token
from collector.api import batches
from collector.api.batches import BatchesDoor
from rules.parameters import CheckParameters
from rules.result import Outcome, Reading, Result
from rules.state import State
from rules.wire import Header, encode
from tests.collector.test_intake import NOW, body

BEARER = (b"authorization", b"Bearer " + token(1).encode())


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path, made_up(100, CheckParameters()), lambda: NOW)
    with made.running():
        yield made
    made.close()


Answer = tuple[int, dict[bytes, bytes], dict[str, Any]]


def post(core: Core, data: bytes, *headers: tuple[bytes, bytes], method: str = "POST", pieces: int = 1) -> Answer:
    known = {token(1): identity(1)}
    door = BatchesDoor(core.intake, known.get, lambda: NOW)
    step = -(-len(data) // pieces) or 1
    parts = [data[start : start + step] for start in range(0, len(data), step)] or [b""]
    messages = [{"type": "http.request", "body": part, "more_body": part is not parts[-1]} for part in parts]
    said: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": method, "path": "/api/v1/batches", "headers": list(headers)}
    asyncio.run(door(scope, receive, send))
    start, end = said
    return start["status"], dict(start["headers"]), json.loads(end["body"])


def test_a_batch_is_taken_in_any_encoding(core: Core) -> None:
    encodings: dict[bytes, Callable[[bytes], bytes]] = {
        b"deflate": zlib.compress,
        b"zstd": zstandard.compress,
        b"identity": bytes,
    }
    for number, name in enumerate(encodings, 1):
        data = encodings[name](body(number, [1]))
        status, _, answer = post(core, data, BEARER, (b"content-encoding", name), pieces=3)

        assert (status, answer) == (200, {"acknowledged": number, "head": core.log.head()[1].hex()})


@pytest.mark.parametrize(
    ("data", "headers", "status", "words"),
    [
        (b"", (), 401, "token"),
        (b"", ((b"authorization", b"Bearer nobodys"),), 401, "token"),
        (b"", ((b"authorization", b"Basic " + token(1).encode()),), 401, "token"),
        (b"", (BEARER,), 400, "byte 0"),
        (b'{"results": []}', (BEARER,), 400, "byte 0"),
        (body(1, [1])[:50], (BEARER,), 400, "byte 4"),
        (zlib.compress(body(1, [1]))[:-9], (BEARER, (b"content-encoding", b"deflate")), 400, "byte"),
        (zlib.compress(body(1, [1])) + b"x", (BEARER, (b"content-encoding", b"deflate")), 400, "byte"),
        (b"not deflate", (BEARER, (b"content-encoding", b"deflate")), 400, "deflate"),
        (zstandard.compress(body(1, [1]))[:-4], (BEARER, (b"content-encoding", b"zstd")), 400, "zstd"),
        (body(1, [1]), (BEARER, (b"content-encoding", b"br")), 415, "br"),
        (body(1, [1], agent="a_other"), (BEARER,), 403, "a_other"),
        (b"", (BEARER, (b"content-length", str(1 << 40).encode())), 413, "Split"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_taken(
    core: Core, data: bytes, headers: tuple[tuple[bytes, bytes], ...], status: int, words: str
) -> None:
    found, head, problem = post(core, data, *headers)

    assert (found, problem["status"]) == (status, status)
    assert words in problem["detail"]
    assert head[b"content-type"] == b"application/problem+json"
    assert core.log.head()[0] == 0


def headed(**fields: Any) -> bytes:
    """A sound batch, but for fields of its header."""
    sound = body(1, [1])
    (length,) = struct.unpack_from("<I", sound, 4)
    header = json.dumps({**json.loads(sound[8 : 8 + length]), **fields}).encode()
    return sound[:4] + struct.pack("<I", len(header)) + header + sound[8 + length :]


@pytest.mark.parametrize(
    "fields",
    [
        {"sent_mono": 10**400},
        {"sent_mono": float("nan")},
        {"rtt": 10**400},
        {"health": {"queue": 10**400}},
        {"health": {"queue": "long"}},
        {"plan_revision": 10**40},
        {"version": 1 << 60},
        {"version": "2"},
        {"first_seq": 0},
        {"first_seq": 1 << 53},
        {"boot": "\ud800"},
        {"machine_boot": "\ud800"},
        {"agent": 5},
    ],
)
def test_a_header_that_cannot_be_is_refused(core: Core, fields: dict[str, Any]) -> None:
    status, _, problem = post(core, headed(**fields), BEARER)

    assert status == 400
    assert problem["detail"].startswith("byte ")
    assert core.log.head()[0] == 0


def test_a_header_nested_without_end_is_refused(core: Core) -> None:
    data = b"NWB1" + struct.pack("<I", 100_000) + b"[" * 100_000

    assert post(core, data, BEARER)[0] == 400


def test_a_batch_of_a_later_minor_version_is_taken(core: Core) -> None:
    assert post(core, headed(version=2, colour={"of": "the batch"}), BEARER)[0] == 200


@pytest.mark.parametrize("at", [-(1 << 50), 1 << 50])
def test_a_result_from_far_away_is_no_sample_and_hides_no_later_one(core: Core, at: int) -> None:
    for seq, instant, outcome in ((1, at, Outcome.FAILED), (2, 1_000_000_000, Outcome.OK)):
        header = Header(identity(1).id, "b9", seq, sent_mono=1e9, sent_wall=NOW)
        data = encode(header, [Result(1, 60_000, -1, instant, Reading(outcome))])
        assert post(core, data, BEARER)[0] == 200

    assert core.fold.wait_for(2)
    (tail,) = core.live.tails(1, NOW).values()
    assert tail.span is not None
    assert tail.span.state is State.UP
    assert core.live.lasts(1) == {1: 2}


def test_a_bomb_that_does_not_tell_its_size_is_too_large(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_UNPACKED", 100_000)
    packer = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    data = packer.compress(bytes(10_000_000)) + packer.flush()

    assert post(core, data, BEARER, (b"content-encoding", b"zstd"))[0] == 413


def test_a_body_over_the_limit_is_refused_however_it_comes(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST_BYTES", 1000)

    assert post(core, bytes(2000), BEARER, pieces=4)[0] == 413


@pytest.mark.parametrize("encoding", ["deflate", "zstd"])
def test_a_body_that_unfolds_without_end_is_refused(core: Core, monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    monkeypatch.setattr(batches, "MOST_UNPACKED", 100_000)
    bomb = bytes(10_000_000)
    data = zlib.compress(bomb) if encoding == "deflate" else zstandard.compress(bomb)

    status, _, problem = post(core, data, BEARER, (b"content-encoding", encoding.encode()))

    assert status == 413
    assert "unfold" in problem["detail"]


def test_only_post(core: Core) -> None:
    assert post(core, b"", BEARER, method="GET")[0] == 405


def test_a_clone_is_told(core: Core) -> None:
    post(core, body(1, [1], machine="m1", boot="b1"), BEARER)
    post(core, body(1, [1], machine="m2", boot="b2"), BEARER)

    assert post(core, body(2, [1], machine="m1", boot="b1"), BEARER)[0] == 409


def test_while_stopping_agents_are_asked_to_come_again(core: Core) -> None:
    core.intake.stop()

    status, head, _ = post(core, body(1, [1]), BEARER)

    assert status == 503
    assert int(head[b"retry-after"]) > 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small disk of its own (tmpfs) can be mounted by root only")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_refuses_whole_batches_and_loses_none(small_disk: Path) -> None:
    core = Core(small_disk, made_up(100, CheckParameters()), lambda: NOW)
    seq, taken, refused = 1, [], 0
    with core.running():
        while refused < 3:
            assert seq < 1_000_000
            status, head, problem = post(core, body(seq, [n * 7919 % 65_536 for n in range(seq, seq + 2000)]), BEARER)
            if status == 200:
                taken.append(seq)
                seq += 2000
                continue
            assert (status, head[b"retry-after"]) == (503, b"10")
            assert "disk" in problem["detail"]
            refused += 1
        assert [entry.first_seq for entry in core.log.read(0)] == taken

        subprocess.run(["mount", "-o", "remount,size=32m", small_disk], check=True)
        assert post(core, body(seq, [1]), BEARER)[0] == 200
        assert core.fold.wait_for(len(taken) + 1)
    assert core.log.verify() == len(taken) + 1
    core.close()
