"""The lives of one incident's errands: processes that tell a stand-in of it, are killed, and begin again.

A life runs the real errands, decisions, store and adapter in this thread. It is killed at a line of their code: nothing
it has in memory, and nothing it has not committed, is there for the next. The log is a list here, and the clock given.
"""

import atexit
import itertools
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, cast

import collector
from collector import decisions, tickets
from collector.errands import Errands
from collector.events import Events
from collector.fold import Fold
from collector.intake import Intake
from collector.phrasing import Phrasing
from collector.remote.telling import Telling
from collector.settings import Settings
from collector.store import errands as table
from collector.store import incidents
from collector.store.errands import Errand
from collector.store.state import State
from collector.ticket_terms import terms_of
from collector.tickets.ticket_system import TicketSystem
from collector.vault import read_or_make
from tests.collector.rooms import START, GivenClock
from tests.collector.tickets.post import posted
from tests.collector.tickets.stand_ins.stand_in import Answer, Server
from tests.collector.tickets.wire import Fault, Wire, wired

INCIDENT = "i_abc"
KEY = f"nineward:n1:{INCIDENT}"
REMARK = "A fan is on its way."
SECRET = "a-secret-of-32-characters-length"
LONGEST = 40
"""Lives that a run has at most; one that needs more does not come to an end."""

_CODE = str(Path(collector.__file__).parent) + os.sep
_FASTER_THAN_A_PERSON = 60_000
_MONITOR = {"kind": "monitor", "name": "nineward"}
_ADA = {"kind": "person", "name": "ada"}
_SCRIPT: Sequence[Mapping[str, Any]] = (
    {
        "verb": "open", "actor": _MONITOR, "text": "core-1 is down", "kind": "outage", "fault": "outage:t_1",
        "target": "", "check": "", "agent": "", "priority": "urgent", "summary": "core-1 is down", "correlation": KEY,
        "year": 2026, "since": START, "detected": START, "due": START, "systems": ["desk"],
    },
    {"verb": "comment", "actor": _ADA, "text": REMARK},
    {"verb": "recover", "actor": _MONITOR, "text": "core-1 is up again", "ended": START + 600_000},
)  # fmt: skip
_RETURN: Sequence[Mapping[str, Any]] = (
    {
        "verb": "reopen", "actor": _MONITOR, "text": "down again", "since": START + 700_000, "due": START + 700_000,
        "detected": START + 700_000, "systems": ["desk"],
    },
    {"verb": "recover", "actor": _MONITOR, "text": "core-1 is up again", "ended": START + 900_000},
)  # fmt: skip


class Killed(BaseException):
    """The process is gone at this line."""


class Killer:
    """Counts the lines that run of the collector's code, and kills at the one that is wished."""

    def __init__(self, at: int | None) -> None:
        self.lines = 0
        self._at = at

    @contextmanager
    def watching(self) -> Iterator[None]:
        """While the block runs."""
        if self._at is None:
            yield
            return
        before = sys.gettrace()
        sys.settrace(self._entered)
        try:
            yield
        finally:
            sys.settrace(before)

    def _entered(self, frame: FrameType, event: str, _: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(_CODE) else None

    def _line(self, frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            self.lines += 1
            if self.lines == self._at:
                raise Killed
        return self._line


class Book:
    """Log and fold: what is recorded stays, and is applied when somebody waits for it."""

    def __init__(self, entries: list[Mapping[str, Any]], clock: GivenClock, state: State) -> None:
        self._entries = entries
        self._clock = clock
        self._state = state
        self._applied = 0

    def record(self, kind: str, payload: Mapping[str, Any]) -> "Future[int]":
        """As the intake does."""
        assert kind == "incident"
        self._entries.append({**payload, "at": self._clock.at})
        future: Future[int] = Future()
        future.set_result(len(self._entries))
        return future

    def wait_for(self, position: int, timeout: float) -> bool:
        """As the fold does. A new process applies all again: what is there already is not done twice."""
        for number in range(self._applied, len(self._entries)):
            entry = self._entries[number]
            with self._state.write() as tx:
                decisions.apply(tx, number + 1, entry["at"], entry)
            self._applied = number + 1
        return True


@dataclass
class World:
    """What outlives a process: the file of the state, the log, the clock, and the other system with its wire."""

    folder: Path
    server: Server
    wire: Wire
    clock: GivenClock
    table: Mapping[str, Any]
    script: list[Mapping[str, Any]]
    log: list[Mapping[str, Any]] = field(default_factory=list)
    creations: list[int] = field(default_factory=list)
    """When (ms UTC) each ticket of the incident was made there."""
    lives: int = 0

    def live(self, kill_at: int | None = None) -> int:
        """One process from its start until all is told, or until it is killed: Killed is raised.

        How many lines of code it ran, where it was to be killed at one.
        """
        self.lives += 1
        state = State(self.folder / "state.db", lasting=False)
        book = Book(self.log, self.clock, state)
        system = self.system()
        room = self.room(state, book)
        killer = Killer(kill_at)
        try:
            with killer.watching():
                book.wait_for(len(self.log), 0)
                room.prepare()
                for _ in range(400):
                    if not room.step("desk", system, self.clock.at) and not self._go_on(state, book):
                        break
                else:
                    raise AssertionError("the errands do not come to an end")
            # Only one who lives says goodbye; what a killed process held (a lock, say) nobody gives back.
            system.close()
            return killer.lines
        finally:
            # Without a commit: what was begun and not ended is lost.
            state._writer.close()

    def room(self, state: State, book: Book) -> Errands:
        """The errands of one process."""
        intake, fold = cast(Intake, book), cast(Fold, book)
        return Errands(state, intake, fold, self.clock, self.settings(), Events(), lambda: 0.0)

    def settings(self) -> Settings:
        """What nineward.toml says."""
        return Settings(key=self.folder / "key", tickets={"desk": dict(self.table)}).at(self.folder)

    def system(self) -> TicketSystem:
        """The adapter of one process."""
        return tickets.make("desk", self.table, self.clock.now, lambda source, name: SECRET)

    def errands(self) -> list[Errand]:
        """What became of each errand."""
        with self.opened() as state, state.read() as tx:
            return table.of_incident(tx, INCIDENT)

    def ledger(self) -> list[str]:
        """The tickets that the ledger names."""
        with self.opened() as state, state.read() as tx:
            return [one.ticket for one in incidents.tickets(tx, INCIDENT)]

    @contextmanager
    def opened(self) -> Iterator[State]:
        """The state as it lies on the disk."""
        state = State(self.folder / "state.db", lasting=False)
        try:
            yield state
        finally:
            state.close()

    def notice(self, when: "Callable[[], None]") -> None:
        """Call that whenever the other system has carried out a request and not yet answered."""
        handle = self.wire.handle

        def noticed(*request: Any) -> Answer:
            answer = handle(*request)
            when()
            return answer

        self.wire.handle = noticed

    def _go_on(self, state: State, book: Book) -> bool:
        """Let time pass until something is due or happens; False when all is over."""
        with state.read() as tx:
            due = table.next_due(tx, "desk")
        if due is not None:
            # Behind something that is parked nothing is ever due.
            self.clock.at = max(due, self.clock.at + 1_000)
            return self.clock.at < START + 30 * 86_400_000
        if not self.script:
            return False
        self.clock.at += _FASTER_THAN_A_PERSON
        book.record("incident", {"incident": INCIDENT, **self.script.pop(0)})
        book.wait_for(len(self.log), 0)
        return True


@contextmanager
def world(kind: str, *, returns: bool = False, lag: int | None = None, **terms: Any) -> Iterator[World]:
    """A collector that has told nothing yet, and the stand-in of a kind whose search lags so long (ms)."""
    clock = GivenClock()
    server = stand_in(kind)(clock.now)
    if lag is not None:
        server.LAG = lag  # type: ignore[misc]  # of this one alone
    with TemporaryDirectory(dir=_quick()) as folder:
        found = World(
            folder=Path(folder),
            server=server,
            wire=Wire(server.handle),
            clock=clock,
            table={"timeout": "1s", "rate": 10_000, **server.OPTIONS, **terms},
            script=[*_SCRIPT, *(_RETURN if returns else ())],
        )

        def handle(*request: Any) -> Answer:
            before = len(server.made(KEY))
            answer = server.handle(*request)
            found.creations += [clock.at] * (len(server.made(KEY)) - before)
            return answer

        shutil.copy(_blank() / "state.db", found.folder / "state.db")
        shutil.copy(_blank() / "key", found.folder / "key")
        with wired(handle) as found.wire, posted(found.wire):
            yield found


def run(found: World, kills: Sequence[int] = (), faults: Sequence[Fault | None] = ()) -> None:
    """Live until everything is told: killed at these lines (counted anew in each life), struck by these faults."""
    found.wire.faults = list(faults)
    for kill_at in itertools.chain(kills, itertools.repeat(None, LONGEST)):
        try:
            found.live(kill_at)
        except Killed:
            found.clock.at += 1_000
        else:
            if kill_at is None:
                return
    raise AssertionError("it does not come to an end")


def chances(kind: str, seed: int, lines: int) -> tuple[list[int], list[Fault | None]]:
    """Made-up kills and faults. ``lines``: how many run in a life in which nothing happens."""
    chance = random.Random(f"{kind} {seed}")
    possible = [fault for fault in Fault if not (stand_in(kind).CREDULOUS and fault is Fault.ASLEEP)]
    kills = [chance.randrange(1, lines) for _ in range(chance.choice((0, 1, 1, 2, 3)))]
    faults = [chance.choice(possible) if chance.random() < 0.5 else None for _ in range(chance.choice((0, 2, 4, 8)))]
    return kills, faults


def wrongs(found: World) -> list[str]:
    """What is not as it was promised, after all was told."""
    server, system = found.server, found.system()
    system.close()
    made = server.made(KEY)
    said: list[str] = []
    left = {errand.id: f"{errand.state}: {errand.trouble}" for errand in found.errands() if errand.state != "done"}
    if left:
        said.append(f"not told: {left}")
    if len(made) != 1:
        said.append(f"{len(made)} tickets: {made}")
    if not made:
        return said
    if system.READABLE and found.ledger() != made[:1]:
        said.append(f"the ledger names {found.ledger()}, there is {made}")
    if server.standing(made[0]) not in ("resolved", "closed"):
        said.append(f"the ticket is {server.standing(made[0])}")
    remarks = sum(REMARK in note for note in server.notes(made[0]))
    if server.NOTES and (remarks < 1 or (server.NOTES_ONCE and remarks > 1)):
        said.append(f"the remark stands there {remarks} times")
    return said


def telling_of(found: World) -> Telling:
    """What would be told first."""
    terms = terms_of("desk", found.table)
    with found.opened() as state:
        book = Book(found.log, found.clock, state)
        book.record("incident", {"incident": INCIDENT, **found.script[0]})
        book.wait_for(1, 0)
        with state.read() as tx:
            (errand,) = table.of_incident(tx, INCIDENT)
    return Phrasing(found.settings()).telling(errand, "", terms)


def at_creation(kind: str, fault: Fault) -> list[Fault | None]:
    """That fault for the request that makes the ticket, and for none before it."""
    with world(kind) as found:
        before: list[int] = []
        found.notice(lambda: before.append(len(found.creations)))
        run(found)
    return [*[None] * before.index(1), fault]


def looks_up(kind: str) -> bool:
    """Whether tickets of a kind are found by the incident's key."""
    with world(kind) as found:
        system = found.system()
        system.close()
        return system.LOOKS_UP


def stand_in(kind: str) -> type[Server]:
    """The stand-in of a kind."""
    found: type[Server] = import_module(f"tests.collector.tickets.stand_ins.{kind}").StandIn
    return found


@cache
def lines_of(kind: str) -> int:
    """How many lines of the collector's code run when nothing happens."""
    with world(kind) as found:
        return found.live(sys.maxsize)


def _quick() -> str | None:
    """Where files are made quickly."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@cache
def _blank() -> Path:
    """A state without anything, with its schema, and a key file."""
    folder = TemporaryDirectory(dir=_quick())
    atexit.register(folder.cleanup)
    path = Path(folder.name)
    state = State(path / "state.db", lasting=False)
    with state.write() as tx:
        incidents.name_installation(tx, "n1")
    state.close()
    read_or_make(path / "key")
    return path
