"""One kept HTTP connection from the agent to its collector."""

import http.client
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rules.errors import Invalid, TooLarge, Unavailable
from rules.secret import Secret

if TYPE_CHECKING:
    import ssl

_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What the collector said."""

    status: int
    headers: Message
    body: bytes

    @property
    def retry_after_s(self) -> float | None:
        """The pause the collector asks for, in seconds, where it asks for one (RFC 9110, 10.2.3)."""
        with suppress(ValueError):
            return max(0.0, float(self.headers.get("Retry-After", "")))
        return None

    @property
    def date_ms(self) -> int | None:
        """The collector's own time as it answered, to the second, in ms UTC."""
        with suppress(ValueError, TypeError):
            return int(parsedate_to_datetime(self.headers.get("Date", "")).timestamp()) * 1000
        return None


class Connection:
    """Requests one after the other, over a connection that is kept and, when it broke, made anew.

    With ``trust`` the collector must show a certificate that fits it; https without is for the system's authorities.
    Belongs to one thread, save for ``abort``.
    """

    def __init__(self, url: str, token: Secret | None, trust: "ssl.SSLContext | None", timeout_s: float) -> None:
        self._url = url
        self._host, self._port, self._prefix, self._secure = _parts(url)
        self._token = token
        self._context = (trust or authority(None)) if self._secure else None
        self._timeout_s = timeout_s
        self._kept: http.client.HTTPConnection | None = None
        self._aborted = False

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask and wait for the answer, whatever its status. Raises Unavailable when there is none, TooLarge above
        64 MiB.

        A kept connection may have been closed by the other side meanwhile: then the request is made once more on a new
        one. So only what may arrive twice is sent this way.
        """
        words = {"Authorization": f"Bearer {self._token.reveal()}"} if self._token else {}
        words.update(headers or {})
        while True:
            kept = self._kept is not None
            try:
                return self._once(method, self._prefix + path, body, words)
            except (OSError, http.client.HTTPException) as trouble:
                self.close()
                if self._aborted:
                    raise Unavailable("The agent is stopping.") from trouble
                stale = isinstance(trouble, http.client.RemoteDisconnected | ConnectionError)
                if not (kept and stale):
                    raise Unavailable(f"{self._url} gives no answer: {_said(trouble)}.") from trouble

    def _once(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if self._kept is None:
            self._kept = self._open()
        self._kept.request(method, path, body, dict(headers))
        response = self._kept.getresponse()
        content = response.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            self.close()
            raise TooLarge(f"The answer to {path} is over {_MOST_BYTES} bytes.")
        if response.will_close:
            self.close()
        return Answer(response.status, response.headers, content)

    def _open(self) -> http.client.HTTPConnection:
        connection = (
            http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout_s, context=self._context)
            if self._secure
            else http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        )
        connection.connect()
        # Head and body go out as two writes; without this the second waits for the first one's acknowledgement.
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def close(self) -> None:
        """Give the connection back. The next request makes a new one."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None

    def abort(self) -> None:
        """From another thread: end a request that waits for its answer. No request is possible afterwards."""
        self._aborted = True
        kept = self._kept
        sock = kept.sock if kept is not None else None
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def authority(ca: str | None) -> "ssl.SSLContext":
    """Trust in the authority ``ca`` (PEM) alone, or without it in the system's authorities. Raises Invalid."""
    import ssl

    try:
        context = ssl.create_default_context(cadata=ca) if ca else ssl.create_default_context()
    except (OSError, ValueError) as trouble:
        raise Invalid(f"The collector's authority cannot be used: {trouble}. Join again with --replace.") from trouble
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def credulous() -> "ssl.SSLContext":
    """Trust in whoever answers. For one thing only: fetching the authority whose fingerprint is compared at once."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def check_url(url: str) -> str:
    """The address without a slash at its end. Raises Invalid unless it is https, or http to this machine itself.

    Without TLS the token and the credentials of the plan would lie open on the network.
    """
    host, _, _, secure = _parts(url)
    if not secure and not _loopback(host):
        raise Invalid(f"{url} is not encrypted. Use https:// (http:// is for this machine itself only).")
    return url.rstrip("/")


def _parts(url: str) -> tuple[str, int, str, bool]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise Invalid(f"{url}: the port is not a number") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise Invalid(f"{url!r} is not the address of a collector. Write https://HOST:8440.")
    secure = parts.scheme == "https"
    return parts.hostname, port or (443 if secure else 80), parts.path.rstrip("/"), secure


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _said(trouble: BaseException) -> str:
    if isinstance(trouble, TimeoutError):
        return "timed out"
    return str(trouble) or type(trouble).__name__
