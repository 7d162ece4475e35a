"""Following: reads tickets back from their systems, so that what people do there counts here, and hears their calls.

Each system that can be read has a thread. It reads every ticket of a living incident once in the system's ``poll``, the
others more seldom, and at once those of which a call of the system's webhook says that they changed. What a reading
means is said in ``collector/readback.py``; it is recorded as decisions.

A ticket that a person closed while the fault lasts is answered by the system's ``on_human_close`` after its ``grace``.
"""

import logging
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from collector import tickets
from collector.clock import Clock
from collector.drafts import Draft, Drafts
from collector.fold import Fold
from collector.intake import Intake
from collector.overruled import overruled
from collector.readback import Reader, drafts, told
from collector.remote.telling import RemoteError
from collector.settings import Settings
from collector.store import follow_up, followed, incidents
from collector.store.followed import Tracked
from collector.store.state import State
from collector.storm import Brake
from collector.ticket_terms import Terms, terms_of
from collector.tickets.ticket_system import TicketSystem
from rules.errors import Conflicting, Missing
from rules.pace import Pace
from rules.parameters import DAY, HOUR

AFTERLIFE = 7 * DAY
"""For so long (ms) after its incident was closed a ticket is still read: for a score, or because it is opened again."""

SELDOM = HOUR
"""How often (ms) tickets of incidents that are over are read."""

_TICK_S = 1.0
_LISTED = 1_000
"""For how long (ms) a list of the tickets that are to be read counts."""
_UNSEEN = 60_000
_APPLIED_S = 30.0
_AGAIN = 5_000
"""How soon (ms) a ticket is read again that we were about to change."""
_LONGEST_PAUSE = 15 * 60_000

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Post:
    """One system as it is followed. ``due``: when each incident's ticket is read next (ms UTC).

    ``hurried`` are those of which a call was heard, ``urgent`` those of them that are still to be read. ``listed`` are
    the tickets that are to be read, as they were at ``listed_at``. ``odd`` says of which ones the answer was not
    understood; the others are read all the same.
    """

    name: str
    terms: Terms
    pace: Pace
    due: dict[str, int] = field(default_factory=dict)
    hurried: set[str] = field(default_factory=set)
    urgent: set[str] = field(default_factory=set)
    listed: list[Tracked] = field(default_factory=list)
    listed_at: int = 0
    odd: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    silent_until: int = 0
    trouble: str = ""


class Following:
    """The readers of all configured systems that can be read."""

    def __init__(self, state: State, intake: Intake, fold: Fold, clock: Clock, settings: Settings) -> None:
        self._state = state
        self._intake = intake
        self._fold = fold
        self._clock = clock
        self._tables = settings.tickets
        self._hosts = settings.allowed_hosts
        self._drafts = Drafts(settings)
        self._bell = threading.Condition()
        self._ending = False
        self._threads: list[threading.Thread] = []
        self._posts: dict[str, _Post] = {}
        self._ears: dict[str, TicketSystem] = {}
        self._hearing = threading.Lock()

    def start(self) -> None:
        """Start a thread for each system that can be read. They wait until the log is folded.

        Raises Invalid with every mistake in the settings of ticket systems.
        """
        self._ending = False
        for name, system in tickets.configured(self._tables, self._clock.now, allowed=self._hosts).items():
            if system.READABLE:
                self._post(name)
                thread = threading.Thread(target=self._run, args=(name, system), name=f"following {name}", daemon=True)
                thread.start()
                self._threads.append(thread)
            else:
                system.close()

    def stop(self) -> None:
        """End the threads; each finishes its reading. Safe to call twice."""
        with self._bell:
            self._ending = True
            self._bell.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []
        with self._hearing:
            for system in self._ears.values():
                system.close()
            self._ears = {}

    @property
    def troubles(self) -> Mapping[str, str]:
        """What keeps systems from being read now, by name."""
        with self._bell:
            told = {name: post.trouble or next(iter(post.odd.values()), "") for name, post in self._posts.items()}
        return {name: trouble for name, trouble in told.items() if trouble}

    def hear(self, name: str, headers: Mapping[str, str], body: bytes) -> int:
        """Take a call of a system's webhook; how many tickets of ours it was about. ``headers`` in lower case.

        Raises Missing (no such system), Conflicting (a kind that makes no calls), Unauthenticated, Invalid.
        """
        if name not in self._tables:
            raise Missing(f"No ticket system {name!r} is configured in nineward.toml.")
        with self._hearing:
            if name not in self._ears:
                self._ears[name] = tickets.make(name, self._tables[name], self._clock.now, allowed=self._hosts)
            try:
                call = self._ears[name].hear(headers, body)
            except NotImplementedError:
                raise Conflicting(f"Systems of the kind {self._tables[name]['kind']!r} make no calls.") from None
        post = self._post(name)
        now = self._clock.now()
        found: list[Draft] = []
        about: set[str] = set()
        with self._state.read() as tx:
            for ticket in call.tickets:
                incident = followed.incident_of(tx, name, ticket)
                if incident is not None:
                    about.add(incident)
            if self._ears[name].READABLE:
                with self._bell:
                    post.hurried |= about
                    self._bell.notify_all()
            for ticket, moment in call.moments:
                incident = followed.incident_of(tx, name, ticket)
                if incident is not None:
                    about.add(incident)
                    known = followed.moments(tx, incident, name)
                    found += told(self._reader(tx, incident, name), incident, [moment], known, now)
        self._record(found)
        return len(about)

    def step(self, name: str, system: TicketSystem, now: int) -> bool:
        """Read the next ticket of a system that is due, if there is any; False when there is none."""
        post = self._post(name)
        if now < post.silent_until:
            return False
        tracked = self._next(post, now)
        if tracked is None:
            self._overrule(post, now)
            return False
        post.due[tracked.incident] = now + (post.terms.poll if tracked.living else max(SELDOM, post.terms.poll))
        post.urgent.discard(tracked.incident)
        post.pace.spend(now)
        with self._state.read() as tx:
            before = followed.told(tx, tracked.incident, name)
        try:
            remote = system.read(tracked.ticket)
        except RemoteError as trouble:
            self._put_off(post, trouble, now)
            return False
        except Exception:
            # A fault of ours or an answer nobody foresaw: this ticket is read again, and it is said where people look.
            log.exception("system=%s ticket=%s", name, tracked.ticket)
            post.odd[tracked.incident] = f"Reading {tracked.ticket} failed by a fault of Nineward; see its log."
            return True
        post.odd.pop(tracked.incident, None)
        post.failures, post.trouble = 0, ""
        now = self._clock.now()
        with self._state.read() as tx:
            incident = incidents.get(tx, tracked.incident)
            if followed.expecting(tx, incident.id, name) or followed.told(tx, incident.id, name) != before:
                # We changed it while it was read, or are about to: what was read may be our own doing.
                post.due[incident.id] = now + _AGAIN
                return True
            last = followed.last(tx, incident.id, name)
            known = followed.moments(tx, incident.id, name)
            reader = self._reader(tx, incident.id, name)
            content = follow_up.satisfaction(tx, incident.id)
        score = None if content is None else content.score
        if not self._record(drafts(reader, incident.id, incident.phase, remote, last, known, now, score)):
            # Before it shows, the next reading would take the same steps for new ones.
            post.silent_until = now + _UNSEEN
        return True

    def _post(self, name: str) -> _Post:
        with self._bell:
            if name not in self._posts:
                terms = terms_of(name, self._tables[name])
                self._posts[name] = _Post(name, terms, Pace(terms.rate))
            return self._posts[name]

    def _reader(self, tx: sqlite3.Connection, incident: str, name: str) -> Reader:
        """Of the systems that have a ticket of an incident and may lead, the first by name does."""
        leading = [one.system for one in incidents.tickets(tx, incident) if self._may_lead(one.system)]
        about = incidents.get(tx, incident)
        heard = self._drafts.recipients.of(tx, about.target, about.priority, about.kind)
        others = tuple(one for one in heard if one != name)
        return Reader(name, leading[:1] == [name], others)

    def _may_lead(self, name: str) -> bool:
        return name in self._tables and self._post(name).terms.lead

    def _next(self, post: _Post, now: int) -> Tracked | None:
        """The ticket that has waited longest, of those that are due; None as well while the pace allows no more."""
        with self._bell:
            hurried, post.hurried = post.hurried, set()
        post.urgent |= hurried
        post.due |= dict.fromkeys(hurried, 0)
        if hurried or not 0 <= now - post.listed_at < _LISTED:
            with self._state.read() as tx:
                post.listed = followed.to_read(tx, post.name, now - AFTERLIFE)
            post.listed_at = now
            post.due = {one.incident: post.due.get(one.incident, 0) for one in post.listed}
            post.odd = {key: words for key, words in post.odd.items() if key in post.due}
        waiting = [one for one in post.listed if post.due.get(one.incident, 0) <= now]
        if not post.pace.free(now, urgent=False):
            waiting = [one for one in waiting if one.incident in post.urgent]
        if not post.pace.free(now, urgent=True):
            return None
        return min(waiting, key=lambda one: (post.due.get(one.incident, 0), one.incident), default=None)

    def _overrule(self, post: _Post, now: int) -> None:
        """Answer what people closed although the fault lasts, by the terms of the system that leads."""
        with self._state.read() as tx:
            found = [
                draft
                for key in followed.left_down(tx, now - post.terms.grace)
                if self._reader(tx, key, post.name).lead
                for draft in overruled(tx, self._drafts, incidents.get(tx, key), post.name, post.terms, now)
            ]
            if found:
                # Whoever closes hundreds at once must not get hundreds of tickets for it.
                brake = Brake(self._drafts)
                brake.begin()
                found = brake.on(tx, now, found)
        self._record(found)

    def _put_off(self, post: _Post, trouble: RemoteError, now: int) -> None:
        post.failures += 1
        pause = min(_LONGEST_PAUSE, post.terms.poll * 2 ** min(post.failures - 1, 10))
        if trouble.retry_after is not None:
            pause = max(pause, int(trouble.retry_after * 1000))
        post.silent_until, post.trouble = now + pause, trouble.message
        log.warning("system=%s reading failed, next in %d s: %s", post.name, pause // 1000, trouble.message)

    def _record(self, found: list[Draft]) -> bool:
        """Record decisions in order, and wait until the state shows them; False when that takes too long."""
        if not found:
            return True
        recorded = [self._intake.record("incident", draft) for draft in found]
        log.info("took %d news of tickets", len(found))
        return self._fold.wait_for(max(one.result(_APPLIED_S) for one in recorded), _APPLIED_S)

    def _run(self, name: str, system: TicketSystem) -> None:
        ready = False
        try:
            while True:
                with self._bell:
                    if self._ending:
                        return
                busy = False
                try:
                    ready = ready or self._fold.caught_up()
                    busy = ready and self.step(name, system, self._clock.now())
                except Exception:
                    # The disk is full, the house is closing, or an adapter has a fault: this thread must not die.
                    log.exception("system=%s", name)
                with self._bell:
                    if not busy and not self._ending and not self._posts[name].hurried:
                        self._bell.wait(_TICK_S)
        finally:
            system.close()
