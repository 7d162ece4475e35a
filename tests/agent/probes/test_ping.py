"""Ping against loopback, a resolver that knows nothing, and networks made for the test."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from agent.icmp.sockets import Forbidden, open_socket
from agent.probes.ping import Ping, Window, reading
from agent.probes.probe import Subject
from rules.result import Outcome, Reading
from tests.agent.icmp.cable import Cable, able, cable, echoed, run
from tests.agent.probes.conftest import look


def _icmp_refused() -> str:
    try:
        open_socket(4).sock.close()
    except (OSError, Forbidden) as refused:
        return str(refused)
    return ""


needs_icmp = pytest.mark.skipif(bool(_icmp_refused()), reason=_icmp_refused())


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

    assert [window.add(3, lost) for lost in (1, 0, 0, 0, 0, 0)] == [None] * 6
    assert window.add(3, 0) == round(1 / 21, 4)
    assert window.add(3, 0) == 0


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert reading(4, [10, 40, 20, 30], []).values["rtt_us"] == 25


def test_one_answer_has_no_jitter() -> None:
    assert "jitter_us" not in reading(1, [10], []).values


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


@pytest.fixture(scope="module")
def one_cable() -> Iterator[Cable]:
    lacking = able()
    if lacking:
        pytest.skip(lacking)
    with cable() as made:
        yield made


@pytest.fixture
def empty_network() -> Iterator[str]:
    """A network namespace with nothing in it but loopback."""
    lacking = able()
    if lacking:
        pytest.skip(lacking)
    name = f"nwe{uuid4().hex[:6]}"
    run("ip", "netns", "add", name)
    run("ip", "-n", name, "link", "set", "lo", "up")
    yield name
    run("ip", "netns", "delete", name)


@pytest.fixture
def line(one_cable: Cable) -> Cable:
    one_cable.allow_ping_sockets(True)
    one_cable.host.script = lambda request: [echoed(request)]
    return one_cable


def pinged(line: Cable, address: str, deadline_s: float = 0.3, without_raw: bool = False, times: int = 1) -> Reading:
    """The last of so many looks at once by one probe at the near end of the cable."""

    async def main() -> Reading:
        probe = Ping({"spacing_ms": 5})
        try:
            found = await asyncio.gather(*(probe.look(Subject(address), deadline_s) for _ in range(times)))
        finally:
            probe.close()
        return found[-1]

    return line.inside(main, without_raw)


def test_a_host_on_the_cable_is_up(line: Cable) -> None:
    assert pinged(line, "10.77.1.1").outcome is Outcome.OK


def test_looks_of_one_probe_may_overlap(line: Cable) -> None:
    found = pinged(line, "10.77.1.1", times=7)

    assert found.values["loss_ratio"] == 0
    assert found.values["loss_window_ratio"] == 0


def test_a_machine_that_may_send_no_icmp_could_not_look(line: Cable) -> None:
    line.allow_ping_sockets(False)

    found = pinged(line, "10.77.1.1", without_raw=True)

    assert found.outcome is Outcome.ERROR
    assert "icmp: not permitted" in found.text
    assert "ping_group_range" in found.text


def test_a_late_answer_counts_as_lost(line: Cable) -> None:
    def late(request: tuple[str, bytes]) -> list[tuple[str, bytes]]:
        line.host.later(0.8, echoed(request))
        return []

    line.host.script = late

    assert pinged(line, "10.77.1.1", deadline_s=0.5).outcome is Outcome.FAILED


def test_an_agent_without_any_route_could_not_look(empty_network: str) -> None:
    script = (
        "from tests.agent.probes.conftest import look\n"
        "r = look('ping', '10.99.1.2', deadline_s=1, spacing_ms=5)\n"
        "print(r.outcome.value, r.text)"
    )
    # A process of its own: what /proc says of routes is of the process's network, whatever its threads entered.
    done = subprocess.run(
        ["ip", "netns", "exec", empty_network, sys.executable, "-c", script],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.startswith("error could not look: the agent has no IPv4 route at all")


def test_a_neighbour_that_does_not_answer_is_failed(line: Cable) -> None:
    assert pinged(line, "10.76.0.99").outcome is Outcome.FAILED


def test_a_target_without_route_beside_others_with_one_is_failed(line: Cable) -> None:
    found = pinged(line, "192.0.2.1")

    assert found.outcome is Outcome.FAILED
    assert found.text.startswith("network is unreachable")


def test_a_link_local_address_without_its_interface_could_not_be_asked(line: Cable) -> None:
    found = pinged(line, "fe80::2")

    assert found.outcome is Outcome.ERROR
    assert "name the interface" in found.text


@pytest.mark.parametrize("address", ["fe80::2%cable", "[fd76::2]"])
def test_ipv6_is_asked(line: Cable, address: str) -> None:
    assert pinged(line, address, deadline_s=1).outcome is Outcome.OK
