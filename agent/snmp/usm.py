"""Keys, digests and ciphers of the user-based security model (USM, RFC 3414; SHA-2: RFC 7860; AES: RFC 3826). Pure.

AES with 192 and 256 bits was never standardised; two ways of stretching a key to them are about: the one of
draft-reeder-snmpv3-usm-3desede, common with Cisco and others, and the one of draft-blumenthal-aes-usm.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache

from agent.snmp.errors import Cause, Denied

TAGS = {"md5": 12, "sha1": 12, "sha224": 16, "sha256": 24, "sha384": 32, "sha512": 48}
"""Octets of a digest that travel, by authentication protocol (RFC 3414 §6.3.1 and §7.3.1, RFC 7860 §4.2)."""

SALT = 8
"""Octets that a message brings to make its encryption differ from all others (RFC 3414 §8.1.1.1, RFC 3826 §3.1.2.1)."""

_BLOCK = 16
"""Octets of a block of AES."""
_STRETCHED = 1 << 20
_AES_OCTETS = {"aes128": 16, "aes192": 24, "aes256": 32, "aes192-blumenthal": 24, "aes256-blumenthal": 32}


@lru_cache(256)
def key_of(auth: str, password: bytes) -> bytes:
    """The key a password makes: the digest of its endless repetition, cut at 1 MiB (RFC 3414 A.2)."""
    if not password:
        raise Denied("the password of this user is empty", Cause.OTHER)
    repeated = password * (_STRETCHED // len(password) + 1)
    return hashlib.new(auth, repeated[:_STRETCHED], usedforsecurity=False).digest()


@lru_cache(1024)
def localised(auth: str, password: bytes, engine: bytes) -> bytes:
    """The key a user has with one engine (RFC 3414 §2.6)."""
    return _localise(auth, key_of(auth, password), engine)


def _localise(auth: str, key: bytes, engine: bytes) -> bytes:
    return hashlib.new(auth, key + engine + key, usedforsecurity=False).digest()


@lru_cache(1024)
def privacy_key(auth: str, priv: str, password: bytes, engine: bytes) -> bytes:
    """The key material for a cipher: 16 octets for DES (key and IV part), else the AES key."""
    key = localised(auth, password, engine)
    wanted = _AES_OCTETS.get(priv, 16)
    if priv.endswith("-blumenthal"):
        while len(key) < wanted:
            key += hashlib.new(auth, key, usedforsecurity=False).digest()
    else:
        part = key
        while len(key) < wanted:
            # The key so far, taken for a password and localised again (draft-reeder §2.1).
            part = localised(auth, part, engine)
            key += part
    return key[:wanted]


Digest = Callable[[bytes], bytes]
"""A message → what vouches for it, as much of it as travels."""


def digest(auth: str, key: bytes) -> Digest:
    """The HMAC (RFC 2104) with a key of ``localised``, which is never longer than the hash's block. What depends on
    the key alone is worked out here, once for all messages."""
    size = TAGS[auth]
    padded = key.ljust(hashlib.new(auth, usedforsecurity=False).block_size, b"\0")
    inner = hashlib.new(auth, padded.translate(_INNER), usedforsecurity=False).copy
    outer = hashlib.new(auth, padded.translate(_OUTER), usedforsecurity=False).copy

    def of(message: bytes) -> bytes:
        first, second = inner(), outer()
        first.update(message)
        second.update(first.digest())
        return second.digest()[:size]

    return of


_INNER, _OUTER = (bytes(octet ^ pad for octet in range(256)) for pad in (0x36, 0x5C))


Cipher = Callable[[bytes, int, int, bytes], bytes]
"""(text, engine boots, engine time, salt of 8 octets) → the other text."""


def ciphers(priv: str, key: bytes) -> tuple[Cipher, Cipher]:
    """Encryption and decryption with a key of ``privacy_key``. Raises Denied where this machine cannot."""
    try:
        return _des(key) if priv == "des" else _aes(key)
    except ImportError:
        raise Denied(
            "encryption needs the Python package cryptography on the agent: install nineward[snmpv3] there",
            Cause.CANNOT_ENCRYPT,
        ) from None


def _aes(key: bytes) -> tuple[Cipher, Cipher]:
    """CFB with 128 bits; the IV is boots, time and salt (RFC 3826 §3.1.2.1)."""
    from cryptography.hazmat.primitives.ciphers import Cipher as Made
    from cryptography.hazmat.primitives.ciphers.algorithms import AES

    try:
        from cryptography.hazmat.decrepit.ciphers.modes import CFB
    except ImportError:
        from cryptography.hazmat.primitives.ciphers.modes import CFB

    algorithm = AES(key)
    # An IV is to CFB what each block of ciphertext is to the next: one decryption goes on for all messages.
    running = Made(algorithm, CFB(bytes(_BLOCK))).decryptor().update

    def encrypt(text: bytes, boots: int, time: int, salt: bytes) -> bytes:
        return Made(algorithm, CFB((boots << 32 | time).to_bytes(8, "big") + salt)).encryptor().update(text)

    def decrypt(text: bytes, boots: int, time: int, salt: bytes) -> bytes:
        whole = (boots << 32 | time).to_bytes(8, "big") + salt + text
        # The next message begins with a block of its own.
        return running(whole + bytes(-len(text) % _BLOCK))[_BLOCK : len(whole)]

    return encrypt, decrypt


def _des(key: bytes) -> tuple[Cipher, Cipher]:
    """CBC; the IV is the second half of the key, changed by the salt (RFC 3414 §8.1.1)."""
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher as Made
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    # Thrice with one key is once: the library has no single DES.
    algorithm = TripleDES(key[:8] * 3)
    before = int.from_bytes(key[8:16], "big")

    def mode(salt: bytes) -> CBC:
        return CBC((before ^ int.from_bytes(salt, "big")).to_bytes(8, "big"))

    def encrypt(text: bytes, _boots: int, _time: int, salt: bytes) -> bytes:
        return Made(algorithm, mode(salt)).encryptor().update(text + bytes(-len(text) % 8))

    def decrypt(text: bytes, _boots: int, _time: int, salt: bytes) -> bytes:
        return Made(algorithm, mode(salt)).decryptor().update(text[: len(text) // 8 * 8])

    return encrypt, decrypt
