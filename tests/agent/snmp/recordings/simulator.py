"""snmpsim answering for every recorded device, on a free port of the loopback address."""

import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.snmp.credentials import Access
from rules.secret import Secret
from tests.agent.snmp.recordings.recording import FOLDER, names

_NEEDED = ("snmpsim", "pysmi", "cryptography")
_PATIENCE_S = 60.0
_USER, _AUTH_KEY, _PRIV_KEY = "tester", "authpass123", "privpass123"


@dataclass(frozen=True, slots=True)
class Recordings:
    """Where the recorded devices answer: one address for all, told apart by community or context."""

    address: str
    port: int

    def access(self, name: str, version: str = "v2c") -> Access:
        """The way in to one recorded device by v1 or v2c."""
        return Access(name, version, community=Secret(name))

    def access_v3(self, name: str) -> Access:
        """The way in by v3 with SHA-1 and AES-128. The simulator knows contexts of up to 32 letters."""
        return Access(
            name, "v3", user=_USER, auth="sha1", auth_key=Secret(_AUTH_KEY), priv="aes128", priv_key=Secret(_PRIV_KEY),
            context=name,
        )  # fmt: skip


@contextmanager
def simulated(folder: Path) -> Iterator[Recordings]:
    """The recorded devices, answering until the end of the block. ``folder`` is for snmpsim's cache and log.

    Skips the test where recordings or snmpsim are absent. As root, snmpsim runs as nobody, as it demands.
    """
    if not names():
        pytest.skip("the SNMP recordings are not beside the project")
    missing = [package for package in _NEEDED if importlib.util.find_spec(package) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    closed = [str(place) for place in _needed_places() if not _open_to_all(place)] if os.getuid() == 0 else []
    if closed:
        pytest.skip(f"not beside the project where nobody, as whom root runs snmpsim, could read: {', '.join(closed)}")
    as_nobody = ["--process-user=nobody", "--process-group=nogroup"] if os.getuid() == 0 else []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "snmpsim.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("responder.py")),
                *as_nobody,
                "--log-level=error",
                f"--cache-dir={folder}",
                "--v3-engine-id=auto",
                f"--v3-user={_USER}",
                f"--v3-auth-key={_AUTH_KEY}",
                "--v3-auth-proto=SHA",
                f"--v3-priv-key={_PRIV_KEY}",
                "--v3-priv-proto=AES",
                f"--data-dir={FOLDER}",
                f"--agent-udpv4-endpoint=127.0.0.1:{port}",
            ],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
        )
    try:
        _await_answer(process, port, log)
        yield Recordings("127.0.0.1", port)
    finally:
        process.kill()
        process.communicate()


def _needed_places() -> tuple[Path, ...]:
    """What snmpsim reads after it gave up being root: the recordings, and its modules of moving values."""
    found = importlib.util.find_spec("snmpsim")
    assert found is not None
    assert found.origin is not None
    return FOLDER, Path(found.origin).parent


def _open_to_all(place: Path) -> bool:
    return all(one.stat().st_mode & 0o001 for one in (place, *place.parents))


def _await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the device with the shortest recording answers for its sysObjectID."""
    shortest = min(FOLDER.glob("*.snmprec"), key=lambda path: path.stat().st_size).stem.encode()
    community = bytes([0x04, len(shortest)]) + shortest
    pdu = bytes.fromhex("a019020101020100020100300e300c06082b060102010102000500")
    body = b"\x02\x01\x01" + community + pdu
    question = bytes([0x30, len(body)]) + body
    end = time.monotonic() + _PATIENCE_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        sock.connect(("127.0.0.1", port))
        while time.monotonic() < end and process.poll() is None:
            with suppress(OSError):
                sock.send(question)
                sock.recv(2048)
                return
            time.sleep(0.1)
    raise RuntimeError(f"snmpsim does not answer: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
