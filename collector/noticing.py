"""Noticing: tells people what happened, each thing until the channel takes it, and keeps the proof.

News is written in the transaction in which it happens. One thread routes it to channels; a thread of each channel
composes messages from what waits there, never more of them than the channel bears, and sends them. A message is claimed
by an update that finds it unclaimed: after a crash it goes out again under the same id.
"""

import logging
import random
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from collector import notices as registry
from collector.clock import Clock
from collector.composing import compose, content_of, message_of, plain
from collector.feedback_links import FeedbackLinks
from collector.fold import Fold
from collector.held import GATHERED
from collector.ids import new_id
from collector.mutes import Freeing
from collector.notices import Line
from collector.notices.channel import Message as Composed
from collector.place import address
from collector.remote.telling import RemoteError
from collector.routing import Routing
from collector.settings import Settings
from collector.store import notices as table
from collector.store.notices import Message, MessageState, Notice
from collector.store.state import State
from collector.wording import Wording, solved
from rules.errors import Missing
from rules.pace import Pace

FIRST_PAUSE = 2_000
LONGEST_PAUSE = 300_000
PATIENCE = 86_400_000
"""A message that no channel took for so long (ms) is parked for a person."""

FAULTS = 6
"""At this try a message is parked when it fails by a fault of Nineward: a further try would find the same fault."""

UNCOMPOSED = "Composing it failed by a fault of Nineward; see its log. What is kept are plain words."
"""Why a message is parked that was never tried."""

_LOGGED = 5
_TICK_S = 1.0
_SHOWN = 500
_SETTLED = frozenset({"resolved"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a test: whether the channel took it, and what it said."""

    ok: bool
    answer: str


class Noticing:
    """The workers of all configured channels. ``chance`` gives a number from 0 to 1."""

    def __init__(
        self,
        state: State,
        fold: Fold,
        clock: Clock,
        settings: Settings,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._state = state
        self._fold = fold
        self._clock = clock
        self._settings = settings
        self._chance = chance
        self._links = FeedbackLinks(settings.key_file, address(settings))
        self._freeing = Freeing(state, table.held, table.look_again)
        self._bell = threading.Condition()
        self._rings = 0
        self._ending = False
        self._threads: list[threading.Thread] = []
        self._paces: dict[str, Pace] = {}
        self._shut: dict[str, int] = {}  # until when (ms UTC) a channel asked to be left alone
        self._left: dict[str, str] = {}  # claimed, by channel, and how the try went could not be written
        self.dropped = 0
        """How many pieces of news were too old to be told when they were routed, since the start."""
        self.channels = tuple(settings.notices)
        """The names of the configured channels."""

    def start(self) -> None:
        """Put back what the last process had claimed, and start the threads. They wait for the fold to catch up.

        Raises Invalid with every mistake in the settings of channels.
        """
        made = self.lines()
        routing = Routing(self._settings, {name: line.manner for name, line in made.items()})
        with self._state.write() as tx:
            table.unclaim(tx)
        self._ending = False
        self._begin("notices", partial(self._run_routes, routing))
        for name, line in made.items():
            self._begin(f"notices {name}", partial(self._run, name, line))

    def stop(self) -> None:
        """End the threads; each finishes what it is telling. Safe to call twice."""
        with self._bell:
            self._ending = True
            self._bell.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def wake(self) -> None:
        """There may be news now."""
        with self._bell:
            self._rings += 1
            self._bell.notify_all()

    def lines(self) -> dict[str, Line]:
        """The configured channels, made anew. Raises Invalid with the mistakes of all of them."""
        return registry.configured(self._settings.notices, self._clock.now, allowed=self._settings.allowed_hosts)

    def route(self, routing: Routing, now: int) -> bool:
        """Make notices of the news that is due at ``now`` (ms UTC); False when there is none."""
        self._freeing.work(now)
        with self._state.write() as tx:
            turn = routing.work(tx, now)
        for news in turn.dropped:
            log.warning(
                "news=%s incident=%s event=%s at=%d too old: not told", news.id, news.incident, news.event, news.at
            )
        self.dropped += len(turn.dropped)
        return turn.looked_at > 0

    def deliver(self, name: str, line: Line, now: int) -> bool:
        """Compose and send the next message of one channel at ``now`` (ms UTC); False when none is due."""
        if now < self._shut.get(name, now):
            return False
        with self._state.write() as tx:
            if name in self._left:
                table.put_off(tx, self._left[name], now, "How the last try went could not be written.")
            pace = self._pace(tx, name, line, now)
            self._compose(tx, name, line, pace, now)
            if not pace.free(now, urgent=True):
                return False
            message = table.claim(tx, name, now)
        self._left.pop(name, None)
        if message is None:
            return False
        pace.spend(now)
        self._left[name] = message.id
        self._send(line, message, now)
        del self._left[name]
        return True

    def test(self, name: str) -> Trial:
        """One message that says it is a test. Raises Missing for a channel that is not configured."""
        line = self._line(name)
        try:
            answer = line.channel.send(registry.trial(name, self._clock.now()))
        except RemoteError as trouble:
            return Trial(False, trouble.message)
        finally:
            line.channel.close()
        return Trial(True, answer or "taken")

    def preview(self, name: str) -> str:
        """What a test would send, secrets left out. Raises Missing for a channel that is not configured."""
        line = self._line(name)
        try:
            return line.channel.preview(registry.trial(name, self._clock.now()))
        finally:
            line.channel.close()

    def release(self, key: str) -> Message:
        """Try a parked message again. Raises Missing when no such message is parked, or its channel is gone."""
        with self._state.write() as tx:
            message = table.release(tx, key, self._clock.now())
            if message.channel not in self.channels:
                raise Missing(f"The channel {message.channel!r} of this message is configured no more.")
        self.wake()
        return message

    def _line(self, name: str) -> Line:
        if name not in self._settings.notices:
            known = ", ".join(self.channels) or "none"
            raise Missing(f"No channel {name!r} is configured in nineward.toml (configured: {known}).")
        return registry.make(name, self._settings.notices[name], self._clock.now, allowed=self._settings.allowed_hosts)

    # Composing

    def _pace(self, tx: sqlite3.Connection, name: str, line: Line, now: int) -> Pace:
        """How many messages may go there; what the last process sent counts as well."""
        if name not in self._paces:
            pace = Pace(line.limit)
            self._paces[name] = Pace(line.limit, before=table.tries(tx, name, now - pace.window))
        return self._paces[name]

    def _compose(self, tx: sqlite3.Connection, name: str, line: Line, pace: Pace, now: int) -> None:
        """Make messages of what waits: one for each parcel, or one for all where the channel bears no more."""
        queued, failing = table.queued(tx, name, now - GATHERED)
        parcels: dict[bool, dict[str, list[Notice]]] = {True: {}, False: {}}
        for notice in table.waiting(tx, name, now):
            parcels[notice.urgent].setdefault(notice.parcel, []).append(notice)
        # The channel does not take what it has: what follows is gathered until it does. What is urgent is not kept
        # back: the trouble may be with that one message.
        for urgent in (True,) if failing else (True, False):
            free = pace.free(now, urgent=urgent) - queued
            found = list(parcels[urgent].values())
            if len(found) > free:
                # Above what the channel bears, or would punish: one message tells of all.
                found = [[notice for parcel in found for notice in parcel]] if free > 0 else []
            for parcel in found:
                self._add(tx, name, line, parcel, now)
            queued += len(found)

    def _add(self, tx: sqlite3.Connection, name: str, line: Line, found: list[Notice], now: int) -> None:
        """One message that tells of all these; what cannot be composed is parked, so that it stops nothing else."""
        told = sorted(found, key=lambda one: (one.at, one.id))
        message = self._composed(name, line, told, now)
        if message is None and len(told) > 1:
            spoilt = [one for one in told if self._composed(name, line, [one], now) is None]
            told = [one for one in told if one not in spoilt]
            message = self._composed(name, line, told, now) if spoilt and told else None
            self._park(tx, name, spoilt, now)
        if message is None:
            self._park(tx, name, told, now)
        else:
            table.add_message(tx, _row(message, name, MessageState.WAITING), [notice.id for notice in told])

    def _composed(self, name: str, line: Line, found: list[Notice], now: int) -> Composed | None:
        """The message of these notices; None where composing it fails, by a fault of ours."""
        language = line.manner.language or self._settings.language
        wording = Wording(language, self._settings.tz, self._settings.public_url.rstrip("/"))
        try:
            return compose(
                new_id("m"),
                [self._with_link(notice, line) for notice in found],
                wording,
                at=now,
                size=line.channel.SIZE,
                each=line.channel.LINE,
                contacts=self._settings.contacts,
            )
        except Exception:
            log.exception("channel=%s notices=%s", name, ",".join(notice.id for notice in found[:_LOGGED]))
            return None

    def _park(self, tx: sqlite3.Connection, name: str, spoilt: list[Notice], now: int) -> None:
        """Keep what cannot be composed in plain words, for a person to send or to leave."""
        for notice in spoilt:
            row = _row(plain(new_id("m"), notice, at=now), name, MessageState.PARKED, UNCOMPOSED)
            table.add_message(tx, row, [notice.id])

    def _with_link(self, notice: Notice, line: Line) -> Notice:
        """With the link by which the one who asked says how content they are, where letters go to people."""
        if notice.event not in _SETTLED or not line.channel.PERSONAL or not solved(notice.facts):
            return notice
        return replace(notice, facts={**notice.facts, "feedback": self._links.of(notice.incident)})

    # Sending

    def _send(self, line: Line, message: Message, now: int) -> None:
        try:
            answer = line.channel.send(message_of(message.id, message.content, self._settings.contacts))
        except RemoteError as trouble:
            self._put_off(message, trouble, now)
        except Exception:
            # A fault of ours or of a library: like a failed try, so that one bad message stops no other.
            log.exception("message=%s channel=%s", message.id, message.channel)
            hopeless = message.attempts >= FAULTS
            fault = RemoteError("Sending it failed by a fault of Nineward; see its log.", permanent=hopeless)
            self._put_off(message, fault, now)
        else:
            log.info("message=%s channel=%s attempt=%d %s", message.id, message.channel, message.attempts, answer)
            with self._state.write() as tx:
                table.sent(tx, message.id, self._clock.now(), answer[:_SHOWN])

    def _put_off(self, message: Message, trouble: RemoteError, now: int) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(message.attempts - 1, 20))
        if trouble.retry_after is not None:
            pause = max(pause, min(int(trouble.retry_after * 1000), 4 * LONGEST_PAUSE))
            self._shut[message.channel] = now + pause
        pause = int(pause * (1 + 0.2 * self._chance()))
        log.warning(
            "message=%s channel=%s attempt=%d permanent=%s %s",
            message.id, message.channel, message.attempts, trouble.permanent, trouble.message,
        )  # fmt: skip
        with self._state.write() as tx:
            if trouble.permanent or now + pause - message.composed > PATIENCE:
                table.park(tx, message.id, trouble.message[:_SHOWN])
            else:
                table.put_off(tx, message.id, now + pause, trouble.message[:_SHOWN])

    # Threads

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _run_routes(self, routing: Routing) -> None:
        self._loop(lambda now: self.route(routing, now), table.next_news)

    def _run(self, name: str, line: Line) -> None:
        def due(tx: sqlite3.Connection) -> int | None:
            found = [one for one in (table.next_notice(tx, name), table.next_message(tx, name)) if one is not None]
            return max(min(found), self._shut.get(name, 0)) if found else None

        try:
            self._loop(lambda now: self.deliver(name, line, now), due)
        finally:
            line.channel.close()

    def _loop(self, work: Callable[[int], bool], due: Callable[[sqlite3.Connection], int | None]) -> None:
        ready = False
        while True:
            with self._bell:
                if self._ending:
                    return
                rings = self._rings
            following = None
            try:
                # What the log holds beyond the state may be news: nothing is told before that is folded.
                ready = ready or self._fold.caught_up()
                if ready and work(self._clock.now()):
                    self.wake()
                    continue
                with self._state.read() as tx:
                    following = due(tx)
            except Exception:
                # The disk is full, or the house is closing: it is tried again, and this thread must not die.
                log.exception("telling people failed")
            self._wait(following, rings)

    def _wait(self, due: int | None, rings: int) -> None:
        ahead = _TICK_S if due is None else (due - self._clock.now()) / 1000
        with self._bell:
            if not self._ending and self._rings == rings:
                self._bell.wait(min(_TICK_S, ahead) if ahead > 0 else _TICK_S)


def _row(message: Composed, channel: str, state: MessageState, answer: str = "") -> Message:
    """A message as it is kept until the channel has it."""
    return Message(
        id=message.id,
        channel=channel,
        state=state,
        urgent=message.urgent,
        title=message.title,
        content=content_of(message),
        composed=message.at,
        attempts=0,
        next=message.at,
        tried=None,
        sent=None,
        answer=answer,
    )
