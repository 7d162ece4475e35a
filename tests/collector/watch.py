"""A small world over real rooms and given time: agents that look, parts that break, a desk that gets the tickets.

The agents here do what agents do (looks by interval, re-checks by the retry interval after a change, everything sent
at once) without processes or sockets, so that hours pass in a second. Registry, log, fold, timelines, incidents and
errands are the real ones, run by hand instead of by their threads.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from collector.errands import Errands
from collector.events import Events
from collector.incidents import Incidents
from collector.intake import AgentIdentity
from collector.remote.telling import RemoteError, Reply, Telling
from collector.settings import Settings
from collector.specs import JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import agents, checks, errands, incidents, targets
from collector.store.incidents import Incident
from collector.store.targets import Priority
from collector.tickets.ticket_system import TicketSystem
from collector.timelines import Timelines
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, START, Rooms, rooms

SECOND = 1_000
MINUTE = 60 * SECOND
BOOT_AT = START - 86_400_000
STEP = 250
"""How far apart (ms) the world is looked at."""

URGENT = {"priority": Priority.URGENT}


class Desk(TicketSystem):
    """A ticket system that remembers what it was told; ``trouble`` is raised instead of the next answers."""

    LOOKS_UP = False

    def __init__(self) -> None:
        self.told: list[Telling] = []
        self.trouble: list[RemoteError] = []
        self.deaf: list[RemoteError] = []

    def _take(self, telling: Telling) -> Reply:
        if self.trouble:
            raise self.trouble.pop(0)
        self.told.append(telling)
        if self.deaf:
            raise self.deaf.pop(0)
        return Reply(f"DESK-{len(self.told)}", "http://desk.example/1", "new")

    create = note = resolve = reopen = test = _take

    def events(self, key: str = "") -> list[str]:
        return [telling.event for telling in self.told if key in ("", telling.key)]


@dataclass
class Eye:
    """One check as one agent looks at it."""

    handle: int
    target: str
    kind: str
    next: int
    good: bool = True
    run: int = 0


@dataclass
class Watcher:
    """One agent: alive or not, with its sequence numbers."""

    identity: AgentIdentity
    name: str
    alive: bool = True
    sent: int = 0
    eyes: dict[int, Eye] = field(default_factory=dict)


@dataclass
class World:
    """Everything, and the hands to move it."""

    rooms: Rooms
    timelines: Timelines
    incidents: Incidents
    errands: Errands
    desk: Desk
    contacts: dict[int, int]
    events: Events
    watchers: dict[str, Watcher] = field(default_factory=dict)
    broken: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    begun: dict[str, int] = field(default_factory=dict)
    connected: bool = True
    deciding: bool = True

    @property
    def now(self) -> int:
        return self.rooms.clock.at

    def join(self, name: str, machine: str = "") -> Watcher:
        """Enrol an agent."""
        _, token = self.rooms.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
        kinds = ("ping", "tcp", "http", "snmp", "interface", "cpu")
        spec = JoinSpec(token, name=name, machine_id=machine or name, machine_boot="k", kinds=kinds)
        self.rooms.registry.agents.join(spec, "127.0.0.1")
        with self.rooms.state.read() as tx:
            agent = agents.named(tx, name)
        assert agent is not None
        watcher = self.watchers[name] = Watcher(AgentIdentity(agent.id, agent.number), name)
        return watcher

    def add(self, name: str, address: str = "192.0.2.1", **given: Any) -> str:
        """Add a target; its id."""
        return self.rooms.registry.add_target(TargetSpec(name, address, **given), ADMIN).id

    def fail(self, target: str, *kinds: str, outcome: Outcome = Outcome.FAILED) -> None:
        """From now on these checks (all of them, when none is named) of a target do not go well."""
        for kind in kinds or ("*",):
            self.broken[target, kind] = outcome

    def mend(self, target: str) -> None:
        """All is well with a target again."""
        self.broken = {key: outcome for key, outcome in self.broken.items() if key[0] != target}

    def restart(self, target: str) -> None:
        """A device begins anew, so fast that no look fails; from now on its SNMP agent tells how long it runs."""
        self.begun[target] = self.now

    def run(self, seconds: float) -> None:
        """Let time pass."""
        until = self.now + int(seconds * SECOND)
        while self.now < until:
            self.rooms.clock.at = min(until, self.now + STEP)
            if self.connected:
                for watcher in self.watchers.values():
                    self._look(watcher)
            if self.deciding:
                self.decide()

    def decide(self) -> None:
        """One turn of the decision stage and of the errands."""
        self.fold()
        self.incidents.step(self.now)
        while self.errands.step("desk", self.desk, self.now):
            self.fold()

    def fold(self) -> None:
        assert self.rooms.fold.wait_for(self.rooms.log.head()[0])

    def state(self, target: str) -> str:
        return self.timelines.current(target, self.now).state

    def states(self) -> dict[str, str]:
        """The state of every living target, by name."""
        found = self.timelines.currents(self.now)
        with self.rooms.state.read() as tx:
            return {targets.get(tx, key).name: current.state for key, current in found.items()}

    def all(self) -> list[Incident]:
        """Every incident, the oldest first."""
        with self.rooms.state.read() as tx:
            return incidents.page(tx)[::-1]

    def one(self) -> Incident:
        (incident,) = self.all()
        return incident

    def queued(self) -> dict[str, int]:
        with self.rooms.state.read() as tx:
            return errands.counts(tx)

    def _look(self, watcher: Watcher) -> None:
        if not watcher.alive:
            return
        self.contacts[watcher.identity.number] = self.now
        with self.rooms.state.read() as tx:
            mine = checks.assigned_to(tx, watcher.identity.number)
            terms = checks.effectives(tx, [check.handle for check in mine])
            names = {check.target: targets.get(tx, check.target).name for check in mine}
        results = []
        for check in mine:
            eye = watcher.eyes.setdefault(check.handle, Eye(check.handle, names[check.target], check.kind, self.now))
            if eye.next > self.now:
                continue
            term = terms[check.handle]
            outcome = self.broken.get((eye.target, eye.kind), self.broken.get((eye.target, "*"), Outcome.OK))
            good = outcome is Outcome.OK
            eye.run = 1 if good != eye.good else eye.run + 1
            eye.good = good
            hurried = eye.run < (term.confirm_up if good else term.confirm_down)
            eye.next = self.now + (term.retry_interval if hurried else term.interval)
            told = good and eye.kind == "snmp" and eye.target in self.begun
            values = {"uptime_s": (self.now - self.begun[eye.target]) // SECOND} if told else {}
            reading = Reading(outcome, values, "" if good else f"{eye.kind} says {outcome}")
            results.append(Result(check.handle, term.interval, -1, self.now - BOOT_AT, reading))
        if results:
            self.send(watcher, results)

    def send(self, watcher: Watcher, results: list[Result]) -> None:
        """Hand in a batch."""
        identity = watcher.identity
        header = Header(identity.id, "b1", watcher.sent + 1, sent_mono=float(self.now - BOOT_AT), sent_wall=self.now)
        watcher.sent += len(results)
        self.rooms.intake.submit_batch(encode(header, results), identity, self.now).result(10)


@contextmanager
def world(folder: Path, chance: Callable[[], float] = lambda: 0.0, **calculation: Any) -> Iterator[World]:
    """A world with the ticket system ``desk``, empty but for it. ``calculation``: parameters that are set."""
    settings = Settings(
        parameters=calculation,
        key=folder / "key",
        tickets={"desk": {"kind": "webhook", "url": "http://127.0.0.1:9/", "secret": {"env": "PATH"}}},
    )
    with rooms(folder, settings) as found:
        timelines = Timelines(found.state, found.tracks, found.settings)
        contacts: dict[int, int] = {}
        events = Events()
        stage = Incidents(
            found.state, found.intake, found.fold, found.registry, timelines, found.tracks, contacts, events,
            found.clock, found.settings,
        )  # fmt: skip
        work = Errands(found.state, found.intake, found.fold, found.clock, found.settings, events, chance)
        found.fold.appliers["incident"] = stage.apply
        found.fold.after_commit.append(stage.after_commit)
        stage.prepare()
        yield World(found, timelines, stage, work, Desk(), contacts, events)
