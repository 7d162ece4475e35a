"""How commands talk to a collector: HTTP, to the local socket of the data folder or to a remote address.

Without ``--url`` the socket ``DATA/collector.sock`` is asked; its file mode says who may. When no collector runs on
that folder, the house is opened in this process and serves the same socket for the length of the command, so that
there is one way in and one set of rules. Remote: a bearer token, and optionally one authority that alone is trusted.
"""

import base64
import contextlib
import getpass
import hashlib
import http.client
import json
import os
import ssl
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from collector.clock import Clock
from collector.local_socket import SOCKET, connect
from rules.errors import (
    Broken,
    Conflicting,
    Forbidden,
    Invalid,
    Missing,
    NinewardError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

API = "/api/v1/"
TIMEOUT_S = 120.0
_STARTS_WITHIN_S = 30.0
_ERRORS: Mapping[int, type[NinewardError]] = {
    400: Invalid,
    401: Unauthenticated,
    403: Forbidden,
    404: Missing,
    409: Conflicting,
    413: TooLarge,
    422: Invalid,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}

Json = Any


class Client:
    """One collector, asked over one kept connection. Paths are relative to ``/api/v1/``; answers are parsed JSON.

    Every call raises the error of `rules.errors` that fits the answer's status, with the collector's own sentence, and
    Unavailable when the collector cannot be reached. Not for use by several threads at once.
    """

    def __init__(
        self,
        url: str = "http://localhost",
        *,
        token: str | None = None,
        socket_path: Path | None = None,
        tls: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT_S,
    ) -> None:
        """``socket_path`` wins over the host in ``url``. ``timeout`` in seconds, for each wait on the network."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid(f"{url!r} is not an address of a collector; expected http(s)://HOST[:PORT].")
        self._place = str(socket_path or url)
        self._base = parts.path.rstrip("/")
        self._token = token
        # On the socket the file's mode lets a user in; the header only says which name the log shall show.
        self._named = {"X-Nineward-User": getpass.getuser()} if socket_path is not None else {}
        self._connection: http.client.HTTPConnection
        if socket_path is not None:
            self._connection = _SocketConnection(socket_path, timeout)
        elif parts.scheme == "https":
            context = tls or ssl.create_default_context()
            self._connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout, context=context)
        else:
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def get(self, path: str, **query: object) -> Json:
        """The document at ``path``. A query value that is None is left out; a list is sent once per item."""
        return self._call("GET", path, query=query)

    def post(self, path: str, body: object = None, *, patience: float | None = None) -> Json:
        """Create, or do what the path's last word says. Bytes are sent as they are.

        ``patience``: seconds to wait for the answer of long work, instead of the usual ones.
        """
        return self._call("POST", path, body=body, patience=patience)

    def patch(self, path: str, body: object) -> Json:
        """Change the named fields."""
        return self._call("PATCH", path, body=body)

    def delete(self, path: str) -> Json:
        """Remove (retire) the object."""
        return self._call("DELETE", path)

    def every(self, path: str, **query: object) -> Iterator[dict[str, Any]]:
        """All items of a paged list, page after page."""
        cursor: object = None
        while True:
            page = self.get(path, **query, **({} if cursor is None else {"cursor": cursor}))
            yield from page["items"]
            cursor = page.get("next")
            if cursor is None:
                return

    def download(self, path: str) -> bytes:
        """The bytes at ``path``, as they are."""
        return self._exchange("GET", path, {}, None, None)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        patience: float | None = None,
    ) -> Json:
        answer = self._exchange(method, path, query or {}, body, patience)
        if not answer:
            return None
        try:
            return json.loads(answer)
        except ValueError as trouble:
            raise Unavailable(f"{self._place} did not answer as a collector does (no JSON).") from trouble

    def _exchange(
        self, method: str, path: str, query: Mapping[str, object], body: object, patience: float | None
    ) -> bytes:
        wanted = {key: value for key, value in query.items() if value is not None}
        target = self._base + (path if path.startswith("/") else API + path)
        if wanted:
            target += "?" + urllib.parse.urlencode(wanted, doseq=True)
        headers = {"Accept": "application/json", **self._named}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        content = body if isinstance(body, bytes) else None
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        elif body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            headers["Content-Type"] = "application/json"
        try:
            self._connection.request(method, target, body=content, headers=headers)
            if patience is not None and self._connection.sock is not None:
                self._connection.sock.settimeout(patience)
            response = self._connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as trouble:
            self._connection.close()
            raise Unavailable(f"No answer from the collector at {self._place}: {trouble}.") from trouble
        if response.status >= 300:
            raise _problem(response.status, answer)
        return answer


class _SocketConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = connect(self._path, self.timeout)


def quote(part: str) -> str:
    """A name as one part of a path."""
    return urllib.parse.quote(part, safe="")


@contextlib.contextmanager
def reach(
    data: str | None = None, url: str | None = None, token: str | None = None, ca: str | None = None
) -> Iterator[Client]:
    """A client for the collector meant by these options and the environment.

    ``token`` is ``env:NAME`` or ``file:PATH``; ``ca`` is a PEM file or ``sha256:DIGEST`` (base64url) of the key of the
    collector's authority. Raises Invalid for options that contradict each other.
    """
    # An explicit --data wins over a NINEWARD_URL that happens to stand in the environment.
    url = url or (None if data else os.environ.get("NINEWARD_URL"))
    with contextlib.ExitStack() as stack:
        if url:
            if data:
                raise Invalid("--data and --url name two collectors; give one of them.")
            client = Client(url, token=_token(token), tls=_trust(url, ca or os.environ.get("NINEWARD_CA")))
        else:
            client = Client(socket_path=stack.enter_context(_local(data)))
        stack.callback(client.close)
        yield client


@contextlib.contextmanager
def _local(data: str | None) -> Iterator[Path]:
    """The socket of the collector that runs on the data folder, or of one opened here for as long as needed."""
    from collector.settings import default_data

    folder = Path(data) if data else default_data()
    path = folder / SOCKET
    if listening(path):
        yield path
        return
    from collector.app import open_house
    from collector.serve import serving
    from collector.settings import load

    with contextlib.ExitStack() as stack:
        try:
            house = stack.enter_context(open_house(load(folder), deciding=False))
        except Unavailable:
            # Somebody holds the folder: a collector that is just starting. Its socket is as good.
            _wait_for(path)
        else:
            stack.enter_context(serving(house))
        yield path


def _wait_for(path: Path) -> None:
    """Wait until a collector answers on the socket. Raises Unavailable when none does."""
    clock = Clock()
    deadline = clock.monotonic() + _STARTS_WITHIN_S
    while not listening(path):
        if clock.monotonic() > deadline:
            raise Unavailable(f"A collector holds {path.parent}, but does not answer on {path}.")
        time.sleep(0.05)


def listening(path: Path) -> bool:
    """Whether a collector answers on the socket. Raises Forbidden when this user may not ask."""
    try:
        connect(path, 5.0).close()
    except PermissionError as trouble:
        raise Forbidden(f"You may not use {path}. Run the command as the collector's user, or use --url.") from trouble
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        return False
    except OSError as trouble:
        raise Unavailable(f"The collector's socket {path} does not answer: {trouble}.") from trouble
    return True


def given_secret(text: str) -> str:
    """The secret behind ``env:NAME`` or ``file:PATH``. A literal is refused: it would stand in every process list."""
    kind, colon, where = text.partition(":")
    if colon and kind == "env":
        if where not in os.environ:
            raise Invalid(f"The environment variable {where} is not set.")
        return os.environ[where]
    if colon and kind == "file":
        try:
            return Path(where).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as trouble:
            raise Invalid(f"The file {where} cannot be read: {trouble.strerror}.") from trouble
    raise Invalid("A secret is given as env:NAME or file:PATH, never as itself, so that it stands in no process list.")


def _token(token: str | None) -> str | None:
    return given_secret(token) if token else os.environ.get("NINEWARD_TOKEN")


def _trust(url: str, ca: str | None) -> ssl.SSLContext | None:
    if not ca or not url.startswith("https:"):
        return None
    if not ca.startswith("sha256:"):
        try:
            return ssl.create_default_context(cafile=ca)
        except OSError as trouble:
            raise Invalid(f"The certificate file {ca} cannot be used: {trouble}.") from trouble
    return ssl.create_default_context(cadata=_pinned(url, ca.removeprefix("sha256:")))


def _pinned(url: str, digest: str) -> str:
    """The authority's certificate as the collector serves it, if its key has that SHA-256; PEM text.

    Asked without verification, which is safe: the digest decides, and nothing else is said on that connection.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    client = Client(url, tls=blind)
    try:
        pem = client.download("ca.pem")
    finally:
        client.close()
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError as trouble:
        raise Unavailable(f"{url} does not serve a certificate authority.") from trouble
    found = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != digest.rstrip("="):
        raise Forbidden(f"{url} has another authority than the one named by --ca. Somebody may stand in between.")
    return pem.decode("ascii")


def _problem(status: int, answer: bytes) -> NinewardError:
    """The error behind a problem document (RFC 9457)."""
    try:
        document = json.loads(answer)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {}
    sentence = str(document.get("detail") or document.get("title") or f"The collector answered with status {status}.")
    mistakes = document.get("mistakes") or document.get("errors") or ()
    kind = _ERRORS.get(status, NinewardError)
    if status == Broken.status and document.get("type", "").endswith("broken"):
        kind = Broken
    if issubclass(kind, Invalid):
        return kind(sentence, tuple(str(mistake) for mistake in mistakes))
    return kind(sentence)
