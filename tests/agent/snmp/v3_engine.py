"""An SNMPv3 engine from the device's side, by hand: what it says to one user, true or not.

It builds messages with the tests' own encoding and digests, so that the product's can disagree; only the ciphers are
the product's, held by published vectors and by engines that are not ours.
"""

import hashlib
import hmac
from collections.abc import Sequence

from agent.snmp import usm
from agent.snmp.credentials import Access
from rules.secret import Secret
from tests.agent.snmp.wire import REPORT, Oid, VarBind, name, number, response, text, tlv

ENGINE = bytes.fromhex("8000b4a30001020304")
UNSUPPORTED_LEVEL, NOT_IN_TIME, UNKNOWN_USER, UNKNOWN_ENGINE, WRONG_DIGEST, DECRYPTION = (
    (1, 3, 6, 1, 6, 3, 15, 1, 1, counter) for counter in range(1, 7)
)
UNKNOWN_CONTEXT: Oid = (1, 3, 6, 1, 6, 3, 12, 1, 5)


def access(auth: str = "sha256", priv: str = "aes128", context: str = "", user: str = "watcher") -> Access:
    """A user with all keys."""
    keys = Secret("authentication key"), Secret("privacy key!")
    return Access("test", "v3", None, user, auth, keys[0] if auth else None, priv, keys[1] if priv else None, context)


class Engine:
    """One engine, its clock in its fields."""

    def __init__(self, to: Access, engine_id: bytes = ENGINE, boots: int = 7, time: int = 1000) -> None:
        self.to, self.id, self.boots, self.time = to, engine_id, boots, time
        self._salt = 0
        self._key = _key(to, engine_id)

    def report(self, about: int, counter: Oid, proven: bool = False, instance: Oid = (0,)) -> bytes:
        """A Report that names a counter; ``proven`` signs it."""
        pdu = tlv(REPORT, number(about) + number(0) + number(0) + tlv(0x30, _row((*counter, *instance), 1)))
        return self.message(about, pdu, auth=proven, priv=False)

    def answer(self, about: int, varbinds: Sequence[VarBind], **how: bool) -> bytes:
        """A Response, with everything the user's level asks for unless ``auth`` or ``priv`` says otherwise."""
        return self.message(about, response(about, varbinds), **how)

    def message(self, about: int, pdu: bytes, auth: bool | None = None, priv: bool | None = None) -> bytes:
        """Any PDU in a message."""
        return self.sealed(about, tlv(0x30, text(self.id) + text(b"") + pdu), auth, priv)

    def sealed(self, about: int, scoped: bytes, auth: bool | None = None, priv: bool | None = None) -> bytes:
        """Whatever stands for a scoped PDU in a message that the user must believe."""
        to = self.to
        auth = bool(to.auth) if auth is None else auth
        priv = bool(to.priv) if priv is None else priv
        flags = (1 if auth else 0) | (2 if priv else 0)
        salt = b""
        if priv:
            self._salt += 1
            salt = self._salt.to_bytes(8, "big")
            assert to.priv_key is not None
            key = usm.privacy_key(to.auth, to.priv, to.priv_key.reveal().encode(), self.id)
            scoped = text(usm.ciphers(to.priv, key)[0](scoped, self.boots, self.time, salt))
        size = usm.TAGS[to.auth] if auth else 0
        blank = self._message(about, flags, bytes(size), salt, scoped)
        if not auth:
            return blank
        return self._message(about, flags, hmac.new(self._key, blank, to.auth).digest()[:size], salt, scoped)

    def _message(self, about: int, flags: int, tag: bytes, salt: bytes, scoped: bytes) -> bytes:
        clock = number(self.boots) + number(self.time)
        parameters = text(self.id) + clock + text(self.to.user.encode()) + text(tag) + text(salt)
        head = number(about) + number(1500) + text(bytes((flags,))) + number(3)
        return tlv(0x30, number(3) + tlv(0x30, head) + text(tlv(0x30, parameters)) + scoped)


def _key(to: Access, engine_id: bytes) -> bytes:
    if to.auth_key is None:
        return b""
    password = to.auth_key.reveal().encode()
    key = hashlib.new(to.auth, (password * (1 + (1 << 20) // len(password)))[: 1 << 20]).digest()
    return hashlib.new(to.auth, key + engine_id + key).digest()


def _row(oid: Oid, value: int) -> bytes:
    return tlv(0x30, name(oid) + number(value, 0x41))
