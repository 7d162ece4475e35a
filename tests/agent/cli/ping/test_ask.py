"""``nineward-agent ping`` as a person types it, on a network of its own, with fping and iputils as second opinion."""

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.cable import NAMESPACES, Cable, cable

QUICK = ("-c", "1", "-t", "0.3", "-r", "0")


def ping(ends: Cable, *words: str, given: str | bytes = "") -> subprocess.CompletedProcess[str]:
    """The real program at the prober's end."""
    data = given if isinstance(given, bytes) else given.encode()
    done = subprocess.run(
        ends.inside(sys.executable, "-m", "agent", "ping", *words), input=data, capture_output=True, timeout=60
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def told(ends: Cable, *words: str) -> dict[str, Any]:
    """What the program says to programs."""
    found: dict[str, Any] = json.loads(ping(ends, *words, "--json").stdout)
    return found


def test_all_alive_is_exit_code_0(ends: Cable) -> None:
    done = ping(ends, "10.77.0.0/28", "fd77::1-fd77::3", "127.0.0.1", *QUICK)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("18 targets, 18 alive, 0 unreachable, 18 sent, 18 received")


def test_one_that_does_not_answer_is_exit_code_1(ends: Cable) -> None:
    done = ping(ends, "10.77.0.1", "10.78.0.1", *QUICK)

    assert done.returncode == 1
    assert re.search(r"^10\.78\.0\.1 +- +no answer$", done.stdout, re.MULTILINE)


def test_what_a_router_says_is_the_reason(ends: Cable) -> None:
    (only,) = told(ends, "10.79.0.1", *QUICK)["targets"]

    assert (only["state"], only["reason"]) == ("unreachable", "destination unreachable: host (told by 10.76.0.2)")


def test_a_network_nobody_routes_to_is_told_at_once(ends: Cable) -> None:
    (only,) = told(ends, "198.51.100.1", *QUICK)["targets"]

    assert only["state"] == "unreachable"
    assert "ENETUNREACH" in only["reason"]


def test_a_name_without_address_is_told_and_the_others_are_asked(ends: Cable) -> None:
    done = ping(ends, "10.77.0.1", "no-such-name.invalid", *QUICK)

    assert done.returncode == 2
    assert "1 alive, 0 unreachable, 1 unresolved" in done.stdout
    assert "no-such-name.invalid does not resolve here" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "There is no target"),
        (("10.0.0.0/8",), "16,777,214 addresses"),
        (("10.77.0.1", "10.0.0.0/40"), "from 0 to 32"),
        (("-6", "10.77.0.1"), "no IPv6 address"),
        (("-4", "fd77::1"), "no IPv4 address"),
        (("fe80::1",), "name the interface"),
        (("no-such-name.invalid",), "No target resolves"),
        (("10.77.0.1", "-c", "0"), "not between 1 and 1,000,000"),
        (("10.77.0.1", "-t", "x"), "'x' is no number"),
        (("10.77.0.1", "-s", "15"), "not between 16 and 65,000"),
        (("10.77.0.1", "-r", "nan"), "not between"),
        (("10.77.0.1", "--json", "-q"), "not allowed with"),
        (("--file", "no-such-file"), "no-such-file cannot be read: No such file"),
    ],
)
def test_usage_mistakes_are_told_with_2_and_nothing_is_sent(ends: Cable, words: Sequence[str], said: str) -> None:
    done = ping(ends, *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_mistakes_in_a_file_are_told_with_their_lines(ends: Cable, tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("10.77.0.1\n10.77.0.300\n\n10.77.0.0/99 # too long\n", encoding="utf-8")

    done = ping(ends, "--file", str(path))

    assert done.returncode == 2
    assert f"{path} line 2: '10.77.0.300'" in done.stderr
    assert f"{path} line 4: '10.77.0.0/99'" in done.stderr


def test_targets_come_from_standard_input(ends: Cable) -> None:
    done = ping(
        ends, "--file", "-", "-a", *QUICK, given="\ufeff# rack 3\n10.77.0.1 web\r\n\r\n10.78.0.1\r\n10.77.0.1\n"
    )

    assert (done.returncode, done.stdout.split()) == (1, ["10.77.0.1"])
    assert "1 given more than once is asked once" in done.stderr


def test_the_unreachable_alone_can_be_listed(ends: Cable) -> None:
    assert ping(ends, "10.77.0.1", "10.78.0.1-2", "-u", *QUICK).stdout.split() == ["10.78.0.1", "10.78.0.2"]


def test_the_summary_alone_can_be_had(ends: Cable) -> None:
    assert len(ping(ends, "10.77.0.0/24", "-q", *QUICK).stdout.splitlines()) == 1


def test_a_document_for_programs_has_every_figure(ends: Cable) -> None:
    found = told(ends, "10.77.0.1", "-c", "3", "-i", "0.01", "-t", "0.3")

    (only,) = found["targets"]
    assert (only["target"], only["address"], only["state"]) == ("10.77.0.1", "10.77.0.1", "alive")
    assert (only["sent"], only["received"], only["loss"], only["late"], only["duplicates"]) == (3, 3, 0.0, 0, 0)
    assert 0 < only["min_us"] <= only["avg_us"] <= only["max_us"] < 100_000
    assert 0 <= only["mdev_us"] <= only["max_us"] - only["min_us"]
    assert only["reason"] is None
    summary = found["summary"]
    assert (summary["targets"], summary["alive"], summary["sent"], summary["complete"]) == (1, 1, 3, True)


@pytest.mark.skipif(shutil.which("fping") is None, reason="needs fping")
def test_fping_says_the_same_of_the_same_targets(ends: Cable) -> None:
    targets = [*(f"10.{net}.{at}.9" for net in (77, 78) for at in range(40)), "fd77::9", "fd78::9", "127.3.2.1"]
    theirs = subprocess.run(
        ends.inside("fping", "-a", "-r0", "-t", "300", "-i", "1", *targets), capture_output=True, text=True, timeout=60
    )

    ours = ping(ends, *targets, "-a", *QUICK)

    assert set(ours.stdout.split()) == set(theirs.stdout.split())
    assert (ours.returncode, theirs.returncode) == (1, 1)


@pytest.mark.skipif(shutil.which("ping") is None, reason="needs iputils-ping")
@pytest.mark.parametrize("target", ["10.77.0.1", "10.78.0.1", "10.79.0.2", "fd77::1", "fd78::1"])
def test_iputils_says_the_same_of_the_same_target(ends: Cable, target: str) -> None:
    theirs = subprocess.run(ends.inside("ping", "-c1", "-W1", "-n", target), capture_output=True, timeout=60)

    assert ping(ends, target, *QUICK).returncode == theirs.returncode


def test_a_large_payload_arrives_whole(ends: Cable) -> None:
    assert ping(ends, "10.77.0.1", "fd77::1", "-s", "9000", *QUICK).returncode == 0


def stopped(ends: Cable, lines: int, *words: str) -> tuple[list[str], int]:
    """Let the program run until it has printed so many lines, then interrupt it as a terminal does."""
    process = subprocess.Popen(
        [*ends.inside(sys.executable, "-m", "agent", "ping", *words)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        began = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return [*began, *rest.splitlines(keepends=True)], process.returncode


def test_an_endless_sweep_tells_each_answer_and_on_ctrl_c_what_is_known(ends: Cable) -> None:
    lines, code = stopped(ends, 6, "--loop", "-i", "0.02", "-t", "0.02", "10.77.0.1", "10.78.0.1")

    assert any("10.77.0.1  request 2  " in line for line in lines)
    assert any("10.78.0.1  request 1  no answer" in line for line in lines)
    assert lines[-1].startswith("2 targets, 1 alive, 1 unreachable")
    assert lines[-1].endswith("(stopped)\n")
    assert code == 1


def test_an_endless_sweep_for_programs_is_an_object_a_line(ends: Cable) -> None:
    lines, code = stopped(ends, 3, "--loop", "--json", "-i", "0.02", "10.77.0.1")

    objects = [json.loads(line) for line in lines]
    assert all(len(one) == 1 for one in objects)
    assert {"target", "address", "request", "at", "became", "rtt_us", "reason"} == set(objects[0]["event"])
    assert list(objects[-2]) == ["target"]
    assert objects[-1]["summary"]["complete"] is False
    assert code == 0


def sent(ends: Cable) -> int:
    """How many packets have left on the cable so far."""
    counter = ends.inside("cat", "/sys/class/net/cable/statistics/tx_packets")
    return int(subprocess.run(counter, check=True, capture_output=True).stdout)


def test_what_was_not_asked_before_ctrl_c_is_no_dead_target(ends: Cable) -> None:
    before = sent(ends)
    process = subprocess.Popen(
        [*ends.inside(sys.executable, "-m", "agent", "ping", "10.77.0.0/20", "-r", "200", "--json")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        while sent(ends) < before + 20:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()

    summary = json.loads(output)["summary"]
    assert summary["unreachable"] == 0
    assert summary["unasked"] > 3000
    assert process.returncode == 1


def test_a_reader_that_has_seen_enough_ends_an_endless_sweep(ends: Cable) -> None:
    command = ends.inside(sys.executable, "-m", "agent", "ping", "--loop", "-i", "0.01", "10.77.0.1")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    try:
        process.wait(30)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()

    assert (process.returncode, process.stderr.read()) == (0, b"")
    process.stderr.close()


@pytest.mark.skipif(not NAMESPACES, reason="needs root and iproute2 to make network namespaces")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv (util-linux)")
def test_without_permission_the_line_to_type_is_told() -> None:
    unprivileged = ("setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw")
    with cable(ping_sockets=False) as shut:
        command = shut.inside(*unprivileged, sys.executable, "-m", "agent", "ping", "127.0.0.1")
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)

    assert (done.returncode, done.stdout) == (3, "")
    assert "net.ipv4.ping_group_range" in done.stderr
    assert "Traceback" not in done.stderr
