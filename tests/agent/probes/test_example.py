"""The example of a probe of one's own works as its page says."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from agent.settings import load
from rules.result import Outcome
from tests.agent.probes.conftest import look

EXAMPLES = Path(__file__).parents[3] / "examples" / "probes"


@pytest.fixture
def time_server() -> Iterator[int]:
    """A time server whose clock is two seconds ahead; answers with its port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                packet, source = sock.recvfrom(100)
                if not packet:
                    return
                now = struct.pack("!II", int(time.time()) + 2_208_988_802, int(time.time() % 1 * 2**32))
                sock.sendto(bytes([0x24, 1]) + bytes(22) + packet[40:48] + now + now, source)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    port = sock.getsockname()[1]
    yield port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as goodbye:
        goodbye.sendto(b"", ("127.0.0.1", port))
    thread.join(5)
    sock.close()


def test_the_example_probe_measures_a_clock(monkeypatch: pytest.MonkeyPatch, time_server: int) -> None:
    monkeypatch.setenv("NINEWARD_PROBES", str(EXAMPLES))

    found = look("clock_offset", "127.0.0.1", port=time_server, samples=2)

    assert found.outcome is Outcome.OK
    assert found.values["offset_s"] == pytest.approx(2, abs=0.1)


def test_the_example_of_commands_is_read_by_the_agent() -> None:
    table = load(EXAMPLES / "agent.toml").probes["plugin"]

    found = look("plugin", "127.0.0.1", local=table, command="disk", values=("free=10%", "path=/../etc"))

    assert found.text == "disk: path: '/../etc' is no path"
