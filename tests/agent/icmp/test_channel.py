"""The channel on a cable: what it makes of honest, dead, slow, damaged and forged answers, on both kinds of socket."""

import asyncio
import errno
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from agent.icmp.channel import BURST, Channel
from agent.icmp.destination import destination
from agent.icmp.owner import Stray
from agent.icmp.packet import LARGEST, USUAL
from agent.icmp.sockets import dropped
from agent.icmp.wall import Wall
from agent.icmp.ways import Ways
from tests.agent.icmp.cable import FAR, Cable, Request, echoed, refused, soon, summed
from tests.agent.icmp.conftest import Heard

ASKED = destination("10.77.3.7")
Then = Callable[[Channel], Coroutine[Any, Any, None]]


def ask(
    cable: Cable,
    heard: Heard,
    count: int = 1,
    timeout_s: float = 0.15,
    size: int = USUAL,
    plain: bool = False,
    family: int = 4,
    address: str = "10.77.3.7",
    then: Then | None = None,
) -> Channel:
    """Send ``count`` requests to one address, wait until each has its end, then do what is asked. The channel, closed,
    for its counts."""

    async def main() -> Channel:
        channel = Channel(asyncio.get_running_loop(), family, plain)
        try:
            target = destination(address)
            assert channel.send_many([target] * count, range(count), heard, timeout_s, size) == count
            await soon(lambda: heard.settled == count)
            if then is not None:
                await then(channel)
        finally:
            channel.close()
        return channel

    return cable.inside(main)


@pytest.mark.parametrize("plain", [False, True], ids=["recvmmsg", "recvmsg"])
@pytest.mark.parametrize("size", [16, 23, 56, 57, 1472])
def test_an_honest_host_is_heard_whatever_the_payload(either: Cable, heard: Heard, size: int, plain: bool) -> None:
    channel = ask(either, heard, 5, size=size, plain=plain, timeout_s=1)

    assert sorted(heard.answers) == [0, 1, 2, 3, 4]
    assert all(0 < rtt_ns < 1_000_000_000 for rtt_ns in heard.answers.values())
    assert (channel.counts.sent, channel.counts.received, channel.counts.corrupted) == (5, 5, 0)


def test_a_large_payload_comes_back_whole(either: Cable, heard: Heard) -> None:
    ask(either, heard, 3, address="127.0.0.9", size=LARGEST, timeout_s=1)

    assert sorted(heard.answers) == [0, 1, 2]


@pytest.mark.parametrize("address", ["fd76::2", "fe80::2%cable", "::1"])
def test_ipv6_is_heard_link_local_too(either: Cable, heard: Heard, address: str) -> None:
    channel = ask(either, heard, 3, family=6, address=address, timeout_s=1)

    assert sorted(heard.answers) == [0, 1, 2]
    assert channel.counts.foreign == 0


def test_the_kind_of_socket_is_the_one_that_is_allowed(line: Cable, heard: Heard) -> None:
    assert ask(line, heard).raw is False
    line.allow_ping_sockets(False)
    assert ask(line, Heard()).raw is True


def test_ones_own_requests_on_loopback_are_no_answers(either: Cable, heard: Heard) -> None:
    channel = ask(either, heard, BURST, address="127.0.0.9", timeout_s=1)

    assert len(heard.answers) == BURST
    assert channel.counts.foreign == channel.counts.duplicate == 0


def test_a_dead_target_is_told_within_a_fifth_of_its_time(either: Cable, heard: Heard) -> None:
    either.host.script = lambda request: []
    begun = time.monotonic()

    ask(either, heard, timeout_s=0.3)

    assert heard.silent == [0]
    assert 0.3 <= time.monotonic() - begun < 0.3 * 1.2 + 0.2  # the second 0.2 s: set-up, and a machine under tests


def test_a_late_answer_is_counted_and_does_not_make_its_target_alive(either: Cable, heard: Heard) -> None:
    host = either.host

    def late(request: Request) -> list[tuple[str, bytes]]:
        host.later(0.15, echoed(request))
        return []

    host.script = late
    channel = ask(either, heard, timeout_s=0.05, then=lambda channel: soon(lambda: channel.counts.late == 1))

    assert heard.silent == [0]
    assert heard.strays == [(0, Stray.LATE, "10.77.3.7")]
    assert channel.counts.received == 0


def test_an_answer_read_late_but_stamped_in_time_is_in_time(either: Cable, heard: Heard) -> None:
    async def main() -> None:
        channel = Channel(asyncio.get_running_loop(), 4)
        channel.send_many([ASKED], [0], heard, 0.1)
        time.sleep(0.3)  # the loop is busy well beyond the request's time
        await soon(lambda: heard.settled == 1)
        channel.close()

    either.inside(main)

    assert heard.answers[0] < 100_000_000


def test_a_second_answer_is_a_duplicate(either: Cable, heard: Heard) -> None:
    either.host.script = lambda request: [echoed(request)] * 3

    channel = ask(either, heard, then=lambda channel: soon(lambda: channel.counts.duplicate == 2))

    assert (len(heard.answers), channel.counts.received) == (1, 1)


def spoilt_end(request: Request) -> tuple[str, bytes]:
    address, message = echoed(request)
    return address, summed(message[:-1] + b"\xff")


def spoilt_nonce(request: Request) -> tuple[str, bytes]:
    address, message = echoed(request)
    return address, summed(message[:8] + bytes(8) + message[16:])


def cut(request: Request) -> tuple[str, bytes]:
    address, message = echoed(request)
    return address, summed(message[:40])


def cut_to_the_header(request: Request) -> tuple[str, bytes]:
    address, message = echoed(request)
    return address, summed(message[:8])


def grown(request: Request) -> tuple[str, bytes]:
    address, message = echoed(request)
    return address, summed(message + bytes(4))


@pytest.mark.parametrize("spoil", [spoilt_end, spoilt_nonce, cut, cut_to_the_header, grown])
def test_a_damaged_answer_counts_as_none(
    either: Cable, heard: Heard, spoil: Callable[[Request], tuple[str, bytes]]
) -> None:
    either.host.script = lambda request: [spoil(request)]

    channel = ask(either, heard)

    assert (heard.silent, heard.strays) == ([0], [(0, Stray.CORRUPTED, "10.77.3.7")])
    assert (channel.counts.corrupted, channel.counts.received) == (1, 0)


def test_a_wrong_checksum_is_no_answer(either: Cable, heard: Heard) -> None:
    def wrong(request: Request) -> list[tuple[str, bytes]]:
        address, message = echoed(request)
        return [(address, message[:2] + bytes([message[2] ^ 1]) + message[3:])]

    either.host.script = wrong

    ask(either, heard)

    assert heard.silent == [0]


def test_an_answer_from_another_address_does_not_count(either: Cable, heard: Heard) -> None:
    either.host.script = lambda request: [("10.77.9.9", echoed(request)[1])]

    channel = ask(either, heard)

    assert (heard.silent, heard.strays) == ([0], [(0, Stray.FOREIGN, "10.77.9.9")])
    assert channel.counts.foreign == 1


def test_another_programs_answer_is_nothing_to_us(either: Cable, heard: Heard) -> None:
    def other(request: Request) -> list[tuple[str, bytes]]:
        address, message = request
        identifier = int.from_bytes(message[4:6], "big") ^ 0x5A5A
        return [(address, summed(b"\0" + message[1:4] + identifier.to_bytes(2, "big") + message[6:]))]

    either.host.script = other

    channel = ask(either, heard)

    assert (heard.silent, heard.strays) == ([0], [])
    assert channel.counts.foreign == (1 if channel.raw else 0)


def test_ip_options_before_an_answer_are_passed_over(either: Cable, heard: Heard) -> None:
    def with_options(request: Request) -> list[tuple[str, bytes]]:
        source, message = echoed(request)
        packet = bytearray(20 + 4 + len(message))
        packet[0], packet[8], packet[9] = 0x46, 64, 1
        packet[2:4] = len(packet).to_bytes(2, "big")
        packet[12:16], packet[16:20] = socket.inet_aton(source), socket.inet_aton("10.76.0.1")
        packet[20:24] = b"\x01\x01\x01\x00"
        packet[24:] = message
        either.host._out.sendto(bytes(packet), ("10.76.0.1", 0))
        return []

    either.host.script = with_options

    ask(either, heard)

    assert list(heard.answers) == [0]


@pytest.mark.parametrize(
    ("kind", "code", "text"),
    [(3, 1, "destination unreachable: host"), (3, 13, "destination unreachable: prohibited"), (11, 0, "time to live")],
)
def test_an_icmp_error_names_its_reason_and_its_router(
    either: Cable, heard: Heard, kind: int, code: int, text: str
) -> None:
    either.host.script = lambda request: [refused(request, kind, code)]

    channel = ask(either, heard, timeout_s=1)

    assert heard.refusals[0].text.startswith(text)
    assert heard.refusals[0].router == FAR
    assert channel.counts.refused == 1


def test_an_icmp_error_of_ipv6_names_its_router(either: Cable, heard: Heard) -> None:
    ask(either, heard, family=6, address="fd77::5", timeout_s=1)

    assert heard.refusals[0].text == "destination unreachable: no route"
    assert heard.refusals[0].router == "fd76::2"


def test_one_targets_error_is_not_told_to_another(either: Cable, heard: Heard) -> None:
    """The kernel hands an error that waits at a socket to the next call on it, whomever that is about."""
    either.host.script = lambda request: [refused(request, 3, 1) if request[0].endswith(".1") else echoed(request)]
    targets = [destination(f"10.77.5.{number % 2 + 1}") for number in range(BURST)]

    async def main() -> None:
        channel = Channel(asyncio.get_running_loop(), 4)
        for number, target in enumerate(targets):
            channel.send_many([target], [number], heard, 1.0)
        await soon(lambda: heard.settled == BURST)
        channel.close()

    either.inside(main)

    assert sorted(heard.refusals) == list(range(0, BURST, 2))
    assert sorted(heard.answers) == list(range(1, BURST, 2))


def test_a_forged_error_about_what_was_not_asked_is_passed_over(either: Cable, heard: Heard) -> None:
    def forged(request: Request) -> list[tuple[str, bytes]]:
        address, message = request
        other = (int.from_bytes(message[6:8], "big") + 9) & 0xFFFF
        return [refused((address, message[:6] + other.to_bytes(2, "big") + message[8:]), 3, 1), echoed(request)]

    either.host.script = forged

    channel = ask(either, heard)

    assert list(heard.answers) == [0]
    assert channel.counts.refused == 0


def test_an_error_about_another_target_of_the_same_sequence_is_passed_over(either: Cable, heard: Heard) -> None:
    """A router may quote eight bytes only, and tell seconds later, when the sequence is in use again."""
    either.host.script = lambda request: [refused(("10.77.200.1", request[1]), 3, 1), echoed(request)]

    ask(either, heard)

    assert list(heard.answers) == [0]


def test_a_sequence_that_was_never_used_is_foreign(either: Cable, heard: Heard) -> None:
    def far_off(request: Request) -> list[tuple[str, bytes]]:
        address, message = echoed(request)
        return [(address, summed(message[:6] + b"\xff\xf0" + message[8:]))]

    either.host.script = far_off

    channel = ask(either, heard)

    assert (heard.silent, channel.counts.foreign) == ([0], 1)


def test_a_missing_route_is_told_with_its_errno(either: Cable, heard: Heard) -> None:
    ask(either, heard, 3, address="192.0.2.1")

    assert {trouble.errno for trouble in heard.troubles.values()} == {errno.ENETUNREACH}
    assert len(heard.troubles) == 3


def test_a_full_receive_buffer_makes_nobody_dead(either: Cable, heard: Heard) -> None:
    async def main() -> Channel:
        channel = Channel(asyncio.get_running_loop(), 4)
        for sock in channel._drops:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        channel._reading = True  # nobody reads while all of this comes in
        for number in range(0, 4 * BURST, BURST):
            channel.send_many([ASKED] * BURST, range(number, number + BURST), heard, 0.4)
        limit = time.monotonic() + 2
        while sum(dropped(sock) or 0 for sock in channel._drops) < 3 * BURST and time.monotonic() < limit:
            time.sleep(0.01)
        channel._reading = False
        await soon(lambda: heard.settled == 4 * BURST)
        channel.close()
        return channel

    channel = either.inside(main)

    assert not heard.silent
    assert channel.counts.overflow == len(heard.troubles) > 0
    assert {trouble.errno for trouble in heard.troubles.values()} == {errno.ENOBUFS}


def test_a_sequence_in_use_is_not_used_again_and_more_are_found(either: Cable, heard: Heard) -> None:
    nobody = destination("10.78.0.1")
    wanted = 66_000

    async def main() -> Channel:
        channel = Channel(asyncio.get_running_loop(), 4)
        taken = 0
        while taken < wanted:
            keys = range(taken, min(wanted, taken + BURST))
            taken += channel.send_many([nobody] * len(keys), keys, heard, 30.0)
        assert not heard.settled
        keys = range(wanted, wanted + BURST)
        channel.send_many([ASKED] * BURST, keys, heard, 5.0)
        await soon(lambda: len(heard.answers) == BURST)
        channel.close()
        return channel

    channel = either.inside(main)

    assert sorted(heard.answers) == list(range(wanted, wanted + BURST))
    assert channel.counts.sent == wanted + BURST


def test_a_step_of_the_wall_clock_changes_no_round_trip(either: Cable, heard: Heard) -> None:
    ahead = [0]
    wall = Wall(real=lambda: time.time_ns() + ahead[0])

    def slow(request: Request) -> list[tuple[str, bytes]]:
        either.host.later(0.05, echoed(request))
        return []

    either.host.script = slow

    async def main() -> Channel:
        channel = Channel(asyncio.get_running_loop(), 4, wall=wall)
        channel.send_many([ASKED], [0], heard, 5.0)
        ahead[0] = 3_600_000_000_000
        await soon(lambda: heard.settled == 1)
        channel.close()
        return channel

    channel = either.inside(main)

    assert 50_000_000 <= heard.answers[0] < 2_000_000_000
    assert channel.counts.steps == 1


class Wrapped:
    """A way's socket, whose ``sendto`` does something besides."""

    def __init__(self, sock: socket.socket, before: Callable[[int], None]) -> None:
        self._sock = sock
        self._before = before
        self._calls = 0

    def sendto(self, packet: bytes, sockaddr: Any) -> int:
        number = self._calls
        self._calls += 1
        self._before(number)
        return self._sock.sendto(packet, sockaddr)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)


def wrap(channel: Channel, monkeypatch: pytest.MonkeyPatch, before: Callable[[int], None]) -> None:
    """Have ``before`` called with the number of each request that is to be sent."""
    wrapped = Wrapped(channel._ways.sock(0), before)
    monkeypatch.setattr(Ways, "sock", lambda ways, way: wrapped)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM])
def test_a_queue_that_is_full_takes_the_front_of_a_burst_and_the_rest_later(
    either: Cable, heard: Heard, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(call: int) -> None:
        if call == 3:
            raise OSError(number, "full")

    async def main() -> Channel:
        channel = Channel(asyncio.get_running_loop(), 4)
        wrap(channel, monkeypatch, full)
        assert channel.send_many([ASKED] * 8, range(8), heard, 1.0) == 3
        assert channel.send_many([ASKED] * 5, range(3, 8), heard, 1.0) == 5
        await soon(lambda: heard.settled == 8)
        channel.close()
        return channel

    channel = either.inside(main)

    assert sorted(heard.answers) == list(range(8))
    assert (channel.counts.sent, channel.counts.received) == (8, 8)


def test_a_request_that_is_not_allowed_out_keeps_no_other_back(
    either: Cable, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(call: int) -> None:
        # The first refusal may be an earlier request's error, so that one is tried again.
        if call in (3, 4):
            raise PermissionError(errno.EPERM, "denied")

    async def main() -> None:
        channel = Channel(asyncio.get_running_loop(), 4)
        wrap(channel, monkeypatch, denied)
        assert channel.send_many([ASKED] * 8, range(8), heard, 1.0) == 8
        await soon(lambda: heard.settled == 8)
        channel.close()

    either.inside(main)

    assert {key: trouble.errno for key, trouble in heard.troubles.items()} == {3: errno.EPERM}
    assert sorted(heard.answers) == [0, 1, 2, 4, 5, 6, 7]


def test_the_round_trip_of_a_request_does_not_grow_with_the_burst_it_is_in(
    either: Cable, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        channel = Channel(asyncio.get_running_loop(), 4)
        wrap(channel, monkeypatch, lambda call: time.sleep(0.02) if call else None)
        channel.send_many([destination("127.0.0.9")] * 8, range(8), heard, 5.0)
        await soon(lambda: heard.settled == 8)
        channel.close()

    either.inside(main)

    # The first is answered before the others leave, which takes 140 ms; they sleep 20 ms between stamp and leaving.
    assert 0 < heard.answers[0] < 20_000_000
    assert all(20_000_000 <= heard.answers[key] < 140_000_000 for key in range(1, 8))


def test_answers_that_come_while_the_loop_does_not_watch_are_told(either: Cable, heard: Heard) -> None:
    """After a full burst the sockets are read by a timer; when all is quiet the loop watches them again."""

    def slow(request: Request) -> list[tuple[str, bytes]]:
        either.host.later(0.05, echoed(request))
        return []

    async def main() -> None:
        channel = Channel(asyncio.get_running_loop(), 4)
        either.host.script = slow
        channel.send_many([ASKED] * BURST, range(BURST), heard, 3.0)
        await soon(lambda: len(heard.answers) == BURST)
        await soon(lambda: channel._resting is None)
        either.host.script = lambda request: [echoed(request)]
        channel.send_many([ASKED], [BURST], heard, 3.0)
        await soon(lambda: len(heard.answers) == BURST + 1)
        channel.close()

    either.inside(main)


def test_an_owner_that_left_is_told_nothing(line: Cable, heard: Heard) -> None:
    async def main() -> Channel:
        channel = Channel(asyncio.get_running_loop(), 4)
        line.host.script = lambda request: []
        channel.send_many([ASKED], [0], heard, 0.02)
        channel.abandon(heard)
        await asyncio.sleep(0.1)
        channel.close()
        return channel

    line.inside(main)

    assert heard.settled == 0


def test_an_owner_that_raises_spoils_nothing_for_others(
    line: Cable, heard: Heard, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Heard):
        def answered(self, keys: Sequence[int], rtts_ns: Sequence[int]) -> None:
            raise ValueError("not today")

    async def main() -> None:
        channel = Channel(asyncio.get_running_loop(), 4)
        channel.send_many([ASKED], [1], Broken(), 1.0)
        channel.send_many([ASKED], [2], heard, 1.0)
        await soon(lambda: heard.settled == 1)
        channel.close()

    line.inside(main)

    assert list(heard.answers) == [2]
    assert "not today" in caplog.text
