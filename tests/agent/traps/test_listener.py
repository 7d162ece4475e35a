"""The whole agent as a process that receives traps: it passes them on, and looks at the device at once."""

import random
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from agent.backoff import Backoff
from agent.connection import Connection
from agent.plan import Plan
from agent.traps.courier import Courier
from agent.traps.engine import Engine
from agent.traps.listener import Listener, bound
from agent.traps.outbox import Outbox
from agent.traps.receiver import Receiver
from rules.errors import Invalid, Unavailable
from rules.secret import Secret
from tests.agent.collector_double import TOKEN, collector_double, plan_of
from tests.agent.given_clock import GivenClock
from tests.agent.test_app import agent, end, join


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.mark.skipif(not shutil.which("snmptrap"), reason="needs snmptrap (Debian package snmp)")
def test_a_trap_is_passed_on_and_the_device_is_looked_at_now(tmp_path: Path) -> None:
    port = free_port()
    check = {"kind": "tcp", "address": "127.0.0.1", "options": {"port": port}, "target_id": "t_core"}
    plan = plan_of(check | {"interval_ms": 3_600_000, "retry_ms": 3_600_000})
    with collector_double(plan=plan) as double:
        join(tmp_path, double)
        (tmp_path / "agent.toml").write_text(f'[traps]\nlisten = "127.0.0.1:{port}"\n')
        with agent(tmp_path) as process:
            assert double.until(lambda: bool(double.results()), 20)
            looked = len(double.results())
            command = ["snmptrap", "-v", "2c", "-c", "public", "-Ci", f"127.0.0.1:{port}", "4711"]
            subprocess.run([*command, "1.3.6.1.6.3.1.1.5.3"], check=True, timeout=20)
            assert double.until(lambda: len(double.traps) == 1 and len(double.results()) > looked, 20)
            # Once more, since the device's tables may not have shown yet what it told.
            assert double.until(lambda: len(double.results()) > looked + 1, 20)
            assert end(process) == 0
    _, told = double.traps[0]
    assert (told["target"], told["name"], told["seq"], told["age_ms"] < 20_000) == (
        "t_core",
        "IF-MIB::linkDown",
        1,
        True,
    )


@pytest.mark.parametrize("listen", ["162", "host:162", "0.0.0.0:x", "0.0.0.0:70000", ":162"])
def test_what_is_no_address_is_refused(listen: str) -> None:
    with pytest.raises(Invalid, match="listen"):
        bound(listen)


def test_a_port_in_use_is_said_with_what_to_do() -> None:
    with bound("127.0.0.1:0") as first, pytest.raises(Unavailable, match="snmptrapd"):
        bound(f"127.0.0.1:{first.getsockname()[1]}")


def test_an_agent_whose_port_for_traps_is_taken_looks_all_the_same(tmp_path: Path) -> None:
    check = {"kind": "tcp", "address": "127.0.0.1", "options": {"port": 9}, "target_id": "t_core"}
    with bound("127.0.0.1:0") as taken, collector_double(plan=plan_of(check)) as double:
        join(tmp_path, double)
        (tmp_path / "agent.toml").write_text(f'[traps]\nlisten = "127.0.0.1:{taken.getsockname()[1]}"\n')
        with agent(tmp_path) as process:
            assert double.until(lambda: bool(double.results()), 20)
            assert end(process) == 0


def test_an_agent_whose_listener_cannot_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_self: Receiver, _listen: socket.socket) -> None:
        raise OSError("no")

    monkeypatch.setattr(Receiver, "open", broken)
    outbox = Outbox(tmp_path / "traps.db", "k1", "s1", GivenClock())
    with collector_double() as double:
        courier = Courier(outbox, Connection(double.url, Secret(TOKEN), None, 5.0), Backoff(random.random))
        listener = Listener("127.0.0.1:0", 50, Engine(b"\x80\0\0\0\5engine", 1), outbox, courier, print)
        listener.start()
        listener.follow(Plan())
        listener.stop()
        listener.follow(Plan())
    assert "traps are no longer heard" in caplog.text
