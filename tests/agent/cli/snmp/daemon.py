"""Real snmpd processes, set up in whatever way a test wants."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.snmp import message
from tests.agent.snmp.asking import own_place

COMMUNITY = "reading-word"
AUTH_KEY = "a-word-for-digests"
PRIV_KEY = "a-word-for-ciphers"
ENGINE = "80001f88047477696e"
"""A text form of net-snmp's: two daemons that bear it are clones of each other."""
_AWAKE_S = 10.0


@contextmanager
def snmpd(folder: Path, config: str) -> Iterator[str]:
    """A daemon with this configuration; where it is."""
    program = shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if program is None:
        pytest.skip("needs the Debian package snmpd")
    address, port = own_place()
    (folder / "snmpd.conf").write_text(f"agentXSocket /dev/null\n{config}")
    process = subprocess.Popen(
        [program, "-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lf", str(folder / "log"), f"udp:{address}:{port}"],
        env={"SNMP_PERSISTENT_DIR": str(folder / "state"), "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _awake(address, port), (folder / "log").read_text()
        yield f"{address}:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _awake(address: str, port: int) -> bool:
    """Whether the daemon comes to answer its community within ten seconds."""
    question = message.Community("v2c", COMMUNITY.encode()).seal(
        message.request(message.Kind.GET, 7, [(1, 3, 6, 1, 2, 1, 1, 3, 0)]), 7
    )
    until = time.monotonic() + _AWAKE_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect((address, port))
        while time.monotonic() < until:
            sock.settimeout(0.1)
            try:
                sock.send(question)
                return bool(sock.recv(2048))
            except TimeoutError:
                continue
            except ConnectionRefusedError:
                time.sleep(0.02)
    return False
