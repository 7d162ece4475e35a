"""Echo requests and what is read of answers and errors: bytes alone."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.icmp.error_queue import returned
from agent.icmp.packet import (
    HEADER,
    LARGEST,
    REQUEST,
    SMALLEST,
    Refusal,
    Template,
    about,
    echo,
    ones_sum,
    pattern,
    place,
    refusal,
    without_ip_header,
)
from agent.icmp.sockets import IP_RECVERR, IPV6_RECVERR

NONCE = b"nineward"
SEQUENCES = st.integers(0, 0xFFFF)
SERIALS = st.integers(0, (1 << 64) - 1)


def folded(message: bytes) -> int:
    total = ones_sum(message)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(SEQUENCES, SEQUENCES, SERIALS, st.integers(SMALLEST, 1472))
def test_a_request_carries_a_checksum_that_sums_up(identifier: int, sequence: int, serial: int, size: int) -> None:
    (message,) = Template(4, identifier, NONCE, size, summed=True).requests(sequence, serial, 1)

    assert len(message) == HEADER + size
    assert folded(message) == 0xFFFF  # RFC 1071


@given(SEQUENCES, SEQUENCES, SERIALS)
def test_the_checksum_expected_of_an_answer_is_that_of_the_answer(identifier: int, sequence: int, serial: int) -> None:
    template = Template(4, identifier, NONCE, 56, summed=True)
    (message,) = template.requests(sequence, serial, 1)
    answer = b"\0\0" + template.reply_checksum(sequence, serial).to_bytes(2, "big") + message[4:]

    assert folded(answer) == 0xFFFF


@given(SEQUENCES, st.integers(0, 0xFFFF - 63), st.integers(0, (1 << 64) - 65), st.integers(1, 64))
def test_what_was_built_is_read_again(identifier: int, sequence: int, serial: int, count: int) -> None:
    for number, message in enumerate(Template(6, identifier, NONCE, 40, False).requests(sequence, serial, count)):
        read = echo(message)

        assert read is not None
        assert (read.kind, read.identifier, read.sequence) == (128, identifier, sequence + number)
        assert (read.nonce, read.serial, read.fill) == (NONCE, serial + number, pattern(40 - SMALLEST))


@given(st.binary(max_size=200), st.sampled_from([4, 6]))
def test_any_bytes_are_read_without_a_crash(packet: bytes, family: int) -> None:
    message = without_ip_header(packet)

    assert (place(message) is None) == (len(message) < HEADER)
    assert (echo(message) is None) == (len(message) < HEADER + SMALLEST)
    assert about(message, family) is None or message[0] == REQUEST[family]


@given(st.binary(max_size=100), st.binary(max_size=60), st.sampled_from([4, 6]))
def test_any_message_of_the_error_queue_is_read_without_a_crash(quoted: bytes, value: bytes, family: int) -> None:
    level, kind = (socket.IPPROTO_IP, IP_RECVERR) if family == 4 else (socket.IPPROTO_IPV6, IPV6_RECVERR)

    found = returned(quoted, [(level, kind, value)], "192.0.2.9" if family == 4 else "2001:db8::9%3", family)

    assert found is None or (len(quoted) >= 8 and len(value) >= 16)


def extended(number: int, origin: int, kind: int, code: int) -> bytes:
    """struct sock_extended_err (linux/errqueue.h)."""
    return struct.pack("=IBBBxII", number, origin, kind, code, 0, 0)


def test_an_error_names_the_router_that_told_it() -> None:
    quoted = struct.pack("!BBHHH", 8, 0, 0, 77, 3)
    router = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton("192.0.2.1"))

    found = returned(quoted, [(socket.IPPROTO_IP, IP_RECVERR, extended(113, 2, 3, 1) + router)], "192.0.2.9", 4)

    assert found is not None
    assert (found.identifier, found.sequence, found.quoted) == (77, 3, None)
    assert found.target == socket.inet_aton("192.0.2.9")
    assert str(found.why) == "destination unreachable: host (told by 192.0.2.1)"


def test_an_error_of_this_machine_is_an_oserror() -> None:
    quoted = struct.pack("!BBHHH", 8, 0, 0, 77, 3)

    found = returned(quoted, [(socket.IPPROTO_IP, IP_RECVERR, extended(90, 1, 0, 0) + bytes(16))], "192.0.2.9", 4)

    assert found is not None
    assert isinstance(found.why, OSError)
    assert found.why.errno == 90


@pytest.mark.parametrize("kind", [4, 5])
def test_source_quench_and_redirect_are_about_requests_that_went_on(kind: int) -> None:
    quoted = struct.pack("!BBHHH", 8, 0, 0, 77, 3)

    assert returned(quoted, [(socket.IPPROTO_IP, IP_RECVERR, extended(121, 2, kind, 1))], "192.0.2.9", 4) is None


@pytest.mark.parametrize("origin", [0, 4])
def test_an_entry_that_is_no_error_is_passed_over(origin: int) -> None:
    quoted = struct.pack("!BBHHH", 8, 0, 0, 77, 3)

    assert returned(quoted, [(socket.IPPROTO_IP, IP_RECVERR, extended(0, origin, 0, 0))], "192.0.2.9", 4) is None


@pytest.mark.parametrize(
    ("family", "kind", "code", "text"),
    [
        (4, 3, 0, "destination unreachable: network"),
        (4, 3, 13, "destination unreachable: prohibited"),
        (4, 3, 99, "destination unreachable: code 99"),
        (4, 11, 0, "time to live exceeded"),
        (6, 1, 3, "destination unreachable: address"),
        (6, 2, 0, "packet too big"),
        (6, 3, 0, "hop limit exceeded"),
        (6, 77, 0, "ICMP error 77"),
    ],
)
def test_errors_are_told_in_words(family: int, kind: int, code: int, text: str) -> None:
    assert str(refusal(family, kind, code, "")) == text


def test_a_refusal_without_a_router_tells_its_text_alone() -> None:
    assert str(Refusal(3, 1, "destination unreachable: host", "")) == "destination unreachable: host"


def test_the_pattern_is_as_long_as_wanted() -> None:
    assert len(pattern(LARGEST)) == LARGEST
    assert pattern(3) == bytes([0x10, 0x11, 0x12])
