"""The made-up agents: they look at their targets as agents do, re-check what changed, and hand in batches."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collector.demo.fleet import CONFIRM, INTERVAL, RETRY
from rules.result import Outcome, Reading, Result
from rules.wire import Header, encode

_CONFIRM_UP = 2


@dataclass(slots=True)
class Eye:
    """One check as its agent sees it: ``downs`` are when its target does not answer (ms UTC), in order."""

    handle: int
    downs: Sequence[tuple[int, int]]
    next: int
    place: int = 0
    good: bool = True
    run: int = CONFIRM


@dataclass(slots=True)
class Agent:
    """An agent with its checks. ``booted`` (ms UTC) is when its boot clock began, ``boot`` names its process."""

    key: str
    number: int
    name: str
    booted: int
    boot: str = "demo"
    eyes: list[Eye] = field(default_factory=list)
    sent: int = 0

    def batch(self, until: int, now: int) -> bytes | None:
        """Everything it looked at up to ``until``, as a batch that is sent at ``now`` (ms UTC); None for nothing."""
        looks = sorted(
            ((at, eye.handle, good) for eye in self.eyes for at, good in _looks(eye, until)), key=lambda look: look[:2]
        )
        if not looks:
            return None
        results = [Result(handle, INTERVAL, -1, at - self.booted, _READ[good]) for at, handle, good in looks]
        header = Header(self.key, self.boot, self.sent + 1, sent_mono=float(now - self.booted), sent_wall=now)
        self.sent += len(results)
        return encode(header, results)

    def skip(self, until: int) -> None:
        """It was dead: nothing was looked at up to ``until`` (ms UTC)."""
        for eye in self.eyes:
            eye.next = max(eye.next, until + eye.handle % INTERVAL)


_READ = {True: Reading(Outcome.OK, {"rtt_ms": 1.2}), False: Reading(Outcome.FAILED, {}, "no answer")}


def _looks(eye: Eye, until: int) -> list[tuple[int, bool]]:
    found = []
    while eye.next <= until:
        at = eye.next
        while eye.place < len(eye.downs) and eye.downs[eye.place][1] <= at:
            eye.place += 1
        good = not (eye.place < len(eye.downs) and eye.downs[eye.place][0] <= at)
        eye.run = 1 if good != eye.good else eye.run + 1
        eye.good = good
        found.append((at, good))
        eye.next = at + (RETRY if eye.run < (_CONFIRM_UP if good else CONFIRM) else INTERVAL)
    return found
