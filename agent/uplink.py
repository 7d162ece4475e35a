"""Uplink: from the spool to the collector, in batches, in a thread of its own."""

import logging
import threading
import zlib
from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from agent.backoff import Backoff
from agent.clock import Clock
from agent.connection import Answer, Connection
from agent.health import Health
from agent.spool import Load, Process, Spool
from rules.errors import Invalid, NinewardError, Unavailable
from rules.wire import Header, encode

log = logging.getLogger("nineward.agent.uplink")

BATCHES = "/api/v1/batches"
MOST_RESULTS = 4000
"""Results in one batch. More would make catching up faster, and the agent bigger while it lasts."""

_MOST_PROVEN_BAD = 16
_SAMPLES = 8
_WHOLE_REFUSALS = 3
_COMPRESSION = 6


class Verdict(Enum):
    """What an answer of the collector means for the batch it answers."""

    ACCEPTED = auto()
    """On the collector's disk."""
    BAD = auto()
    """The collector cannot read it, now or ever: some result in it is bad, or it is too large."""
    LATER = auto()
    """Not now: keep it and try again."""


def verdict(status: int) -> Verdict:
    """The meaning of a status. What is not known to be final is taken for "later", so nothing is lost."""
    if 200 <= status < 300:
        return Verdict.ACCEPTED
    if status in (400, 413, 422):
        return Verdict.BAD
    return Verdict.LATER


@dataclass(frozen=True, slots=True)
class Refused:
    """One result that the collector refuses even alone: its place in the load, the status and the words."""

    place: int
    status: int
    reason: str


@dataclass(slots=True)
class _Split:
    """What became of a load: how many results were accepted, which are refused alone, and the answer to each range
    offered (None: accepted), so that trouble in the middle does not make all of it begin anew."""

    answers: dict[tuple[int, int], tuple[int, str] | None] = field(default_factory=dict)
    accepted: int = 0
    hopeless: bool = False
    bad: list[Refused] = field(default_factory=list)


class NotNow(Unavailable):
    """The collector does not take batches at present; ``asked_s`` is the pause it asks for."""

    def __init__(self, reason: str, asked_s: float | None = None) -> None:
        super().__init__(reason)
        self.asked_s = asked_s


class Uplink:
    """Sends what the spool holds: at once when woken for it, else at most every ``send_every`` ms.

    A result stays in the spool until the collector has it. Where the collector refuses a batch for good, the batch is
    halved until the bad result stands alone; that one is set aside and counted, the others go through.
    """

    def __init__(
        self,
        spool: Spool,
        connection: Connection,
        agent: str,
        process: Process,
        clock: Clock,
        health: Health,
        backoff: Backoff,
    ) -> None:
        self.send_every = 5000
        self.plan_revision = 0
        self._spool = spool
        self._connection = connection
        self._agent = agent
        self._process = process
        self._clock = clock
        self._health = health
        self._backoff = backoff
        self._rtts: deque[float] = deque(maxlen=8)
        self._refused_whole = 0
        self._unfinished: tuple[Load, _Split] | None = None
        self._bell = threading.Condition()
        self._at_once = False
        self._stopping = False
        self._not_before = 0
        self._sent = -(10**9)
        self._thread = threading.Thread(target=self._run, name="uplink", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def wake(self, at_once: bool) -> None:
        """There is something new in the spool. From any thread."""
        with self._bell:
            self._at_once |= at_once
            self._bell.notify()

    def stop(self, patience_s: float) -> None:
        """Send what is there, as far as that goes within the patience, and end the thread."""
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._thread.join(patience_s)
        if self._thread.is_alive():
            self._connection.abort()
            self._thread.join(2.0)

    def _run(self) -> None:
        try:
            self._send_until_stopped()
        finally:
            self._connection.close()

    def _send_until_stopped(self) -> None:
        while True:
            with self._bell:
                while (pause_s := self._pause_s(self._clock.mono())) != 0:
                    if self._stopping:
                        return
                    self._bell.wait(pause_s)
                self._at_once = False
            self._send_guarded()
            with self._bell:
                if self._stopping and (self._backoff.failures or not self._spool.unsent):
                    return

    def _pause_s(self, now: int) -> float | None:
        """Seconds until something is to be sent: 0 now, None not before somebody rings."""
        if not self._spool.unsent:
            return None
        if self._backoff.failures:
            wait = self._not_before - now
        elif self._at_once or self._stopping or self._spool.unsent > MOST_RESULTS:
            wait = 0
        else:
            wait = self._sent + self.send_every - now
        return max(0, wait) / 1000

    def _send_guarded(self) -> None:
        """One round. Whatever goes wrong is said and tried again later: this thread must not die."""
        try:
            self._send()
        except NotNow as reason:
            pause_s = self._backoff.pause_s(reason.asked_s)
            self._say(logging.WARNING, "%s; trying again in %.1f s", reason, pause_s)
        except Exception:
            pause_s = self._backoff.pause_s()
            log.exception("sending failed; trying again in %.1f s", pause_s)
        else:
            if self._backoff.failures:
                log.info("the collector takes batches again; waiting=%d", self._spool.unsent)
            self._backoff.reset()
            pause_s = 0
        self._sent = self._clock.mono()
        self._not_before = self._sent + round(pause_s * 1000)
        if pause_s:
            with self._bell:
                self._at_once = True  # what was urgent still is, and when the way is free again all of it goes

    def _say(self, level: int, text: str, *words: object) -> None:
        """Loudly the first time; a collector that is away for days must not fill the log."""
        first = self._backoff.failures in (1, 10) or self._backoff.failures % 60 == 0
        log.log(level if first else logging.DEBUG, text, *words)

    def _send(self) -> None:
        load, split = self._unfinished or (self._spool.load(MOST_RESULTS), _Split())
        if load is None:
            return
        split.accepted, split.bad = 0, []
        self._unfinished = load, split
        try:
            self._offer(load, 0, len(load.results), split)
        except NotNow:
            if not split.answers or split.hopeless:
                self._unfinished = None  # begin anew, with what has come meanwhile
            raise
        self._unfinished = None
        if split.bad:
            self._answer_for(load, split)
        self._spool.settle(load)

    def _offer(self, load: Load, start: int, end: int, split: _Split) -> None:
        """Send the results from ``start`` to ``end`` (not included), halving what is refused for good.

        Notes in ``split`` how many were accepted and which are refused alone. Raises NotNow.
        """
        if (start, end) not in split.answers:
            split.answers[start, end] = self._refusal(load, start, end)
        refusal = split.answers[start, end]
        if refusal is None:
            split.accepted += end - start
            return
        status, reason = refusal
        if end - start == 1:
            split.bad.append(Refused(start, status, reason))
            if len(split.bad) == _MOST_PROVEN_BAD and not split.accepted:
                self._look_for_hope(load, end, split)
            return
        middle = (start + end) // 2
        self._offer(load, start, middle, split)
        self._offer(load, middle, end, split)

    def _look_for_hope(self, load: Load, start: int, split: _Split) -> None:
        """So many refused, none accepted: is anything else of the load? If not, it is not the results that are bad, and
        asking for each of thousands would help nobody. Raises NotNow then."""
        rest = len(load.results) - start
        for place in range(start, len(load.results), max(1, rest // _SAMPLES)):
            if self._refusal(load, place, place + 1) is None:
                return
        if rest:
            split.hopeless = True
            raise NotNow(f"the collector refuses every result: {split.bad[0].status} {split.bad[0].reason}")

    def _refusal(self, load: Load, start: int, end: int) -> tuple[int, str] | None:
        """Send one batch: None when it was accepted, else the status and words with which it is refused for good.
        Raises NotNow."""
        try:
            answer = self._post(load, start, end)
        except Invalid as wrong:  # a result that cannot even be put into the format
            status, reason = 422, str(wrong)
        else:
            status, reason = answer.status, _words(answer)
            kind = verdict(status)
            if kind is Verdict.ACCEPTED:
                return None
            if kind is Verdict.LATER:
                raise NotNow(f"the collector answers {status}: {reason}", answer.retry_after_s)
        self._health.refused += 1
        return status, reason

    def _answer_for(self, load: Load, split: _Split) -> None:
        """Set the bad results aside. But where the collector refused the load as a whole the trouble is more likely
        the collector's or ours than that of every single result, so it is tried three times first. Raises NotNow."""
        if not split.accepted and len(load.results) > 1:
            self._refused_whole += 1
            if self._refused_whole < _WHOLE_REFUSALS:
                raise NotNow(f"the collector refuses every result: {split.bad[0].status} {split.bad[0].reason}")
        self._refused_whole = 0
        for one in split.bad:
            if self._refusal(load, one.place, one.place + 1) is None:
                continue  # the collector was mended meanwhile
            result = load.results[one.place]
            self._spool.set_aside(load.boot, load.first_seq + one.place, result, one.status, one.reason)
            self._health.set_aside += 1
            log.error(
                "check=%d seq=%d set aside: the collector answers %d: %s",
                result.handle,
                load.first_seq + one.place,
                one.status,
                one.reason,
            )

    def _post(self, load: Load, start: int, end: int) -> Answer:
        dropped = self._spool.dropped
        sent, wall = self._clock.mono_exact(), self._clock.wall()
        header = Header(
            agent=self._agent,
            boot=load.boot,
            first_seq=load.first_seq + start,
            sent_mono=sent,
            sent_wall=wall,
            plan_revision=self.plan_revision,
            machine_boot=self._process.machine_boot,
            last_alive=self._spool.previous.last_alive,
            previous_stop=self._spool.previous.stop,
            rtt=round(min(self._rtts, default=0.0), 3),
            dropped=dropped,
            health=self._health.told(self._clock, self._spool.unsent, self._spool.oldest_s()),
            mono_lost=load.mono_lost,
            wall_base=load.wall_base,
        )
        body = zlib.compress(encode(header, load.results[start:end]), _COMPRESSION)
        try:
            answer = self._connection.request(
                "POST",
                BATCHES,
                body,
                {"Content-Type": "application/octet-stream", "Content-Encoding": "deflate"},
            )
        except Unavailable as away:
            raise NotNow(away.message) from away
        except NinewardError as wrong:
            raise NotNow(str(wrong)) from wrong
        took = self._clock.mono_exact() - sent
        self._rtts.append(took)
        if answer.date_ms is not None:
            # The collector tells whole seconds; half a second is the mean of what it left out.
            offset = wall + round(took / 2) - (answer.date_ms + 500)
            self._health.clock_offset_ms = 0 if abs(offset) <= 1000 else offset
        if dropped and verdict(answer.status) is Verdict.ACCEPTED:
            self._spool.told_dropped(dropped)
        return answer


def _words(answer: Answer) -> str:
    """What the collector said, on one line of at most 300 characters."""
    return " ".join(answer.body[:2000].decode("utf-8", "replace").split())[:300] or "without a word"
