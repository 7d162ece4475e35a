"""A real small name server on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from rules.errors import Invalid
from rules.result import Outcome
from tests.agent.probes.conftest import look

Answering = Callable[[dns.message.Message, bool], dns.message.Message | None]


def zone(question: dns.message.Message, by_tcp: bool) -> dns.message.Message | None:
    """www has two addresses behind an alias, big needs TCP, silent says nothing, all else does not exist."""
    answer = dns.message.make_response(question)
    asked = question.question[0]
    name = str(asked.name)
    if name == "silent.example.":
        return None
    if name == "www.example.":
        answer.flags |= dns.flags.AA
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", "web.example."))
        answer.answer.append(dns.rrset.from_text("web.example.", 300, "IN", "A", "192.0.2.1", "192.0.2.2"))
    elif name == "big.example." and not by_tcp:
        answer.flags |= dns.flags.TC
    elif name == "big.example.":
        answer.answer.append(dns.rrset.from_text(name, 5, "IN", "TXT", '"by tcp"'))
    elif name == "broken.example.":
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif name != "empty.example.":
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer


@pytest.fixture
def server() -> Iterator[str]:
    """host:port of a name server that answers from ``zone`` over UDP and TCP."""
    tcp = socket.create_server(("127.0.0.1", 0))
    port = tcp.getsockname()[1]
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", port))

    def serve_udp() -> None:
        with suppress(OSError):
            while True:
                packet, source = udp.recvfrom(4096)
                if not packet:
                    return
                answer = zone(dns.message.from_wire(packet), False)
                if answer is not None:
                    udp.sendto(b"garbage", source)
                    udp.sendto(answer.to_wire(), source)

    def serve_tcp() -> None:
        with suppress(OSError):
            while True:
                connection, _ = tcp.accept()
                with connection:
                    connection.recv(2)
                    answer = zone(dns.message.from_wire(connection.recv(4096)), True)
                    wire = answer.to_wire() if answer is not None else b""
                    connection.sendall(len(wire).to_bytes(2, "big") + wire)

    threads = [threading.Thread(target=work, daemon=True) for work in (serve_udp, serve_tcp)]
    for thread in threads:
        thread.start()
    yield f"127.0.0.1:{port}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as goodbye:
        goodbye.sendto(b"", ("127.0.0.1", port))
    with suppress(OSError):
        tcp.shutdown(socket.SHUT_RDWR)
    for thread in threads:
        thread.join(5)
    tcp.close()
    udp.close()


def test_the_expected_records_are_ok_in_any_order_behind_an_alias(server: str) -> None:
    found = look("dns", server, name="www.example", expect=("192.0.2.2", "192.0.2.1"))

    assert found.outcome is Outcome.OK
    assert (found.values["records"], found.values["ttl_s"]) == (2, 300)


def test_a_missing_record_is_failed_and_says_what_came(server: str) -> None:
    found = look("dns", server, name="www.example", expect="192.0.2.9")

    assert found.outcome is Outcome.FAILED
    assert found.text == "www.example A: 192.0.2.9 is missing, found 192.0.2.1, 192.0.2.2"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("none.example", "NXDOMAIN"),
        ("broken.example", "SERVFAIL"),
        ("empty.example", "empty"),
        ("silent.example", "no"),
    ],
)
def test_wrong_answers_are_failed(server: str, name: str, reason: str) -> None:
    found = look("dns", server, name=name, deadline_s=0.5)

    assert found.outcome is Outcome.FAILED
    assert reason in found.text


def test_a_name_that_must_not_exist_is_ok_when_it_does_not(server: str) -> None:
    assert look("dns", server, name="none.example", rcode="nxdomain").outcome is Outcome.OK


def test_an_answer_cut_by_udp_is_asked_for_by_tcp(server: str) -> None:
    assert look("dns", server, name="big.example", type="TXT", expect=('"by tcp"',)).outcome is Outcome.OK


def test_authority_can_be_demanded(server: str) -> None:
    assert look("dns", server, name="www.example", authoritative=True).outcome is Outcome.OK
    assert look("dns", server, name="big.example", type="TXT", authoritative=True).outcome is Outcome.FAILED


def test_a_server_whose_own_name_does_not_resolve_is_an_error() -> None:
    assert look("dns", "no-such-host.invalid", name="www.example").outcome is Outcome.ERROR


def test_nobody_listening_is_failed(closed_port: int) -> None:
    assert look("dns", f"127.0.0.1:{closed_port}", name="www.example", deadline_s=0.5).outcome is Outcome.FAILED


def test_options_that_make_no_question_are_refused() -> None:
    with pytest.raises(Invalid, match="name: missing"):
        look("dns", "127.0.0.1")
    with pytest.raises(Invalid) as told:
        look("dns", "127.0.0.1", name="a..b", type="ABC", rcode="FINE")
    assert len(told.value.mistakes) == 3
