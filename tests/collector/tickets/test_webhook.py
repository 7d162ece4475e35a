"""The webhook against a real HTTP receiver on loopback."""

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from collector.remote.telling import RemoteError
from collector.tickets import make
from collector.tickets.ticket_system import TicketSystem
from rules.errors import Invalid
from tests.collector.rooms import START
from tests.collector.tickets.telling import telling

KEY = b"a key of the receiver"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
OLD = "an older secret"


@dataclass
class Desk:
    """What the receiver shall answer, and what it got."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"ticket_id": "T-1", "url": "http://desk.example/T-1", "state": "new"}'
    delay: float = 0.0
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def desk() -> Iterator[Desk]:
    told = Desk()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            time.sleep(told.delay)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError):  # the client may have lost patience
                self.wfile.write(told.body)

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def webhook(port: int, **more: Any) -> TicketSystem:
    table = {"kind": "webhook", "url": f"http://127.0.0.1:{port}/hook?token=hidden", "secret": {"env": "S"}, **more}
    texts = {"S": SECRET, "O": OLD}
    return make("desk", table, lambda: START, lambda source, name: texts[name])


@pytest.fixture
def system(desk: Desk) -> Iterator[TicketSystem]:
    found = webhook(desk.port)
    yield found
    found.close()


def test_the_signature_holds_over_id_timestamp_and_body(desk: Desk, system: TicketSystem) -> None:
    system.open(telling())

    headers, body = desk.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(START // 1000)


def test_while_secrets_change_over_both_sign(desk: Desk) -> None:
    system = webhook(desk.port, old_secret={"env": "O"})
    system.open(telling())
    system.close()

    assert desk.got[0][0]["webhook-signature"].count("v1,") == 2


def test_the_body_tells_the_incident_and_the_event(desk: Desk, system: TicketSystem) -> None:
    system.resolve(telling("resolved", 2, "T-1"))

    body = json.loads(desk.got[0][1])
    assert (body["event"], body["sequence"], body["incident_key"]) == ("resolved", 2, "nineward:n1:i_abc")
    assert body["idempotency_key"] == desk.got[0][0]["webhook-id"] == "i_abc.desk.2"
    assert body["occurred_at"] == "2026-09-21T14:13:20.000Z"
    assert body["target"]["labels"] == {"site": "杭州"}
    assert body["ticket_id"] == "T-1"


def test_the_answer_fills_the_ledger(system: TicketSystem) -> None:
    reply = system.open(telling())

    assert (reply.ticket, reply.url, reply.state) == ("T-1", "http://desk.example/T-1", "new")


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b"\xff\xfe", b'{"ticket_id": null}'])
def test_an_answer_that_tells_no_ticket_is_taken_all_the_same(desk: Desk, system: TicketSystem, body: bytes) -> None:
    desk.body = body

    assert system.open(telling()).ticket == ""


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/html; charset=utf-8", b"<p>Please sign in"),
        ("Text/HTML", b'{"ticket_id": "T-1"}'),
        ("application/octet-stream", b"\r\n <!DOCTYPE html><title>Sign in</title>"),
        ("text/plain", b"\xef\xbb\xbf<HTML lang=en>"),
    ],
)
def test_a_web_page_is_nobody_who_took_it(desk: Desk, system: TicketSystem, kind: str, body: bytes) -> None:
    desk.headers, desk.body = {"Content-Type": kind}, body
    with pytest.raises(RemoteError, match="web page") as caught:
        system.open(telling())

    assert caught.value.uncertain
    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (301, True),
        (400, True),
        (401, True),
        (404, True),
        (408, False),
        (410, True),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_whether_trying_again_makes_sense(desk: Desk, system: TicketSystem, status: int, permanent: bool) -> None:
    desk.status = status
    with pytest.raises(RemoteError) as caught:
        system.open(telling())

    assert caught.value.permanent is permanent


def test_the_receiver_may_ask_for_a_pause(desk: Desk, system: TicketSystem) -> None:
    desk.status, desk.headers = 503, {"Retry-After": "120"}
    with pytest.raises(RemoteError) as caught:
        system.open(telling())

    assert caught.value.retry_after == 120


def test_no_answer_in_time_is_no_permanent_failure_and_shows_no_secret(desk: Desk) -> None:
    desk.delay = 0.5
    system = webhook(desk.port, timeout="100ms")
    with pytest.raises(RemoteError, match="answer in time") as caught:
        system.open(telling())
    system.close()

    assert not caught.value.permanent
    assert "hidden" not in caught.value.message


def test_nobody_listening_is_no_permanent_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        system = webhook(taken.getsockname()[1])
        with pytest.raises(RemoteError, match="Connection refused") as caught:
            system.open(telling())
        system.close()

    assert not caught.value.permanent


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "ftp://x/"}, "url: expected an address"),
        ({"urll": "http://x/"}, "did you mean 'url'"),
        ({"secret": "open"}, "expected a secret given as"),
        ({"timeout": 5}, 'expected a duration such as "30s"'),
    ],
)
def test_settings_that_cannot_be_used_are_told(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        webhook(1, **change)

    assert said in str(caught.value)


def test_a_secret_that_is_no_base_64_is_told() -> None:
    table = {"kind": "webhook", "url": "http://127.0.0.1/", "secret": {"env": "S"}}
    with pytest.raises(Invalid, match="no base 64"):
        make("desk", table, lambda: START, lambda source, name: "whsec_!")
