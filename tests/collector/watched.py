"""A target that an agent watched, in real rooms: results are handed in as batches and folded, over made-up hours."""

from collections.abc import Iterable
from dataclasses import dataclass

from collector.app import House
from collector.clock import Clock
from collector.fold import Fold
from collector.intake import AgentIdentity, Intake
from collector.live import Live
from collector.settings import Settings
from collector.settled import Settled
from collector.specs import JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import agents, checks
from collector.store.log import Log
from collector.store.state import State
from collector.store.targets import Target
from collector.timelines import Timelines
from collector.tracks import Tracks
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode
from tests.collector.rooms import ADMIN, START, Rooms

MINUTE = 60_000
KINDS = ("ping", "interface", "cpu", "http", "tls", "tcp")
BOOT_AT = START - 86_400_000
"""When the agent's boot clock was zero."""


@dataclass
class Watched:
    """The rooms, an agent, one target with its ping check; and everything that figures are made of."""

    rooms: Rooms
    agent: AgentIdentity
    target: Target
    handle: int
    timelines: Timelines
    sent: int = 0

    @property
    def log(self) -> Log:
        return self.rooms.log

    @property
    def state(self) -> State:
        return self.rooms.state

    @property
    def live(self) -> Live:
        return self.rooms.live

    @property
    def fold(self) -> Fold:
        return self.rooms.fold

    @property
    def intake(self) -> Intake:
        return self.rooms.intake

    @property
    def tracks(self) -> Tracks:
        return self.rooms.tracks

    @property
    def settled(self) -> Settled:
        return Settled(self.rooms.state, self.rooms.tracks, self.rooms.clock, self.rooms.settings)

    @property
    def settings(self) -> Settings:
        return self.rooms.settings

    @property
    def clock(self) -> Clock:
        return self.rooms.clock

    @property
    def now(self) -> int:
        return self.rooms.clock.at

    def looked(self, outcomes: Iterable[tuple[int, Outcome]]) -> None:
        """Results of the ping check at these minutes after START, handed in at the last of them, and folded."""
        found = list(outcomes)
        results = [
            Result(self.handle, MINUTE, -1, START + minute * MINUTE - BOOT_AT, Reading(outcome, {}, f"said {outcome}"))
            for minute, outcome in found
        ]
        self.rooms.clock.at = max(self.now, START + max(minute for minute, _ in found) * MINUTE + 1000)
        header = Header(self.agent.id, "b1", self.sent + 1, sent_mono=float(self.now - BOOT_AT), sent_wall=self.now)
        self.sent += len(results)
        self.rooms.intake.submit_batch(encode(header, results), self.agent, self.now).result(10)
        assert self.rooms.fold.wait_for(self.rooms.log.head()[0])


def watched(rooms: Rooms, name: str = "core-1") -> Watched:
    """One agent, and a target in service since START that it pings each minute."""
    _, token = rooms.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
    rooms.registry.agents.join(JoinSpec(token, name="a1", machine_id="m1", machine_boot="k1", kinds=KINDS), "192.0.2.9")
    target = rooms.registry.add_target(TargetSpec(name, "192.0.2.1", in_service_from=START), ADMIN)
    with rooms.state.read() as tx:
        agent = agents.named(tx, "a1")
        handle = checks.of_target(tx, target.id)[0].handle
    assert agent is not None
    timelines = Timelines(rooms.state, rooms.tracks, rooms.settings)
    return Watched(rooms, AgentIdentity(agent.id, agent.number), target, handle, timelines)


def an_outage(found: Watched) -> None:
    """An hour: up, down from minute 20 to 29, up again."""
    found.looked((minute, Outcome.FAILED if 20 <= minute < 30 else Outcome.OK) for minute in range(61))


def house_watched(house: House, name: str) -> None:
    """In a running house: a target in service for two hours that failed from minute 20 to 29, as an agent saw it."""
    now = house.clock.now()
    start = now - 120 * MINUTE
    _, token = house.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)
    joined = house.registry.agents.join(
        JoinSpec(token, name="a1", machine_id="m1", machine_boot="k1", kinds=KINDS), "192.0.2.9"
    )
    target = house.registry.add_target(TargetSpec(name, "192.0.2.1", in_service_from=start), ADMIN)
    with house.state.read() as tx:
        handle = checks.of_target(tx, target.id)[0].handle
    boot_at = start - 86_400_000
    results = [
        Result(
            handle,
            MINUTE,
            -1,
            start + minute * MINUTE - boot_at,
            Reading(outcome := Outcome.FAILED if 20 <= minute < 30 else Outcome.OK, {}, f"said {outcome}"),
        )
        for minute in range(120)
    ]
    header = Header(joined.agent.id, "b1", 1, sent_mono=float(now - boot_at), sent_wall=now)
    identity = AgentIdentity(joined.agent.id, joined.agent.number)
    house.intake.submit_batch(encode(header, results), identity, now).result(10)
    assert house.fold.wait_for(house.log.head()[0])
