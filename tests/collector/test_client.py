"""The client against real servers: a Unix socket with a long path, TLS with an authority of its own."""

import base64
import datetime
import hashlib
import http.server
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector import client
from collector.local_socket import SOCKET
from rules.errors import Conflicting, Forbidden, Invalid, Missing, Unavailable


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers from a table of the server; remembers what was asked."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        server: Any = self.server
        server.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
        status, body = server.answers.get((self.command, self.path), (404, b"{}"))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - the library's names

    def address_string(self) -> str:
        return "local"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(http.server.ThreadingHTTPServer):
    """On TCP, or on a Unix socket when the address is a path."""

    daemon_threads = True

    def __init__(self, address: Any, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[tuple[str, str], tuple[int, bytes]] = {}
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        if isinstance(address, Path):
            self.address_family = socket.AF_UNIX
            super().__init__(("", 0), Answers, bind_and_activate=False)
            folder = os.open(address.parent, os.O_PATH)
            self.socket.bind(f"/proc/self/fd/{folder}/{address.name}")
            os.close(folder)
            self.socket.listen()
        else:
            super().__init__(address, Answers)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_side=True)

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is part of these tests."""


@pytest.fixture
def serve() -> Iterator[Any]:
    running: list[Server] = []

    def start(address: Any = ("127.0.0.1", 0), tls: ssl.SSLContext | None = None) -> Server:
        server = Server(address, tls)
        running.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A data folder whose socket's path is longer than a socket address may be."""
    folder = tmp_path / ("x" * 120)
    folder.mkdir()
    return folder / SOCKET


def test_a_socket_with_a_long_path_is_reached(serve: Any, place: Path) -> None:
    server = serve(place)
    server.answers["GET", "/api/v1/targets"] = (200, b'{"items": []}')

    with client.reach(data=str(place.parent)) as found:
        assert found.get("targets") == {"items": []}


def test_query_values_that_are_none_are_left_out_and_lists_repeat(serve: Any, place: Path) -> None:
    server = serve(place)
    server.answers["GET", "/api/v1/availability?target=a&target=b"] = (200, b"1")

    with client.reach(data=str(place.parent)) as found:
        assert found.get("availability", target=["a", "b"], tz=None) == 1


def test_a_list_is_followed_to_its_last_page(serve: Any, place: Path) -> None:
    server = serve(place)
    server.answers["GET", "/api/v1/targets"] = (200, b'{"items": [{"n": 1}], "next": "c1"}')
    server.answers["GET", "/api/v1/targets?cursor=c1"] = (200, b'{"items": [{"n": 2}], "next": null}')

    with client.reach(data=str(place.parent)) as found:
        assert [item["n"] for item in found.every("targets")] == [1, 2]


@pytest.mark.parametrize(
    ("status", "error"), [(400, Invalid), (403, Forbidden), (404, Missing), (409, Conflicting), (503, Unavailable)]
)
def test_a_problem_becomes_the_error_it_was(serve: Any, place: Path, status: int, error: type[Exception]) -> None:
    server = serve(place)
    server.answers["POST", "/api/v1/targets"] = (status, json.dumps({"detail": "Say it otherwise."}).encode())

    with client.reach(data=str(place.parent)) as found, pytest.raises(error, match="Say it otherwise"):
        found.post("targets", {"name": "x"})


def test_all_mistakes_come_through(serve: Any, place: Path) -> None:
    server = serve(place)
    server.answers["POST", "/api/v1/targets"] = (400, b'{"detail": "Two mistakes.", "mistakes": ["a: x", "b: y"]}')

    with client.reach(data=str(place.parent)) as found, pytest.raises(Invalid) as trouble:
        found.post("targets", {})

    assert trouble.value.mistakes == ("a: x", "b: y")


def test_bytes_are_sent_as_they_are(serve: Any, place: Path) -> None:
    server = serve(place)
    server.answers["POST", "/api/v1/reports/verify"] = (200, b"{}")

    with client.reach(data=str(place.parent)) as found:
        found.post("reports/verify", b"\x00\xff")

    assert server.asked[0][3] == b"\x00\xff"


def test_a_token_comes_from_a_file_and_is_sent_as_a_bearer(serve: Any, tmp_path: Path) -> None:
    server = serve()
    server.answers["GET", "/api/v1/targets"] = (200, b"{}")
    (tmp_path / "token").write_text("nw_secret\n", encoding="utf-8")

    with client.reach(url=f"http://127.0.0.1:{server.server_address[1]}", token=f"file:{tmp_path / 'token'}") as found:
        found.get("targets")

    assert server.asked[0][2]["Authorization"] == "Bearer nw_secret"


def test_a_literal_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(Invalid) as trouble:
        client.given_secret("hunter2")

    assert "hunter2" not in str(trouble.value)


def test_two_collectors_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="two collectors"), client.reach(data=str(tmp_path), url="http://127.0.0.1:1"):
        pass


def test_nobody_listens_on_a_socket_left_behind(tmp_path: Path) -> None:
    path = tmp_path / SOCKET
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))

    assert not client.listening(path)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, bytes, str]:
    """A server's TLS context, the authority's certificate (PEM), and the SHA-256 of the authority's key."""
    folder = tmp_path_factory.mktemp("tls")
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("authority", "127.0.0.1")]
    now = datetime.datetime.now(datetime.UTC)

    def certificate(index: int) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(names[index])
            .issuer_name(names[0])
            .public_key(keys[index].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=index == 0, path_length=None), critical=True)
        )
        if index:
            import ipaddress

            name = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
        return builder.sign(keys[0], hashes.SHA256())

    ca, leaf = certificate(0), certificate(1)
    pem = serialization.Encoding.PEM
    (folder / "leaf.pem").write_bytes(
        leaf.public_bytes(pem)
        + keys[1].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "leaf.pem")
    spki = (
        keys[0].public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    digest = base64.urlsafe_b64encode(hashlib.sha256(spki).digest()).rstrip(b"=").decode()
    return context, ca.public_bytes(pem), digest


def test_an_authority_pinned_by_its_keys_fingerprint_is_trusted(serve: Any, authority: Any) -> None:
    context, pem, digest = authority
    server = serve(("127.0.0.1", 0), context)
    server.answers["GET", "/api/v1/ca.pem"] = (200, pem)
    server.answers["GET", "/api/v1/targets"] = (200, b"{}")

    with client.reach(url=f"https://127.0.0.1:{server.server_address[1]}", ca=f"sha256:{digest}") as found:
        assert found.get("targets") == {}


def test_another_authority_than_the_pinned_one_is_refused(serve: Any, authority: Any) -> None:
    context, pem, _ = authority
    server = serve(("127.0.0.1", 0), context)
    server.answers["GET", "/api/v1/ca.pem"] = (200, pem)
    url = f"https://127.0.0.1:{server.server_address[1]}"

    with pytest.raises(Forbidden, match="another authority"), client.reach(url=url, ca="sha256:" + "A" * 43):
        pass


def test_an_authority_by_its_file_is_trusted_and_no_other(serve: Any, authority: Any, tmp_path: Path) -> None:
    context, pem, _ = authority
    server = serve(("127.0.0.1", 0), context)
    server.answers["GET", "/api/v1/targets"] = (200, b"{}")
    (tmp_path / "ca.pem").write_bytes(pem)
    url = f"https://127.0.0.1:{server.server_address[1]}"

    with client.reach(url=url, ca=str(tmp_path / "ca.pem")) as found:
        assert found.get("targets") == {}
    with client.reach(url=url) as found, pytest.raises(Unavailable):
        found.get("targets")
