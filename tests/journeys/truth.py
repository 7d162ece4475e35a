"""A scripted life of a fleet, and what the product made of it: every outage that was, and no other.

Looks are a second apart where people use a minute, so an hour's worth of looks passes in a minute.
"""

import contextlib
import csv
import math
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from collector.client import listening
from collector.local_socket import SOCKET
from tests.journeys.fleet import PLACES, Fleet
from tests.journeys.product import Product
from tests.journeys.receiver import wait_for

INTERVAL_S, RETRY_S, TIMEOUT_S = 1.0, 0.2, 0.3
SETTINGS = (
    f"interval={INTERVAL_S:g}s", f"retry_interval={RETRY_S * 1000:g}ms", f"timeout={TIMEOUT_S * 1000:g}ms",
    "confirm_down=3", "confirm_up=2", "option.count=3", "option.spacing_ms=5",
)  # fmt: skip
PARAMETERS = '[parameters]\nmerge_gap = "1s"\n'
"""Outages here follow each other within seconds, and each is to be counted."""

SHORTEST_S = 3.0
"""Sure to be confirmed: longer than an interval and two retries, with room for a busy machine."""
CALM_S = 5.0
"""Between two troubles of one target: enough to confirm that it is back, and to tell them apart."""
SLACK_MS = 60
"""What a look's instant can be off its packets: three packets 5 ms apart, sent up to 4 ms late, by a busy machine."""

LONE_SITE = "host-1-"
"""These are watched from ``near`` alone, the others from all three places."""


class Kind(StrEnum):
    """What happens to somebody."""

    CUT = "cut"
    REBOOT = "reboot"
    LOSS = "loss"
    AGENT = "agent"


@dataclass(frozen=True, slots=True, order=True)
class Trouble:
    """[start, end) in seconds of the script: a host or router is away, loses packets, or an agent is dead."""

    start: float
    end: float
    kind: Kind
    who: str


@dataclass(slots=True)
class Happened:
    """When a trouble really began and ended, ms UTC, and how exactly that is known (± ms)."""

    trouble: Trouble
    start: float = 0.0
    end: float = 0.0
    blur: float = 0.0


@dataclass(slots=True)
class Verdict:
    """What came of it. Times in ms."""

    scripted: int = 0
    missed: list[Happened] = field(default_factory=list)
    invented: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    outside: list[tuple[Happened, dict[str, Any]]] = field(default_factory=list)
    """Outages whose true edge lies outside of the bracket we gave it."""
    true_ms: float = 0.0
    measured_ms: int = 0
    error_ms: float = 0.0
    """The theoretical standard error of the measured sum."""

    @property
    def off(self) -> float:
        """How far the sum is from the truth, in standard errors."""
        return (self.measured_ms - self.true_ms) / self.error_ms


def script(fleet: Fleet, seconds: float, chance: Random) -> list[Trouble]:
    """The life of the fleet: cuts and reboots of most hosts, loss, a dead router, dead agents."""
    dead_router = Trouble(0.30 * seconds, 0.30 * seconds + 8, Kind.CUT, "router-1")
    dead_agents = [
        Trouble(0.60 * seconds, 0.60 * seconds + 8, Kind.AGENT, "near"),
        Trouble(0.80 * seconds, 0.80 * seconds + 8, Kind.AGENT, "west"),
    ]
    troubles = [dead_router, *dead_agents]
    for number, host in enumerate(fleet.hosts):
        if number % 8 == 3:
            continue
        if number % 8 == 2:
            troubles.append(Trouble(0.1 * seconds, 0.9 * seconds, Kind.LOSS, host))
            continue
        # Who stands behind the dead router or is watched by the dead agent alone has no other trouble then.
        blind = [dead_router, dead_agents[0]] if host.startswith(LONE_SITE) else []
        at = chance.uniform(2, 12)
        while (end := at + chance.uniform(SHORTEST_S, 9)) < seconds - CALM_S:
            if all(end + CALM_S < away.start or at > away.end + CALM_S for away in blind):
                troubles.append(Trouble(at, end, chance.choice([Kind.CUT, Kind.CUT, Kind.REBOOT]), host))
            at = end + CALM_S + chance.expovariate(1 / 10)
    return sorted(troubles)


class Watched:
    """The product in the fleet: a collector and an agent at each place."""

    def __init__(self, fleet: Fleet, folder: Path, stack: contextlib.ExitStack) -> None:
        self._fleet = fleet
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._runs: dict[str, tuple[str, ...]] = {}
        self._programs: dict[str, Product] = {}
        for place in PLACES:
            (folder / place).mkdir()
            self._programs[place] = Product(fleet.place(place), folder / place, 8440, {})
            stack.callback(self._programs[place].close)
        self.product = self._programs["near"]
        (self.product.data / "nineward.toml").write_text(f'key = "{folder / "key"}"\n{PARAMETERS}')
        self._collector = self.product.start(
            "collector.cli", "--data", str(self.product.data), "collector", "run", "--listen", "10.70.0.1"
        )
        wait_for("the collector answers", lambda: listening(self.product.data / SOCKET), 60)
        for place in PLACES:
            settings = folder / place / "agent" / "agent.toml"
            token = self.product.ask("agent", "join-token")["token"]
            self._programs[place].run(
                "agent", "join", "https://10.70.0.1:8440", "--token", token, "--name", place, "--config", str(settings)
            )
            self._runs[place] = ("agent", "run", "--config", str(settings))
            self.start(place)
        self._import(folder / "targets.csv")

    def _import(self, path: Path) -> None:
        self.product.tell("policy", "add", "*", *SETTINGS)
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("name", "address", "parent", "agents"))
            everywhere = ",".join(PLACES)
            for name, address in self._fleet.routers.items():
                rows.writerow((name, address, "", everywhere))
            for name, address in self._fleet.hosts.items():
                agents = "near" if name.startswith(LONE_SITE) else everywhere
                rows.writerow((name, address, self._fleet.parent(name), agents))
        self.product.tell("target", "import", str(path))
        wait_for("every target is up", self._all_up, 120, lambda: self.product.ask("target", "list"))

    def _all_up(self) -> bool:
        names = {*self._fleet.hosts, *self._fleet.routers}
        listed = {row["name"]: row["state"] for row in self.product.ask("target", "list")}
        return {listed.get(name) for name in names} == {"up"}

    def start(self, place: str) -> None:
        """Start the agent of a place."""
        self._running[place] = self._programs[place].start(*self._runs[place])

    def kill(self, place: str) -> None:
        """End the agent of a place as if it had never existed."""
        self._programs[place].stop(self._running.pop(place), signal.SIGKILL)

    def figures(self, start: int, end: int) -> dict[str, dict[str, Any]]:
        """The figures of every target by name, once all agents have delivered."""
        found = self.product.ask("availability", "--from", str(start), "--to", str(end))
        return {entry["name"]: entry for entry in found["objects"]}

    def stop(self) -> None:
        """End all in order; not by the interrupt, which whoever runs in the background was told to ignore."""
        for place in list(self._running):
            self._programs[place].stop(self._running.pop(place), signal.SIGTERM)
        self.product.stop(self._collector, signal.SIGTERM)


def live(fleet: Fleet, watched: Watched, troubles: list[Trouble]) -> list[Happened]:
    """Let the script happen; answers with when it really did."""
    open_losses: dict[str, contextlib.ExitStack] = {}
    happened = {trouble: Happened(trouble) for trouble in troubles}

    def begin(trouble: Trouble) -> None:
        match trouble.kind:
            case Kind.CUT:
                fleet.cut(trouble.who)
            case Kind.REBOOT:
                fleet.remove(trouble.who)
            case Kind.AGENT:
                watched.kill(trouble.who)
            case Kind.LOSS:
                open_losses[trouble.who] = contextlib.ExitStack()
                open_losses[trouble.who].enter_context(fleet.losing(trouble.who))

    def end(trouble: Trouble) -> None:
        match trouble.kind:
            case Kind.CUT:
                fleet.mend(trouble.who)
            case Kind.REBOOT:
                fleet.boot(trouble.who)
            case Kind.AGENT:
                watched.start(trouble.who)
            case Kind.LOSS:
                open_losses.pop(trouble.who).close()

    acts: list[tuple[float, bool, Trouble, Callable[[Trouble], None]]] = []
    for trouble in troubles:
        acts += [(trouble.start, True, trouble, begin), (trouble.end, False, trouble, end)]
    born = time.monotonic()
    for at, begins, trouble, act in sorted(acts, key=lambda entry: entry[0]):
        time.sleep(max(0.0, born + at - time.monotonic()))
        before = time.time_ns() / 1e6
        act(trouble)
        after = time.time_ns() / 1e6
        entry = happened[trouble]
        if begins:
            entry.start = (before + after) / 2
        elif trouble.kind is Kind.REBOOT:
            # Many commands, of which the last one connects the machine.
            entry.end = after
            continue
        else:
            entry.end = (before + after) / 2
        entry.blur = max(entry.blur, (after - before) / 2)
    return list(happened.values())


def compare(happened: list[Happened], figures: Mapping[str, dict[str, Any]]) -> Verdict:
    """Each outage of the script against those that were measured of its target."""
    verdict = Verdict()
    variance = 0.0
    real = [entry for entry in happened if entry.trouble.kind in (Kind.CUT, Kind.REBOOT)]
    left = {name: list(entry["outages"]) for name, entry in figures.items()}
    for entry in real:
        verdict.scripted += 1
        found = [one for one in left[entry.trouble.who] if _overlap(one, entry)]
        if len(found) != 1:
            verdict.missed.append(entry)
            continue
        (outage,) = found
        left[entry.trouble.who].remove(outage)
        if not all(_inside(outage, entry)):
            verdict.outside.append((entry, outage))
        verdict.true_ms += entry.end - entry.start
        verdict.measured_ms += outage["end"] - outage["start"]
        for bracket in (outage["start_bracket"], outage["end_bracket"]):
            variance += (bracket[1] - bracket[0]) ** 2 / 12
    verdict.invented = [(name, outage) for name, outages in left.items() for outage in outages]
    verdict.error_ms = math.sqrt(variance)
    return verdict


def _overlap(outage: Mapping[str, Any], entry: Happened) -> bool:
    return outage["end"] is not None and outage["start"] < entry.end and outage["end"] > entry.start


def _inside(outage: Mapping[str, Any], entry: Happened) -> Iterator[bool]:
    slack = SLACK_MS + entry.blur
    for bracket, truth in ((outage["start_bracket"], entry.start), (outage["end_bracket"], entry.end)):
        yield bracket[0] - slack <= truth <= bracket[1] + slack
