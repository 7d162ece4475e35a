"""Joining, by the command a person types."""

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.cli import main
from agent.folder import Folder, Identity
from agent.pin import fingerprint
from rules.secret import Secret
from tests.agent.collector_double import TOKEN, Double, collector_double


def run(folder: Path, url: str, *more: str, token: str = "nwj_abc") -> int:
    return main(["join", url, "--token", token, "--config", str(folder / "agent.toml"), *more])


def test_joining_keeps_what_the_collector_answers(tmp_path: Path) -> None:
    with collector_double() as double:
        assert run(tmp_path, double.url, "--name", "web-1") == 0

    folder = Folder(tmp_path / "agent.toml")
    assert (folder.identity(), folder.token()) == (Identity(double.url, "a_test", "here", 1), Secret(TOKEN))
    said = double.joins[0]
    assert (said["token"], said["name"], said["replace"]) == ("nwj_abc", "web-1", False)
    assert {"hostname", "machine_id", "machine_boot", "version"} <= said.keys()
    assert "cpu" in said["kinds"]


def test_joining_again_changes_nothing_and_is_fine(tmp_path: Path) -> None:
    with collector_double() as double:
        run(tmp_path, double.url)
        before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

        assert run(tmp_path, double.url, token="nwj_another") == 0
        assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before
        assert len(double.joins) == 1


def test_joining_another_collector_needs_replace(tmp_path: Path) -> None:
    with collector_double() as first, collector_double() as second:
        run(tmp_path, first.url)

        assert run(tmp_path, second.url) == 2
        assert run(tmp_path, second.url, "--replace") == 0
        assert second.joins[0]["replace"] is True


@pytest.mark.parametrize(
    ("status", "problem", "code", "said"),
    [
        (401, {"detail": "The token has expired."}, 2, "The token has expired."),
        (409, {"title": "In use."}, 2, "--replace"),
        (503, {}, 3, "status 503"),
        (200, {"id": "a_1"}, 3, "does not answer like a collector"),
    ],
)
def test_what_the_collector_refuses_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, problem: dict[str, Any], code: int, said: str
) -> None:
    with collector_double(join_answer=(status, problem)) as double:
        assert run(tmp_path, double.url) == code

    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "token", "said"),
    [
        ("http://192.0.2.1:8440", "nwj_abc", "not encrypted"),
        ("ftp://127.0.0.1", "nwj_abc", "not the address of a collector"),
        ("http://127.0.0.1:port", "nwj_abc", "port"),
        ("http://127.0.0.1:1", "hello", "no join token"),
        ("http://127.0.0.1:1", "nwj_abc", "gives no answer"),
    ],
)
def test_what_cannot_work_is_said_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, token: str, said: str
) -> None:
    assert run(tmp_path, url, token=token) in (2, 3)
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_token_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOIN", "nwj_hidden")
    with collector_double() as double:
        run(tmp_path, double.url, token="env:JOIN")

    assert double.joins[0]["token"] == "nwj_hidden"


def authority(name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return sign(subject, subject, key.public_key(), key, ca=True), key


def sign(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )


def pem(certificate: x509.Certificate) -> str:
    return str(certificate.public_bytes(serialization.Encoding.PEM), "ascii")


@pytest.fixture
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """A collector behind TLS, with an authority of its own."""
    ca, ca_key = authority("Nineward test authority")
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = sign(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leaf")]), ca.subject, key.public_key(), ca_key, ca=False
    )
    chain = tmp_path_factory.mktemp("tls") / "chain.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(private + pem(leaf).encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    with collector_double(ca=pem(ca), tls=context) as double:
        yield double


def test_the_authority_of_the_token_is_pinned(tmp_path: Path, encrypted: Double) -> None:
    assert run(tmp_path, encrypted.url, token=f"nwj_abc.{fingerprint(encrypted.ca)}") == 0

    assert Folder(tmp_path / "agent.toml").ca() == encrypted.ca


def test_somebody_in_between_learns_no_token(
    tmp_path: Path, encrypted: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    other, _ = authority("somebody else")

    assert run(tmp_path, encrypted.url, token=f"nwj_abc.{fingerprint(pem(other))}") == 2
    assert "not the collector that made this token" in capsys.readouterr().err
    assert encrypted.joins == []


def test_a_shown_authority_that_did_not_sign_the_connection_is_refused(
    tmp_path: Path, encrypted: Double, capsys: pytest.CaptureFixture[str]
) -> None:
    """The true authority's certificate is public: showing it proves nothing."""
    other, _ = authority("the true one")
    encrypted.ca = pem(other)

    assert run(tmp_path, encrypted.url, token=f"nwj_abc.{fingerprint(encrypted.ca)}") == 3
    assert encrypted.joins == []
