"""Sweep: one question to very many targets, paced, and what became of every request.

Requests leave in rounds, each target once a round, in bursts between which answers are read. The bookkeeping is per
family (`Group`) and made for the common case, in which a target is asked once or twice and answers.
"""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from typing import NamedTuple

from agent.icmp import engine
from agent.icmp.channel import BURST, Channel
from agent.icmp.destination import Destination
from agent.icmp.owner import Stray
from agent.icmp.pace import Pace
from agent.icmp.packet import Refusal
from agent.trouble import judge
from rules.result import Outcome

_STRAY = {Stray.CORRUPTED: "a damaged answer came", Stray.FOREIGN: "an answer came from another address, {}"}
_BURSTS_A_TURN = 4
"""Bursts before the rest of the loop gets its turn: some 2 ms."""
FULL_S = 0.001
"""How long to wait when the machine takes no further request."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How to ask. Seconds, packets a second, bytes."""

    count: int | None = 3
    """Requests to each target; None: until stopped."""
    interval_s: float = 0.2
    """Between two requests to one target, at least."""
    timeout_s: float = 1.0
    rate: float = 0.0
    """Requests a second to all targets together; 0: as fast as the machine sends without losing answers."""
    size: int = 56


class Became(StrEnum):
    """What became of a request, or what came for one that was over."""

    ANSWERED = "answered"
    LOST = "lost"
    REFUSED = "refused"
    UNSENT = "unsent"
    LATE = "late"
    DUPLICATE = "duplicate"


class Event(NamedTuple):
    """One request's end. ``target`` is the position among the sweep's targets, ``request`` counts from 0."""

    target: int
    request: int
    became: Became
    rtt_ns: int | None
    text: str


class Fate(NamedTuple):
    """What became of all requests to one target. Round trips in nanoseconds, None without any answer.

    ``sent`` counts requests that are over: answered, or given up. What is still awaited when a sweep is stopped is
    neither. ``mdev_ns`` is the population standard deviation, as iputils' ping prints it. ``trouble`` is the last
    thing said about a request without answer, by a router or by this machine; ``own``: this machine could not ask.
    """

    sent: int
    received: int
    min_ns: int | None
    mean_ns: float | None
    max_ns: int | None
    mdev_ns: float | None
    late: int = 0
    duplicates: int = 0
    trouble: str = ""
    own: bool = False


class Tally:
    """The round trips of a target that answered more than once."""

    __slots__ = ("count", "least", "most", "squares", "total")

    def __init__(self, rtt_ns: int) -> None:
        self.count = 1
        self.total = self.least = self.most = rtt_ns
        self.squares = rtt_ns * rtt_ns

    def add(self, rtt_ns: int) -> None:
        """One more answer."""
        self.count += 1
        self.total += rtt_ns
        self.squares += rtt_ns * rtt_ns
        self.least = min(self.least, rtt_ns)
        self.most = max(self.most, rtt_ns)

    def mdev_ns(self) -> float:
        """sqrt(Σx²/n - mean²), from whole numbers, so that nothing cancels."""
        return math.sqrt(self.count * self.squares - self.total * self.total) / self.count


class Group:
    """The targets of one family, and the owner of the requests to them. A request's key is round × targets + index."""

    def __init__(
        self,
        targets: Sequence[Destination],
        positions: Sequence[int],
        timeout_s: float,
        watch: Callable[[Event], None] | None,
    ) -> None:
        self.targets = targets
        self.positions = positions
        self.next = 0
        """The key of the request that goes out next."""
        self.open = -1
        """Requests whose fate is not known, those still to be sent among them; below 0: there is no end to them."""
        self.ended = 0
        """Requests that ended without an answer."""
        self.done = asyncio.Event()
        self._timeout_s = timeout_s
        self._watch = watch
        self._size = len(targets)
        self._first = [0] * len(targets)
        """The first round trip of each target; 0: no answer yet."""
        self._tallies: dict[int, Tally] = {}
        self._late: dict[int, int] = {}
        self._duplicates: dict[int, int] = {}
        self._lost: dict[int, int] = {}
        self._own: set[int] = set()
        self._troubles: dict[int, str] = {}

    def answered(self, keys: Sequence[int], rtts_ns: Sequence[int]) -> None:
        """In time. What is done for every target: nothing here that need not be."""
        size, first = self._size, self._first
        for key, rtt_ns in zip(keys, rtts_ns, strict=True):
            index = key % size
            if first[index]:
                self._again(index, rtt_ns)
            else:
                first[index] = rtt_ns
        self.open -= len(keys)
        if not self.open:
            self.done.set()
        if self._watch is not None:
            for key, rtt_ns in zip(keys, rtts_ns, strict=True):
                self._tell(key, Became.ANSWERED, rtt_ns, "")

    def expired(self, key: int) -> None:
        """Not in time."""
        self._lose(key % self._size)
        self._tell(key, Became.LOST, None, "no answer")

    def refused(self, key: int, refusal: Refusal) -> None:
        """By a router or the target."""
        index, text = key % self._size, str(refusal)
        self._troubles[index] = text
        self._lose(index)
        self._tell(key, Became.REFUSED, None, text)

    def unable(self, key: int, trouble: OSError) -> None:
        """The kernel did not take it: a request that counts against the target only where the route to it is gone."""
        index = key % self._size
        outcome, text = judge(trouble, self.targets[index].family)
        self._troubles[index] = text
        if outcome is Outcome.ERROR:
            self._own.add(index)
            self._settle()
        else:
            self._lose(index)
        self._tell(key, Became.UNSENT, None, text)

    def stray(self, key: int, why: Stray, rtt_ns: int, source: str) -> None:
        """An answer that does not count."""
        index = key % self._size
        if why is Stray.LATE:
            self._late[index] = self._late.get(index, 0) + 1
            self._tell(key, Became.LATE, rtt_ns, f"after more than {self._timeout_s:g} s")
        elif why is Stray.DUPLICATE:
            self._duplicates[index] = self._duplicates.get(index, 0) + 1
            self._tell(key, Became.DUPLICATE, rtt_ns, "one more answer to the same request")
        else:
            self._troubles[index] = _STRAY[why].format(source)

    def give_up(self, trouble: OSError) -> None:
        """This machine cannot ask any of them."""
        _, text = judge(trouble, self.targets[0].family)
        self._own.update(range(self._size))
        self._troubles = dict.fromkeys(range(self._size), text)
        self.done.set()

    def fates(self) -> list[Fate]:
        """What is known now about each target of the group."""
        odd = self._lost.keys() | self._tallies.keys() | self._late.keys() | self._duplicates.keys()
        odd |= self._troubles.keys() | self._own
        # Past the class's own constructor, which takes twice the time: there are tens of thousands of these.
        firsts, one, zero = self._first, repeat(1), repeat(0)
        told: list[Fate] = list(
            map(
                tuple.__new__,
                repeat(Fate),
                zip(one, one, firsts, firsts, firsts, repeat(0.0), zero, zero, repeat(""), repeat(False), strict=False),
            )
        )
        for index in odd:
            told[index] = self._fate(index)
        if self.next < self._size or self.open:
            for index, first in enumerate(self._first):
                if not first and index not in odd:
                    told[index] = Fate(0, 0, None, None, None, None)
        return told

    def _fate(self, index: int) -> Fate:
        first = self._first[index]
        lost, late, duplicates = (counted.get(index, 0) for counted in (self._lost, self._late, self._duplicates))
        trouble = self._troubles.get(index, "")
        if not first:
            return Fate(lost, 0, None, None, None, None, late, duplicates, trouble, index in self._own)
        tally = self._tallies.get(index)
        if tally is None:
            return Fate(1 + lost, 1, first, first, first, 0.0, late, duplicates, trouble)
        mean, mdev = tally.total / tally.count, tally.mdev_ns()
        return Fate(tally.count + lost, tally.count, tally.least, mean, tally.most, mdev, late, duplicates, trouble)

    def _again(self, index: int, rtt_ns: int) -> None:
        tally = self._tallies.get(index)
        if tally is None:
            tally = self._tallies[index] = Tally(self._first[index])
        tally.add(rtt_ns)

    def _lose(self, index: int) -> None:
        self._lost[index] = self._lost.get(index, 0) + 1
        self._settle()

    def _settle(self) -> None:
        self.ended += 1
        self.open -= 1
        if not self.open:
            self.done.set()

    def _tell(self, key: int, became: Became, rtt_ns: int | None, text: str) -> None:
        if self._watch is not None:
            request, index = divmod(key, self._size)
            self._watch(Event(self.positions[index], request, became, rtt_ns, text))


class Sweep:
    """All requests to all targets, once. Made inside the event loop it runs in."""

    def __init__(
        self, targets: Sequence[Destination], manner: Manner, watch: Callable[[Event], None] | None = None
    ) -> None:
        """``watch`` is told the end of every request, in the loop; it must be quick and raise nothing."""
        self._manner = manner
        self._groups: list[Group] = []
        families = [target.family for target in targets]
        for family in (4, 6):
            if family in families:
                whole = families.count(family) == len(families)
                positions = range(len(targets)) if whole else [at for at, one in enumerate(families) if one == family]
                chosen = targets if whole else [targets[at] for at in positions]
                self._groups.append(Group(chosen, positions, manner.timeout_s, watch))
        if manner.count is not None:
            for group in self._groups:
                group.open = manner.count * len(group.targets)
        self._task: asyncio.Task[object] | None = None
        self.complete = False
        """Whether the fate of every request is known."""

    @property
    def asked(self) -> int:
        """Requests that went out so far."""
        return sum(group.next for group in self._groups)

    @property
    def answers(self) -> int:
        """Answers that came in time so far."""
        every = self._manner.count
        begun = sum(-1 if every is None else every * len(group.targets) for group in self._groups)
        return begun - sum(group.open + group.ended for group in self._groups)

    async def run(self) -> None:
        """Ask, and wait until the fate of every request is known, or until ``stop``.

        Raises sockets.Forbidden (Unavailable) when this machine allows no ICMP.
        """
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        shared = engine.join(loop)
        ways: list[tuple[Group, Channel]] = []
        try:
            for group in self._groups:
                try:
                    ways.append((group, shared.channel(group.targets[0].family)))
                except OSError as trouble:
                    group.give_up(trouble)
            await self._rounds(loop, ways)
            for group in self._groups:
                await group.done.wait()
            self.complete = True
        except asyncio.CancelledError:
            if self._task is not None:
                raise
        finally:
            if not self.complete:
                for group, channel in ways:
                    channel.abandon(group)
            shared.leave()

    def stop(self) -> None:
        """End ``run`` now; what is known by then stays known."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    def fates(self) -> list[Fate]:
        """What is known now about every target, in the order they were given."""
        if len(self._groups) == 1:
            return self._groups[0].fates()
        pairs = [pair for group in self._groups for pair in zip(group.positions, group.fates(), strict=True)]
        return [fate for _, fate in sorted(pairs)]

    async def _rounds(self, loop: asyncio.AbstractEventLoop, ways: Sequence[tuple[Group, Channel]]) -> None:
        manner = self._manner
        pace = Pace(manner.rate, BURST, loop.time()) if manner.rate else None
        began = loop.time()
        round_ = 0
        while ways and (manner.count is None or round_ < manner.count):
            early = began + round_ * manner.interval_s - loop.time()
            if early > 0:
                await asyncio.sleep(early)
            else:
                began -= early
            for group, channel in ways:
                await self._round(loop, group, channel, pace)
            round_ += 1

    async def _round(self, loop: asyncio.AbstractEventLoop, group: Group, channel: Channel, pace: Pace | None) -> None:
        """One request to each target of the group."""
        targets, timeout_s, size = group.targets, self._manner.timeout_s, self._manner.size
        first, at, end, bursts = group.next, 0, len(targets), 0
        while at < end:
            allowed = min(BURST, end - at)
            if pace is not None:
                allowed = pace.take(allowed, loop.time())
                if not allowed:
                    await asyncio.sleep(pace.wait(1, loop.time()))
                    continue
            key = first + at
            taken = channel.send_many(targets[at : at + allowed], range(key, key + allowed), group, timeout_s, size)
            if taken < allowed and pace is not None:
                pace.give_back(allowed - taken)
            at += taken
            group.next = first + at
            bursts += 1
            if taken < allowed:
                await asyncio.sleep(FULL_S)
            elif bursts % _BURSTS_A_TURN == 0:
                await asyncio.sleep(0)
