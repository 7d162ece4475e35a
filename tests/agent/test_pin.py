import base64
import datetime
import hashlib

import pytest

from agent.pin import fingerprint
from rules.errors import Invalid

x509 = pytest.importorskip("cryptography.x509")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: E402
from cryptography.x509.oid import NameOID  # noqa: E402

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def certificate(key: Key, name: str) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return str(made.public_bytes(serialization.Encoding.PEM), "ascii")


def spki(key: Key) -> str:
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)], ids=["ec", "rsa"]
)
def test_the_fingerprint_is_of_the_key(key: Key) -> None:
    assert fingerprint(certificate(key, "nineward")) == spki(key)


def test_a_renewed_certificate_of_the_same_key_still_fits() -> None:
    key = ec.generate_private_key(ec.SECP256R1())

    assert fingerprint(certificate(key, "old")) == fingerprint(certificate(key, "a much longer name " * 3))


def test_every_truncation_is_refused_not_misread() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    der = base64.b64decode("".join(certificate(key, "x").splitlines()[1:-1]))
    whole = spki(key)
    for length in range(0, len(der), 7):
        cut = base64.b64encode(der[:length]).decode()
        try:
            found = fingerprint(f"-----BEGIN CERTIFICATE-----\n{cut}\n-----END CERTIFICATE-----\n")
        except Invalid:
            continue
        assert found == whole  # what was cut off lies behind the key


@pytest.mark.parametrize(
    "text", ["", "hello", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----", "-----END CERTIFICATE-----"]
)
def test_what_is_no_certificate_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        fingerprint(text)
