"""Real rooms on a temporary data folder, with a clock that is given: for tests of the registry and its doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from collector.access import Access, Principal
from collector.clock import Clock
from collector.fold import Fold
from collector.intake import Intake
from collector.live import Live
from collector.plans import Plans
from collector.registry import Registry
from collector.roles import Role
from collector.settings import Settings
from collector.store import reports
from collector.store.log import Log
from collector.store.state import State
from collector.tracks import Tracks

START = 1_790_000_000_000
ADMIN = Principal("person", "u_admin", "ada", Role.ADMIN)
SECOND = Principal("person", "u_second", "grace", Role.QUALITY)


@dataclass
class GivenClock(Clock):
    """A clock that shows what the test says."""

    at: int = START

    def now(self) -> int:
        return self.at


@dataclass
class Rooms:
    """The rooms a registry needs, all real."""

    settings: Settings
    clock: GivenClock
    log: Log
    state: State
    live: Live
    fold: Fold
    intake: Intake
    access: Access
    registry: Registry
    plans: Plans
    tracks: Tracks


@contextmanager
def rooms(folder: Path, settings: Settings | None = None) -> Iterator[Rooms]:
    """Open the rooms on a folder and close them at the end."""
    settings = (settings or Settings(key=folder / "key")).at(folder / "data")
    settings.data.mkdir(parents=True, exist_ok=True)
    clock = GivenClock()
    state = State(settings.data / "state.db")
    log = Log(settings.data / "log")
    live = Live(settings.data / "live.checkpoint")
    fold = Fold(log, state, live, Registry.terms)
    intake = Intake(log, fold, clock.now)
    access = Access(state, clock, settings.session)
    registry = Registry(state, intake, fold, clock, settings)
    registry.journal.listeners.append(access.changed)
    plans = Plans(state, registry, clock)
    fold.appliers["config"] = registry.apply
    fold.appliers["report"] = reports.apply
    fold.start()
    intake.start()
    try:
        tracks = Tracks(log, state, live)
        yield Rooms(settings, clock, log, state, live, fold, intake, access, registry, plans, tracks)
    finally:
        intake.stop()
        fold.stop()
        log.close()
        state.close()
