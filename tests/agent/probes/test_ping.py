"""Ping against loopback, a resolver that knows nothing, and a network that is not there."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from struct import pack
from uuid import uuid4

import pytest

from agent.probes import ping
from agent.probes.ping import Echo, Window, open_socket, parse, reading
from rules.result import Outcome
from tests.agent.probes.conftest import look

IP_HEADER = bytes([0x45]) + bytes(19)
IP6_HEADER = bytes([0x60]) + bytes(39)
needs_icmp = pytest.mark.skipif(
    isinstance(open_socket(4), OSError), reason="this machine lets the user send no ICMP (net.ipv4.ping_group_range)"
)


def test_an_echo_reply_of_a_ping_socket_is_read() -> None:
    assert parse(pack("!BBHHH", 0, 0, 0, 77, 3) + b"payload", 4, raw=False) == Echo(77, 3, b"payload")


def test_the_ip_header_of_a_raw_socket_is_passed_over() -> None:
    assert parse(IP_HEADER + pack("!BBHHH", 0, 0, 0, 77, 3), 4, raw=True) == Echo(77, 3)


def test_ones_own_request_on_loopback_is_no_answer() -> None:
    assert parse(IP_HEADER + pack("!BBHHH", 8, 0, 0, 77, 3), 4, raw=True) is None


def test_an_icmp_error_names_the_request_it_is_about() -> None:
    error = pack("!BBHI", 3, 1, 0, 0) + IP_HEADER + pack("!BBHHH", 8, 0, 0, 77, 2)

    assert parse(IP_HEADER + error, 4, raw=True) == Echo(77, 2, trouble="destination unreachable: host")


def test_an_icmp_error_about_something_else_is_passed_over() -> None:
    error = pack("!BBHI", 3, 3, 0, 0) + IP_HEADER + pack("!HHHH", 4711, 53, 8, 0)

    assert parse(IP_HEADER + error, 4, raw=True) is None


def test_icmp_version_6_is_read_by_its_own_numbers() -> None:
    assert parse(pack("!BBHHH", 129, 0, 0, 5, 1), 6, raw=True) == Echo(5, 1)
    assert parse(pack("!BBHI", 3, 0, 0, 0) + IP6_HEADER + pack("!BBHHH", 128, 0, 0, 5, 1), 6, raw=True) == Echo(
        5, 1, trouble="hop limit exceeded"
    )


@pytest.mark.parametrize("packet", [b"", b"\x45", IP_HEADER, IP_HEADER + b"\0\0", IP_HEADER + b"\x03\x01" + bytes(6)])
def test_a_cut_packet_is_no_answer(packet: bytes) -> None:
    assert parse(packet, 4, raw=True) is None


def test_one_answer_of_three_is_up_with_loss() -> None:
    assert reading(3, [1500], []).outcome is Outcome.OK
    assert reading(3, [1500], []).values["loss_ratio"] == 0.6667


def test_the_round_trip_time_is_the_median_and_jitter_the_mean_step() -> None:
    values = reading(5, [10200, 11000, 10400, 30500, 10100], []).values

    assert (values["rtt_us"], values["jitter_us"], values["rtt_max_us"]) == (10400, 10475, 30500)


def test_no_answer_is_failed_and_says_the_reason_a_router_gave() -> None:
    assert reading(3, [], ["destination unreachable: host (told by 10.0.0.1)"]).text.startswith(
        "destination unreachable: host (told by 10.0.0.1)"
    )
    assert reading(3, [], []).outcome is Outcome.FAILED


def test_loss_is_told_over_at_least_twenty_requests() -> None:
    window = Window()

    assert [window.add(3, loss) for loss in (1 / 3, 0, 0, 0, 0, 0)] == [None] * 6
    assert window.add(3, 0) == round(1 / 21, 4)
    assert window.add(3, 0) == 0


@needs_icmp
@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.77", "localhost"])
def test_loopback_answers(address: str) -> None:
    found = look("ping", address, spacing_ms=5)

    assert found.outcome is Outcome.OK
    assert found.values["loss_ratio"] == 0
    assert 0 < found.values["rtt_us"] < 1_000_000


@needs_icmp
def test_two_pings_of_one_address_at_once_do_not_take_each_others_answers() -> None:
    lines: list[str] = []

    found = look("ping", "127.0.0.1", count=20, spacing_ms=2, log=lines.append)

    assert found.values["loss_ratio"] == 0
    assert len(lines) == 20


def test_a_name_that_does_not_resolve_is_an_error_not_a_failure() -> None:
    found = look("ping", "no-such-host.invalid")

    assert found.outcome is Outcome.ERROR
    assert "does not resolve" in found.text


def test_a_machine_that_may_send_no_icmp_could_not_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ping, "open_socket", lambda family: PermissionError(errno.EACCES, "Permission denied"))

    found = look("ping", "127.0.0.1")

    assert found.outcome is Outcome.ERROR
    assert "icmp: not permitted" in found.text


@pytest.fixture
def empty_network() -> Iterator[str]:
    """A network namespace with nothing in it but loopback."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root and iproute2 to make a network namespace")
    name = f"nineward-{uuid4().hex[:8]}"
    if subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True).returncode:
        pytest.skip("this machine gives no network namespaces")
    subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
    yield name
    subprocess.run(["ip", "netns", "del", name], check=True)


def ping_inside(namespace: str, address: str) -> str:
    """Outcome and text of a ping from inside a namespace, by the same code in another process."""
    script = (
        "from tests.agent.probes.conftest import look\n"
        f"r = look('ping', '{address}', deadline_s=1, spacing_ms=5)\n"
        "print(r.outcome.value, r.text)"
    )
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_an_agent_without_any_route_could_not_look(empty_network: str) -> None:
    assert ping_inside(empty_network, "10.99.1.2").startswith(
        "error could not look: the agent has no IPv4 route at all"
    )


def test_a_neighbour_that_does_not_answer_is_failed(empty_network: str) -> None:
    for command in (
        "link add near type veth peer name far",
        "addr add 10.99.1.1/24 dev near",
        "link set near up",
        "link set far up",
    ):
        subprocess.run(["ip", "-n", empty_network, *command.split()], check=True)

    assert ping_inside(empty_network, "10.99.1.2").startswith("failed")


def test_a_target_without_route_beside_others_with_one_is_failed(empty_network: str) -> None:
    for command in ("link add near type veth peer name far", "addr add 10.99.1.1/24 dev near", "link set near up"):
        subprocess.run(["ip", "-n", empty_network, *command.split()], check=True)

    assert ping_inside(empty_network, "10.77.1.2").startswith("failed network is unreachable")
