"""Web answers, from real listeners and as plain values."""

import socket
import ssl
import time
from collections.abc import Callable

import pytest

from agent.http_answer import Head
from agent.probes.http import Answer, Options, decode, judge_answer, request, statuses
from agent.probes.probe import credential
from rules.errors import Invalid
from rules.result import Outcome
from tests.agent.probes.conftest import Authority, Handle, look, respond

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def test_a_right_answer_is_ok_with_its_phases(serve: Callable[..., int]) -> None:
    found = look("http", f"http://127.0.0.1:{serve(respond(OK))}/")

    assert found.outcome is Outcome.OK
    assert {"dns_us", "connect_us", "ttfb_us", "total_us"} <= found.values.keys()
    assert found.values["total_us"] >= found.values["ttfb_us"]
    assert found.values["body_bytes"] == 5


def test_each_look_opens_a_connection_of_its_own_and_names_itself(serve: Callable[..., int]) -> None:
    seen: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        seen.append(connection.recv(4096))
        connection.sendall(OK)

    port = serve(handle)
    look("http", f"http://127.0.0.1:{port}/path?q=1", host="shop.example", user_agent="watcher/1")

    assert seen[0].startswith(b"GET /path?q=1 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: watcher/1\r\n")
    assert b"Connection: close" in seen[0]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", "status 500 Oops"),
        (b"HTTP/1.1 503 Later\r\nRetry-After: 120\r\n\r\n", "status 503 Later, to be retried after 120"),
        (b"SSH-2.0-server\r\n\r\n", "expected an HTTP status line"),
        (b"", "closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "the body ended after 5 of 100 bytes"),
        (b"HTTP/1.1 302 Found\r\nLocation: ftp://elsewhere/\r\n\r\n", "redirected to"),
    ],
)
def test_wrong_answers_are_failed_and_say_why(serve: Callable[..., int], answer: bytes, reason: str) -> None:
    found = look("http", f"http://127.0.0.1:{serve(respond(answer))}/")

    assert found.outcome is Outcome.FAILED
    assert reason in found.text


def test_nobody_listening_is_failed_in_its_phase(closed_port: int) -> None:
    found = look("http", f"http://127.0.0.1:{closed_port}/")

    assert found.outcome is Outcome.FAILED
    assert found.text.startswith("connect: connection refused")


def test_a_name_the_agent_cannot_resolve_is_an_error() -> None:
    assert look("http", "http://no-such-host.invalid/").outcome is Outcome.ERROR


def test_a_server_that_never_answers_is_failed_at_the_deadline(serve: Callable[..., int]) -> None:
    begun = time.monotonic()

    found = look(
        "http", f"http://127.0.0.1:{serve(lambda connection: connection.recv(9999) and None)}/", deadline_s=0.2
    )

    assert found.outcome is Outcome.FAILED
    assert time.monotonic() - begun < 2


def mute(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.recv(1)


def test_the_phase_that_used_up_the_time_is_named(serve: Callable[..., int]) -> None:
    assert look("http", f"http://127.0.0.1:{serve(mute)}/", deadline_s=0.2).text == "ttfb timed out"


def test_redirects_are_followed(serve: Callable[..., int]) -> None:
    goal = serve(respond(OK))
    port = serve(respond(f"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:{goal}/new\r\n\r\n".encode()))

    assert look("http", f"http://127.0.0.1:{port}/old", body="hello").outcome is Outcome.OK


def test_a_circle_of_redirects_ends_after_five(serve: Callable[..., int]) -> None:
    asked: list[int] = []
    again = respond(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n")

    def handle(connection: socket.socket) -> None:
        asked.append(1)
        again(connection)

    found = look("http", f"http://127.0.0.1:{serve(handle)}/")

    assert found.outcome is Outcome.FAILED
    assert "more than 5 redirects" in found.text
    assert len(asked) == 6


def test_without_redirects_the_first_answer_is_judged(serve: Callable[..., int]) -> None:
    port = serve(respond(b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n"))

    assert look("http", f"http://127.0.0.1:{port}/", redirects=0, status="302").outcome is Outcome.OK


def test_a_password_is_not_carried_to_another_server(serve: Callable[..., int]) -> None:
    seen: list[bytes] = []

    def listen(answer: bytes) -> Handle:
        def handle(connection: socket.socket) -> None:
            seen.append(connection.recv(4096))
            connection.sendall(answer)

        return handle

    goal = serve(listen(OK))
    port = serve(listen(f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{goal}/\r\n\r\n".encode()))
    given = credential("web", {"kind": "http", "user": "me", "password": "open sesame"})
    look("http", f"http://127.0.0.1:{port}/", credentials=(given,))

    assert b"Authorization: Basic" in seen[0]
    assert b"Authorization" not in seen[1]


def test_a_body_is_read_up_to_one_mebibyte(serve: Callable[..., int]) -> None:
    def endless(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(bytes(65536))

    assert look("http", f"http://127.0.0.1:{serve(endless)}/").values["body_bytes"] == 1 << 20


def secure(files: tuple[str, str], handle: Handle) -> Handle:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)

    def shake(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            handle(secured)

    return shake


def test_https_checks_chain_and_name_and_times_the_handshake(serve: Callable[..., int], authority: Authority) -> None:
    port = serve(secure(authority.issue("127.0.0.1"), respond(OK)))

    found = look("http", f"https://127.0.0.1:{port}/", authorities=authority.file)

    assert found.outcome is Outcome.OK
    assert found.values["tls_us"] > 0


def test_an_untrusted_certificate_is_failed(serve: Callable[..., int], authority: Authority) -> None:
    port = serve(secure(authority.issue("127.0.0.1"), respond(OK)))

    found = look("http", f"https://127.0.0.1:{port}/")

    assert found.outcome is Outcome.FAILED
    assert found.text.startswith("tls: certificate not accepted")


def test_without_verify_any_certificate_will_do(serve: Callable[..., int], authority: Authority) -> None:
    port = serve(secure(authority.issue("other.example"), respond(OK)))

    assert look("http", f"https://127.0.0.1:{port}/", verify=False).outcome is Outcome.OK


def test_authorities_that_cannot_be_read_are_our_own_mistake(serve: Callable[..., int]) -> None:
    found = look("http", f"https://127.0.0.1:{serve(respond(OK))}/", authorities="/no/such/file.pem")

    assert found.outcome is Outcome.ERROR


def answer(body: str, status: int = 200) -> Answer:
    return Answer(Head(status, "", {}), body.encode())


def test_the_body_must_hold_what_it_should_and_not_what_it_should_not() -> None:
    options = Options(body="order [0-9]+", body_not="(?i)error")

    assert judge_answer(answer("order 17"), options)[0] is Outcome.OK
    assert judge_answer(answer("order none"), options)[0] is Outcome.FAILED
    assert judge_answer(answer("order 17 Error"), options)[0] is Outcome.FAILED


def test_statuses_are_numbers_and_ranges() -> None:
    assert statuses("200-204, 401") == [range(200, 205), range(401, 402)]
    with pytest.raises(ValueError, match="2xx"):
        statuses("2xx")


def test_chinese_pages_are_read_by_their_own_character_set() -> None:
    assert decode("你好".encode("gb18030"), "text/html; charset=GB2312") == "你好"
    assert decode("你好".encode(), "text/html; charset=nonsense") == "你好"


def test_a_token_is_sent_as_bearer() -> None:
    from urllib.parse import urlsplit

    given = credential("api", {"kind": "http", "token": "t0k3n"})

    assert b"Authorization: Bearer t0k3n\r\n" in request(Options(), urlsplit("http://h/"), "h", [given])


def test_all_mistakes_in_the_options_are_told_at_once() -> None:
    with pytest.raises(Invalid) as told:
        look("http", "http://127.0.0.1/", body="(", status="2xx", headers=("no colon",))

    assert [mistake.partition(":")[0] for mistake in told.value.mistakes] == ["body", "status", "headers"]
