"""Makes a data folder in which the fleet has lived: everything through the doors of the real rooms, at given times."""

from collections.abc import Callable
from functools import partial

from collector.app import House, open_house
from collector.clock import Clock
from collector.demo import fleet, marker
from collector.demo.agents import Agent, Eye
from collector.demo.life import Life, live
from collector.demo.people import ADMIN, QUALITY, People
from collector.intake import AgentIdentity
from collector.settings import Settings
from collector.specs import CorrectionSpec, JoinSpec, JoinTokenSpec, MaintenanceSpec
from collector.store import agents, checks, targets
from rules.parameters import DAY, HOUR, MINUTE

SEED = 20260901
STEP = 6 * HOUR
"""How long (ms) nothing happens before the agents hand in what they have."""

_KINDS = ("ping", "http")
_PATIENCE_S = 60.0

Progress = Callable[[int, int], None]
"""Given how much is done, and of how much."""


class GivenClock(Clock):
    """Shows the instant it is set to, ms UTC."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


def make(settings: Settings, start: int, end: int, seed: int, tell: Progress) -> list[Agent]:
    """Live from ``start`` to ``end`` (ms UTC) in the data folder of the settings; the agents as they then are.

    The same arguments make the same life. Raises Invalid where the folder cannot be used: it holds something already.
    """
    clock = GivenClock(start)
    marker.begin(settings.data)
    with open_house(settings, clock, deciding=False) as house:
        house.incidents.prepare()
        life = live(fleet.targets(), start, end, settings.tz, seed)
        watchers = settle(house, start, life)
        _Made(house, clock, life, watchers, seed).run(tell)
    marker.finish(settings.data)
    return watchers


def settle(house: House, now: int, life: Life) -> list[Agent]:
    """Enrol the agents of both sites and add everything they look at."""
    watchers = []
    for site in fleet.SITES:
        _, token = house.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
        name = f"probe-{site}"
        spec = JoinSpec(token, name=name, machine_id=name, machine_boot="demo", kinds=_KINDS)
        house.registry.agents.join(spec, "127.0.0.1")
        with house.state.read() as tx:
            found = agents.named(tx, name)
        if found is not None:
            watchers.append(Agent(found.id, found.number, name, now - DAY))
    for policy in fleet.policies():
        house.registry.add_policy(policy, ADMIN)
    house.registry.import_targets(fleet.targets(), ADMIN)
    for service in fleet.services():
        house.registry.agreements.set_service(service, ADMIN)
    for agreement in fleet.agreements():
        house.registry.agreements.set_agreement(agreement, ADMIN)
    with house.state.read() as tx:
        for watcher in watchers:
            for check in checks.assigned_to(tx, watcher.number):
                downs = life.down(targets.get(tx, check.target).name)
                watcher.eyes.append(Eye(check.handle, downs, now + check.handle * 997 % fleet.INTERVAL))
    return watchers


def returned(house: House, now: int) -> list[Agent]:
    """The agents of a folder that was lived in before, begun anew at ``now`` (ms UTC): nothing fails any more."""
    found = []
    with house.state.read() as tx:
        for agent in agents.living(tx):
            watcher = Agent(agent.id, agent.number, agent.name, now - DAY, f"demo-{now}")
            mine = checks.assigned_to(tx, agent.number)
            watcher.eyes = [Eye(check.handle, (), now + check.handle * 997 % fleet.INTERVAL) for check in mine]
            found.append(watcher)
    return found


def hand_in(house: House, watcher: Agent, until: int, now: int) -> None:
    """Have an agent send everything up to ``until``, as of ``now`` (ms UTC), and wait until it is folded."""
    body = watcher.batch(until, now)
    house.access.contacts[watcher.number] = now
    if body is not None:
        house.intake.submit_batch(body, AgentIdentity(watcher.key, watcher.number), now).result(_PATIENCE_S)
    house.fold.wait_for(house.log.head()[0], _PATIENCE_S)


class _Made:
    def __init__(self, house: House, clock: GivenClock, life: Life, watchers: list[Agent], seed: int) -> None:
        self._house = house
        self._clock = clock
        self._life = life
        self._watchers = watchers
        self._people = People(house, life.faults, seed)

    def run(self, tell: Progress) -> None:
        life = self._life
        moments = self._moments()
        acts = self._acts()
        while moments or self._people.next is not None:
            now = min([*moments[:1], *([self._people.next] if self._people.next is not None else [])])
            if now > life.end:
                break
            while moments and moments[0] <= now:
                moments.pop(0)
            self._clock.at = max(now, self._clock.at)
            for watcher in self._watchers:
                self._look(watcher, now)
            while acts and acts[0][0] <= now:
                acts.pop(0)[1]()
            self._house.incidents.step(now)
            self._people.look(now)
            self._house.clocks.step(now)
            tell(now - life.start, life.end - life.start)

    def _look(self, watcher: Agent, now: int) -> None:
        for name, begin, end in self._life.silent:
            if name == watcher.name and begin <= now < end:
                hand_in(self._house, watcher, min(now, begin), now) if watcher.eyes[0].next < begin else None
                watcher.skip(end)
                return
        for name, begin, end in self._life.late:
            if name == watcher.name and begin <= now < end:
                return
        hand_in(self._house, watcher, now, now)

    def _moments(self) -> list[int]:
        """When the rooms look: each few hours, and soon after whatever begins or ends."""
        life = self._life
        found = set(range(life.start + STEP, life.end, STEP)) | {life.end}
        for fault in life.faults:
            seen = fleet.INTERVAL + fleet.CONFIRM * fleet.RETRY
            found |= {fault.start + seen, fault.start + seen + 5 * MINUTE, fault.end + seen}
        for _, begin, end in (*life.silent, *life.late):
            found |= {begin, begin + 20 * MINUTE, end + MINUTE, end + 10 * MINUTE}
        for _, begin, end in life.maintenance:
            found |= {begin - 2 * DAY, begin - DAY, begin, end}
        return sorted(at for at in found if life.start < at <= life.end)

    def _acts(self) -> list[tuple[int, Callable[[], object]]]:
        """What the operators do: windows announced and approved, and one outage corrected, which the carrier caused."""
        overlays = self._house.registry.overlays
        found: list[tuple[int, Callable[[], object]]] = []
        for number, (name, begin, end) in enumerate(self._life.maintenance, start=1):
            window = MaintenanceSpec((name,), "firmware", start=begin, end=end)
            found.append((begin - 2 * DAY, partial(overlays.announce, window, ADMIN)))
            found.append((begin - DAY, partial(overlays.approve_maintenance, number, QUALITY)))
        lines = [one for one in self._life.faults if one.cause == 1 and one.target.startswith("access-")]
        if lines:
            fault = lines[0]
            spec = CorrectionSpec(
                fault.target, fault.start, fault.end, "excluded", "carrier", responsible="carrier", evidence="CT-4711"
            )
            found.append((fault.end + DAY, partial(overlays.propose, spec, ADMIN)))
            found.append((fault.end + 2 * DAY, partial(overlays.approve_correction, 1, QUALITY)))
        return sorted(found, key=lambda act: act[0])
