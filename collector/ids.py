"""Ids that are never reused: random, and prefixed by the kind of thing they name."""

import base64
import hashlib
import secrets

_RANDOM_BYTES = 10


def new_id(prefix: str) -> str:
    """A new id such as ``t_k3v5…``: the prefix, ``_`` and 16 characters of lower-case base 32 (80 random bits)."""
    return f"{prefix}_{base64.b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode('ascii').lower()}"


def rank(*ids: str) -> bytes:
    """A weight that the ids alone decide and that looks random: the same everywhere, for ever."""
    return hashlib.sha256("\0".join(ids).encode()).digest()
