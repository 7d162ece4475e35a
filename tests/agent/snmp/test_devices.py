"""The engine and a real snmpd, with each version; and engines of v3 that are not what they were."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent.snmp.ber import Oid, Value
from agent.snmp.credentials import Access
from agent.snmp.device import Device
from agent.snmp.devices import engine_id, open_device
from agent.snmp.errors import Cause, Denied
from rules.secret import Secret
from tests.agent.snmp.meeting import counted
from tests.agent.snmp.recordings.oracles import by_net_snmp

UP: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
NAME: Oid = (1, 3, 6, 1, 2, 1, 1, 5, 0)
OR_TABLE: tuple[Oid, ...] = ((1, 3, 6, 1, 2, 1, 1, 9, 1, 2), (1, 3, 6, 1, 2, 1, 1, 9, 1, 3))
"""sysORID and sysORDescr: a table every snmpd has, and that stands still."""
HERE = "127.0.0.71"
V2C = Access("lab", "v2c", community=Secret("reading"))
KEYS = {"auth_key": Secret("authentication key"), "priv_key": Secret("privacy key!")}


def user(**other: Any) -> Access:
    return Access("lab", **({"version": "v3", "user": "watcher", "auth": "sha256", "priv": "aes128"} | KEYS | other))


WAYS = [Access("lab", "v1", community=Secret("reading")), V2C, user()]


@dataclass
class Daemon:
    """A running snmpd; ``start`` ends it first if it runs."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.stop()
        program = shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
        assert program is not None
        self.process = subprocess.Popen(
            [program, "-f", "-Lf", "/dev/null", "-C", "-c", str(self.folder / "snmpd.conf"), f"udp:{HERE}:{self.port}"],
            env={**os.environ, "SNMP_PERSISTENT_DIR": str(self.folder), "MIBS": ""},
        )
        assert asyncio.run(self._awake()), "snmpd does not answer"

    async def _awake(self) -> bool:
        for _ in range(200):
            if await engine_id(HERE, self.port, 0.5) is not None:
                return True
            await asyncio.sleep(0.05)
        return False

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    if shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
        pytest.skip("needs the Debian package snmpd")
    folder = tmp_path_factory.mktemp("snmpd")
    (folder / "snmpd.conf").write_text(
        "rocommunity reading 127.0.0.0/8\n"
        'createUser watcher SHA-256 "authentication key" AES "privacy key!"\n'
        "rouser watcher authPriv\n"
        "sysName lab\n"
        "agentXSocket /dev/null\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        port = sock.getsockname()[1]
    daemon = Daemon(folder, port)
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@pytest.mark.parametrize("access", WAYS, ids=lambda access: access.version)
def test_values_come_by_every_version(snmpd: Daemon, access: Access) -> None:
    async def look() -> list[Value]:
        device = open_device(access, HERE, snmpd.port)
        try:
            return [one.value for one in await device.get([NAME, (1, 3, 6, 1, 9), UP], 5)]
        finally:
            device.close()

    name, absent, uptime = run(look())

    assert (name, absent) == (b"lab", None)
    assert isinstance(uptime, int)


@pytest.mark.parametrize("access", WAYS, ids=lambda access: access.version)
def test_a_table_holds_what_net_snmp_reads(snmpd: Daemon, access: Access) -> None:
    if shutil.which("snmpbulkwalk") is None:
        pytest.skip("needs the Debian package snmp")

    async def look() -> dict[Oid, Value]:
        device = open_device(access, HERE, snmpd.port)
        try:
            found = await device.read(OR_TABLE, until=asyncio.get_running_loop().time() + 5)
            assert found.faults == ()
            return {(*column, *index): value for column in OR_TABLE for index, value in found.cells[column].items()}
        finally:
            device.close()

    theirs = {oid: value for column in OR_TABLE for oid, _, value in by_net_snmp(HERE, snmpd.port, "reading", column)}
    assert theirs
    assert run(look()) == theirs


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"user": "stranger"}, Cause.UNKNOWN_USER),
        ({"auth_key": Secret("another password")}, Cause.WRONG_DIGEST),
        ({"auth": "sha512"}, Cause.WRONG_DIGEST),
        ({"priv": ""}, Cause.NO_ACCESS),
    ],
    ids=["user", "key", "digest", "level"],
)
def test_what_is_wrong_with_a_user_is_told(snmpd: Daemon, wrong: dict[str, Any], cause: Cause) -> None:
    async def look() -> Cause:
        device = open_device(user(**wrong), HERE, snmpd.port)
        try:
            with pytest.raises(Denied) as told:
                await device.get([UP], 5)
            return told.value.cause
        finally:
            device.close()

    assert run(look()) is cause


def test_an_engine_at_two_addresses_is_noticed(snmpd: Daemon) -> None:
    async def look() -> tuple[tuple[str, ...], tuple[str, ...]]:
        one, other = open_device(user(), HERE, snmpd.port), open_device(user(), "127.0.0.72", snmpd.port)
        one.answers_from([HERE])
        try:
            await one.get([UP], 5)
            before = one.twins
            # What a second device with a copied configuration would tell.
            other.line.destination = one.line.destination
            other.answers_from([HERE])
            await other.get([UP], 5)
            return before, one.twins
        finally:
            one.close()
            other.close()

    assert run(look()) == ((), ("127.0.0.72",))


async def admitted(device: Device) -> None:
    """Ask until the daemon, which answers before it has read who may see what, gives a value."""
    for _ in range(100):
        try:
            await device.get([UP], 5)
            return
        except Denied as refused:
            assert refused.cause is Cause.NO_ACCESS  # noqa: PT017 - any other cause is what the test is about
            await asyncio.sleep(0.02)


def test_a_restart_is_followed_silently_and_shows_in_the_boots(snmpd: Daemon) -> None:
    async def look() -> tuple[int, int, int]:
        device = open_device(user(), HERE, snmpd.port)
        try:
            await device.get([UP], 5)
            before = device.boots
            await asyncio.to_thread(snmpd.start)
            await admitted(device)
            return device.boots or 0, before or 0, counted(device).silent
        finally:
            device.close()

    after, before, silent = run(look())

    assert (after - before, silent) == (1, 0)


def test_nobody_there_has_no_engine_id() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HERE, 0))
        port = sock.getsockname()[1]

        assert run(engine_id(HERE, port, 0.1)) is None
