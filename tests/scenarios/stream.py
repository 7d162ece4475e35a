"""Made-up life of a few targets, seen by a few agents, as batches with the instants at which they arrive.

From one seed always the same: outages, glitches, degraded stretches, looks that could not be made, gaps, agents that
restart, batches that are late, in another order, sent twice or cut anew. Nothing of the product decides anything here.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from collector.intake import AgentIdentity
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode

SECOND = 1_000
MINUTE = 60 * SECOND

_OUTCOMES = (Outcome.OK, Outcome.DEGRADED, Outcome.FAILED, Outcome.ERROR)
_MIXES = {"good": (96, 2, 1, 1), "weak": (10, 84, 4, 2), "bad": (3, 1, 93, 3), "blind": (5, 0, 5, 90)}
"""By what is wrong with a target: how often a look says each outcome."""


@dataclass(frozen=True, slots=True)
class Look:
    """One result as it was made: the instant in ms UTC."""

    handle: int
    interval: int
    at: int
    outcome: Outcome
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One result as a replay file knows it."""

    handle: int
    agent: str
    boot: str
    seq: int
    at: int
    outcome: Outcome
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A body that arrives at an instant (ms UTC)."""

    received: int
    agent: AgentIdentity
    body: bytes


@dataclass(frozen=True, slots=True)
class Running:
    """How long a device runs: when it began anew, and whether its host did or only its SNMP agent.

    ``host`` says whether it has a clock of its host, ``boots`` whether it counts its starts.
    """

    begun: tuple[tuple[int, bool], ...]
    host: bool = False
    boots: bool = False

    @classmethod
    def of(cls, chance: random.Random, start: int, end: int) -> "Running":
        """Some device that begins anew now and then."""
        begun = [(start - 40_000_000, True)]
        while begun[-1][0] < end:
            last = max(start, begun[-1][0])
            begun.append((last + int(chance.expovariate(1 / (45 * MINUTE))), chance.random() < 0.6))
        return cls(tuple(begun), chance.random() < 0.5, chance.random() < 0.5)

    def told(self, at: int) -> dict[str, float]:
        """The values of a look at an instant (ms UTC)."""
        before = [one for one in self.begun if one[0] <= at]
        values: dict[str, float] = {"uptime_s": (at - before[-1][0]) // 1000}
        if self.host:
            values["host_uptime_s"] = (at - max(since for since, host in before if host)) / 1000
        if self.boots:
            values["engine_boots"] = len(before)
        return values


def _telling(look: Look, running: Running | None) -> Look:
    return look if running is None or look.outcome is Outcome.ERROR else replace(look, values=running.told(look.at))


@dataclass
class Stream:
    """What all agents did between two instants. ``checks`` gives the interval of each (target, handle)."""

    seed: int
    start: int
    end: int
    boot_at: int
    lines: list[Line] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)

    def live(
        self,
        agents: Sequence[AgentIdentity],
        checks: Mapping[tuple[str, int], int],
        running: Mapping[int, "Running"] | None = None,
    ) -> None:
        """Let every agent look at every check to the end. ``running`` names those (handle) that tell running times."""
        chance = random.Random(self.seed)
        weather = {target: list(self._weather(chance)) for target in sorted({target for target, _ in checks})}
        for agent in agents:
            looks = [look for (target, handle), every in checks.items() for look in
                     self._looks(chance, weather[target], handle, every)]  # fmt: skip
            looks = [_telling(look, (running or {}).get(look.handle)) for look in looks]
            looks.sort(key=lambda look: (look.at, look.handle))
            absent = list(self._absences(chance))
            self._send(chance, agent, [look for look in looks if not any(a <= look.at < b for a, b in absent)])
        self.deliveries.sort(key=lambda one: one.received)

    def _weather(self, chance: random.Random) -> Iterator[tuple[int, str]]:
        """What is wrong with a target until when."""
        at = self.start
        while at < self.end:
            at += int(chance.expovariate(1 / (18 * MINUTE))) + 5 * SECOND
            yield at, "good"
            at += int(chance.expovariate(1 / chance.choice((40 * SECOND, 6 * MINUTE)))) + SECOND
            yield at, chance.choice(("bad", "bad", "bad", "weak", "blind"))

    def _absences(self, chance: random.Random) -> Iterator[tuple[int, int]]:
        at = self.start
        while at < self.end:
            at += int(chance.expovariate(1 / (50 * MINUTE)))
            begin, at = at, at + int(chance.expovariate(1 / (5 * MINUTE)))
            yield begin, at

    def _looks(
        self, chance: random.Random, weather: list[tuple[int, str]], handle: int, interval: int
    ) -> Iterator[Look]:
        at = self.start + chance.randrange(interval)
        before = Outcome.OK
        place = 0
        while at < self.end:
            while weather[place][0] <= at:
                place += 1
            kind = weather[place][1] if chance.random() < 0.97 else "bad"
            (outcome,) = chance.choices(_OUTCOMES, _MIXES[kind])
            yield Look(handle, interval, at, outcome)
            # A change is looked at again soon; some looks are missed; now and then two fall on one instant.
            step = (
                interval // 6 if outcome is not before else interval + chance.randrange(-interval // 10, interval // 10)
            )
            if chance.random() < 0.02:
                step = chance.choice((0, interval * 2, interval * 5 // 2, interval * 5 // 2 + 1, interval * 4))
            before = outcome
            at += step

    def _send(self, chance: random.Random, agent: AgentIdentity, looks: Sequence[Look]) -> None:
        processes = list(self._processes(chance, looks))
        for number, mine in enumerate(processes):
            boot = f"boot{number}"
            seq = 1
            batches: list[tuple[int, list[Look]]] = []
            for part in self._parts(chance, mine):
                batches.append((seq, part))
                seq += len(part)
            for first, part in batches:
                self.lines += (
                    Line(look.handle, str(agent.number), boot, first + place, look.at, look.outcome, look.values)
                    for place, look in enumerate(part)
                )
                sent = max(look.at for look in part) + chance.randrange(1, 3 * SECOND)
                if chance.random() < 0.1:
                    sent += chance.randrange(30 * SECOND, 90 * MINUTE)
                self._deliver(agent, boot, first, part, sent)
                if chance.random() < 0.05:
                    self._deliver(agent, boot, first, part, sent + chance.randrange(1, 30 * MINUTE))
            for (first, part), (_, following) in pairwise(batches):
                if chance.random() < 0.03:
                    # Cut anew after a restart of the sender: some of it is there already, some comes first this way.
                    both = [*part, *following]
                    begin = chance.randrange(len(both))
                    sent = max(look.at for look in both) + chance.randrange(1, 20 * MINUTE)
                    self._deliver(agent, boot, first + begin, both[begin:], sent, lost=chance.random() < 0.5)

    def _processes(self, chance: random.Random, looks: Sequence[Look]) -> Iterator[Sequence[Look]]:
        cuts = sorted(chance.sample(range(1, len(looks)), 2))
        for begin, end in zip([0, *cuts], [*cuts, len(looks)], strict=True):
            yield looks[begin:end]

    def _parts(self, chance: random.Random, looks: Sequence[Look]) -> Iterator[list[Look]]:
        begin = 0
        while begin < len(looks):
            size = chance.choice((1, 3, 12, 40))
            part = list(looks[begin : begin + size])
            if chance.random() < 0.6:
                part.sort(key=lambda look: (look.handle, look.at))
            begin += size
            yield part

    def _deliver(
        self, agent: AgentIdentity, boot: str, first: int, part: Iterable[Look], sent: int, lost: bool = False
    ) -> None:
        header = Header(
            agent.id,
            boot,
            first,
            sent_mono=float(sent - self.boot_at) if not lost else 5.0,
            sent_wall=sent,
            mono_lost=lost,
            wall_base=self.boot_at if lost else 0,
        )
        results = [
            Result(look.handle, look.interval, -1, look.at - self.boot_at, Reading(look.outcome, look.values))
            for look in part
        ]
        self.deliveries.append(Delivery(sent, agent, encode(header, results)))
