"""A small real HTTP server that behaves as the collector's agent doors do, and remembers what came.

A test can let it refuse, delay or forget. Bodies are read by the collector's own decoder, so the two ends of the wire
format are held together here too.
"""

import json
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from collector.decode import decode
from rules.wire import OUTCOMES, Header

TOKEN = "nwa_secret-of-the-agent"


@dataclass(frozen=True)
class Arrived:
    """One result as it came out of a batch."""

    boot: str
    seq: int
    handle: int
    at: int
    outcome: str
    text: str


@dataclass
class Double:
    """What the server does and has seen. ``judge(header, rows)`` gives the status for a batch (200 when absent)."""

    plan: dict[str, Any] = field(default_factory=lambda: {"revision": 1, "checks": []})
    judge: Callable[[Header, list[Arrived]], int] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    batches: list[tuple[Header, list[Arrived]]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    polls: list[str] = field(default_factory=list)
    joins: list[dict[str, Any]] = field(default_factory=list)
    traps: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    judge_traps: Callable[[list[dict[str, Any]]], int] | None = None
    ca: str = ""
    join_answer: tuple[int, dict[str, Any]] = (
        201,
        {"id": "a_test", "name": "here", "number": 1, "token": TOKEN},
    )
    news: threading.Condition = field(default_factory=threading.Condition)
    closing: bool = False

    def results(self) -> list[Arrived]:
        """Every result accepted, in order of arrival, repeats too."""
        with self.news:
            return [row for _, rows in self.batches for row in rows]

    def identities(self) -> list[tuple[str, int]]:
        """(boot, seq) of every result accepted."""
        return [(row.boot, row.seq) for row in self.results()]

    def change_plan(self, plan: dict[str, Any]) -> None:
        """Give a new plan; polls that wait are answered."""
        with self.news:
            self.plan = plan
            self.news.notify_all()

    def until(self, said: Callable[[], bool], within_s: float = 10.0) -> bool:
        """Wait until something that arrives makes ``said`` true; whether it did."""
        with self.news:
            return self.news.wait_for(said, within_s)

    def etag(self) -> str:
        return f'"{zlib.crc32(json.dumps(self.plan).encode())}"'


def plan_of(*checks: dict[str, Any], revision: int = 1, **more: Any) -> dict[str, Any]:
    """A plan of these checks, each completed with what it does not say."""
    whole = [
        {
            "handle": place,
            "id": f"c_{place}",
            "target": f"t{place}",
            "interval_ms": 1000,
            "retry_ms": 200,
            "timeout_ms": 500,
            "confirm_down": 3,
            "confirm_up": 2,
            "phase_key": place,
            "address": "",
        }
        | check
        for place, check in enumerate(checks, 1)
    ]
    return {"revision": revision, "send_every_ms": 1000, "checks": whole} | more


@contextmanager
def collector_double(port: int = 0, tls: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Double]:
    """Run the server on a free port of loopback (or the one given) until the block ends."""
    double = Double(**settings)
    server = _Server(("127.0.0.1", port), _handler(double))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    double.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        with double.news:
            double.closing = True
            double.news.notify_all()
        server.shutdown()
        server.end_connections()
        server.server_close()
        thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[Any] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def end_connections(self) -> None:
        """A server that goes away takes its kept connections along."""
        for request in list(self._open):
            self.shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Connections that break are what the tests are about."""


def _handler(double: Double) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name in the standard library
            pass

        def do_GET(self) -> None:
            if self.path == "/api/v1/ca.pem":
                self._answer(200 if double.ca else 404, double.ca.encode())
                return
            with double.news:
                double.polls.append(self.headers.get("Authorization", ""))
                double.news.notify_all()
                known = self.headers.get("If-None-Match")
                if "wait=" in self.path:
                    double.news.wait_for(lambda: double.closing or known != double.etag(), 30)
                body, etag = json.dumps(double.plan).encode(), double.etag()
            self._answer(304 if known == etag else 200, b"" if known == etag else body, {"ETag": etag})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/api/v1/agents/join":
                double.joins.append(json.loads(body))
                status, told = double.join_answer
                self._answer(status, json.dumps(told).encode())
                return
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._answer(401, b"{}")
                return
            if self.path == "/api/v1/traps":
                self._take_traps(json.loads(body))
                return
            if self.headers["Content-Encoding"] == "deflate":
                body = zlib.decompress(body)
            batch = decode(body)
            header = batch.header
            rows = [
                Arrived(
                    header.boot, header.first_seq + row, handle, at, OUTCOMES[outcome].value, batch.texts.get(row, "")
                )
                for row, (handle, at, outcome) in enumerate(
                    zip(batch.handle.tolist(), batch.at.tolist(), batch.outcome.tolist(), strict=True)
                )
            ]
            status = double.judge(header, rows) if double.judge else 200
            with double.news:
                if status < 300:
                    double.batches.append((header, rows))
                else:
                    double.refused.append(status)
                double.news.notify_all()
            self._answer(status, json.dumps({"acknowledged": batch.last_seq}).encode())

        def _take_traps(self, told: dict[str, Any]) -> None:
            status = double.judge_traps(told["traps"]) if double.judge_traps else 200
            with double.news:
                if status < 300:
                    double.traps += ((told["boot"], trap) for trap in told["traps"])
                else:
                    double.refused.append(status)
                double.news.notify_all()
            self._answer(status, b"{}")

        def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | double.headers | (headers or {})).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
