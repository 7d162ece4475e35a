"""The fingerprint by which an agent knows its collector's authority: SHA-256 of the key in its certificate.

It is of the key (SubjectPublicKeyInfo, RFC 5280), not of the certificate, so a renewed certificate of the same key
still fits. The standard library cannot take a certificate apart; the few bytes of DER needed are read here.
"""

import base64
import binascii
import hashlib

from rules.errors import Invalid

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_SEQUENCE = 0x30
_VERSION = 0xA0


def fingerprint(pem: str) -> str:
    """base64url of the SHA-256 of the first certificate's key, without padding. Raises Invalid."""
    start, end = pem.find(_BEGIN), pem.find(_END)
    if start < 0 or end < start:
        raise Invalid("That is no certificate in PEM form.")
    try:
        der = base64.b64decode("".join(pem[start + len(_BEGIN) : end].split()), validate=True)
        key = _key(der)
    except (binascii.Error, IndexError) as wrong:
        raise Invalid(f"The certificate cannot be read: {wrong}.") from wrong
    return base64.urlsafe_b64encode(hashlib.sha256(key).digest()).rstrip(b"=").decode()


def _key(certificate: bytes) -> bytes:
    """Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer,
    validity, subject, subjectPublicKeyInfo, … } … } (RFC 5280, 4.1): the whole of the last one named."""
    at = _inside(certificate, _inside(certificate, 0))
    if certificate[at] == _VERSION:
        at = _behind(certificate, at)
    for _ in ("serialNumber", "signature", "issuer", "validity", "subject"):
        at = _behind(certificate, at)
    end = _behind(certificate, at)
    if certificate[at] != _SEQUENCE or end > len(certificate):
        raise Invalid("The certificate cannot be read: it holds no key.")
    return certificate[at:end]


def _inside(der: bytes, at: int) -> int:
    """Where the content of the element at ``at`` begins."""
    if der[at] != _SEQUENCE:
        raise Invalid("The certificate cannot be read: it is not one.")
    return _head(der, at)[0]


def _behind(der: bytes, at: int) -> int:
    """Where the element after the one at ``at`` begins."""
    start, length = _head(der, at)
    return start + length


def _head(der: bytes, at: int) -> tuple[int, int]:
    """Start and length of an element's content (X.690, 8.1.3)."""
    first = der[at + 1]
    if first < 0x80:
        return at + 2, first
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise Invalid("The certificate cannot be read: a length in it makes no sense.")
    return at + 2 + count, int.from_bytes(der[at + 2 : at + 2 + count], "big")
