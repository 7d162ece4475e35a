"""The main job, end to end, as a new user lives it: faults on real parts become outages, tickets and a report."""

import contextlib
import datetime
import functools
import http.server
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from collector.decode import decode
from collector.store.log import Log
from rules.result import Outcome
from rules.wire import OUTCOMES
from tests.journeys.lab import Lab, lab, needs_namespaces
from tests.journeys.product import Product
from tests.journeys.receiver import Receiver, wait_for

HOST = "10.77.0.10"
MISTYPED = "10.77.0.99"
SWITCH = "127.0.0.2"
SITE = "127.0.0.3"
INTERVAL_MS = 5_000
pytestmark = [needs_namespaces, pytest.mark.xdist_group("journey")]


def now() -> int:
    return time.time_ns() // 1_000_000


@contextlib.contextmanager
def web_site(network: Lab, port: int, folder: Path) -> Iterator[None]:
    """A real web server on the site's address, gone at the end."""
    folder.mkdir(exist_ok=True)
    (folder / "index.html").write_text("<p>open for business</p>")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    listener = network.socket(SITE, port)
    server = http.server.ThreadingHTTPServer((SITE, port), functools.partial(Quiet, directory=str(folder)), False)
    server.socket.close()
    server.socket = listener
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def snmp_daemon(network: Lab, folder: Path) -> Iterator[None]:
    """A real snmpd on the switch's address, ended by its id."""
    folder.mkdir(exist_ok=True)
    settings = folder / "snmpd.conf"
    settings.write_text("rocommunity lab-community\nsysName core-1\n")
    environment = {**os.environ, "SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""}
    command = ("snmpd", "-f", "-Lf", str(folder / "snmpd.log"), "-C", "-c", str(settings), f"udp:{SWITCH}:161")
    process = subprocess.Popen(network.inside(*command), env=environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


class Part:
    """Something of the user's that can be stopped and put right, with the instants at which that was done."""

    def __init__(self, make: Callable[[], contextlib.AbstractContextManager[None]]) -> None:
        self._make = make
        self._running: contextlib.ExitStack | None = None
        self.stopped = 0
        self.mended = 0

    def start(self) -> None:
        self._running = contextlib.ExitStack()
        self._running.enter_context(self._make())
        self.mended = now()

    def stop(self) -> None:
        if self._running is not None:
            self.stopped = now()
            self._running.close()
            self._running = None


@contextlib.contextmanager
def cable(network: Lab) -> Iterator[None]:
    """The host's link: up while the block runs."""
    with contextlib.suppress(RuntimeError):
        network.mend(HOST)
    yield
    network.cut(HOST)


def states(product: Product) -> dict[str, str]:
    return {row["name"]: row["state"] for row in product.ask("target", "list")}


def wait_for_states(what: str, product: Product, wanted: dict[str, str], seconds: float) -> None:
    """Wait until every target is in the wanted state; a failure shows those that are not."""
    seen: dict[str, str] = {}

    def there() -> bool:
        seen.update(states(product))
        return seen == wanted

    wait_for(what, there, seconds, lambda: seen)


def by_the_midpoint_rule(product: Product, handle: int) -> float:
    """The downtime (ms) of a check that failed once, worked out by hand from the raw results in the log."""
    good: list[int] = []
    bad: list[int] = []
    log = Log(product.data / "log")
    for entry in log.read(0):
        if entry.kind == "batch":
            batch = decode(entry.body)
            for row in (batch.handle == handle).nonzero()[0]:
                outcome = OUTCOMES[batch.outcome[row]]
                if outcome is not Outcome.ERROR:
                    (bad if outcome is Outcome.FAILED else good).append(int(batch.at[row]) + entry.dating)
    log.close()
    first, last = min(bad), max(bad)
    before, after = max(at for at in good if at < first), min(at for at in good if at > last)
    return (last + after) / 2 - (before + first) / 2


@pytest.mark.skipif(shutil.which("snmpd") is None, reason="needs Debian's snmpd")
def test_faults_become_outages_incidents_tickets_and_a_report(tmp_path: Path) -> None:
    """Stop a site, a link, an SNMP daemon and an agent; kill the collector; put all right; read the month's report."""
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(lab([HOST]))
        receiver = Receiver(network.socket("127.0.0.1"))
        stack.callback(receiver.close)
        product = Product(network, tmp_path, 8440, {"LAB": "lab-community", "DESK": "whsec_" + "A" * 32})
        stack.callback(product.close)
        (product.data / "nineward.toml").write_text(
            '[tickets.desk]\nkind = "webhook"\nsecret = { env = "DESK" }\n'
            f'url = "http://127.0.0.1:{receiver.port}/"\n'
        )
        site = Part(functools.partial(web_site, network, 8080, tmp_path / "site"))
        daemon = Part(functools.partial(snmp_daemon, network, tmp_path / "snmpd"))
        link = Part(functools.partial(cable, network))
        for part in (site, daemon, link):
            part.start()
            stack.callback(part.stop)

        # This machine is on the pages within a minute, no question asked.
        tree = product.up()
        wait_for("the collector answers", lambda: (product.data / "collector.sock").exists(), 60)
        wait_for("this machine is up", lambda: list(states(product).values()) == ["up"], 60)
        (machine,) = states(product)

        # The user names what matters to them.
        product.tell("credential", "add", "lab", "--community", "env:LAB")
        switch = ("--kind", "switch", "--snmp", "v2c", "--credential", "lab", "--priority", "urgent")
        product.tell("target", "add", "core-1", SWITCH, *switch)
        product.tell("target", "add", "shop", f"http://{SITE}:8080/", "--priority", "urgent")
        product.tell("target", "add", "host-1", HOST, "--priority", "urgent")
        product.tell("target", "add", "typo", MISTYPED, "--priority", "urgent")
        token = product.ask("agent", "join-token")["token"]
        second_folder = tmp_path / "second"
        join = (
            "agent",
            "join",
            product.url,
            "--token",
            token,
            "--name",
            "second",
            "--config",
            str(second_folder / "agent.toml"),
        )
        product.run(*join)
        second = product.start("agent", "run", "--config", str(second_folder / "agent.toml"))
        product.tell("target", "set", "second", "--set", "interval=5s")
        everything_up = {machine: "up", "core-1": "up", "shop": "up", "host-1": "up", "second": "up", "typo": "pending"}
        wait_for_states("everything up, the mistyped one pending", product, everything_up, 60)
        time.sleep(2 * INTERVAL_MS / 1000)  # some healthy life before the faults

        # Faults, and only what is broken is broken.
        for part in (site, link, daemon):
            part.stop()
        killed = now()
        product.stop(second, signal.SIGKILL)
        broken = everything_up | {"shop": "down", "host-1": "down", "core-1": "degraded", "second": "unknown"}
        wait_for_states("the right things, and only those, are broken", product, broken, 60)
        wait_for("a ticket for each fault", lambda: len(receiver.told("opened")) >= 4, 60)

        # The collector is killed in the middle of it all; the tree starts it again.
        collector = int((product.data / "collector.pid").read_text())
        os.kill(collector, signal.SIGKILL)
        wait_for("the collector is back", lambda: (product.data / "collector.pid").read_text() != str(collector), 30)
        wait_for_states("nothing is forgotten", product, broken, 60)

        # Put right: outages end, incidents resolve, the tickets hear of it.
        for part in (site, link, daemon):
            part.start()
        second = product.start("agent", "run", "--config", str(second_folder / "agent.toml"))
        back = now()
        wait_for_states("everything up again", product, everything_up, 90)
        wait_for("the tickets hear of it", lambda: len(receiver.told("resolved")) >= 4, 60)
        time.sleep(2 * INTERVAL_MS / 1000)
        opened = [delivery.body["incident_key"] for delivery in receiver.told("opened")]
        assert len(opened) == len(set(opened)) == 4
        assert sorted(opened) == sorted(delivery.body["incident_key"] for delivery in receiver.told("resolved"))
        assert {row["state"] for row in product.ask("incident", "list")} <= {"resolved", "closed"}

        # The report says what was done, second for second.
        month = f"{datetime.datetime.now(ZoneInfo('Asia/Shanghai')):%Y-%m}"
        product.tell("report", "month", month, "--format", "json,html,csv", "--out", str(tmp_path / "reports"))
        (file,) = (tmp_path / "reports").glob("*.json")
        issued = json.loads(file.read_text())["report"]
        objects = {each["name"]: each for each in issued["objects"]}
        gap = INTERVAL_MS * 1.1 + 1000
        for name, part in (("shop", site), ("host-1", link)):
            (outage,) = [each for each in issued["outages"] if each["target"] == name]
            assert abs(outage["start"] - part.stopped) <= gap
            assert abs(outage["end"] - part.mended) <= gap
            assert outage["start_bracket"][0] <= part.stopped <= outage["start_bracket"][1] + 1000
        assert objects["core-1"]["down_ms"] == 0
        assert objects["core-1"]["degraded_ms"] > 0
        assert objects["second"]["down_ms"] == 0
        assert abs(objects["second"]["unknown_ms"] - (back - killed)) <= 2 * gap
        assert "typo" not in objects
        before = product.ask("outages", "--from", "2026-01-01", "--to", "2036-01-01")

        # Ctrl-C ends everything; starting again forgets nothing.
        product.stop(second)
        handles = {row["target_name"]: row["handle"] for row in product.ask("check", "list") if row["vital"]}
        assert product.stop(tree) == 0
        for name in ("shop", "host-1"):
            assert abs(objects[name]["down_ms"] - by_the_midpoint_rule(product, handles[name])) <= 1000
        assert product.tell("rebuild")
        tree = product.up()
        wait_for_states("up again after a restart", product, everything_up | {"second": "unknown"}, 90)
        assert product.ask("outages", "--from", "2026-01-01", "--to", "2036-01-01") == before
        assert product.stop(tree) == 0
