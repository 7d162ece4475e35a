"""Silence: which agents are out of contact, judged by their requests, never by their results. Pure but for its reader.

An agent that looks often sends at least every ten seconds; every agent asks for its plan at least every thirty. One
that is not heard for longer is silent. When all fall silent together, the fault is the collector's or its network's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from collector.live import Live

OFTEN = 10_000
"""A check with an interval up to this (ms) makes its agent send at least this often."""

_RHYTHM_OFTEN, _SILENT_OFTEN = 10_000, 20_000
_RHYTHM, _SILENT = 30_000, 45_000
GRACE = 90_000
"""How long (ms) after its own start the collector waits for agents, whose pauses have grown up to a minute."""


@dataclass(frozen=True, slots=True)
class Watched:
    """An agent as silence sees it. ``heard`` is its last request since the start (ms UTC), None for none yet.

    ``often`` tells whether one of its checks makes it send every few seconds.
    """

    number: int
    heard: int | None
    often: bool

    @property
    def rhythm(self) -> int:
        """How far apart its requests are at most while all is well, in ms."""
        return _RHYTHM_OFTEN if self.often else _RHYTHM

    @property
    def patience(self) -> int:
        """How long it may be unheard before it is silent, in ms."""
        return _SILENT_OFTEN if self.often else _SILENT


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is new: agents now lost (number, last heard), all of them at once, and agents that are back."""

    lost: tuple[tuple[int, int], ...] = ()
    everyone: tuple[tuple[int, int], ...] = ()
    back: tuple[int, ...] = ()


def judge(watched: Iterable[Watched], missing: Mapping[int, int], started: int, now: int) -> Judgement:
    """Judge all agents that ever reported at ``now``. ``missing`` are those recorded as silent, with since when.

    Before anything of an agent was heard its silence counts from ``started`` (when the collector began to listen),
    with grace. An agent is lost only when another was heard after it should have been: until then it may be everyone.
    """
    agents = list(watched)
    back = tuple(
        one.number
        for one in agents
        if one.number in missing and one.heard is not None and one.heard > missing[one.number]
    )
    present = [one for one in agents if one.number not in missing]
    silent = [one for one in present if now >= _deadline(one, started)]
    if not silent:
        return Judgement(back=back)
    told = tuple((one.number, _since(one, started)) for one in silent)
    if len(silent) == len(present) and len(present) > 1:
        return Judgement(everyone=told, back=back)
    alone = len(agents) == 1
    voices = [one.heard for one in agents if one.heard is not None and one not in silent]
    lost = [
        (one.number, _since(one, started))
        for one in silent
        if alone or len(present) == 1 or any(heard > _since(one, started) + one.rhythm for heard in voices)
    ]
    return Judgement(lost=tuple(lost), back=back)


def _since(one: Watched, started: int) -> int:
    return started if one.heard is None else one.heard


def _deadline(one: Watched, started: int) -> int:
    if one.heard is None:
        return started + max(GRACE, one.patience)
    return one.heard + one.patience


def reporting(live: Live) -> dict[int, bool]:
    """The agents (numbers) that ever reported a result; whether a check of theirs is looked at often."""
    with live.lock:
        count = live.count
        agent = live.table["agent"][:count].copy()
        often = (live.table["interval"][:count] <= OFTEN) & live.table["taken"][:count]
    found = dict.fromkeys(np.unique(agent).tolist(), False)
    found.update(dict.fromkeys(np.unique(agent[often]).tolist(), True))
    return found
