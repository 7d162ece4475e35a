"""TCP connections to real listeners."""

import errno
import socket
from collections.abc import Callable

import pytest

from agent.probes import tcp
from agent.probes.tcp import Attempt, combine, unescape
from rules.errors import Invalid
from rules.result import Outcome
from tests.agent.probes.conftest import look

FINE = Attempt("10.0.0.1", Outcome.OK, 900)
REFUSED = Attempt("10.0.0.2", Outcome.FAILED, text="refused")
UNTRIED = Attempt("fd00::1", Outcome.ERROR, text="no IPv6")


def test_a_listener_is_ok_with_the_time_to_connect(serve: Callable[..., int]) -> None:
    found = look("tcp", f"127.0.0.1:{serve(lambda connection: None)}")

    assert found.outcome is Outcome.OK
    assert 0 < found.values["connect_us"] < 1_000_000


def test_the_port_can_be_an_option(serve: Callable[..., int]) -> None:
    port = serve(lambda connection: None, "127.0.0.5")

    assert look("tcp", "127.0.0.5", port=port).outcome is Outcome.OK


def test_nobody_listening_is_failed_with_the_errno(closed_port: int) -> None:
    found = look("tcp", f"127.0.0.1:{closed_port}")

    assert found.outcome is Outcome.FAILED
    assert "ECONNREFUSED" in found.text


def test_no_port_at_all_is_our_own_mistake() -> None:
    assert look("tcp", "127.0.0.1").outcome is Outcome.ERROR


def test_a_name_that_does_not_resolve_is_an_error() -> None:
    assert look("tcp", "no-such-host.invalid:80").outcome is Outcome.ERROR


def test_the_text_that_must_come_is_awaited(serve: Callable[..., int]) -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0")
        connection.sendall(b"-server\r\n")

    assert look("tcp", f"127.0.0.1:{serve(greet)}", expect="-server").outcome is Outcome.OK


def test_another_text_is_failed_and_shown(serve: Callable[..., int]) -> None:
    found = look("tcp", f"127.0.0.1:{serve(lambda connection: connection.sendall(b'go away'))}", expect="SSH-")

    assert found.outcome is Outcome.FAILED
    assert "go away" in found.text


def test_what_is_sent_has_its_escapes_replaced(serve: Callable[..., int]) -> None:
    def echo(connection: socket.socket) -> None:
        connection.sendall(connection.recv(100).upper())

    assert look("tcp", f"127.0.0.1:{serve(echo)}", send=r"ping\r\n", expect="PING").outcome is Outcome.OK


def test_a_server_that_accepts_and_says_nothing_times_out(serve: Callable[..., int]) -> None:
    def mute(connection: socket.socket) -> None:
        connection.recv(1)

    found = look("tcp", f"127.0.0.1:{serve(mute)}", expect="220", deadline_s=0.2)

    assert found.outcome is Outcome.FAILED
    assert "answer timed out" in found.text


def test_no_descriptors_left_is_the_agents_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    async def exhausted(address: str, port: int) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(tcp, "connect", exhausted)

    assert look("tcp", "127.0.0.1:80").outcome is Outcome.ERROR


def test_all_addresses_failing_is_failed() -> None:
    assert combine([REFUSED]).outcome is Outcome.FAILED


def test_some_addresses_failing_is_degraded_and_says_which() -> None:
    found = combine([FINE, REFUSED])

    assert found.outcome is Outcome.DEGRADED
    assert found.text == "10.0.0.2: refused"
    assert found.values == {"addresses_failed": 1, "connect_us": 900}


def test_an_address_the_agent_could_not_try_does_not_count() -> None:
    assert combine([FINE, UNTRIED]).outcome is Outcome.OK
    assert combine([UNTRIED]).outcome is Outcome.ERROR


def test_escapes() -> None:
    assert unescape(r"a\r\n\t\\\x") == b"a\r\n\t\\\\x"


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(Invalid, match="port: expected 0 to 65535, found 70000"):
        look("tcp", "127.0.0.1", port=70000)
