"""ICMP echo: is the target's address answering, how fast, how much is lost.

Requests leave at fixed moments whether or not the one before was answered, so a dead target costs one timeout, not
three. A late answer counts as lost. Where this machine may send no ICMP the look is an ``error``, never a failure.
All looks of the agent share the sockets of ``agent.icmp``.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agent.icmp.destination import Destination, destination
from agent.icmp.engine import Engine, join
from agent.icmp.volley import Echoes
from agent.names import Unresolved, resolve
from agent.probes.probe import Log, Probe, Subject, option, silent
from agent.trouble import judge
from rules.errors import Invalid, Unavailable
from rules.result import Outcome, Reading
from rules.threshold import Threshold


@dataclass(frozen=True, slots=True)
class Options:
    count: int = option(3, "requests per look", low=1, high=20)
    spacing_ms: int = option(200, "time between two requests, in milliseconds", low=2, high=5000)
    size: int = option(56, "payload bytes", low=16, high=1472)
    family: str = option("any", "which addresses of a name to ask", choices=("any", "ipv4", "ipv6"))


def reading(sent: int, rtts_us: Sequence[int], troubles: Sequence[str], window: float | None = None) -> Reading:
    """The Reading of one look: up with at least one answer. Round trip times in whole microseconds, ``window`` is the
    loss over the last looks, where there were enough."""
    values: dict[str, float] = {"loss_ratio": round(1 - len(rtts_us) / sent, 4)}
    if not rtts_us:
        reason = troubles[0] if troubles else "no answer"
        return Reading(Outcome.FAILED, values, f"{reason} to {sent} requests")
    ordered = sorted(rtts_us)
    middle = len(ordered) // 2
    values["rtt_us"] = ordered[middle] if len(ordered) % 2 else round((ordered[middle - 1] + ordered[middle]) / 2)
    values["rtt_min_us"] = ordered[0]
    values["rtt_max_us"] = ordered[-1]
    if len(rtts_us) > 1:
        steps = [abs(after - before) for before, after in pairwise(rtts_us)]
        values["jitter_us"] = round(sum(steps) / len(steps))
    if window is not None:
        values["loss_window_ratio"] = window
    return Reading(Outcome.OK, values)


_WINDOW = 20
"""Requests over which loss is told: of three one can only say none, a third, two thirds or all."""


class Window:
    """Loss over the last looks that had an answer. Looks without any are an outage, and told as that."""

    __slots__ = ("_looks", "_lost", "_sent")

    def __init__(self) -> None:
        self._looks: deque[tuple[int, int]] = deque()
        self._sent = 0
        self._lost = 0

    def add(self, sent: int, lost: int) -> float | None:
        """The loss over the fewest looks that make 20 requests, this one included; None before there are so many."""
        self._looks.append((sent, lost))
        self._sent += sent
        self._lost += lost
        while self._sent - self._looks[0][0] >= _WINDOW:
            old_sent, old_lost = self._looks.popleft()
            self._sent -= old_sent
            self._lost -= old_lost
        return round(self._lost / self._sent, 4) if self._sent >= _WINDOW else None


class Ping(Probe):
    """Sends a few echo requests and waits for the answers until the deadline."""

    shape = Options
    thresholds = (Threshold("loss_window_ratio", warn=0.10, critical=0.40, for_ms=300_000, clear=0.05),)

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._window = Window()
        self._engine: Engine | None = None
        self._literal: tuple[str, list[Destination]] = ("", [])

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        until = asyncio.get_running_loop().time() + deadline_s
        try:
            targets = await self._targets(subject.address, until)
        except TimeoutError:
            return Reading(Outcome.ERROR, text=f"resolving {subject.address} took too long")
        except (Unresolved, Invalid) as trouble:
            return Reading(Outcome.ERROR, text=str(trouble))
        echoes = await self._ask(targets, until)
        if isinstance(echoes, Reading):
            return echoes
        if not echoes.sent:
            return Reading(Outcome.ERROR, text=echoes.own_troubles[0])
        window = self._window.add(echoes.sent, echoes.sent - len(echoes.rtts_us)) if echoes.rtts_us else None
        return reading(echoes.sent, echoes.rtts_us, echoes.troubles, window)

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.leave()

    async def _targets(self, address: str, until: float) -> list[Destination]:
        """Where to ask. An address is read once; a name is looked up each time, as it may move."""
        if self._literal[0] == address:
            return self._literal[1]
        async with asyncio.timeout_at(until):
            found = await resolve(address, self.options.family)
        targets = [destination(one) for one in found]
        if found == [address]:
            self._literal = (address, targets)
        return targets

    async def _ask(self, targets: Sequence[Destination], until: float) -> Echoes | Reading:
        """What the first target said whose family this machine can send to, or why there is none."""
        engine = self._engine
        if engine is None:
            engine = self._engine = join()
        options = self.options
        log = None if self.log is silent else self.log
        refused = Reading(Outcome.ERROR, text="the name has no address")
        for target in targets:
            try:
                return await engine.volleys.fire(
                    target, options.count, options.spacing_ms / 1000, options.size, until, log
                )
            except Unavailable as forbidden:
                refused = Reading(Outcome.ERROR, text=str(forbidden))
            except OSError as trouble:
                refused = Reading(Outcome.ERROR, text=judge(trouble, target.family)[1])
        return refused
