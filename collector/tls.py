"""The collector's own authority and the certificate it signs for itself.

Agents pin the authority's key, never the leaf, so the leaf may be renewed without them. The fingerprint is the SHA-256
of the key's SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), in base64url without padding.
"""

import base64
import datetime
import hashlib
import ipaddress
import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rules.errors import Broken, Unavailable

_AUTHORITY_LIFE = datetime.timedelta(days=3650)
_LEAF_LIFE = datetime.timedelta(days=397)  # what browsers accept at most
_RENEW_BEFORE = datetime.timedelta(days=60)
_CLOCKS_DIFFER = datetime.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Pair:
    """Files of a certificate chain and its key, both PEM."""

    certificate: Path
    key: Path


class Authority:
    """Made at the first need in a folder of mode 0700; every file in it has mode 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._made: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None

    def pem(self, now: int) -> bytes:
        """The authority's certificate. ``now`` in ms UTC."""
        return self._authority(now)[0].public_bytes(serialization.Encoding.PEM)

    def fingerprint(self, now: int) -> str:
        """The fingerprint of the authority's key, as a join token carries it."""
        return fingerprint(self._authority(now)[0])

    def leaf(self, names: Iterable[str], now: int) -> Pair:
        """A certificate for these names and IP addresses; kept until it nears its end or lacks one of them."""
        wanted = sorted({name for name in names if name})
        pair = Pair(self._folder / "leaf.pem", self._folder / "leaf.key")
        authority, signer = self._authority(now)
        with self._lock:
            if not _serves(pair, wanted, authority, now):
                _sign_leaf(pair, wanted, authority, signer, _instant(now))
        return pair

    def _authority(self, now: int) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
        with self._lock:
            if self._made is None:
                certificate, key = self._folder / "ca.pem", self._folder / "ca.key"
                if not certificate.exists():
                    _make_authority(certificate, key, _instant(now))
                self._made = _read(certificate, key)
            return self._made


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate's SubjectPublicKeyInfo, base64url without padding."""
    return base64.urlsafe_b64encode(_key_digest(certificate)).rstrip(b"=").decode("ascii")


def pin(certificate: x509.Certificate) -> str:
    """The same digest in plain base64, as HTTP public key pins are written (RFC 7469, section 2.4)."""
    return base64.b64encode(_key_digest(certificate)).decode("ascii")


def _key_digest(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(key).digest()


def _instant(now: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(now / 1000, datetime.UTC)


def _read(certificate: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError) as trouble:
        raise Broken(f"The collector's authority in {certificate.parent} cannot be read: {trouble}.") from trouble
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise Broken(f"{key} is not the key of the collector's authority.")
    return found, private


def _make_authority(certificate: Path, key: Path, now: datetime.datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Nineward"),
            x509.NameAttribute(NameOID.COMMON_NAME, f"Nineward authority {x509.random_serial_number() % 10**8:08}"),
        ]
    )
    made = (
        _builder(name, name, private.public_key(), now, _AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .sign(private, hashes.SHA256())
    )
    # The certificate comes last: it is the sign that the authority is whole.
    _write(key, _private_pem(private))
    _write(certificate, made.public_bytes(serialization.Encoding.PEM))


def _sign_leaf(
    pair: Pair,
    names: list[str],
    authority: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    now: datetime.datetime,
) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Nineward collector")])
    life = min(_LEAF_LIFE, authority.not_valid_after_utc - now)
    made = (
        _builder(subject, authority.subject, private.public_key(), now, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()),
            critical=False,
        )
        .sign(signer, hashes.SHA256())
    )
    chain = made.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(serialization.Encoding.PEM)
    _write(pair.key, _private_pem(private))
    _write(pair.certificate, chain)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime.datetime,
    life: datetime.timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCKS_DIFFER)
        .not_valid_after(now + life)
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign,
        key_cert_sign=sign,
        crl_sign=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _serves(pair: Pair, names: list[str], authority: x509.Certificate, now: int) -> bool:
    """Whether the leaf on disk is of this authority, covers these names and lasts a while longer."""
    try:
        leaf = x509.load_pem_x509_certificates(pair.certificate.read_bytes())[0]
        key = serialization.load_pem_private_key(pair.key.read_bytes(), None)
        leaf.verify_directly_issued_by(authority)
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except Exception:  # whatever is wrong with it, a new one is made in its place
        return False
    # A crash between the two files leaves a key and a certificate that do not belong together.
    if key.public_key() != leaf.public_key():
        return False
    lasting = leaf.not_valid_after_utc - _instant(now) > _RENEW_BEFORE
    return lasting and all(_general_name(name) in found for name in names)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole, mode 0600, on disk before it is named."""
    draft = path.with_suffix(path.suffix + ".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as trouble:
        raise Unavailable(f"{path} cannot be written: {trouble.strerror}.") from trouble
