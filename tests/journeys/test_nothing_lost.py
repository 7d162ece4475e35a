"""Kill the collector and the agent, again and again, at any instant: nothing the agent put to disk is lost or doubled.

The seed is fixed; NINEWARD_SEED sets another.
"""

import contextlib
import itertools
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from collector.client import Client, listening
from collector.decode import decode
from collector.local_socket import SOCKET
from collector.store.log import Log
from rules.result import Outcome
from rules.wire import OUTCOMES
from tests.journeys.lab import Lab, lab, needs_namespaces
from tests.journeys.product import Product
from tests.journeys.receiver import Receiver, wait_for

SEED = int(os.environ.get("NINEWARD_SEED", "20261121"))
KILLS = 120
LEAST_EACH = 45
LEAST_YOUNG = 6
YOUNG = 3
"""Each so many-th kill is meant to come while the process starts and recovers."""
SERVICES, HOSTS, UNSTEADY = 100, 100, 6
PORT = 7000
DESK_S = 0.4
"""How long the desk thinks before it answers: some kills shall come between its taking a ticket and its answer."""
LASTS_S = (10.0, 16.0)
"""How long an unsteady service stays as it is: several lives of the agent, so that each fault is seen."""

pytestmark = [needs_namespaces, pytest.mark.xdist_group("journey")]

Row = tuple[int, int, int, int, Outcome]
"""A result without its values: handle, interval, slot, instant on the boot clock, outcome."""


def now() -> int:
    return time.time_ns() // 1_000_000


class Port:
    """A TCP service that can stop and come back, with the instants between which it was away."""

    def __init__(self, network: Lab, name: str, address: str, port: int) -> None:
        self.name = name
        self.address = f"{address}:{port}"
        self.faults: list[tuple[int, int]] = []
        self._network = network
        self._place = (address, port)
        self._stopped = 0
        self._listener: socket.socket | None = None
        self._thread = threading.Thread()

    def open(self) -> None:
        if self._listener is not None:
            return
        self._listener = self._network.socket(*self._place)
        self._listener.listen(1024)  # every look at once, after a start, shall find room
        self._thread = threading.Thread(target=self._serve, args=(self._listener,))
        self._thread.start()
        if self._stopped:
            self.faults.append((self._stopped, now()))

    def close(self) -> None:
        if self._listener is None:
            return
        self._stopped = now()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the one who accepts; close alone would not
        self._thread.join()
        self._listener.close()
        self._listener = None

    @property
    def stopped(self) -> bool:
        """Whether it is away now."""
        return self._listener is None

    def turn(self) -> None:
        """Stop when open, come back when stopped."""
        if self.stopped:
            self.open()
        else:
            self.close()

    @staticmethod
    def _serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                listener.accept()[0].close()


class Spool:
    """The agent's spool, as another process sees it. It keeps what was acknowledged, too."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=30)) as reader:
            return reader.execute(statement).fetchall()

    def process(self) -> int:
        """The newest process that has committed results; 0 for none."""
        try:
            return int(self._ask("SELECT coalesce(max(process), 0) FROM chunk")[0][0])
        except sqlite3.OperationalError:
            return 0  # there is no file yet, or no table in it

    def last(self) -> int:
        """The last chunk committed."""
        return int(self._ask("SELECT coalesce(max(id), 0) FROM chunk")[0][0])

    def number(self, name: str) -> int:
        """A number the agent remembers: sent_through, dropped."""
        return sum(value for (value,) in self._ask(f"SELECT value FROM number WHERE name = '{name}'"))

    def committed(self) -> dict[str, int]:
        """By boot: the last sequence number on disk."""
        return dict(
            self._ask(
                "SELECT boot, max(first_seq + results - 1) FROM chunk JOIN process ON process.id = chunk.process"
                " GROUP BY boot"
            )
        )

    def aside(self) -> int:
        """Results the collector refused for good."""
        return int(self._ask("SELECT count(*) FROM aside")[0][0])

    def results(self) -> dict[str, dict[int, Row]]:
        """By boot and sequence number: every result on disk."""
        found: dict[str, dict[int, Row]] = defaultdict(dict)
        chunks = self._ask(
            "SELECT boot, first_seq, results, body FROM chunk JOIN process ON process.id = chunk.process"
            " ORDER BY chunk.id"
        )
        for boot, first, count, body in chunks:
            rows = json.loads(zlib.decompress(body))
            assert len(rows) == count
            for seq, (handle, interval, slot, at, outcome, *_) in enumerate(rows, first):
                assert seq not in found[boot]
                found[boot][seq] = (handle, interval, slot, at, Outcome(outcome))
        return dict(found)


@dataclass
class Victim:
    """A process that is killed and started again at once. ``start_s``: how long it took to start the last time."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    ready: Callable[[], bool]
    random: Random
    witness: Callable[[], None] = lambda: None
    start_s: float = 1.0
    kills: Counter[str] = field(default_factory=Counter)

    def begin(self) -> None:
        self.process = self.start()
        self._born = time.monotonic()
        self._due: float | None = None
        if self.kills.total() % YOUNG == 0:
            self._due = self._born + self.random.uniform(0, self.start_s)

    def tick(self, product: Product) -> None:
        """Kill it when its time has come, and start it again."""
        assert self.process.poll() is None, f"the {self.name} ended by itself: {self.process.returncode}"
        if self._due is None:
            if self.ready():
                self.start_s = time.monotonic() - self._born
                self._due = time.monotonic() + self.random.uniform(0, 2)
            assert time.monotonic() - self._born < 60, f"the {self.name} does not come to work"
        elif time.monotonic() >= self._due:
            self.witness()
            self.kills["working" if self.ready() else "starting"] += 1
            product.stop(self.process, signal.SIGKILL)
            self.begin()


def storm(product: Product, victims: list[Victim], unsteady: list[Port], random: Random) -> None:
    """Kill until it is enough, while services come and go; whatever is away then comes back in its own time."""
    turns = {port.name: time.monotonic() + random.uniform(0, LASTS_S[1]) for port in unsteady}
    while sum(victim.kills.total() for victim in victims) < KILLS or any(
        victim.kills.total() < LEAST_EACH for victim in victims
    ):
        for victim in victims:
            victim.tick(product)
        for port in unsteady:
            if time.monotonic() >= turns[port.name]:
                port.turn()
                turns[port.name] = time.monotonic() + random.uniform(*LASTS_S)
        time.sleep(0.01)
    for port in sorted(unsteady, key=lambda port: turns[port.name]):
        if port.stopped:
            time.sleep(max(0.0, turns[port.name] - time.monotonic()))
            port.open()


def logged(log: Log) -> Iterator[tuple[str, int, Row]]:
    """Every result in the log: boot, sequence number, result."""
    for entry in log.read(0):
        assert entry.kind != "conflict"
        if entry.kind != "batch":
            continue
        batch = decode(entry.body)
        columns = (batch.handle, batch.interval, batch.slot, batch.at)
        rows = zip(*(column.tolist() for column in columns), batch.outcome.tolist(), strict=True)
        for seq, (handle, interval, slot, at, outcome) in enumerate(rows, entry.first_seq):
            yield entry.boot, seq, (handle, interval, slot, at, OUTCOMES[outcome])


def incidents(product: Product) -> list[dict[str, Any]]:
    """Every incident with its episodes and errands, as the API tells them."""
    client = Client(socket_path=product.data / SOCKET)
    try:
        return [client.get(f"incidents/{row['number']}") for row in client.every("incidents")]
    finally:
        client.close()


def settled(product: Product) -> bool:
    """Whether every fault is over and every ticket system knows it."""
    return all(
        incident["state"] in ("resolved", "closed")
        and all(errand["state"] in ("done", "cancelled") for errand in incident["errands"])
        for incident in incidents(product)
    )


def all_up(product: Product) -> bool:
    return {row["state"] for row in product.ask("target", "list")} == {"up"}


def join(product: Product, folder: Path) -> tuple[str, ...]:
    """Enrol the agent; the command that runs it."""
    settings = str(folder / "agent.toml")
    token = product.ask("agent", "join-token")["token"]
    product.run("agent", "join", product.url, "--token", token, "--name", "watcher", "--config", settings)
    return ("agent", "run", "--config", settings)


def watch(product: Product, folder: Path, unsteady: list[Port]) -> None:
    """Hundreds of targets, each looked at every second; the unsteady services are urgent."""
    product.tell(
        "policy", "add", "*", "interval=1s", "retry_interval=500ms", "timeout=3s",
        "confirm_down=2", "confirm_up=2", "max_gap=20s",
    )  # fmt: skip
    rows = [("name", "address", "priority")]
    rows += [(f"host-{n}", f"127.1.{n // 200}.{n % 200 + 1}", "general") for n in range(HOSTS)]
    rows += [(f"service-{n}", f"127.2.{n // 200}.{n % 200 + 1}:{PORT}", "general") for n in range(SERVICES)]
    rows += [(port.name, port.address, "urgent") for port in unsteady]
    listed = folder / "targets.csv"
    listed.write_text("".join(",".join(row) + "\n" for row in rows))
    product.tell("target", "import", str(listed))


def test_nothing_is_lost_however_often_both_programs_are_killed(tmp_path: Path) -> None:
    """More than a hundred kills under load; then log, state, figures and tickets are held to account."""
    with contextlib.ExitStack() as stack:
        network = stack.enter_context(lab([]))
        receiver = Receiver(network.socket("127.0.0.1"), DESK_S)
        stack.callback(receiver.close)
        product = Product(network, tmp_path, 8440, {"DESK": "whsec_" + "A" * 32})
        stack.callback(product.close)
        (product.data / "nineward.toml").write_text(
            f'key = "{tmp_path / "key"}"\n[parameters]\nreopen_window = "1s"\n'
            "[incidents]\nunstable_returns = 1000\n"  # each return is one, however slow the machine
            '[tickets.desk]\nkind = "webhook"\nsecret = { env = "DESK" }\n'
            f'url = "http://127.0.0.1:{receiver.port}/"\nrate = 6000\ncap = 6000\n'  # no brake: each fault is counted
        )
        unsteady = [Port(network, f"unsteady-{n}", f"127.3.0.{n + 1}", PORT + 1) for n in range(UNSTEADY)]
        steady = Port(network, "steady", "0.0.0.0", PORT)
        for port in (steady, *unsteady):
            port.open()
            stack.callback(port.close)

        # Two programs under load, everything well.
        run_collector = ("collector.cli", "--data", str(product.data), "collector", "run", "--port", str(product.port))
        first = product.start(*run_collector)
        wait_for("the collector answers", lambda: listening(product.data / SOCKET), 60)
        run_agent = join(product, tmp_path / "agent")
        watch(product, tmp_path, unsteady)
        spool = Spool(tmp_path / "agent" / "spool.db")
        agent = product.start(*run_agent)
        wait_for("everything is up", lambda: all_up(product), 60, lambda: product.ask("target", "list"))

        # The storm. What stood on the agent's disk just before each kill is remembered apart.
        seen: dict[str, int] = {}
        processes = {"before": 0}

        def start_agent() -> subprocess.Popen[bytes]:
            processes["before"] = spool.process()
            return product.start(*run_agent)

        victims = [
            Victim(
                "collector", lambda: product.start(*run_collector), lambda: listening(product.data / SOCKET),
                Random(f"{SEED} collector"),
            ),
            Victim(
                "agent", start_agent, lambda: spool.process() > processes["before"],
                Random(f"{SEED} agent"), lambda: seen.update(spool.committed()),
            ),
        ]  # fmt: skip
        product.stop(agent, signal.SIGKILL)
        product.stop(first, signal.SIGKILL)
        for victim in victims:
            victim.begin()
        storm(product, victims, unsteady, Random(f"{SEED} faults"))
        told = f"seed {SEED}, kills {[(victim.name, dict(victim.kills)) for victim in victims]}"
        assert all(victim.kills["starting"] >= LEAST_YOUNG for victim in victims), told

        # Calm: the agent drains, faults end, the tickets hear of it; then a clean end.
        goal = spool.last()
        wait_for("the agent drains", lambda: spool.number("sent_through") >= goal, 60)
        wait_for("everything is up again", lambda: all_up(product), 60, lambda: product.ask("target", "list"))
        wait_for("the tickets know", lambda: settled(product), 60, lambda: incidents(product))
        collector, agent = (victim.process for victim in victims)
        assert product.stop(agent, signal.SIGTERM) == 0
        decided = incidents(product)
        assert product.stop(collector, signal.SIGTERM) == 0

        # Every result the agent ever committed is in the log, once, as it was.
        assert spool.number("sent_through") == spool.last()
        assert (spool.number("dropped"), spool.aside()) == (0, 0)
        committed = spool.results()
        for boot, rows in committed.items():
            assert list(rows) == list(range(1, len(rows) + 1)), boot
        assert {boot: len(committed[boot]) for boot in seen if seen[boot] > len(committed[boot])} == {}
        log = Log(product.data / "log")
        stack.callback(log.close)
        found: dict[str, dict[int, Row]] = defaultdict(dict)
        for boot, seq, row in logged(log):
            assert seq not in found[boot], f"result {seq} of {boot} is in the log twice; {told}"
            found[boot][seq] = row
        assert found == committed, told
        assert sum(map(len, committed.values())) > 20 * (HOSTS + SERVICES)

        # The chain holds, and all that was derived is what the log gives.
        assert log.verify() == log.head()[0]
        rebuilt = product.ask("rebuild")  # exit code 0: nothing differs
        assert rebuilt["differences"] == []
        assert rebuilt["without_incident"] == []
        # Others may have an incident about looks that only a later answer put right: this machine is overloaded.
        assert {each["target"] for each in rebuilt["without_outage"]}.isdisjoint(port.name for port in unsteady)

        judge_tickets(receiver, decided)
        judge_incidents(decided, unsteady)
        repeats = len(receiver.deliveries) - len({delivery.id for delivery in receiver.deliveries})
        print(
            f"{told}; {sum(map(len, committed.values()))} results of {len(committed)} processes,"
            f" {log.head()[0]} entries, {len(decided)} incidents, {len(receiver.deliveries)} deliveries"
            f" ({repeats} repeated)"
        )


def announced(incident: dict[str, Any]) -> bool:
    """Whether its opening was delivered, as far as the collector knows."""
    return any(errand["event"] == "opened" and errand["state"] == "done" for errand in incident["errands"])


def judge_tickets(receiver: Receiver, decided: list[dict[str, Any]]) -> None:
    """Each incident was announced under one id, which is no other's; a repeat says the same again."""
    ids: dict[str, set[str]] = defaultdict(set)
    bodies: dict[str, Any] = {}
    for delivery in receiver.deliveries:
        assert bodies.setdefault(delivery.id, delivery.body) == delivery.body
    for delivery in receiver.told("opened"):
        ids[delivery.body["incident"]["number"]].add(delivery.id)
    assert set(ids) == {incident["number"] for incident in decided if announced(incident)}
    assert [number for number, mine in ids.items() if len(mine) != 1] == []
    assert len(set().union(*ids.values())) == len(ids)


def judge_incidents(decided: list[dict[str, Any]], unsteady: list[Port]) -> None:
    """Each fault of an unsteady service is recorded once, as an announced episode of one incident; nothing else is.

    One incident may hold several faults: it is reopened where its end was decided only after the next one had begun.
    """
    assert {port.name for port in unsteady if len(port.faults) < 2} == set()
    for port in unsteady:
        mine = [one for one in decided if one["kind"] == "outage" and one["target"] == port.name]
        episodes = sorted((each["since"], each["ended"]) for one in mine for each in one["episodes"])
        for (_, ended), (since, _) in itertools.pairwise(episodes):
            assert ended <= since, f"{port.name} has two incidents at one time: {episodes}"
        for stopped, mended in port.faults:
            held = [one for one in episodes if one[0] < mended and one[1] > stopped]
            assert len(held) == 1, f"{port.name} was away from {stopped} to {mended}, recorded is {episodes}"
        assert len(episodes) == len(port.faults)
        for one in mine:
            told = [errand["state"] for errand in one["errands"] if errand["event"] in ("opened", "reopened")]
            assert told == ["done"] * len(one["episodes"])
