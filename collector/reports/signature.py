"""The optional signature of a seal: Ed25519 (RFC 8032) over the seal's hash, by a key of this installation.

The seal alone shows that a report was not changed *and* that this log gives it; the signature shows to people without
the log that it came from whoever holds the key. The public key stands in the document, so it proves something only to
those who know that key from elsewhere. With which key a report was signed when it was issued stands in the log too:
a signature that was taken off, or exchanged, is seen, and a key that was replaced since is still known.
"""

import os
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rules.errors import Conflicting, Invalid

ALGORITHM = "ed25519"
NONE, OWN, OTHER, BROKEN = "none", "own", "other", "broken"
"""What can be said of a signature: there is none; it holds, by our own key or by another; it does not hold."""

_CONTEXT = b"nineward report 1\n"


def make(path: Path, data: Path) -> str:
    """Write a new key (PEM, mode 0600) to ``path``, and answer its public half in hex.

    Raises Invalid for a place inside the data folder (a copy of the data must not be able to sign) or one that cannot
    be written, Conflicting where a file is already: a key that signed reports is never overwritten.
    """
    _outside(path, data)
    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as trouble:
        raise Conflicting(f"{path} is there already; it is not overwritten.") from trouble
    except OSError as trouble:
        raise Invalid(f"{path} cannot be written: {trouble.strerror}.") from trouble
    return public(key)


def load(path: Path, data: Path) -> Ed25519PrivateKey:
    """The key in a file.

    Raises Invalid for one inside the data folder, one that others than its owner may read, and for what is no such key.
    """
    _outside(path, data)
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise Invalid(f"report_key: {path} is open to others than its owner. Close it with: chmod 600 {path}")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except OSError as trouble:
        raise Invalid(f"report_key: {path} cannot be read: {trouble.strerror}.") from trouble
    except (ValueError, TypeError) as trouble:
        raise Invalid(f"report_key: {path} holds no key that can be read without a password.") from trouble
    if not isinstance(key, Ed25519PrivateKey):
        raise Invalid(f"report_key: {path} holds another kind of key. Make one with: nineward report key FILE")
    return key


def public(key: Ed25519PrivateKey) -> str:
    """The public half in hex: what others compare."""
    return key.public_key().public_bytes_raw().hex()


def sign(key: Ed25519PrivateKey, sha256: str) -> dict[str, str]:
    """The signature of a seal's hash, as it stands in the seal."""
    return {"algorithm": ALGORITHM, "key": public(key), "value": key.sign(_CONTEXT + sha256.encode()).hex()}


def judged(closing: Mapping[str, Any], own: Collection[str]) -> dict[str, str | None]:
    """``{"state", "key"}`` of a seal's signature; ``own`` are the public keys this installation ever signed with."""
    found = closing.get("signature")
    if found is None:
        return {"state": NONE, "key": None}
    try:
        if found["algorithm"] != ALGORITHM or set(found) != {"algorithm", "key", "value"}:
            return {"state": BROKEN, "key": None}
        key, value = str(found["key"]), bytes.fromhex(found["value"])
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(value, _CONTEXT + closing["sha256"].encode())
    except (InvalidSignature, KeyError, TypeError, ValueError):
        return {"state": BROKEN, "key": None}
    return {"state": OWN if key in own else OTHER, "key": key}


def _outside(path: Path, data: Path) -> None:
    if path.resolve().is_relative_to(data.resolve()):
        raise Invalid(f"report_key: {path} lies in the data folder {data}. Whoever copies the data could sign with it.")
