"""Errands: tells ticket systems what they are to be told, each thing until it is taken, in order.

An errand is claimed by an update that finds it unclaimed, sent, and finished by an entry in the log. Between the other
system's answer and that entry a crash can come: the errand then goes out again under the same id, and says that it may
have been carried out already. So does one whose answer did not come.
"""

import logging
import random
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from collector import tickets
from collector.clock import Clock
from collector.decisions.delivery import DELIVERED
from collector.events import EventKind, Events
from collector.fold import Fold
from collector.intake import Intake
from collector.mutes import Freeing, muted_until
from collector.phrasing import Phrasing
from collector.remote.telling import RemoteError, Reply
from collector.settings import Settings
from collector.store import errands as table
from collector.store import incidents, notices
from collector.store.errands import Errand
from collector.store.state import State
from collector.ticket_terms import OnRecovery, Terms, terms_of
from collector.tickets.ticket_system import TicketSystem, tell
from rules.errors import Unavailable
from rules.incident import ActorKind
from rules.pace import Pace
from rules.parameters import DAY

FIRST_PAUSE = 1_000
LONGEST_PAUSE = 300_000
PATIENCE = DAY
"""An errand that nobody took for so long (ms) since its first try is parked for a person."""

LEAST_TRIES = 20
"""Not parked for its age after fewer tries: the time may have passed while nobody tried."""

_TICK_S = 1.0
_APPLIED_S = 30.0
_CROWD = 2
"""Workers for each system: one slow answer shall not hold up every other incident."""

log = logging.getLogger(__name__)


class Errands:
    """The workers of all configured ticket systems. ``chance`` gives a number from 0 to 1."""

    def __init__(
        self,
        state: State,
        intake: Intake,
        fold: Fold,
        clock: Clock,
        settings: Settings,
        events: Events,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._state = state
        self._intake = intake
        self._fold = fold
        self._clock = clock
        self._tables = settings.tickets
        self._hosts = settings.allowed_hosts
        self._events = events
        self._chance = chance
        self._phrasing = Phrasing(settings)
        self._terms: dict[str, Terms] = {}
        self._paces: dict[str, Pace] = {}  # within the write transaction only
        self._bell = threading.Condition()
        self._rings = 0
        self._ending = False
        self._threads: list[threading.Thread] = []
        self._left: list[str] = []  # claimed, and how the try went could not be written
        self._freeing = {
            name: Freeing(state, partial(table.held, system=name), table.look_again) for name in settings.tickets
        }
        self.systems = tuple(settings.tickets)
        """The names of the configured systems."""

    def start(self) -> None:
        """Put back what the last process had claimed, and start the workers. They wait for the fold to catch up.

        Raises Invalid with every mistake in the settings of ticket systems.
        """
        self._made()
        self.prepare()
        self._ending = False
        for name in self.systems:
            for _ in range(_CROWD):
                thread = threading.Thread(target=self._run, args=(name,), name=f"errands {name}", daemon=True)
                thread.start()
                self._threads.append(thread)

    def prepare(self) -> None:
        """Put back what the last process had claimed. For callers that run no thread."""
        with self._state.write() as tx:
            table.unclaim(tx, self._clock.now())

    def stop(self) -> None:
        """End the workers; each finishes what it is telling. Safe to call twice."""
        with self._bell:
            self._ending = True
            self._bell.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []

    def wake(self) -> None:
        """Something may be due now."""
        with self._bell:
            self._rings += 1
            self._bell.notify_all()

    def step(self, name: str, system: TicketSystem, now: int) -> bool:
        """Tell the next thing that is due to one system, if there is any and it may be told; False otherwise."""
        self._take_up(now)
        self._freeing[name].work(now)
        terms, pace = self._terms_of(name), self._pace_of(name)
        with self._state.write() as tx:
            if not pace.free(now, urgent=True):
                return False
            errand = table.claim(tx, name, now, hurried=not pace.free(now, urgent=False))
            if errand is None:
                return False
            held = self._held(tx, errand, now)
            if held is not None:
                table.hold(tx, errand.id, held)
                return True
            recovered = _recovered(errand)
            if recovered and terms.on_recovery is OnRecovery.NOTHING:
                table.skip(tx, errand.id, "This system hears of no recovery (on_recovery).")
                return True
            pace.spend(now)
            ticket = next((one.ticket for one in incidents.tickets(tx, errand.incident) if one.system == name), "")
        try:
            telling = self._phrasing.telling(errand, ticket, terms)
            only_said = recovered and terms.on_recovery is OnRecovery.COMMENT
            reply = system.note(telling) if only_said else tell(system, telling)
        except RemoteError as trouble:
            self._put_off(errand, trouble, now)
        except Exception:
            # A fault of ours or of a library: like a failed try, so that one bad errand stops no other.
            log.exception("errand=%s system=%s", errand.id, name)
            fault = RemoteError("Telling it failed by a fault of Nineward; see its log.", uncertain=True)
            self._put_off(errand, fault, now)
        else:
            log.info("errand=%s event=%s attempt=%d ticket=%s", errand.id, errand.event, errand.attempts, reply.ticket)
            self._record(errand, reply)
        return True

    def release(self, key: str) -> Errand:
        """Try a parked errand again. Raises Missing when no such errand is parked."""
        with self._state.write() as tx:
            errand = table.release(tx, key, self._clock.now())
        self.wake()
        return errand

    def _terms_of(self, name: str) -> Terms:
        if name not in self._terms:
            self._terms[name] = terms_of(name, self._tables[name])
        return self._terms[name]

    def _pace_of(self, name: str) -> Pace:
        if name not in self._paces:
            self._paces[name] = Pace(self._terms_of(name).rate)
        return self._paces[name]

    def _made(self) -> dict[str, TicketSystem]:
        return tickets.configured(self._tables, self._clock.now, allowed=self._hosts)

    def _run(self, name: str) -> None:
        system = self._made()[name]
        ready = False
        try:
            while True:
                with self._bell:
                    if self._ending:
                        return
                    rings = self._rings
                due = None
                try:
                    # What the log holds beyond the state may say that an errand is done: not before that is folded.
                    ready = ready or self._fold.caught_up()
                    if ready and self.step(name, system, self._clock.now()):
                        continue
                    with self._state.read() as tx:
                        due = table.next_due(tx, name)
                except Exception:
                    # The disk is full, or the house is closing: the errand comes again, and this thread must not die.
                    log.exception("system=%s", name)
                self._wait(due, rings)
        finally:
            system.close()

    def _wait(self, due: int | None, rings: int) -> None:
        """Wait until something may be due, a tick at most, unless somebody rang meanwhile."""
        ahead = _TICK_S if due is None else (due - self._clock.now()) / 1000
        with self._bell:
            if not self._ending and self._rings == rings:
                # What is due and could not be claimed waits for another errand: its end rings.
                self._bell.wait(min(_TICK_S, ahead) if ahead > 0 else _TICK_S)

    def _held(self, tx: Any, errand: Errand, now: int) -> int | None:
        """Until when a mute holds the errand. Only announcements are held: what was announced is also ended."""
        if errand.event not in ("opened", "reopened"):
            return None
        incident = incidents.get(tx, errand.incident)
        return muted_until(tx, incident.target, incident.check, now)

    def _put_off(self, errand: Errand, trouble: RemoteError, now: int) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(errand.attempts - 1, 20))
        if trouble.retry_after is not None:
            pause = max(pause, min(int(trouble.retry_after * 1000), 4 * LONGEST_PAUSE))
        pause = int(pause * (1 + 0.2 * self._chance()))
        began = now if errand.began is None else errand.began
        tired = now + pause - began > PATIENCE and errand.attempts >= LEAST_TRIES
        parked = trouble.permanent or tired
        log.warning("errand=%s attempt=%d parked=%s %s", errand.id, errand.attempts, parked, trouble.message)
        # The request may be on its way for as long as it was waited for: the instant is that of giving up.
        tried = max(now, self._clock.now()) if trouble.uncertain else None
        try:
            with self._state.write() as tx:
                if parked:
                    table.park(tx, errand.id, trouble.message, tried)
                    notices.add_parked(tx, errand, trouble.message, now)
                else:
                    table.put_off(tx, errand.id, now + pause, trouble.message, tried, began)
        except Exception:
            # Nobody else may claim it, so it would wait for the next start.
            with self._bell:
                self._left.append(errand.id)
            raise
        if parked:
            incident = errand.body["facts"]["incident"]
            self._events.publish(EventKind.INCIDENT, {"number": incident["number"], "state": incident["state"]})

    def _take_up(self, now: int) -> None:
        """Give back what is claimed by a worker that could not write how its try went."""
        with self._bell:
            left, self._left = self._left, []
        if not left:
            return
        try:
            with self._state.write() as tx:
                for key in left:
                    table.put_off(tx, key, now, "How the last try went could not be written.", now)
        except Exception:
            with self._bell:
                self._left += left
            raise

    def _record(self, errand: Errand, reply: Reply) -> None:
        """Log that it was taken, and wait until the state shows it, so that what follows it may go."""
        payload = {
            "verb": DELIVERED,
            "incident": errand.incident,
            "actor": {"kind": ActorKind.TICKET_SYSTEM.value, "name": errand.system},
            "text": f"{errand.event}: {reply.ticket}" if reply.ticket else errand.event,
            "system": errand.system,
            "errand": errand.id,
            "ticket": reply.ticket,
            "url": reply.url,
            "state": reply.state,
        }
        try:
            position = self._intake.record("incident", payload).result(_APPLIED_S)
        except Exception as trouble:
            # Told but not logged: it goes out again under the same id.
            now = self._clock.now()
            self._put_off(errand, RemoteError(f"Taken, but it could not be logged: {trouble}.", uncertain=True), now)
            if not isinstance(trouble, Unavailable):
                raise
            return
        self._fold.wait_for(position, _APPLIED_S)
        self.wake()


def _recovered(errand: Errand) -> bool:
    """Whether it says that the fault ended by itself."""
    return errand.event == "resolved" and bool(errand.body["facts"]["actor"]["kind"] == ActorKind.MONITOR)
