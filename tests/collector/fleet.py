"""A fleet in the small world: many targets at once, each with one ping, whose answers are handed in by the hundred."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from collector.specs import TargetSpec
from collector.store import checks, targets
from collector.store.targets import Priority
from rules.result import Outcome, Reading, Result
from tests.collector.rooms import ADMIN, START
from tests.collector.watch import BOOT_AT, SECOND, Watcher, World

INTERVAL = 5 * SECOND
RETRY = SECOND // 2


@dataclass
class Fleet:
    """Targets by name, looked at by an agent every five seconds, and again after half a second when one fails."""

    world: World
    agent: Watcher
    handles: dict[str, int]
    down: frozenset[str] = frozenset()

    def fail(self, names: Iterable[str]) -> None:
        """From now on these do not answer."""
        self.down |= set(names)

    def mend(self, names: Iterable[str]) -> None:
        """From now on these answer."""
        self.down -= set(names)

    def look(self, after: int = INTERVAL) -> None:
        """One look at all of them ``after`` so many ms, folded and decided about."""
        self.seen(after)
        self.world.decide()

    def seen(self, after: int = INTERVAL) -> None:
        """One look, only handed in."""
        self.world.rooms.clock.at += after
        now = self.world.now
        self.world.contacts[self.agent.identity.number] = now
        results = [
            Result(handle, INTERVAL, -1, now - BOOT_AT, _reading(name in self.down))
            for name, handle in self.handles.items()
        ]
        self.world.send(self.agent, results)

    def confirm(self) -> None:
        """Looks until what fails or answers since the last one is confirmed."""
        self.look()
        self.look(RETRY)
        self.look(RETRY)

    def rest(self, seconds: int) -> None:
        """Time in which nothing changes."""
        for _ in range(seconds * SECOND // INTERVAL):
            self.look()


def fleet(world: World, specs: Iterable[tuple[str, dict[str, Any]]]) -> Fleet:
    """The targets of these names, with what else is given for each, in service since START and all of them well."""
    agent = world.join("a1")
    made = [
        TargetSpec(name, f"10.{n // 62500}.{n // 250 % 250}.{n % 250 + 1}", **{"in_service_from": START, **given})
        for n, (name, given) in enumerate(specs)
    ]
    world.rooms.registry.import_targets(made, ADMIN)
    with world.rooms.state.read() as tx:
        names = {target.id: target.name for target in targets.living(tx)}
        mine = checks.assigned_to(tx, agent.identity.number)
    found = Fleet(world, agent, {names[check.target]: check.handle for check in mine if check.kind == "ping"})
    found.look()
    found.look()
    return found


URGENT = Priority.URGENT


def _reading(down: bool) -> Reading:
    return Reading(Outcome.FAILED, {}, "no answer") if down else Reading(Outcome.OK)
