"""Which socket is had with which right, and what a person is told who has none."""

import asyncio
import errno
import socket

import pytest

from agent.icmp import sockets
from agent.icmp.engine import join
from agent.icmp.sockets import Forbidden, Opened, open_socket
from tests.agent.icmp.cable import Cable, drop_net_raw


def opened(cable: Cable, family: int, without_raw: bool = False) -> Opened:
    def act() -> Opened:
        if without_raw:
            drop_net_raw()
        found = open_socket(family)
        found.sock.close()
        return found

    return cable.within(cable.near, act)


@pytest.mark.parametrize("family", [4, 6])
def test_a_ping_socket_is_taken_where_it_is_allowed(line: Cable, family: int) -> None:
    found = opened(line, family, without_raw=True)

    assert not found.raw
    assert 0 < found.identifier < 0x10000


@pytest.mark.parametrize("family", [4, 6])
def test_a_raw_socket_is_taken_where_ping_sockets_are_not_allowed(line: Cable, family: int) -> None:
    line.allow_ping_sockets(False)

    found = opened(line, family)

    assert found.raw
    assert 0 < found.identifier < 0x10000


@pytest.mark.parametrize("family", [4, 6])
def test_without_either_right_the_lines_to_type_are_told(line: Cable, family: int) -> None:
    line.allow_ping_sockets(False)

    with pytest.raises(Forbidden, match="icmp: not permitted") as refused:
        opened(line, family, without_raw=True)

    assert 'sysctl -w net.ipv4.ping_group_range="0 2147483647"' in str(refused.value)
    assert "setcap cap_net_raw+ep /" in str(refused.value)


def test_the_receive_buffer_is_large(line: Cable) -> None:
    def size() -> int:
        sock = open_socket(4).sock
        with sock:
            return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)

    assert line.within(line.near, size) >= sockets.BUFFER


def test_a_family_that_is_off_is_an_oserror_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(*_: object) -> socket.socket:
        raise OSError(errno.EAFNOSUPPORT, "off")

    monkeypatch.setattr(socket, "socket", off)

    with pytest.raises(OSError, match="off"):
        open_socket(6)


def test_the_last_user_closes_the_sockets(line: Cable) -> None:
    async def main() -> tuple[bool, bool]:
        first, second = join(), join()
        channel = first.channel(4)
        first.leave()
        still_open = all(sock.fileno() >= 0 for sock in channel._drops)
        second.leave()
        return still_open, all(sock.fileno() < 0 for sock in channel._drops)

    assert line.inside(main) == (True, True)


def test_one_loop_has_one_engine_and_after_the_last_user_a_new_one(line: Cable) -> None:
    async def main() -> tuple[bool, bool]:
        first, second = join(), join(asyncio.get_running_loop())
        same = first is second and first.channel(4) is second.channel(4)
        first.leave()
        second.leave()
        third = join()
        third.leave()
        return same, third is first

    assert line.inside(main) == (True, False)
