"""Real listeners, certificates and daemons on loopback addresses, for the probes to look at."""

import asyncio
import ipaddress
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from agent.probes import find
from agent.probes.probe import Credential, Subject
from agent.snmp.devices import engine_id
from rules.result import Reading

Handle = Callable[[socket.socket], None]


def look(
    kind: str,
    address: str = "",
    *,
    deadline_s: float = 3.0,
    credentials: tuple[Credential, ...] = (),
    local: Mapping[str, object] | None = None,
    log: Callable[[str], None] = lambda line: None,
    **options: object,
) -> Reading:
    """One look by a new probe of that kind."""
    return looks(kind, address, 1, 0, deadline_s, credentials, local, log, **options)[0]


def looks(
    kind: str,
    address: str = "",
    times: int = 2,
    pause_s: float = 0.0,
    deadline_s: float = 3.0,
    credentials: tuple[Credential, ...] = (),
    local: Mapping[str, object] | None = None,
    log: Callable[[str], None] = lambda line: None,
    **options: object,
) -> list[Reading]:
    """Several looks by one probe, with a pause between them where the machine's own counters must move on."""

    async def run() -> list[Reading]:
        probe = find(kind)(options, local, log)
        subject = Subject(address, credentials=credentials)
        readings = []
        for number in range(times):
            if number and pause_s:
                await asyncio.sleep(pause_s)
            readings.append(await probe.look(subject, deadline_s))
        probe.close()
        await asyncio.sleep(0)
        return readings

    return asyncio.run(run())


@pytest.fixture
def serve() -> Iterator[Callable[..., int]]:
    """Starts a TCP server that gives each connection to a function, in threads; answers with its port."""
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(handle: Handle, address: str = "127.0.0.1") -> int:
        listener = socket.create_server((address, 0))
        listeners.append(listener)

        def one(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(5)
                handle(connection)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    worker = threading.Thread(target=one, args=(connection,), daemon=True)
                    threads.append(worker)
                    worker.start()

        thread = threading.Thread(target=accept, daemon=True)
        threads.append(thread)
        thread.start()
        return int(listener.getsockname()[1])

    yield start
    for listener in listeners:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    for thread in threads:
        thread.join(5)


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of 127.0.0.1 where nobody listens, and nobody else will while the test runs."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


@dataclass(frozen=True)
class Authority:
    """A certificate authority made for the tests."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    folder: Path

    @property
    def file(self) -> str:
        """Its certificate in PEM form."""
        path = self.folder / "authority.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return str(path)

    def issue(self, *names: str, begins_days: float = -1, days: float = 90) -> tuple[str, str]:
        """Files of a certificate for these names and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        begins = datetime.now(UTC) + timedelta(days=begins_days)
        certificate = (
            _certificate(names[0], self.certificate.subject, key, begins, days)
            .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        paths = self.folder / f"{certificate.serial_number}.pem", self.folder / f"{certificate.serial_number}.key"
        paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return str(paths[0]), str(paths[1])


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _certificate(
    subject: str, issuer: x509.Name | None, key: ec.EllipticCurvePrivateKey, begins: datetime, days: float
) -> x509.CertificateBuilder:
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    return (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(issuer or named)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _certificate("Authority of the tests", None, key, datetime.now(UTC) - timedelta(days=3650), 7300)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, True, True, False, False),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate, tmp_path)


def free_udp_port(address: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        return int(sock.getsockname()[1])


@dataclass(frozen=True)
class Daemon:
    """A running snmpd: community "reading", user "watcher" (SHA-256, AES-128)."""

    address: str
    auth_key: str = "authentication key"
    priv_key: str = "privacy key!"


async def _awake(address: str, port: int) -> bool:
    """Whether the daemon comes to answer within ten seconds."""
    for _ in range(200):
        if await engine_id(address, port, 0.5):
            return True
        await asyncio.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    program = shutil.which("snmpd", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if program is None:
        pytest.skip("needs the Debian package snmpd")
    folder = tmp_path_factory.mktemp("snmpd")
    place = "127.0.0.61"
    port = free_udp_port(place)
    daemon = Daemon(f"{place}:{port}")
    config = folder / "snmpd.conf"
    config.write_text(
        "rocommunity reading 127.0.0.0/8\n"
        f'createUser watcher SHA-256 "{daemon.auth_key}" AES "{daemon.priv_key}"\n'
        "rouser watcher authPriv\n"
        "agentXSocket /dev/null\n"
    )
    process = subprocess.Popen(
        [program, "-f", "-C", "-c", str(config), "-Lf", str(folder / "log"), f"udp:{daemon.address}"],
        env={"SNMP_PERSISTENT_DIR": str(folder / "state"), "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert asyncio.run(_awake(place, port)), (folder / "log").read_text()
        yield daemon
    finally:
        process.terminate()
        process.wait(10)


def respond(*answers: bytes) -> Handle:
    """A web server's way with one connection: read the request, send this, close."""

    def handle(connection: socket.socket) -> None:
        request = b""
        while b"\r\n\r\n" not in request:
            part = connection.recv(4096)
            if not part:
                return
            request += part
        for answer in answers:
            connection.sendall(answer)

    return handle
