"""Real traps and informs of net-snmp's tools, of every version, received by the agent's own socket."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from agent.snmp.ber import Oid, Tag, VarBind
from agent.snmp.credentials import Access
from agent.snmp.message import Community, Response, encode
from agent.traps.engine import Engine
from agent.traps.gate import Gate
from agent.traps.listener import bound
from agent.traps.receiver import Receiver
from agent.traps.trap import Trap
from agent.traps.understood import Understood
from rules.secret import Secret

pytestmark = pytest.mark.skipif(not shutil.which("snmptrap"), reason="needs snmptrap (Debian package snmp)")

ENGINE = Engine(bytes.fromhex("80000000050102030405060708090a0b0c"), 7)
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
IF_INDEX = ("1.3.6.1.2.1.2.2.1.1.3", "i", "3")
USER = Access(
    "lab", "v3", user="watcher", auth="sha256", auth_key=Secret("authpass123"),
    priv="aes128", priv_key=Secret("privpass123"),
)  # fmt: skip
PRIVACY = ("-x", "AES", "-X", "privpass123")
V3 = ("-v", "3", "-l", "authPriv", "-u", "watcher", "-a", "SHA-256", "-A", "authpass123", *PRIVACY)
SENDER = ("-e", "0x8000000001020304")


def heard(
    tmp_path: Path,
    *sendings: Sequence[str],
    users: Sequence[Access] = (),
    before: Sequence[Sequence[Access]] = (),
    gate: Gate | None = None,
    raw: Sequence[bytes] = (),
    host: str = "127.0.0.1",
) -> tuple[list[Trap], Receiver, list[int]]:
    """What a receiver made of these runs of ``snmptrap`` and raw datagrams, and the runs' exit codes."""

    async def play() -> tuple[list[Trap], Receiver, list[int]]:
        traps: list[Trap] = []
        listen = bound(f"{'[::1]' if host == '::1' else host}:0")
        port = listen.getsockname()[1]
        receiver = Receiver(ENGINE, gate or Gate(1000), traps.append)
        for known in (*before, users):
            receiver.users(known)
        receiver.open(listen)
        at = f"udp6:[{host}]:{port}" if host == "::1" else f"{host}:{port}"
        codes = []
        try:
            for sending in sendings:
                words = [at if word == "AT" else word for word in sending]
                child = await asyncio.create_subprocess_exec(
                    "snmptrap", *words, env={**os.environ, "SNMP_PERSISTENT_DIR": str(tmp_path), "MIBS": ""},
                    stderr=subprocess.DEVNULL,
                )  # fmt: skip
                codes.append(await asyncio.wait_for(child.wait(), 20))
            with socket.socket(listen.family, socket.SOCK_DGRAM) as sender:
                for datagram in raw:
                    sender.sendto(datagram, (host, port))
            await asyncio.sleep(0.1)
            seen = -1
            while seen != len(traps):  # however slow the machine is: until nothing more comes
                seen = len(traps)
                await asyncio.sleep(0.1)
        finally:
            receiver.close()
        return traps, receiver, codes

    return asyncio.run(play())


def v2c(*more: str, uptime: str = "4711", kind: tuple[str, ...] = ()) -> list[str]:
    return ["-v", "2c", "-c", "anything", *kind, "AT", uptime, LINK_DOWN, *IF_INDEX, *more]


def test_a_trap_of_v2c_with_its_names_uptime_and_source(tmp_path: Path) -> None:
    (trap,), _, _ = heard(tmp_path, v2c())
    assert (trap.version, trap.source, trap.oid, trap.uptime) == ("v2c", "127.0.0.1", LINK_DOWN, 4711)
    assert (trap.name, trap.bindings) == ("IF-MIB::linkDown", (("IF-MIB::ifIndex.3", "3"),))


def test_a_trap_of_v1_is_converted_and_the_address_inside_it_counts(tmp_path: Path) -> None:
    sending = ["-v", "1", "-c", "public", "AT", "1.3.6.1.4.1.9", "192.0.2.9", "2", "0", "4711", *IF_INDEX]
    (trap,), _, _ = heard(tmp_path, sending)
    assert (trap.version, trap.source, trap.oid, trap.uptime) == ("v1", "192.0.2.9", LINK_DOWN, 4711)


def test_a_trap_of_v1_of_an_enterprise_is_converted(tmp_path: Path) -> None:
    sending = ["-v", "1", "-c", "public", "AT", "1.3.6.1.4.1.9.9.43.2", "0.0.0.0", "6", "1", "4711"]
    (trap,), _, _ = heard(tmp_path, sending)
    assert (trap.oid, trap.source) == ("1.3.6.1.4.1.9.9.43.2.0.1", "127.0.0.1")


def test_a_trap_of_v3_of_an_engine_never_heard_before(tmp_path: Path) -> None:
    (trap,), _, _ = heard(tmp_path, [*V3, *SENDER, "AT", "4711", LINK_DOWN, *IF_INDEX], users=(USER,))
    assert (trap.version, trap.oid, trap.uptime) == ("v3", LINK_DOWN, 4711)


def test_a_trap_of_v3_of_an_unknown_user_is_not_heard(tmp_path: Path) -> None:
    traps, receiver, _ = heard(tmp_path, [*V3, *SENDER, "AT", "4711", LINK_DOWN])
    assert (traps, receiver.counts.strange) == ([], 1)


def test_a_trap_of_v3_with_a_wrong_key_is_not_heard(tmp_path: Path) -> None:
    wrong = [word.replace("authpass123", "otherpass123") for word in V3]
    traps, _, _ = heard(tmp_path, [*wrong, *SENDER, "AT", "4711", LINK_DOWN], users=(USER,))
    assert traps == []


def test_a_user_whose_keys_were_changed_and_changed_back_is_heard(tmp_path: Path) -> None:
    other = replace(USER, name="other", auth_key=Secret("otherpass123"))
    sending = [*V3, *SENDER, "AT", "4711", LINK_DOWN]
    traps, _, _ = heard(tmp_path, sending, users=(USER,), before=((USER,), (other,)))
    assert len(traps) == 1


def test_a_user_that_is_no_longer_known_is_not_heard(tmp_path: Path) -> None:
    traps, _, _ = heard(tmp_path, [*V3, *SENDER, "AT", "4711", LINK_DOWN], before=((USER,),))
    assert traps == []


def test_an_inform_of_v2c_is_answered(tmp_path: Path) -> None:
    (trap,), _, codes = heard(tmp_path, v2c(kind=("-Ci", "-r", "0", "-t", "5")))
    assert (trap.inform, codes) == (True, [0])


def test_an_inform_of_v3_is_answered_under_our_own_engine(tmp_path: Path) -> None:
    sending = [*V3, "-Ci", "-r", "1", "-t", "5", "AT", "4711", LINK_DOWN]
    (trap,), _, codes = heard(tmp_path, sending, users=(USER,))
    assert (trap.inform, codes) == (True, [0])


def test_over_ipv6(tmp_path: Path) -> None:
    (trap,), _, _ = heard(tmp_path, v2c(), host="::1")
    assert trap.source == "::1"


def test_an_inform_that_is_repeated_is_heard_once(tmp_path: Path) -> None:
    traps, receiver, _ = heard(tmp_path, raw=[INFORM] * 3)
    assert (len(traps), receiver.counts.repeated) == (1, 2)


def test_a_storm_is_thinned_out_and_counted(tmp_path: Path) -> None:
    traps, receiver, _ = heard(tmp_path, raw=[TRAP] * 10, gate=Gate(2))
    assert (len(traps), receiver.counts.unkept) == (2, 8)


def test_bytes_that_are_no_message_are_counted_and_change_nothing(tmp_path: Path) -> None:
    odd = [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", os.urandom(200), TRAP[:-3], TRAP[:20] + b"\xff" * 20]
    traps, _, _ = heard(tmp_path, v2c(), raw=[*odd, TRAP])
    assert len(traps) == 2


UPTIME = VarBind((1, 3, 6, 1, 2, 1, 1, 3, 0), Tag.TIME_TICKS, 4711)
KIND = VarBind((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), Tag.OBJECT_IDENTIFIER, (1, 3, 6, 1, 6, 3, 1, 1, 5, 3))
RELAYED: Oid = (1, 3, 6, 1, 6, 3, 18, 1, 3, 0)


def _message(kind: int, *bindings: VarBind, community: bytes = b"public") -> bytes:
    return Community("v2c", community).seal(encode(Response(kind, 4242, 0, 0, [*bindings])), 4242)


TRAP, INFORM = _message(0xA7, UPTIME, KIND), _message(0xA6, UPTIME, KIND)


def test_nobody_need_be_believed_about_the_types_of_what_he_sends(tmp_path: Path) -> None:
    odd = [
        _message(0xA7, UPTIME._replace(tag=Tag.OCTET_STRING, value=b"soon"), KIND),
        _message(0xA7, UPTIME._replace(tag=Tag.INTEGER, value=-5), KIND),
        _message(0xA7, KIND, VarBind(RELAYED, Tag.OCTET_STRING, b"h" * 600)),
        _message(0xA7, KIND, VarBind((1, 3, 6, 1, 2, 1, 1, 1, 0), Tag.NO_SUCH_OBJECT, None)),
    ]
    traps, _, _ = heard(tmp_path, raw=odd)
    assert [(trap.source, trap.uptime) for trap in traps] == [("127.0.0.1", None)] * 4


def test_a_notification_that_does_not_say_which_it_is_is_counted(tmp_path: Path) -> None:
    odd = [_message(0xA7), _message(0xA7, UPTIME), _message(0xA7, UPTIME, KIND._replace(tag=Tag.INTEGER, value=7))]
    traps, receiver, _ = heard(tmp_path, raw=odd)
    assert (traps, receiver.counts.unreadable) == ([], 3)


def test_the_address_that_a_relay_adds_is_the_source(tmp_path: Path) -> None:
    traps, _, _ = heard(
        tmp_path,
        raw=[
            _message(0xA7, UPTIME, KIND, VarBind(RELAYED, Tag.IP_ADDRESS, address))
            for address in (bytes((192, 0, 2, 9)), bytes(4))
        ],
    )
    assert [trap.source for trap in traps] == ["192.0.2.9", "127.0.0.1"]


def test_made_up_communities_lock_no_device_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.traps.understood._MOST_COMMUNITIES", 3)
    made_up = [_message(0xA7, UPTIME, KIND, community=b"no-%d" % number) for number in range(5)]
    traps, _, _ = heard(tmp_path, raw=[TRAP, *made_up, TRAP])
    assert len(traps) == 7


def test_made_up_engines_of_strangers_are_not_learnt() -> None:
    from pysnmp.entity.engine import SnmpEngine

    understood = Understood(SnmpEngine())
    understood.users([USER])
    assert not understood.engine(bytes(12), b"stranger")
    assert understood.engine(bytes(12), b"watcher")
