"""The wire between an adapter and a stand-in, in this process: requests that get lost, answers that break.

It takes the place of the transport of ``requests``, so everything above it is the real thing.
"""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import NewConnectionError, ProtocolError

from tests.collector.tickets.stand_ins.stand_in import Answer


class Fault(StrEnum):
    """What happens to one request. Those of AFTERWARDS are carried out all the same."""

    REFUSED = "no connection is made"
    LOST = "the request gets lost, no answer comes"
    BUSY = "429 with Retry-After"
    AWAY = "503, nothing was done"
    ASLEEP = "200 with a page instead of an answer, nothing was done"
    SILENT = "carried out, and no answer comes"
    BROKEN = "carried out, and the connection breaks before the answer"
    CUT = "carried out, and the answer breaks off in the middle"
    ERROR = "carried out, and answered 500"
    PAGE = "carried out, and a proxy answers 200 with a page"


AFTERWARDS = frozenset({Fault.SILENT, Fault.BROKEN, Fault.CUT, Fault.ERROR, Fault.PAGE})

_PAGE = b"<!DOCTYPE html><html><body>Please wait.</body></html>"
_HTML = {"Content-Type": "text/html"}

Handle = Callable[[str, str, dict[str, str], dict[str, str], bytes], Answer]


@dataclass
class Wire:
    """``faults`` befall the next requests, one each; None lets one pass. ``seen`` counts the requests."""

    handle: Handle
    faults: list[Fault | None] = field(default_factory=list)
    seen: int = 0

    def next(self) -> Fault | None:
        """What befalls the next request."""
        self.seen += 1
        return self.faults.pop(0) if self.faults else None

    def send(self, request: requests.PreparedRequest) -> requests.Response:
        """One request as ``requests`` hands it to its transport."""
        fault = self.next()
        match fault:
            case Fault.REFUSED:
                refusal = NewConnectionError(mock.Mock(host="desk.example", port=80), "Connection refused")
                raise requests.ConnectionError(refusal)
            case Fault.LOST:
                raise requests.ReadTimeout("no answer in time")
            case Fault.BUSY:
                return response(request, 429, {"Retry-After": "7"}, b"slow down")
            case Fault.AWAY:
                return response(request, 503, {}, b"try later")
            case Fault.ASLEEP:
                return response(request, 200, _HTML, _PAGE)
        status, headers, body = self._carried_out(request)
        match fault:
            case Fault.SILENT:
                raise requests.ReadTimeout("no answer in time")
            case Fault.BROKEN:
                raise requests.ConnectionError(ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")))
            case Fault.CUT:
                return response(request, status, headers, body, broken=True)
            case Fault.ERROR:
                return response(request, 500, {}, b"something broke")
            case Fault.PAGE:
                return response(request, 200, _HTML, _PAGE)
        return response(request, status, headers, body)

    def _carried_out(self, request: requests.PreparedRequest) -> Answer:
        parts = urlsplit(request.url or "")
        body = request.body or b""
        headers = {name.lower(): value for name, value in request.headers.items()}
        headers["host"] = parts.netloc
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        raw = body if isinstance(body, bytes) else str(body).encode()
        return self.handle(request.method or "", unquote(parts.path), query, headers, raw)


class _Breaking(io.BytesIO):
    """A body whose second half never comes."""

    def __init__(self, body: bytes) -> None:
        super().__init__(body[: len(body) // 2])

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(size)
        if not part:
            raise ProtocolError("Connection broken: IncompleteRead")
        return part


def response(
    request: requests.PreparedRequest, status: int, headers: dict[str, str], body: bytes, *, broken: bool = False
) -> requests.Response:
    """An answer as ``requests`` makes it of what came over a socket."""
    source = _Breaking(body) if broken else io.BytesIO(body)
    raw = HTTPResponse(
        body=source, headers=headers, status=status, preload_content=False, request_method=request.method
    )
    return HTTPAdapter().build_response(request, raw)


@contextmanager
def wired(handle: Handle) -> Iterator[Wire]:
    """Every request that this process makes with ``requests`` goes to ``handle`` until the end of the block."""
    wire = Wire(handle)

    def send(_: HTTPAdapter, request: requests.PreparedRequest, **__: Any) -> requests.Response:
        return wire.send(request)

    with mock.patch.object(HTTPAdapter, "send", send):
        yield wire
