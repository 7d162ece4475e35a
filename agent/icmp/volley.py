"""Volleys: a few echo requests each to many targets at once, over the shared channels, as the ping probe wants them."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.icmp.channel import BURST, Channel
from agent.icmp.destination import Destination
from agent.icmp.owner import Stray
from agent.icmp.pace import Pace
from agent.icmp.packet import Refusal
from agent.trouble import judge
from rules.result import Outcome

MOST = 32
"""Requests of one volley."""

_GRID_MS = 4
"""Requests leave on a grid of so many milliseconds, so that those of many targets leave, and come back, together."""
_AGAIN_S = 0.002
"""How long to wait when the machine's own queue is full."""
_PORTION = 16
"""Requests worth a wake-up when the pace holds them back."""
_NO_TIME = "the deadline left no time to send"
_HELD_UP = "could not look: this machine sent so late that an answer had no time"


@dataclass(frozen=True, slots=True)
class Echoes:
    """What became of the requests of one volley."""

    sent: int
    """Requests that left this machine, or could not because of the target (no route to it alone)."""
    rtts_us: tuple[int, ...]
    """Round trips of the answers in time, in the order their requests were sent."""
    troubles: tuple[str, ...]
    """What was heard instead of an answer that counts: a router's or the kernel's word, a late or damaged answer."""
    own_troubles: tuple[str, ...]
    """What kept this machine from sending, or from hearing."""


class _Volley:
    __slots__ = (
        "asked",
        "begun",
        "family",
        "held_up",
        "left",
        "log",
        "over",
        "own",
        "rtts_ns",
        "size",
        "spacing_s",
        "target",
        "troubles",
        "until",
    )

    def __init__(
        self,
        target: Destination,
        count: int,
        size: int,
        begun: float,
        spacing_s: float,
        until: float,
        over: asyncio.Future[None],
        log: Callable[[str], None] | None,
    ) -> None:
        self.target = target
        self.family = target.family
        self.size = size
        self.begun = begun
        self.spacing_s = spacing_s
        self.until = until
        self.held_up: frozenset[int] = frozenset()
        self.asked = count
        self.left = count
        self.over = over
        self.log = log
        self.rtts_ns = [0] * count
        self.troubles: list[str] = []
        self.own: list[str] = []

    def leaves(self, number: int, now: float) -> None:
        """A request leaves now. One that this machine held up so long that less than half of its time is left says
        nothing of the target by its silence."""
        if self.until - now < (self.until - self.begun - number * self.spacing_s) / 2:
            self.held_up |= {number}

    def note(self, number: int, said: str) -> None:
        if self.log is not None:
            self.log(f"request {number + 1}: {said}")

    def settle(self) -> None:
        """One request fewer is open."""
        self.left -= 1
        if not self.left and not self.over.done():
            self.over.set_result(None)


class Volleys:
    """Sends what is due, keeps the pace, and is the owner of all its requests at the channels.

    A request's key is its volley's number and its own number in it: an answer after a volley was given up finds nobody.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, pace: Pace, channel: Callable[[int], Channel]) -> None:
        self._loop = loop
        self._pace = pace
        self._channel = channel
        self._volleys: dict[int, _Volley] = {}
        self._number = 0
        self._due: dict[int, list[int]] = {}
        self._queue: deque[int] = deque()
        self._waiting: asyncio.TimerHandle | None = None

    async def fire(
        self,
        target: Destination,
        count: int,
        spacing_s: float,
        size: int,
        until: float,
        log: Callable[[str], None] | None = None,
    ) -> Echoes:
        """Send ``count`` requests (at most 32), ``spacing_s`` apart, and wait for the answers till ``until`` (of the
        loop's clock). ``log`` is told each request's fate.

        Raises sockets.Forbidden when this machine allows no ICMP, OSError when it lacks the target's family.
        """
        self._channel(target.family)
        begun = self._loop.time()
        possible = min(count, max(1, -(-int((until - begun) * 1e6) // max(1, int(spacing_s * 1e6)))))
        volley = _Volley(target, possible, size, begun, spacing_s, until, self._loop.create_future(), log)
        self._number += 1
        number = self._number
        self._volleys[number] = volley
        for request in range(possible):
            self._ask_at(number * MOST + request, begun + request * spacing_s)
        try:
            await volley.over
        finally:
            self._volleys.pop(number, None)  # ``close`` may have come first
        return Echoes(
            sent=volley.asked - len(volley.own),
            rtts_us=tuple([round(rtt_ns / 1000) for rtt_ns in volley.rtts_ns if rtt_ns]),
            troubles=tuple(volley.troubles),
            own_troubles=tuple(volley.own),
        )

    def close(self) -> None:
        """Send nothing more."""
        self._volleys = {}
        self._queue.clear()
        if self._waiting is not None:
            self._waiting.cancel()

    def answered(self, keys: Sequence[int], rtts_ns: Sequence[int]) -> None:
        """The channel's word: answers in time."""
        for key, rtt_ns in zip(keys, rtts_ns, strict=True):
            volley = self._volleys.get(key // MOST)
            if volley is None:
                continue
            volley.rtts_ns[key % MOST] = rtt_ns
            if volley.log is not None:
                volley.note(key % MOST, f"answered after {rtt_ns / 1e6:.3f} ms")
            volley.settle()

    def refused(self, key: int, refusal: Refusal) -> None:
        """The channel's word: an ICMP error."""
        volley = self._volleys.get(key // MOST)
        if volley is not None:
            volley.troubles.append(str(refusal))
            volley.note(key % MOST, str(refusal))
            volley.settle()

    def expired(self, key: int) -> None:
        """The channel's word: nothing came."""
        volley = self._volleys.get(key // MOST)
        if volley is not None:
            said = "no answer in time"
            if key % MOST in volley.held_up:
                said = _HELD_UP
                volley.own.append(said)
            volley.note(key % MOST, said)
            volley.settle()

    def unable(self, key: int, trouble: OSError) -> None:
        """The channel's word: not sent, or the answer may have been dropped here."""
        volley = self._volleys.get(key // MOST)
        if volley is not None:
            outcome, line = judge(trouble, volley.family)
            (volley.own if outcome is Outcome.ERROR else volley.troubles).append(line)
            volley.note(key % MOST, line)
            volley.settle()

    def stray(self, key: int, why: Stray, rtt_ns: int, source: str) -> None:
        """The channel's word: an answer that does not count."""
        volley = self._volleys.get(key // MOST)
        if volley is None or why is Stray.DUPLICATE:
            return
        said = {
            Stray.LATE: f"answered too late, after {rtt_ns / 1e6:.0f} ms",
            Stray.CORRUPTED: "the answer came back corrupted",
            Stray.FOREIGN: f"answered by another address, {source}",
        }[why]
        volley.troubles.append(said)
        volley.note(key % MOST, said)

    def _ask_at(self, key: int, when: float) -> None:
        tick = int(when * 1000) // _GRID_MS + 1
        keys = self._due.get(tick)
        if keys is None:
            keys = self._due[tick] = []
            self._loop.call_at(tick * _GRID_MS / 1000, self._tick, tick)
        keys.append(key)

    def _tick(self, tick: int) -> None:
        self._send(self._due.pop(tick))

    def _send(self, keys: list[int]) -> None:
        self._queue.extend(keys)
        if self._waiting is None:
            self._pump()

    def _pump(self) -> None:
        """Send what waits, as far as the pace and the machine's queue let it."""
        self._waiting = None
        while self._queue:
            now = self._loop.time()
            allowed = self._pace.take(min(len(self._queue), BURST), now)
            if not allowed:
                pause_s = self._pace.wait(min(len(self._queue), _PORTION), now)
            else:
                left_over = self._burst([self._queue.popleft() for _ in range(allowed)], now)
                if not left_over:
                    continue
                self._queue.extendleft(reversed(left_over))
                pause_s = _AGAIN_S
            self._waiting = self._loop.call_later(pause_s, self._pump)
            return

    def _burst(self, keys: list[int], now: float) -> list[int]:
        """Send these, by family and size; which ones the channel did not take."""
        groups: dict[tuple[int, int], tuple[list[Destination], list[int], list[float]]] = {}
        for key in keys:
            volley = self._volleys.get(key // MOST)
            if volley is None:
                continue
            if volley.until <= now:
                volley.own.append(_NO_TIME)
                volley.note(key % MOST, _NO_TIME)
                volley.settle()
                continue
            kind = (volley.family, volley.size)
            group = groups.get(kind)
            if group is None:
                group = groups[kind] = ([], [], [])
            volley.leaves(key % MOST, now)
            group[0].append(volley.target)
            group[1].append(key)
            group[2].append(volley.until - now)
        left_over: list[int] = []
        unused = len(keys)
        for (family, size), (targets, asked, timeouts_s) in groups.items():
            taken = self._channel(family).send_each(targets, asked, self, timeouts_s, size)
            unused -= taken
            left_over += asked[taken:]
        if unused:
            self._pace.give_back(unused)
        return left_over
