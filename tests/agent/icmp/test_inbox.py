"""Both ways of emptying a socket bring the same records."""

import socket
import time

import pytest

from agent.icmp.inbox import MOST, Inbox
from agent.icmp.packet import Template, pattern
from agent.icmp.sockets import open_socket
from tests.agent.icmp.cable import Cable

NONCE = b"nineward"


def brought(cable: Cable, plain: bool, size: int, count: int, family: int = 4) -> list[tuple[object, ...]]:
    """What an inbox brings of answers on loopback: each record with its length and the packet's end."""

    def act() -> list[tuple[object, ...]]:
        way = open_socket(family)
        with way.sock as sock:
            for packet in Template(family, way.identifier, NONCE, size, way.raw).requests(7, 1000, count):
                sock.sendto(packet, ("127.0.0.1" if family == 4 else "::1", 0))
            inbox = Inbox(family, way.raw, plain)
            found: list[tuple[object, ...]] = []
            before = time.time_ns() - 10_000_000_000
            while taken := inbox.take(sock):
                for number, record in enumerate(inbox.records(taken)):
                    source, seconds, nanoseconds, kind, _, high, low, nonce, serial, _ = record
                    assert before < seconds * 1_000_000_000 + nanoseconds <= time.time_ns()
                    end = inbox.packet(number)[-size:]
                    found.append((source, kind, high << 8 | low, nonce, serial, inbox.lengths[number], end[16:]))
                assert inbox.drops(taken - 1) == 0
            return found

    return cable.within(cable.near, act)


@pytest.mark.parametrize("plain", [False, True], ids=["recvmmsg", "recvmsg"])
@pytest.mark.parametrize("size", [16, 56, 3000])
def test_records_hold_what_was_sent(either: Cable, plain: bool, size: int) -> None:
    found = brought(either, plain, size, 3)

    loopback = socket.inet_aton("127.0.0.1")
    assert found == [
        (loopback, 0, 7 + number, NONCE, 1000 + number, 8 + size, pattern(size - 16)) for number in range(3)
    ]


@pytest.mark.parametrize("plain", [False, True], ids=["recvmmsg", "recvmsg"])
def test_more_than_one_inbox_full_is_brought_in_turns(either: Cable, plain: bool) -> None:
    assert [record[2] for record in brought(either, plain, 56, 2 * MOST + 1)] == list(range(7, 7 + 2 * MOST + 1))


@pytest.mark.parametrize("plain", [False, True], ids=["recvmmsg", "recvmsg"])
def test_the_source_of_ipv6_comes_with_its_zone(either: Cable, plain: bool) -> None:
    assert brought(either, plain, 56, 1, family=6)[0][0] == socket.inet_pton(socket.AF_INET6, "::1") + bytes(4)


@pytest.mark.parametrize("plain", [False, True], ids=["recvmmsg", "recvmsg"])
def test_an_empty_socket_brings_nothing(line: Cable, plain: bool) -> None:
    assert brought(line, plain, 56, 0) == []
