"""A device made of pysnmp reads our messages and we read its, with every pair of protocols and what it reports."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from agent.snmp.ber import Tag
from agent.snmp.credentials import AUTH, PRIV, Access
from agent.snmp.errors import Cause
from agent.snmp.message import Kind, Report
from agent.snmp.v3 import User
from tests.agent.snmp.asking import UPTIME, Asker, own_place, user


@pytest.fixture(scope="module")
def device() -> Iterator[Asker]:
    address, port = own_place()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.agent.snmp.pysnmp_device", address, str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asker = Asker(address, port)
    try:
        assert asker.wakes()
        yield asker
    finally:
        asker.close()
        process.kill()
        process.wait(10)


@pytest.mark.parametrize("priv", ["", *PRIV])
@pytest.mark.parametrize("auth", AUTH)
def test_every_pair_of_protocols(device: Asker, auth: str, priv: str) -> None:
    watcher = User(user(auth + priv, auth, priv))

    (uptime,) = device.ask(watcher).varbinds
    rows = device.ask(watcher, Kind.GET_BULK, [(1, 3, 6, 1, 2, 1, 1)]).varbinds

    assert (uptime.oid, uptime.tag) == (UPTIME, Tag.TIME_TICKS)
    assert [row.oid[7] for row in rows] == [1, 2, 3]


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        (user("stranger", "sha1", "aes128"), Cause.UNKNOWN_USER),
        (user("sha1aes128", "sha1", "aes128", auth_key="another key"), Cause.WRONG_DIGEST),
        (user("sha1aes128", "md5", "aes128"), Cause.WRONG_DIGEST),
        (user("sha1aes128", "sha1", "aes128", priv_key="another key"), Cause.DECRYPTION),
        (user("md5aes256", "md5", "aes256-blumenthal"), Cause.DECRYPTION),
    ],
    ids=["user", "auth key", "auth protocol", "priv key", "way of stretching it"],
)
def test_what_is_wrong_has_its_cause(device: Asker, wrong: Access, cause: Cause) -> None:
    with pytest.raises(Report) as report:
        device.ask(User(wrong))

    assert report.value.cause == cause


def test_a_clock_out_of_the_window_is_set_by_the_engine(device: Asker) -> None:
    ahead = [0.0]
    watcher = User(user("sha256aes128", "sha256", "aes128"), lambda: ahead[0])
    device.ask(watcher)
    ahead[0] += 100_000

    with pytest.raises(Report) as report:
        device.once(watcher, Kind.GET, [UPTIME])

    assert (report.value.cause, report.value.again) == (Cause.NOT_IN_TIME_WINDOW, True)
    assert device.once(watcher, Kind.GET, [UPTIME]).varbinds[0].oid == UPTIME
