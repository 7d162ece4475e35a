"""Messages of SNMPv3 (RFC 3412) under the user-based security model (RFC 3414), for one user at one device.

The device's engine is the authority: its id makes the keys, its clock dates every message. Both are asked for with the
first request and corrected when the device says so.
"""

import os
from collections.abc import Callable
from hmac import compare_digest
from time import monotonic
from typing import NamedTuple

from agent.snmp import usm
from agent.snmp.ber import Malformed, Oid, Tag, content, element, encode_integer, expect, integer, octets
from agent.snmp.credentials import Access
from agent.snmp.errors import Cause, Denied
from agent.snmp.message import Forged, Kind, Report, encode_number, request, response

WINDOW_S = 150
"""How far a message's time may be from the engine's (RFC 3414 §2.2.3)."""

_LATCHED = 0x7FFFFFFF
_LONGEST_ENGINE = 32
"""Octets of an engine id (RFC 3411 §5)."""
_AUTH, _PRIV, _REPORTABLE = 1, 2, 4
_LARGEST = 65_507
_VERSION = encode_integer(3)
_USM = encode_integer(3)
_NEVER = -1

_STATISTICS: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1)
_MESSAGES: Oid = (1, 3, 6, 1, 6, 3, 11, 2, 1)
_UNKNOWN_ENGINE = (*_STATISTICS, 4)
_NOT_IN_TIME = (*_STATISTICS, 2)
_REASONS: dict[Oid, tuple[str, Cause, bool]] = {
    (*_STATISTICS, 1): (
        "the device does not offer this security level to the user", Cause.UNSUPPORTED_LEVEL, True,
    ),
    _NOT_IN_TIME: ("the device's clock does not agree with its own earlier answers", Cause.NOT_IN_TIME_WINDOW, False),
    (*_STATISTICS, 3): ("the device does not know the user", Cause.UNKNOWN_USER, False),
    _UNKNOWN_ENGINE: ("the device does not accept its own engine id", Cause.UNKNOWN_ENGINE, False),
    (*_STATISTICS, 5): ("wrong authentication key or protocol", Cause.WRONG_DIGEST, False),
    (*_STATISTICS, 6): ("wrong privacy key or protocol", Cause.DECRYPTION, True),
    (*_MESSAGES, 1): ("the device does not offer users (USM)", Cause.UNSUPPORTED_MODEL, False),
    (*_MESSAGES, 2): ("the device says that our message is invalid", Cause.OTHER, False),
    (*_MESSAGES, 3): ("the device does not know this kind of request", Cause.OTHER, False),
    (1, 3, 6, 1, 6, 3, 12, 1, 4): ("the context is not available on the device", Cause.UNKNOWN_CONTEXT, False),
    (1, 3, 6, 1, 6, 3, 12, 1, 5): ("the device does not know the context", Cause.UNKNOWN_CONTEXT, False),
}  # fmt: skip
"""Counters that a Report names (SNMP-USER-BASED-SM-MIB, SNMP-MPD-MIB, SNMP-TARGET-MIB): what that says, and whether
another key may do."""


class _Message(NamedTuple):
    """What stands around a payload; ``tag_at`` is where the digest stands, ``data`` where the payload."""

    flags: int
    engine: bytes
    boots: int
    time: int
    user: bytes
    tag: bytes
    tag_at: int
    salt: bytes
    data: int
    end: int


class User:
    """One user at one device: what is known of its engine, and the keys for it. A ``message.Security``.

    ``engine_id`` is empty until the device has told it, ``boots`` None until an answer showed it beyond doubt.
    """

    __slots__ = (
        "_access", "_at", "_blank", "_boots", "_context", "_dated", "_decrypt", "_digest", "_encrypt", "_flags",
        "_inside", "_latest", "_name", "_now", "_outside", "_salt", "_time", "_user", "boots", "engine_id",
    )  # fmt: skip

    def __init__(self, access: Access, now: Callable[[], float] = monotonic) -> None:
        """``now`` is a clock in seconds that never jumps."""
        self._access = access
        self._now = now
        self._user = access.user.encode()
        self._name = element(Tag.OCTET_STRING, self._user)
        self._context = element(Tag.OCTET_STRING, access.context.encode())
        self._flags = (_AUTH if access.auth else 0) | (_PRIV if access.priv else 0)
        self._salt = int.from_bytes(os.urandom(8), "big")
        self._blank = bytes(usm.TAGS[access.auth]) if access.auth else b""
        self._inside = self._outside = b""
        self._dated = (_NEVER, _NEVER)
        self._digest: usm.Digest | None = None
        self._encrypt: usm.Cipher | None = None
        self._decrypt: usm.Cipher | None = None
        self.engine_id = b""
        self.boots: int | None = None
        self._boots = self._time = 0
        self._at = 0.0
        self._latest = _NEVER

    def seal(self, pdu: bytes, number: int) -> bytes:
        """The datagram that carries a PDU; the question for the engine while that is unknown (RFC 3414 §4).

        Raises Denied when this machine cannot make it.
        """
        if not self.engine_id:
            return self._discovery(number)
        scoped = element(Tag.SEQUENCE, self._inside + pdu)
        boots, time = self._boots, self._engine_time()
        salt = b""
        if self._encrypt is not None:
            salt = self._next_salt(boots)
            scoped = element(Tag.OCTET_STRING, self._encrypt(scoped, boots, time, salt))
        message = _wrapped(number, self._flags | _REPORTABLE, self._parameters(boots, time) + salt, scoped)
        if self._digest is None:
            return message
        # The digest stands right before the salt and the payload.
        over = len(message) - len(scoped) - len(salt) - 2
        return message[: over - len(self._blank)] + self._digest(message) + message[over:]

    def _parameters(self, boots: int, time: int) -> bytes:
        """The security parameters up to the salt, with a blank digest. They stay the same for a second."""
        if self._dated != (boots, time):
            self._dated = (boots, time)
            engine = element(Tag.OCTET_STRING, self.engine_id) + encode_integer(boots) + encode_integer(time)
            salt = bytes(0 if self._encrypt is None else usm.SALT)
            blank = element(Tag.OCTET_STRING, self._blank) + element(Tag.OCTET_STRING, salt)
            whole = _security(engine + self._name + blank)
            self._outside = whole[: len(whole) - len(salt)]
        return self._outside

    def open(self, datagram: bytes) -> tuple[bytes, int]:
        """The buffer that holds the PDU of a datagram, and where. What the device says of its engine is taken in.

        Raises Malformed, Forged for what is not its word, Report for why it does not answer.
        """
        message = _read(datagram)
        if not message.flags & _AUTH:
            return self._unproven(datagram, message)
        if not self._flags & _AUTH or message.engine != self.engine_id or message.user != self._user:
            raise Forged("another engine or user")
        self._prove(datagram, message)
        buffer, at = self._payload(datagram, message)
        if buffer[at] == Kind.REPORT:
            self._reported(buffer, at, message, proven=True)
        if message.flags & _PRIV != self._flags & _PRIV:
            raise Forged("not encrypted")
        self._in_time(message)
        return buffer, at

    def _unproven(self, datagram: bytes, message: _Message) -> tuple[bytes, int]:
        """A message nobody vouches for: a Report, or the answer to a user without a key."""
        if message.flags & _PRIV:
            raise Forged("encrypted, but not authenticated")
        buffer, at = self._payload(datagram, message)
        if buffer[at] == Kind.REPORT:
            self._reported(buffer, at, message, proven=False)
        if self._flags or message.engine != self.engine_id:
            raise Forged("not authenticated" if self._flags else "another engine")
        self.boots = message.boots
        return buffer, at

    def _prove(self, datagram: bytes, message: _Message) -> None:
        blank, at = self._blank, message.tag_at
        if len(message.tag) != len(blank):
            raise Forged("a digest of another length")
        blanked = datagram[:at] + blank + datagram[at + len(blank) : message.end]
        if self._digest is None or not compare_digest(self._digest(blanked), message.tag):
            raise Forged("a wrong digest")

    def _payload(self, datagram: bytes, message: _Message) -> tuple[bytes, int]:
        """The PDU inside, decrypted if need be."""
        if not message.flags & _PRIV:
            return datagram, _pdu(datagram, message.data, message.end, self._inside)
        if self._decrypt is None or len(message.salt) != usm.SALT:
            raise Forged("encrypted, and not for us")
        begin, end = expect(datagram, message.data, message.end, Tag.OCTET_STRING)
        plain = self._decrypt(datagram[begin:end], message.boots, message.time, message.salt)
        try:
            return plain, _pdu(plain, 0, len(plain), self._inside)
        except Malformed:
            raise Report("wrong privacy key or protocol", Cause.DECRYPTION, retry=True) from None

    def _reported(self, buffer: bytes, at: int, message: _Message, proven: bool) -> None:
        """Take in what a Report says of the engine, and raise it."""
        told = response(buffer, at).varbinds
        counter = told[0].oid if told else ()
        if counter not in _REASONS:
            # As it should be: the instance, .0, behind it.
            counter = counter[:-1]
        if counter not in _REASONS:
            shown = ".".join(map(str, counter)) or "nothing"
            raise Report(f"the device reports {shown}", Cause.OTHER)
        text, cause, retry = _REASONS[counter]
        again = False
        # A Report that tells nothing new is also worth another try: it may answer a question that was under way when
        # an earlier one told the same. How often, is for who asks to limit.
        if counter == _UNKNOWN_ENGINE and message.engine:
            if message.engine != self.engine_id:
                self._meet(message.engine)
                # Not proven, so it only dates the next request; if it is wrong the device says so, and proves that.
                self._set_clock(message)
            again = True
        elif counter == _NOT_IN_TIME and proven:
            # Even backwards: devices that forget their boots do so. That it is no old Report, its number proves.
            self._set_clock(message)
            self.boots, self._latest = message.boots, message.time
            again = True
        raise Report(text, cause, again, retry)

    def _meet(self, engine: bytes) -> None:
        """Make the keys for an engine. Raises Denied, and then nothing has changed."""
        access = self._access
        digest, encrypt, decrypt = None, None, None
        if access.auth:
            digest = usm.digest(access.auth, usm.localised(access.auth, _password(access.auth_key), engine))
        if access.priv:
            if not access.auth:
                raise Denied("privacy without authentication is no security level of SNMPv3", Cause.UNSUPPORTED_LEVEL)
            key = usm.privacy_key(access.auth, access.priv, _password(access.priv_key), engine)
            encrypt, decrypt = usm.ciphers(access.priv, key)
        self._digest, self._encrypt, self._decrypt = digest, encrypt, decrypt
        self._inside = element(Tag.OCTET_STRING, engine) + self._context
        self._dated = (_NEVER, _NEVER)
        self.engine_id, self.boots, self._latest = engine, None, _NEVER

    def _in_time(self, message: _Message) -> None:
        """Judge the time of a proven message, and follow the engine's clock (RFC 3414 §3.2, 7b)."""
        boots, time = message.boots, message.time
        if self.boots is None or boots > self.boots or (boots == self.boots and time > self._latest):
            self._set_clock(message)
            self.boots, self._latest = boots, time
        late = boots == self.boots and time < self._engine_time() - WINDOW_S
        if boots == _LATCHED or boots < self.boots or late:
            raise Forged("an old message")

    def _set_clock(self, message: _Message) -> None:
        self._boots, self._time, self._at = message.boots, message.time, self._now()

    def _engine_time(self) -> int:
        return min(_LATCHED, self._time + int(self._now() - self._at))

    def _next_salt(self, boots: int) -> bytes:
        self._salt = (self._salt + 1) & 0xFFFFFFFFFFFFFFFF
        if self._access.priv == "des":
            return (boots << 32 | self._salt & 0xFFFFFFFF).to_bytes(8, "big")
        return self._salt.to_bytes(8, "big")

    def _discovery(self, number: int) -> bytes:
        nothing = b"\x04\x00"
        scoped = element(Tag.SEQUENCE, nothing + nothing + request(Kind.GET, number, ()))
        return _wrapped(number, _REPORTABLE, _security(nothing + b"\x02\x01\x00\x02\x01\x00" + nothing * 3), scoped)


def _wrapped(number: int, flags: int, security: bytes, scoped: bytes) -> bytes:
    """The message (RFC 3412 §6) around security parameters and a payload."""
    head = element(0x30, b"%b%b\x04\x01%c%b" % (encode_number(number), _SIZE, flags, _USM))
    return element(0x30, b"%b%b%b%b" % (_VERSION, head, security, scoped))


def _security(parameters: bytes) -> bytes:
    """Security parameters as they stand in a message (RFC 3414 §2.4)."""
    return element(Tag.OCTET_STRING, element(Tag.SEQUENCE, parameters))


_SIZE = encode_integer(_LARGEST)


def _read(datagram: bytes) -> _Message:
    """The outside of a message. Raises Malformed."""
    try:
        return _short(datagram) or _long(datagram)
    except IndexError:
        return _long(datagram)


def _short(data: bytes) -> _Message | None:
    """The outside of a message all of whose parts but the whole and its payload are shorter than 128 octets, as they
    are; None for any other. Written out, as it is done for every answer; an index beyond the end is an IndexError."""
    at = 2 if data[1] < 128 else 2 + (data[1] & 0x7F)
    if data[0] != 0x30 or data[at : at + 4] != b"\x02\x01\x03\x30" or data[at + 4] > 127:
        return None
    if (at > 2 and int.from_bytes(data[2:at], "big") != len(data) - at) or (at == 2 and data[1] != len(data) - 2):
        return None
    over = at + 5 + data[at + 4]
    # The head ends with the flags and the security model.
    if data[over - 6 : over - 4] != b"\x04\x01" or data[over - 3 : over] != _USM or data[at + 5] != 2:
        return None
    flags = data[over - 4]
    at = over + 2
    if data[over] != 0x04 or data[at] != 0x30 or data[over + 1] > 127 or data[at + 1] != data[over + 1] - 2:
        return None
    payload = at + data[over + 1]
    at += 2
    size = data[at + 1]
    engine = data[at + 2 : at + 2 + size]
    if data[at] != 0x04 or size > _LONGEST_ENGINE:
        return None
    at += 2 + size
    size = data[at + 1]
    boots = int.from_bytes(data[at + 2 : at + 2 + size], "big")
    if data[at] != 0x02 or not 0 < size < 5:
        return None
    at += 2 + size
    size = data[at + 1]
    time = int.from_bytes(data[at + 2 : at + 2 + size], "big")
    if data[at] != 0x02 or not 0 < size < 5 or boots > _LATCHED or time > _LATCHED:
        return None
    at += 2 + size
    size = data[at + 1]
    user = data[at + 2 : at + 2 + size]
    if data[at] != 0x04 or size > 127:
        return None
    at += 2 + size
    size = data[at + 1]
    tag_at = at + 2
    if data[at] != 0x04 or size > 127:
        return None
    at = tag_at + size
    salt_size = data[at + 1]
    if data[at] != 0x04 or at + 2 + salt_size != payload:
        return None
    return _Message._make(
        (flags, engine, boots, time, user, data[tag_at:at], tag_at, data[at + 2 : payload], payload, len(data))
    )


def _long(datagram: bytes) -> _Message:
    """The same of any message. Raises Malformed."""
    at, end = expect(datagram, 0, len(datagram), Tag.SEQUENCE)
    version, at = integer(datagram, at, end)
    if version != 3:
        raise Malformed(f"a message of version {version}, not 3", at)
    begin, at = expect(datagram, at, end, Tag.SEQUENCE)
    _, begin = integer(datagram, begin, at)
    _, begin = integer(datagram, begin, at)
    flags, begin = octets(datagram, begin, at)
    model, _ = integer(datagram, begin, at)
    if len(flags) != 1 or model != 3:
        raise Malformed("no message of the user-based security model", begin)
    begin, data = expect(datagram, at, end, Tag.OCTET_STRING)
    begin, over = expect(datagram, begin, data, Tag.SEQUENCE)
    engine, begin = octets(datagram, begin, over)
    if len(engine) > _LONGEST_ENGINE:
        raise Malformed(f"an engine id of more than {_LONGEST_ENGINE} octets", begin)
    boots, begin = integer(datagram, begin, over)
    time, begin = integer(datagram, begin, over)
    if not 0 <= boots <= _LATCHED or not 0 <= time <= _LATCHED:
        raise Malformed("an engine's clock outside of its range", begin)
    user, begin = octets(datagram, begin, over)
    tag_at, tag_end = expect(datagram, begin, over, Tag.OCTET_STRING)
    salt, _ = octets(datagram, tag_end, over)
    return _Message(flags[0], engine, boots, time, user, datagram[tag_at:tag_end], tag_at, salt, data, end)


def _pdu(buffer: bytes, at: int, end: int, inside: bytes) -> int:
    """Where the PDU of a scoped PDU begins. Padding may stand behind it. ``inside`` is the engine and the context that
    most probably stand before it."""
    at, end = expect(buffer, at, end, 0x30)
    if inside and buffer.startswith(inside, at, end):
        at += len(inside)
    else:
        _, at = octets(buffer, at, end)
        _, at = octets(buffer, at, end)
    content(buffer, at, end)
    return at


def _password(secret: object) -> bytes:
    reveal = getattr(secret, "reveal", None)
    if reveal is None:
        raise Denied("the user's credential lacks a key", Cause.OTHER)
    return str(reveal()).encode()
