"""Signatures of webhooks after Standard Webhooks (standardwebhooks.com): what we send carries them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

from rules.errors import Invalid
from rules.secret import Secret

_PREFIX = "whsec_"


def key_of(secret: Secret) -> bytes:
    """The signing key: what stands in base 64 behind ``whsec_``, or the bytes of any other text. Raises Invalid."""
    text = secret.reveal()
    if text.startswith(_PREFIX):
        encoded = text.removeprefix(_PREFIX)
        try:
            return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise Invalid("secret: behind whsec_ stands no base 64") from wrong
    return text.encode()


def signature(keys: Sequence[bytes], message: str, stamp: int, body: bytes) -> str:
    """The header ``webhook-signature``: one ``v1,…`` for each key, HMAC-SHA256 over id, timestamp (s) and body."""
    signed = f"{message}.{stamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join("v1," + base64.b64encode(digest).decode("ascii") for digest in digests)


def signed(keys: Sequence[bytes], message: str, now: int, body: bytes) -> dict[str, str]:
    """The headers of one try at ``now`` (ms UTC): receivers refuse a timestamp that is older than five minutes."""
    stamp = now // 1000
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(keys, message, stamp, body),
    }
