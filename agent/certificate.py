"""How long a certificate holds, read from its DER form.

The standard library tells dates only of a certificate it has verified, and of no other in the chain; a few steps
through the structure (RFC 5280 §4.1, X.690) give them for any.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

_SEQUENCE, _INTEGER, _UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x30, 0x02, 0x17, 0x18, 0xA0


@dataclass(frozen=True, slots=True)
class Validity:
    """When a certificate begins and ends to hold, in milliseconds UTC."""

    begins: int
    ends: int


def validity(der: bytes) -> Validity:
    """The validity of one certificate. Raises ValueError when the bytes are no certificate."""
    certificate, _ = _value(der, 0, _SEQUENCE)
    body, _ = _value(certificate, 0, _SEQUENCE)
    at = 0
    if body[:1] == bytes([_VERSION]):
        _, at = _value(body, at, _VERSION)
    for tag in (_INTEGER, _SEQUENCE, _SEQUENCE):  # serial number, signature algorithm, issuer
        _, at = _value(body, at, tag)
    dates, _ = _value(body, at, _SEQUENCE)
    begins, at = _time(dates, 0)
    ends, _ = _time(dates, at)
    return Validity(begins, ends)


def _value(data: bytes, at: int, tag: int) -> tuple[bytes, int]:
    """The content of the element at ``at``, which must have that tag, and where the next one begins."""
    if at + 2 > len(data) or data[at] != tag:
        raise ValueError(f"no certificate: expected tag {tag:#x} at byte {at}")
    length, at = data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 1 <= size <= 4 or at + size > len(data):
            raise ValueError(f"no certificate: bad length at byte {at}")
        length, at = int.from_bytes(data[at : at + size], "big"), at + size
    if at + length > len(data):
        raise ValueError(f"no certificate: it ends before byte {at + length}")
    return data[at : at + length], at + length


def _time(data: bytes, at: int) -> tuple[int, int]:
    tag = data[at] if at < len(data) else 0
    if tag not in (_UTC_TIME, _GENERALIZED_TIME):
        raise ValueError(f"no certificate: expected a time, found tag {tag:#x}")
    text, after = _value(data, at, tag)
    digits = text.decode("ascii").removesuffix("Z")
    if tag == _UTC_TIME:
        # Two digits of the year: 50 and more are of the last century (RFC 5280 §4.1.2.5.1).
        digits = ("19" if digits[:2] >= "50" else "20") + digits
    moment = datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000, after
