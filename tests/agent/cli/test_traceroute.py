"""``nineward-agent traceroute`` over a router to a host behind it."""

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.agent.cli.cable import Cable, beyond


@pytest.fixture(scope="module")
def routed(ends: Cable) -> Iterator[Cable]:
    with beyond(ends):
        yield ends


def trace(ends: Cable, *words: str) -> subprocess.CompletedProcess[str]:
    """The real program at the prober's end, without the right to raw sockets."""
    command = ends.inside(sys.executable, "-m", "agent", "traceroute", *words)
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    ("target", "router"), [("10.81.0.1", "10.76.0.2"), ("fd81::1", "fd76::2")], ids=["ipv4", "ipv6"]
)
def test_each_hop_of_the_way_is_named(routed: Cable, target: str, router: str) -> None:
    done = trace(routed, target, "--json", "-c", "1", "-t", "3")

    found = json.loads(done.stdout)
    assert [(hop["distance"], hop["address"]) for hop in found["hops"]] == [(1, router), (2, target)]
    assert all(0 < rtt < 3_000_000 for hop in found["hops"] for rtt in hop["rtts_us"])
    assert (found["reached"], found["length"], done.returncode) == (True, 2, 0)


def test_a_router_that_knows_no_way_is_the_reason(routed: Cable) -> None:
    done = trace(routed, "10.79.0.1", "-c", "1", "-t", "0.2")

    assert "destination unreachable: host (told by 10.76.0.2)" in done.stdout
    assert done.returncode == 1


def test_silence_is_told_hop_by_hop_and_is_exit_code_1(routed: Cable) -> None:
    done = trace(routed, "10.78.0.1", "--hops", "2", "-c", "1", "-t", "0.2")

    assert done.stdout.splitlines()[-2:] == ["  2  no answer", "The target did not answer."]
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("10.77.0.0/29", 2, "stands for 6 targets"),
        ("no-such-name.invalid", 2, "does not resolve"),
        ("198.51.100.1", 3, "ENETUNREACH"),
    ],
)
def test_what_cannot_be_traced_is_told(routed: Cable, target: str, code: int, said: str) -> None:
    done = trace(routed, target)

    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
