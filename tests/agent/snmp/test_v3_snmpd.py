"""A real snmpd answers every pair of protocols, and says what is wrong with a user."""

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from agent.snmp.ber import Tag
from agent.snmp.credentials import AUTH, PRIV, Access
from agent.snmp.errors import Cause
from agent.snmp.message import Kind, Report
from agent.snmp.v3 import User
from tests.agent.snmp.asking import AUTH_KEY, PRIV_KEY, UPTIME, Asker, own_place, user

_AUTH = {"md5": "MD5", "sha1": "SHA"} | {f"sha{bits}": f"SHA-{bits}" for bits in (224, 256, 384, 512)}
_PRIV = {
    "des": "DES",
    "aes128": "AES",
    "aes192": "AES-192-C",
    "aes256": "AES-256-C",
    "aes192-blumenthal": "AES-192",
    "aes256-blumenthal": "AES-256",
}
AUTHORIZATION_ERROR = 16


def _config() -> str:
    lines = ["agentXSocket /dev/null", "view narrow included .1.3.6.1.2.1.1", "createUser open", "rouser open noauth"]
    for auth in AUTH:
        for priv in ("", *PRIV):
            cipher = f' {_PRIV[priv]} "{PRIV_KEY}"' if priv else ""
            lines.append(f'createUser {auth}{priv} {_AUTH[auth]} "{AUTH_KEY}"{cipher}')
            lines.append(f"rouser {auth}{priv} {'authPriv' if priv else 'authNoPriv'} -V narrow")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    program = shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if program is None:
        pytest.skip("needs the Debian package snmpd")
    folder = tmp_path_factory.mktemp("snmpd")
    address, port = own_place()
    (folder / "snmpd.conf").write_text(_config())
    process = subprocess.Popen(
        [program, "-f", "-C", "-c", str(folder / "snmpd.conf"), "-Lf", str(folder / "log"), f"udp:{address}:{port}"],
        env={"SNMP_PERSISTENT_DIR": str(folder / "state"), "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    asker = Asker(address, port)
    try:
        assert asker.wakes(), (folder / "log").read_text()
        yield asker
    finally:
        asker.close()
        process.terminate()
        process.wait(10)


def _cause(asker: Asker, access: Access) -> Cause:
    with pytest.raises(Report) as report:
        asker.ask(User(access))
    return report.value.cause


@pytest.mark.parametrize("priv", ["", *PRIV])
@pytest.mark.parametrize("auth", AUTH)
def test_every_pair_of_protocols(snmpd: Asker, auth: str, priv: str) -> None:
    watcher = User(user(auth + priv, auth, priv))

    (uptime,) = snmpd.ask(watcher).varbinds
    rows = snmpd.ask(watcher, Kind.GET_BULK, [(1, 3, 6, 1, 2, 1, 1)]).varbinds

    assert (uptime.oid, uptime.tag) == (UPTIME, Tag.TIME_TICKS)
    assert [row.oid[7] for row in rows] == [1, 2, 3]


def test_a_user_without_keys(snmpd: Asker) -> None:
    assert snmpd.ask(User(user("open"))).varbinds[0].tag == Tag.TIME_TICKS


def test_an_unknown_user(snmpd: Asker) -> None:
    assert _cause(snmpd, user("stranger", "sha1", "aes128")) == Cause.UNKNOWN_USER


@pytest.mark.parametrize(
    "wrong",
    [user("sha1aes128", "sha1", "aes128", auth_key="another key"), user("sha1aes128", "md5", "aes128")],
    ids=["key", "protocol"],
)
def test_a_wrong_authentication(snmpd: Asker, wrong: Access) -> None:
    assert _cause(snmpd, wrong) == Cause.WRONG_DIGEST


def test_a_level_the_user_has_not(snmpd: Asker) -> None:
    assert _cause(snmpd, user("sha1", "sha1", "aes128")) == Cause.UNSUPPORTED_LEVEL


def test_a_level_too_low_for_what_is_asked(snmpd: Asker) -> None:
    assert snmpd.ask(User(user("sha1aes128", "sha1"))).status == AUTHORIZATION_ERROR


def test_another_cipher(snmpd: Asker) -> None:
    assert _cause(snmpd, user("sha1des", "sha1", "aes128")) == Cause.DECRYPTION


@pytest.mark.parametrize(
    "wrong",
    [
        user("sha1aes128", "sha1", "aes128", priv_key="another key"),
        user("md5aes256", "md5", "aes256-blumenthal"),
        user("sha1aes128", "sha1", "aes128", context="nowhere"),
    ],
    ids=["privacy key", "way of stretching it", "context"],
)
def test_what_this_daemon_only_answers_with_silence(snmpd: Asker, wrong: Access) -> None:
    watcher = User(wrong)
    with pytest.raises(Report, match="engine id"):
        snmpd.once(watcher, Kind.GET, [UPTIME])

    with pytest.raises(TimeoutError):
        snmpd.once(watcher, Kind.GET, [UPTIME], 0.3)


def test_a_clock_out_of_the_window_is_set_by_the_engine(snmpd: Asker) -> None:
    ahead = [0.0]
    watcher = User(user("sha256aes128", "sha256", "aes128"), lambda: ahead[0])
    snmpd.ask(watcher)
    ahead[0] += 100_000

    with pytest.raises(Report) as report:
        snmpd.once(watcher, Kind.GET, [UPTIME])

    assert (report.value.cause, report.value.again) == (Cause.NOT_IN_TIME_WINDOW, True)
    assert snmpd.once(watcher, Kind.GET, [UPTIME]).varbinds[0].oid == UPTIME
