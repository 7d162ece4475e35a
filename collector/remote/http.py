"""HTTP with another system: every answer read to its end, bounded, parsed before it is believed; no secret is shown.

What surely did not reach the other side is told apart from what may have been carried out: a connection that was never
made, and an answer that refuses, are certain; a time-out, a broken answer, a 5xx and a success that cannot be read are
not (``RemoteError.uncertain``).
"""

import codecs
import email.utils
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.auth import AuthBase

from collector.remote import transcript
from collector.remote.telling import RemoteError
from collector.remote.watch import Term, Watch, WatchedAdapter

_SHOWN = 500
_MOST_ANSWER = 4 << 20
_LATER = frozenset({408, 409, 423, 425, 429})
"""Client errors that pass: a time-out, a conflict or lock, too early, too many. The other 4xx are for a person."""
_DOUBTFUL = frozenset({408})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers, text. ``seconds`` is how long it took."""

    status: int
    headers: Mapping[str, str]
    text: str
    seconds: float

    def json(self) -> Any:
        """The parsed body. Raises ValueError."""
        return json.loads(self.text)


class Http:
    """One system's address and how to sign in there. Used by one thread at a time.

    ``base`` is put before every path. ``timeout`` (ms) holds for the whole request, from the connection to the last
    byte of the answer, however slowly the server sends. Only the search for the host's address is not bounded by it,
    and each further address of a host that does not answer at the one before has that long for its connection.
    Redirects are not followed, the machine's proxy settings and ``.netrc`` are not used.
    """

    def __init__(
        self,
        base: str,
        *,
        timeout: int,
        now: Callable[[], int],
        verify: bool | str = True,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | tuple[str, str] | None = None,
    ) -> None:
        self._base = base.rstrip("/")
        self._timeout = timeout / 1000
        self._now = now
        self._verify = verify
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["User-Agent"] = "nineward"
        self.session.headers.update(headers or {})
        self.session.auth = auth
        self._watch = Watch()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, WatchedAdapter(self._watch))

    def close(self) -> None:
        """Give back the connections."""
        self.session.close()

    @property
    def place(self) -> str:
        """Who is asked, without what an address may hide: path, query, password."""
        return place(self._base)

    def ask(
        self,
        method: str,
        path: str = "",
        *,
        query: Mapping[str, str | int | Sequence[str]] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        fine: Sequence[int] = (),
    ) -> Answer:
        """One request and its whole answer. ``body`` is sent as JSON, ``form`` as a form, ``raw`` as it is.

        Raises RemoteError for what is no 2xx, statuses in ``fine`` excepted, and, uncertain, for what is not whole in
        time.
        """
        sent = dict(headers or {})
        data: Any = form if form is not None else raw
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        begun = time.monotonic()
        with self._watch.within(self._timeout) as term, self._sent(method, path, query, data, sent, term) as answer:
            text = self._read(answer, term)
        self._transcribe(method, path, query, data, f"{answer.status_code} {answer.reason or ''}".strip(), text)
        got = Answer(answer.status_code, answer.headers, text, time.monotonic() - begun)
        if not (200 <= got.status < 300 or got.status in fine):
            raise self.refused(got, answer.reason or "")
        return got

    def _sent(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int | Sequence[str]] | None,
        data: Any,
        headers: Mapping[str, str],
        term: Term,
    ) -> requests.Response:
        try:
            return self.session.request(
                method, self._base + path, params=query, data=data, headers=headers, timeout=self._timeout,
                verify=self._verify, allow_redirects=False, stream=True,
            )  # fmt: skip
        except requests.exceptions.ConnectTimeout as trouble:
            raise RemoteError(f"{self.place} could not be reached: {_reason(trouble)}.") from trouble
        except (requests.RequestException, OSError) as trouble:
            if term.over:
                raise self._late() from trouble
            certain = isinstance(trouble, requests.exceptions.SSLError) or _never_connected(trouble)
            raise RemoteError(
                f"{self.place} could not be reached: {_reason(trouble)}.", uncertain=not certain
            ) from trouble

    def _transcribe(self, method: str, path: str, query: object, data: object, answer: str, received: str) -> None:
        """Note it where somebody keeps a transcript. What the base hides behind its host stays hidden."""
        asked = f"?{urlencode(query, doseq=True)}" if isinstance(query, Mapping) and query else ""
        sent = urlencode(data) if isinstance(data, Mapping) else data
        text = sent.decode("utf-8", "replace") if isinstance(sent, bytes) else str(sent or "")
        behind = "/…" if urlsplit(self._base).path.strip("/") else ""
        transcript.note(f"{method} {self.place}{behind}{path}{asked}", text, answer, received)

    def json(self, method: str, path: str = "", **given: Any) -> Any:
        """The parsed answer of :meth:`ask`. A success whose body is no JSON is none: RemoteError, uncertain."""
        answer = self.ask(method, path, **given)
        try:
            return answer.json()
        except ValueError:
            raise RemoteError(
                f"{self.place} answered {answer.status} with something that is no JSON: {short(answer.text)}",
                uncertain=True,
            ) from None

    def refused(self, answer: Answer, reason: str = "") -> RemoteError:
        """The error that an answer's status stands for."""
        code = answer.status
        return RemoteError(
            f"{self.place} answered {code} {reason}: {short(answer.text)}".rstrip(": "),
            permanent=300 <= code < 500 and code not in _LATER,
            retry_after=seconds(answer.headers.get("Retry-After"), self._now()),
            uncertain=code >= 500 or code in _DOUBTFUL,
        )

    def _read(self, answer: requests.Response, term: Term) -> str:
        parts: list[bytes] = []
        size = 0
        try:
            for part in answer.iter_content(65536):
                parts.append(part)
                size += len(part)
                if size > _MOST_ANSWER:
                    raise RemoteError(f"{self.place} answered with more than {_MOST_ANSWER} bytes.", uncertain=True)
        except (requests.RequestException, OSError) as trouble:
            if term.over:
                raise self._late() from trouble
            raise RemoteError(f"{self.place} broke off its answer: {_reason(trouble)}.", uncertain=True) from trouble
        if term.over:  # an answer without a length ends where its connection does, so it looks whole
            raise self._late()
        return b"".join(parts).decode(_charset(answer), "replace")

    def _late(self) -> RemoteError:
        return RemoteError(f"{self.place} did not end its answer in time.", uncertain=True)


def place(address: str) -> str:
    """An address as it may be shown: scheme, host and port."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def seconds(header: str | None, now: int) -> float | None:
    """Retry-After as seconds: a number, or an HTTP date (RFC 9110 §10.2.3); ``now`` in ms UTC."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - now / 1000)
    except (ValueError, TypeError):
        return None


def short(text: str) -> str:
    """An answer as a person wants to see it: one line, not too long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _SHOWN else flat[:_SHOWN] + "…"


def _charset(answer: requests.Response) -> str:
    """The character set that the answer names, where it is a known one; else UTF-8, as JSON has it."""
    named = answer.encoding if "charset=" in answer.headers.get("Content-Type", "").lower() else None
    try:
        return codecs.lookup(named or "utf-8").name
    except LookupError:
        return "utf-8"


def _never_connected(trouble: BaseException) -> bool:
    """Whether the request surely never left: the connection was refused, or the name is not known."""
    inner: BaseException | None = trouble
    for _ in range(10):
        if inner is None:
            return False
        if type(inner).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"):
            return True
        arguments = [each for each in inner.args if isinstance(each, BaseException)]
        reason = getattr(inner, "reason", None)
        inner = reason if isinstance(reason, BaseException) else arguments[0] if arguments else inner.__cause__
    return False


def _reason(trouble: BaseException) -> str:
    """The innermost cause in words; the outer layers repeat the address, which may hold a token."""
    inner: BaseException = trouble
    for _ in range(10):
        following = inner.__cause__ or inner.__context__
        if following is None:
            break
        inner = following
    if isinstance(inner, TimeoutError):
        return "no answer in time"
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return type(inner).__name__
