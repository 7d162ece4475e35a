"""The collector's authority: trusted by its key alone, over a real handshake."""

import base64
import hashlib
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from collector.place import Place
from collector.settings import Settings
from collector.tls import Authority, Pair

NOW = 1_790_000_000_000
DAY = 86_400_000


def real_now() -> int:
    """OpenSSL reads the machine's clock, so certificates for a real handshake are made by it."""
    import time

    return time.time_ns() // 1_000_000


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


def shake(pair: Pair, trusted: bytes, name: str) -> None:
    """A TLS handshake with a server that uses the pair, by a client that trusts one authority alone."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair.certificate, pair.key)
    client = ssl.create_default_context(cadata=trusted.decode())
    ours, theirs = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.wrap_socket(ours, server_hostname=name).close()
    finally:
        ours.close()
        thread.join()


@pytest.mark.parametrize("name", ["hub.example.org", "192.0.2.7", "::1"])
def test_who_trusts_the_authority_trusts_the_leaf(authority: Authority, name: str) -> None:
    now = real_now()
    shake(authority.leaf([name], now), authority.pem(now), name)


def test_another_name_is_refused(authority: Authority) -> None:
    now = real_now()
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(authority.leaf(["hub.example.org"], now), authority.pem(now), "other.example.org")


def test_another_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    now = real_now()
    with pytest.raises(ssl.SSLCertVerificationError):
        shake(authority.leaf(["hub"], now), Authority(tmp_path / "other").pem(now), "hub")


def test_the_fingerprint_is_that_of_the_authoritys_key(authority: Authority) -> None:
    key = x509.load_pem_x509_certificate(authority.pem(NOW)).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()

    assert base64.urlsafe_b64decode(authority.fingerprint(NOW) + "=") == digest


def test_the_authority_stays_the_same(authority: Authority, tmp_path: Path) -> None:
    assert Authority(tmp_path / "tls").fingerprint(NOW) == authority.fingerprint(NOW)


def test_every_file_is_for_its_owner_alone(authority: Authority, tmp_path: Path) -> None:
    authority.leaf(["hub"], NOW)

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "tls").iterdir()} == {0o600}
    assert (tmp_path / "tls").stat().st_mode & 0o777 == 0o700


def test_a_leaf_is_kept_while_it_serves(authority: Authority) -> None:
    first = authority.leaf(["hub"], NOW).certificate.read_bytes()

    assert authority.leaf(["hub"], NOW + 300 * DAY).certificate.read_bytes() == first


def test_a_leaf_near_its_end_is_renewed_under_the_same_authority(authority: Authority) -> None:
    first = authority.leaf(["hub"], NOW).certificate.read_bytes()
    fingerprint = authority.fingerprint(NOW)
    second = authority.leaf(["hub"], NOW + 350 * DAY).certificate.read_bytes()

    assert second != first
    assert authority.fingerprint(NOW + 350 * DAY) == fingerprint


def test_a_new_name_makes_a_new_leaf(authority: Authority) -> None:
    first = authority.leaf(["hub"], NOW).certificate.read_bytes()

    assert authority.leaf(["hub", "hub.example.org"], NOW).certificate.read_bytes() != first


def test_a_torn_pair_is_made_anew(authority: Authority) -> None:
    pair = authority.leaf(["hub"], NOW)
    pair.key.write_bytes(Authority(pair.key.parent / "other").leaf(["hub"], NOW).key.read_bytes())
    authority.leaf(["hub"], NOW)

    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(pair.certificate, pair.key)


@pytest.mark.parametrize(
    ("settings", "url"),
    [
        (Settings(), "http://127.0.0.1:8440"),
        (Settings(listen="192.0.2.7", port=9000), "https://192.0.2.7:9000"),
        (Settings(listen="2001:db8::1"), "https://[2001:db8::1]:8440"),
        (Settings(listen="0.0.0.0", public_url="https://watch.example.org/"), "https://watch.example.org"),
    ],
)
def test_the_place_has_an_address(authority: Authority, settings: Settings, url: str) -> None:
    assert Place(settings, authority).url == url


def test_the_join_line_trusts_the_served_key_alone(authority: Authority) -> None:
    place = Place(Settings(listen="192.0.2.7"), authority)

    assert place.join_line("nwj_x.y", NOW) == (
        f"curl -fsS -k --pinnedpubkey 'sha256//{place.pin(NOW)}' https://192.0.2.7:8440/agent/install.sh"
        " | sh -s -- nwj_x.y"
    )


def test_with_a_certificate_of_ones_own_its_last_link_is_pinned(authority: Authority, tmp_path: Path) -> None:
    own = Authority(tmp_path / "own")
    pair = own.leaf(["watch.example.org"], NOW)
    place = Place(Settings(listen="0.0.0.0", certificate=pair.certificate, private_key=pair.key), authority)

    assert place.fingerprint(NOW) == own.fingerprint(NOW)
    assert place.certificate(NOW) == pair
