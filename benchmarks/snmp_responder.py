"""Thousands of SNMP devices for benchmarks: one process that answers on every address of 127/8 at one port.

What was answered once is replayed for a second: a question is looked up by all its bytes but its number, and the
encoded answer is sent again with the new one, from the address that was asked (IP_PKTINFO). Each address is a device
with an engine id of its own; all have the same interface table. For v3 the keys are made once for each address, so that
a message costs its ciphers and little else.

    python -m benchmarks.snmp_responder PORT [--rows 50]
"""

import argparse
import hashlib
import hmac
import os
import signal
import socket
import sys
import time
from functools import lru_cache

from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from tests.agent.snmp.wire import (
    COUNTER32,
    COUNTER64,
    GAUGE32,
    OBJECT_ID,
    REPORT,
    RESPONSE,
    SEQUENCE,
    TICKS,
    UPTIME,
    Mib,
    Oid,
    asked,
    name,
    number,
    parts,
    split,
    table,
    text,
    tlv,
)

COMMUNITY = "public"
USER = "bench"
AUTH_KEY = "benchmark-auth"
PRIV_KEY = "benchmark-priv"
DIGESTS: dict[str, tuple[str, int]] = {"sha1": ("sha1", 12), "sha256": ("sha256", 24)}
"""Hash and length of the tag (RFC 3414 §6.3, RFC 7860 §4)."""

_IF: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_IFX: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
COLUMNS: tuple[Oid, ...] = (
    (*_IF, 2), (*_IF, 7), (*_IF, 8), (*_IF, 14), (*_IF, 20),
    (*_IFX, 1), (*_IFX, 6), (*_IFX, 10), (*_IFX, 15), (*_IFX, 18),
)  # fmt: skip
"""ifDescr, ifAdminStatus, ifOperStatus, ifInErrors, ifOutErrors, ifName, ifHCInOctets, ifHCOutOctets, ifHighSpeed,
ifAlias."""

_PKTINFO = 8
_UNKNOWN_ENGINE: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)
_NOT_IN_TIME: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0)
_LARGEST = 8192


def place(number: int) -> str:
    """The address of a device by its number."""
    return f"127.{10 + number // 62_500}.{number // 250 % 250}.{number % 250 + 1}"


def mib(rows: int) -> Mib:
    """A switch with so many interfaces."""
    system: Oid = (1, 3, 6, 1, 2, 1, 1)
    objects = {
        (*system, 1, 0): text(b"A switch for benchmarks"),
        (*system, 2, 0): tlv(OBJECT_ID, bytes((0x2B, 6, 1, 4, 1, 0xBF, 8, 3, 2, 10))),
        UPTIME: number(123_456_789, TICKS),
        (*system, 4, 0): text(b""),
        (*system, 5, 0): text(b"switch"),
        (*system, 6, 0): text(b"rack 7"),
    }
    descr, admin, oper, errors_in, errors_out, names, octets_in, octets_out, speed, alias = COLUMNS
    every = range(1, rows + 1)
    objects |= table((*_IF, 1), [number(row) for row in every])
    objects |= table(descr, [text(b"GigabitEthernet1/0/%d" % row) for row in every])
    objects |= table((*_IF, 3), [number(6) for _ in every])
    objects |= table(admin, [number(1) for _ in every])
    objects |= table(oper, [number(1 + row % 2) for row in every])
    objects |= table((*_IF, 10), [number(row * 7_777_777, COUNTER32) for row in every])
    objects |= table(errors_in, [number(row * 3, COUNTER32) for row in every])
    objects |= table((*_IF, 16), [number(row * 6_666_666, COUNTER32) for row in every])
    objects |= table(errors_out, [number(row, COUNTER32) for row in every])
    objects |= table(names, [text(b"Gi1/0/%d" % row) for row in every])
    objects |= table(octets_in, [number(row * 123_456_789_012, COUNTER64) for row in every])
    objects |= table(octets_out, [number(row * 98_765_432_109, COUNTER64) for row in every])
    objects |= table(speed, [number(1000, GAUGE32) for _ in every])
    objects |= table(alias, [text(b"desk %d" % row) for row in every])
    return Mib(objects)


class Replay:
    """PDUs of questions to PDUs of answers. The number stands at the same place in both."""

    def __init__(self, device: Mib) -> None:
        self._device = device
        self._known: dict[bytes, bytes] = {}

    def forget(self) -> None:
        """Answer anew, with the time it is now."""
        self._device.objects[UPTIME] = number(int(time.monotonic() * 100) & 0xFFFFFFFF, TICKS)
        self._known.clear()

    def pdu(self, question: bytes, largest: int) -> bytes:
        """The Response PDU to a PDU with its header."""
        start = 2 if question[1] < 0x80 else 2 + (question[1] & 0x7F)
        end = start + 2 + question[start + 1]
        rest = question[:1] + question[end:]
        known = self._known.get(rest)
        if known is None:
            to = asked(question[start:], question[0])
            rows = b"".join(tlv(SEQUENCE, name(oid) + value) for oid, value in self._device.varbinds(to, largest))
            known = self._known[rest] = number(0) + number(0) + tlv(SEQUENCE, rows)
        return tlv(RESPONSE, question[start:end] + known)


class Community:
    """Answers v2c messages, by far the most of them from memory."""

    def __init__(self, device: Mib) -> None:
        self._replay = Replay(device)
        self._known: dict[bytes, tuple[bytes, bytes]] = {}

    def forget(self) -> None:
        """Answer anew, with the time it is now."""
        self._replay.forget()
        self._known.clear()

    def answer(self, datagram: bytes) -> bytes:
        # 30 len  02 01 01  04 len community  Ax len  02 len number …
        at = 2 if datagram[1] < 0x80 else 2 + (datagram[1] & 0x7F)
        at += 3
        pdu = at + 2 + datagram[at + 1]
        start = pdu + (2 if datagram[pdu + 1] < 0x80 else 2 + (datagram[pdu + 1] & 0x7F))
        end = start + 2 + datagram[start + 1]
        key = datagram[:start] + datagram[end:]
        known = self._known.get(key)
        if known is None:
            body = self._replay.pdu(datagram[pdu:], 65_000)
            whole = tlv(SEQUENCE, datagram[at - 3 : pdu] + body)
            place = whole.index(datagram[start:end], pdu)
            known = self._known[key] = (whole[:place], whole[place + end - start :])
        return known[0] + datagram[start:end] + known[1]


class User:
    """Answers v3 messages of the one user, at any address, with either hash and AES-128 (RFC 3414, 3826, 7860)."""

    def __init__(self, device: Mib) -> None:
        self._replay = Replay(device)
        self._began = time.monotonic()
        self._salt = int.from_bytes(os.urandom(8), "big")

    def forget(self) -> None:
        """Answer anew, with the time it is now."""
        self._replay.forget()

    def answer(self, datagram: bytes, address: bytes) -> bytes | None:
        engine = b"\x80\x00\x1f\x88\x01" + address
        (_, _), (_, head), (_, security), (_, data) = parts(split(datagram)[1])
        msg_id = parts(head)[0]
        (_, told_engine), (_, boots), (_, told_time), (_, user), (_, tag), (_, salt) = parts(split(security)[1])
        if told_engine != engine:
            return self._report(msg_id[1], engine, _UNKNOWN_ENGINE, None, b"")
        kind = "sha1" if len(tag) == 12 else "sha256"
        if not int.from_bytes(boots, "big"):
            return self._report(msg_id[1], engine, _NOT_IN_TIME, kind, user)
        auth_key, priv_key = keys(kind, engine)
        clock = boots.rjust(4, b"\0")[-4:] + told_time.rjust(4, b"\0")[-4:]
        scoped = _decrypted(priv_key, clock + salt, data)
        _, contents, _ = split(scoped)
        _, context_engine, at = split(contents)
        _, context, at = split(contents, at)
        pdu = contents[at : split(contents, at)[2]]
        body = self._replay.pdu(pdu, _LARGEST)
        plain = tlv(SEQUENCE, tlv(4, context_engine) + tlv(4, context) + body)
        seconds = int(time.monotonic() - self._began) + 1000
        self._salt = (self._salt + 1) & (2**64 - 1)
        new_salt = self._salt.to_bytes(8, "big")
        secret = _encrypted(priv_key, (1).to_bytes(4, "big") + seconds.to_bytes(4, "big") + new_salt, plain)
        return _signed(msg_id[1], 3, engine, seconds, user, kind, auth_key, new_salt, tlv(4, secret))

    def _report(self, msg_id: bytes, engine: bytes, counter: Oid, kind: str | None, user: bytes) -> bytes:
        varbinds = tlv(SEQUENCE, tlv(SEQUENCE, name(counter) + number(1, COUNTER32)))
        pdu = tlv(REPORT, tlv(2, msg_id) + number(0) + number(0) + varbinds)
        scoped = tlv(SEQUENCE, tlv(4, engine) + tlv(4, b"") + pdu)
        seconds = int(time.monotonic() - self._began) + 1000
        if kind is None:
            return _signed(msg_id, 0, engine, seconds, user, "", b"", b"", scoped)
        return _signed(msg_id, 1, engine, seconds, user, kind, keys(kind, engine)[0], b"", scoped)


def _signed(
    msg_id: bytes, flags: int, engine: bytes, seconds: int, user: bytes, kind: str, key: bytes, salt: bytes, data: bytes
) -> bytes:
    size = DIGESTS[kind][1] if kind else 0
    head = tlv(SEQUENCE, tlv(2, msg_id) + number(65_000) + tlv(4, bytes((flags,))) + number(3))
    before = tlv(4, engine) + number(1) + number(seconds) + tlv(4, user)
    security = tlv(4, tlv(SEQUENCE, before + tlv(4, bytes(size)) + tlv(4, salt)))
    whole = tlv(SEQUENCE, number(3) + head + security + data)
    if not kind:
        return whole
    at = len(whole) - len(data) - len(salt) - 2 - size
    return whole[:at] + hmac.digest(key, whole, DIGESTS[kind][0])[:size] + whole[at + size :]


def _decrypted(key: bytes, vector: bytes, data: bytes) -> bytes:
    return Cipher(algorithms.AES(key), CFB(vector)).decryptor().update(data)


def _encrypted(key: bytes, vector: bytes, data: bytes) -> bytes:
    return Cipher(algorithms.AES(key), CFB(vector)).encryptor().update(data)


@lru_cache(4)
def _master(kind: str, password: str) -> bytes:
    data = password.encode()
    return hashlib.new(DIGESTS[kind][0], (data * (2**20 // len(data) + 1))[: 2**20]).digest()


@lru_cache(100_000)
def keys(kind: str, engine: bytes) -> tuple[bytes, bytes]:
    """The two localised keys of the user at that engine (RFC 3414 §2.6)."""
    made = []
    for password in (AUTH_KEY, PRIV_KEY):
        master = _master(kind, password)
        made.append(hashlib.new(DIGESTS[kind][0], master + engine + master).digest())
    return made[0], made[1][:16]


def serve(port: int, rows: int) -> None:
    """Answer until SIGTERM."""
    device = mib(rows)
    community, user = Community(device), User(device)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IP, _PKTINFO, 1)
    for option in (33, socket.SO_RCVBUF):
        try:
            sock.setsockopt(socket.SOL_SOCKET, option, 16 << 20)
            break
        except PermissionError:
            continue
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 << 20)
    sock.bind(("0.0.0.0", port))
    print("ready", flush=True)
    running = True

    def stop(*_: object) -> None:
        nonlocal running
        running = False

    signal.signal(signal.SIGTERM, stop)
    sock.settimeout(0.5)
    receive, send = sock.recvmsg, sock.sendmsg
    v2c, v3 = community.answer, user.answer
    due = 0.0
    while running:
        now = time.monotonic()
        if now >= due:
            due = now + 1
            community.forget()
            user.forget()
        try:
            datagram, notes, _, sender = receive(4096, 64)
        except (TimeoutError, InterruptedError):
            continue
        info = notes[0][2]
        version = datagram[4 if datagram[1] < 0x80 else 4 + (datagram[1] & 0x7F)]
        answer = v2c(datagram) if version == 1 else v3(datagram, info[8:12])
        if answer is not None:
            send((answer,), notes, 0, sender)


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description="Answers as a switch on every address of 127/8.")
    parser.add_argument("port", type=int)
    parser.add_argument("--rows", type=int, default=50)
    arguments = parser.parse_args()
    serve(arguments.port, arguments.rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
