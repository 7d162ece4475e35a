"""Incidents: the stage that decides. Compares what is broken with what is recorded, and records the difference.

A decision is an entry of the log; the fold applies it together with its errands (``collector/decisions.py``). The
stage runs in a thread of its own: at once when the fold confirmed a change, and every second for what only time brings
(an agent that is silent, a window that ends, a first answer). What it has not yet decided about stands as a mark in the
state, so a crash at any instant loses nothing; what it decided twice is applied once.
"""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collector import decisions
from collector.access import Principal
from collector.clock import Clock
from collector.events import EventKind, Events
from collector.faults import Fault, Kind, faults, words
from collector.fold import Change, Fold
from collector.ids import new_id
from collector.intake import Intake
from collector.registry import Registry
from collector.roles import Role
from collector.settings import Settings
from collector.silence import Watched, judge, reporting
from collector.store import agents, checks, spans, targets
from collector.store import incidents as table
from collector.store.incidents import Episode, Incident
from collector.store.state import State
from collector.store.targets import Priority, Target
from collector.timelines import Scene, Timelines
from collector.tracks import Tracks
from rules.errors import Conflicting, Invalid, NinewardError, Unavailable
from rules.incident import ActorKind, Verb, Waiting, permitted
from rules.period import Period, local

PRODUCT = "nineward"
MONITOR = {"kind": ActorKind.MONITOR.value, "name": PRODUCT}

_TICK_S = 1.0
_PATIENCE_S = 30.0
_MARGIN = 3_600_000
"""How far (ms) before a change the stage looks: a fault that ended long before it has been decided about."""

_BUDGET_S = 0.25
"""How much of a tick may go to looking again at targets of which nothing is new."""

_CLOSING_EVERY_S = 60.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is recorded about one fault: its newest incident, if there is one, and when it was there."""

    incident: Incident | None
    episodes: Sequence[Episode]

    def holding(self, fault: Fault) -> Episode | None:
        """The episode that is this fault, if one was recorded."""
        for episode in self.episodes:
            began_before_its_end = fault.ended is None or episode.since < fault.ended
            if began_before_its_end and (episode.ended is None or fault.since < episode.ended):
                return episode
        return None


class Incidents:
    """The decision stage, and the door for what people do to incidents."""

    def __init__(
        self,
        state: State,
        intake: Intake,
        fold: Fold,
        registry: Registry,
        timelines: Timelines,
        tracks: Tracks,
        contacts: Mapping[int, int],
        events: Events,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """``contacts`` tells when each agent (number) was last heard since the start, in ms UTC."""
        self._state = state
        self._intake = intake
        self._fold = fold
        self._registry = registry
        self._timelines = timelines
        self._tracks = tracks
        self._contacts = contacts
        self._events = events
        self._clock = clock
        self._settings = settings
        self._systems = sorted(settings.tickets)
        self.listeners: list[Callable[[], None]] = []
        """Called after decisions were applied: errands may be due."""
        self._bell = threading.Condition()
        self._touched: dict[str, int] = {}
        self._delivered = -1
        self._marks: set[str] = set()
        self._ending = False
        self._thread: threading.Thread | None = None
        self._started = 0
        self._unsettled: dict[str, None] = {}
        self._held: set[str] = set()
        self._shown: dict[str, str] = {}
        self._pending: set[str] = set()
        self._pending_at = -1
        self._closed_at = 0.0

    apply = staticmethod(decisions.apply)

    def start(self) -> None:
        """Start the thread. It waits until the log is folded."""
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="incidents", daemon=True)
        self._thread.start()

    def prepare(self) -> None:
        """Name the installation if it has no name yet, and take up what the last process had not decided.

        For callers that run no thread; the log must be folded.
        """
        with self._state.write() as tx:
            table.name_installation(tx, new_id("n").removeprefix("n_"))
        self._started = self._clock.now()
        self._take_marks()

    def stop(self) -> None:
        """Finish the running decision and end the thread. Safe to call twice."""
        with self._bell:
            self._ending = True
            self._bell.notify_all()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def after_commit(self, touched: Mapping[str, int], changes: Sequence[Change]) -> None:
        """Take note of what the fold changed. In the fold's thread; never waits for a decision."""
        self._timelines.touch(touched)
        with self._bell:
            for target, earliest in touched.items():
                self._touched[target] = min(earliest, self._touched.get(target, earliest))
            self._delivered = self._fold.position
            if touched:
                self._bell.notify_all()

    # What people do

    def act(
        self, key: str, verb: Verb, principal: Principal, text: str = "", *, reason: str = "", cause: str = ""
    ) -> Incident:
        """Do one step for somebody, and wait until it shows. ``reason`` says what a pause waits for.

        Raises Missing, Conflicting (the incident is not in a phase for that), Invalid, Unavailable (it is recorded,
        but does not show yet).
        """
        if verb is Verb.OPEN:
            raise Invalid("Incidents are opened by faults.")
        if verb is Verb.PAUSE and reason not in set(Waiting):
            raise Invalid(f"Say what it waits for: {', '.join(Waiting)}.")
        if verb is Verb.COMMENT and not text.strip():
            raise Invalid("A comment needs a text.")
        with self._state.read() as tx:
            incident = table.get(tx, key)
        if verb not in permitted(incident.phase):
            possible = ", ".join(permitted(incident.phase))
            raise Conflicting(
                f"{incident.name} is {incident.phase}: {verb} is not possible now (possible: {possible})."
            )
        payload: dict[str, Any] = {
            "verb": verb.value,
            "incident": incident.id,
            "actor": {"kind": _actor_kind(principal).value, "name": principal.name},
            "text": ": ".join(part for part in (reason, text.strip()) if part),
        }
        if verb is Verb.RESOLVE and cause:
            payload["cause"] = cause
        if verb is Verb.REOPEN:
            payload["systems"] = self._systems
        if not self._record([payload]):
            raise Unavailable("It is recorded, but the collector is busy and does not show it yet.")
        with self._state.read() as tx:
            return table.get(tx, incident.id)

    # The stage

    def step(self, now: int) -> None:
        """Decide about everything that was touched, and about what time alone brings, as of ``now`` (ms UTC)."""
        self._take_marks()
        self._decide_touched(now)
        self._decide_by_time(now)

    def _run(self) -> None:
        ready = False
        due = 0.0
        while True:
            with self._bell:
                if not self._ending and (not self._touched or not ready):
                    self._bell.wait(max(0.0, min(_TICK_S, due - self._clock.monotonic())))
                if self._ending:
                    return
            try:
                if not ready:
                    ready = self._fold.caught_up()
                    if ready:
                        self.prepare()
                    due = self._clock.monotonic() + (_TICK_S if ready else _TICK_S / 20)
                    continue
                self._decide_touched(self._clock.now())
                if self._clock.monotonic() >= due:
                    self._decide_by_time(self._clock.now())
                    due = self._clock.monotonic() + _TICK_S
            except Exception:
                # Whatever was not decided is still marked; the next tick begins with it.
                log.exception("deciding about incidents failed")
                self._take_marks()
                due = self._clock.monotonic() + _TICK_S

    def _take_marks(self) -> None:
        with self._state.read() as tx:
            marks = table.touched(tx)
        with self._bell:
            for target, earliest in marks.items():
                self._touched[target] = min(earliest, self._touched.get(target, earliest))

    def _decide_touched(self, now: int) -> None:
        with self._bell:
            touched, self._touched = self._touched, {}
        if touched:
            self._decide(touched, now)
            self._marks.update(touched)

    def _decide_by_time(self, now: int) -> None:
        self._forget_marks()
        with self._state.read() as tx:
            living = table.living(tx)
            pending = self._pending_targets(tx)
        self._begin_services(pending, now)
        self._decide(dict.fromkeys(self._held, now), now)
        self._look_again([incident.target for incident in living if incident.target], now)
        self._judge_agents(living, now)
        if self._clock.monotonic() - self._closed_at >= _CLOSING_EVERY_S:
            self._closed_at = self._clock.monotonic()
            self._close_old(now)

    def _forget_marks(self) -> None:
        """Delete the marks of targets decided about, in a moment in which everything folded was handed over."""
        if not self._marks:
            return
        with self._state.write() as tx:
            if spans.position(tx) != self._delivered:
                return
            with self._bell:
                done = self._marks - set(self._touched)
            table.forget_touched(tx, done)
        self._marks -= done

    def _look_again(self, wanted: Iterable[str], now: int) -> None:
        """Targets in trouble change without a result too: windows, corrections, retirement, silence."""
        for target in wanted:
            self._unsettled.setdefault(target)
        until = self._clock.monotonic() + _BUDGET_S
        for target in list(self._unsettled):
            if self._clock.monotonic() > until:
                break
            del self._unsettled[target]
            self._decide({target: now}, now)

    def _decide(self, marks: Mapping[str, int], now: int) -> None:
        for target, earliest in marks.items():
            try:
                drafted = self._about(target, earliest, now)
            except NinewardError:
                log.exception("target=%s", target)
                continue
            if drafted:
                self._record(drafted)

    def _about(self, key: str, earliest: int, now: int) -> list[dict[str, Any]]:
        """The decisions about one target that what is known now calls for."""
        self._held.discard(key)
        with self._state.read() as tx:
            target = targets.find(tx, key)
            if target is None or target.pending:
                return []
            since = min([earliest, *self._open_since(tx, key)])
        start = max(since - _MARGIN, (target.in_service_from or 0) - _MARGIN)
        if start >= now:
            start = now - 1
        scene = self._timelines.scene(key, Period(start, now, self._settings.tz), now)
        found = faults(scene, self._settings.calculation)
        self._show(scene, now)
        if any(fault.ended is None for fault in found):
            self._unsettled.setdefault(key)
        with self._state.read() as tx:
            return list(self._drafts(tx, scene, found, now))

    def _open_since(self, tx: sqlite3.Connection, target: str) -> Iterator[int]:
        for incident in table.of_target(tx, target, 0x7FFFFFFFFFFFFFFF):
            yield from (episode.since for episode in table.episodes(tx, incident.id) if episode.ended is None)

    def _drafts(
        self, tx: sqlite3.Connection, scene: Scene, found: Sequence[Fault], now: int
    ) -> Iterator[dict[str, Any]]:
        explained: set[str] = set()
        opened: dict[str, dict[str, Any]] = {}
        for fault in found:
            known = self._known(tx, fault.key)
            episode = known.holding(fault)
            incident = known.incident
            if episode is not None and incident is not None:
                if fault.ended is None or episode.ended is None:
                    explained.add(incident.id)
                if episode.ended is None and fault.ended is not None:
                    yield self._recovered(incident.id, fault.ended, f"{scene.target.name} recovered")
                elif episode.ended is not None and fault.ended is None and not incident.living:
                    yield self._reopening(tx, scene, incident, fault, episode.ended)
                continue
            if fault.key in opened:
                # Two in a row of one fault, both new: the first is recorded now, the next look finds the second.
                self._held.add(scene.target.id)
                continue
            if incident is not None and incident.living:
                continue
            if self._must_wait(tx, scene, fault, now):
                self._held.add(scene.target.id)
                continue
            if incident is not None and self._comes_back(incident, fault):
                draft = self._reopening(tx, scene, incident, fault, fault.since)
            else:
                draft = self._opening(tx, scene, fault, now)
            opened[fault.key] = draft
            yield draft
            if fault.ended is not None:
                yield self._recovered(draft["incident"], fault.ended, f"{scene.target.name} recovered")
        yield from self._vanished(tx, scene, explained | {draft["incident"] for draft in opened.values()}, now)

    def _vanished(
        self, tx: sqlite3.Connection, scene: Scene, explained: set[str], now: int
    ) -> Iterator[dict[str, Any]]:
        """Incidents whose fault is no fault any more: a window, a correction, a parent, the end of service."""
        for incident in table.living(tx):
            if incident.target != scene.target.id or incident.id in explained:
                continue
            lasting = [episode for episode in table.episodes(tx, incident.id) if episode.ended is None]
            if lasting and lasting[0].since >= scene.start:
                state = scene.timeline.at(now - 1).value
                yield self._recovered(incident.id, now, f"No fault of {scene.target.name} any more: it is {state}")

    def _known(self, tx: sqlite3.Connection, key: str) -> _Known:
        incident = table.of_fault(tx, key)
        return _Known(incident, table.episodes(tx, incident.id) if incident else ())

    def _comes_back(self, incident: Incident, fault: Fault) -> bool:
        ended = incident.resolved if incident.resolved is not None else incident.opened
        return fault.since - ended <= self._settings.calculation.reopen_window

    def _must_wait(self, tx: sqlite3.Connection, scene: Scene, fault: Fault, now: int) -> bool:
        """Whether it is too early to call this a fault of its own."""
        if fault.kind is Kind.OUTAGE:
            return fault.ended is None and self._parents_unclear(tx, scene.target, fault, now)
        if fault.ended is None and now < fault.not_before:
            return True
        # A dying host takes its checks with it. Only a good answer of a vital check, younger than the first bad look,
        # says that the host is not dying.
        vital = [check.handle for check, entries in scene.checks if check.retired is None and entries[-1].vital]
        answers = [answer for handle in vital for answer in self._tracks.answers(handle).values()]
        return fault.ended is None and not any(good and last > fault.first_bad for last, good in answers)

    def _parents_unclear(self, tx: sqlite3.Connection, target: Target, fault: Fault, now: int) -> bool:
        """Whether a parent may yet turn out to be down: it has not been seen since, or its last answer was bad."""
        for key in target.parents:
            parent = targets.find(tx, key)
            if parent is None or parent.pending or parent.retired is not None:
                continue
            for check in checks.of_target(tx, key):
                if not check.vital:
                    continue
                terms = checks.effective(tx, check.handle)
                confirming = terms.interval * 11 // 10 + terms.confirm_down * terms.retry_interval + terms.timeout
                answers = self._tracks.answers(check.handle).values()
                clear = any(good and last > fault.first_bad for last, good in answers)
                if answers and not clear and now < fault.detected + confirming:
                    return True
        return False

    # Drafts of decisions

    def _opening(self, tx: sqlite3.Connection, scene: Scene, fault: Fault, now: int) -> dict[str, Any]:
        target = scene.target
        summary = words(fault, target.name, {check.id: check for check, _ in scene.checks})
        reason = self._said(scene, fault)
        return self._open(
            tx,
            now,
            kind=fault.kind,
            fault=fault.key,
            target=target.id,
            check=fault.check,
            priority=target.priority,
            summary=summary,
            text=f"{summary}: {reason}" if reason else summary,
            since=fault.since,
            detected=fault.detected,
            ticket_after=self._ticket_after(tx, scene, fault),
        )

    def _open(
        self,
        tx: sqlite3.Connection,
        now: int,
        *,
        kind: Kind,
        fault: str,
        priority: str,
        summary: str,
        since: int,
        detected: int,
        ticket_after: int,
        target: str = "",
        check: str = "",
        agent: str = "",
        text: str = "",
    ) -> dict[str, Any]:
        key = new_id("i")
        return {
            "verb": Verb.OPEN.value,
            "incident": key,
            "actor": MONITOR,
            "text": text or summary,
            "kind": kind.value,
            "fault": fault,
            "target": target,
            "check": check,
            "agent": agent,
            "priority": priority,
            "summary": summary,
            "correlation": f"{PRODUCT}:{table.installation(tx)}:{key}",
            "year": local(now, self._settings.tz).year,
            "since": since,
            "detected": detected,
            "due": since + ticket_after,
            "systems": self._systems,
        }

    def _reopening(
        self, tx: sqlite3.Connection, scene: Scene, incident: Incident, fault: Fault, since: int
    ) -> dict[str, Any]:
        reason = self._said(scene, fault)
        return {
            "verb": Verb.REOPEN.value,
            "incident": incident.id,
            "actor": MONITOR,
            "text": f"{incident.summary} again" + (f": {reason}" if reason else ""),
            "since": since,
            "detected": fault.detected,
            "due": since + self._ticket_after(tx, scene, fault),
            "systems": self._systems,
        }

    def _recovered(self, incident: str, ended: int, text: str) -> dict[str, Any]:
        return {"verb": decisions.RECOVER, "incident": incident, "actor": MONITOR, "text": text, "ended": ended}

    def _ticket_after(self, tx: sqlite3.Connection, scene: Scene, fault: Fault) -> int:
        concerned = [
            check.handle
            for check, entries in scene.checks
            if (check.id == fault.check if fault.check else entries[-1].vital and check.retired is None)
        ]
        found = checks.effectives(tx, concerned).values()
        by_priority = getattr(self._settings.calculation.ticket_after, scene.target.priority)
        return min((entry.ticket_after for entry in found), default=by_priority)

    def _said(self, scene: Scene, fault: Fault) -> str:
        """The agents' own words about a fault that lasts."""
        if fault.ended is not None:
            return ""
        said = []
        for check, entries in scene.checks:
            if check.retired is None and (check.id == fault.check if fault.check else entries[-1].vital):
                newest = max(self._tracks.last(check.handle).values(), key=lambda one: one.at, default=None)
                if newest is not None and newest.text:
                    said.append(newest.text if fault.check else f"{check.name}: {newest.text}")
        return "; ".join(said)

    # What time alone brings

    def _pending_targets(self, tx: sqlite3.Connection) -> set[str]:
        version = tx.execute("SELECT coalesce(max(position), 0) FROM revision").fetchone()[0]
        if version != self._pending_at:
            self._pending = {target.id for target in targets.living(tx) if target.pending}
            self._pending_at = version
        return self._pending

    def _begin_services(self, pending: Iterable[str], now: int) -> None:
        """A pending target's service begins with the first good answer of a vital check that is not confirmed bad."""
        for key in sorted(pending):
            with self._state.read() as tx:
                handles = [check.handle for check in checks.of_target(tx, key) if check.vital]
            firsts = [first for handle in handles if (first := self._first_good(handle, now)) is not None]
            if firsts:
                self._registry.begin_service(key, min(firsts))
                self._unsettled.setdefault(key)

    def _first_good(self, handle: int, now: int) -> int | None:
        good = {agent for agent, (_, good) in self._tracks.answers(handle).items() if good}
        if not good:
            return None
        firsts = [
            track.spans[-1].start_bracket[1]
            for agent, track in self._tracks.track(handle, now - 1, now, now).items()
            if agent in good and track.spans and track.spans[-1].state != "down"
        ]
        return min(firsts, default=None)

    def _judge_agents(self, living: Sequence[Incident], now: int) -> None:
        often = reporting(self._fold.live)
        with self._state.read() as tx:
            known = {agent.number: agent for agent in agents.living(tx)}
            silent: dict[int, int] = {}
            mine: dict[str, set[int]] = {}
            for incident in living:
                if incident.kind not in (Kind.AGENT_LOST, Kind.COLLECTOR):
                    continue
                since = max((episode.since for episode in table.episodes(tx, incident.id)), default=incident.opened)
                numbers = {
                    agent.number for key in incident.agent.split() if (agent := agents.find(tx, key)) is not None
                }
                mine[incident.id] = numbers
                silent.update(dict.fromkeys(numbers, since))
            watched = [
                Watched(number, self._contacts.get(number), often[number])
                for number in sorted(known)
                if number in often
            ]
            judged = judge(watched, silent, self._started, now)
            drafted = []
            for incident_id, numbers in mine.items():
                gone = numbers - set(known)
                back = numbers & set(judged.back)
                if back or gone == numbers:
                    heard = [at for number in back if (at := self._contacts.get(number)) is not None]
                    names = ", ".join(known[number].name for number in sorted(back)) or "the agent"
                    text = f"{names} is back" if back else "The agent was retired"
                    drafted.append(self._recovered(incident_id, min(heard, default=now), text))
            ticket_after = self._settings.calculation.ticket_after.important
            if judged.everyone:
                drafted.append(self._open_collector(tx, judged.everyone, ticket_after, now))
            for number, since in judged.lost:
                drafted.append(self._open_lost(tx, known[number], since, ticket_after, now))
        if drafted:
            if any(draft["verb"] == decisions.RECOVER for draft in drafted) and len(mine) > 0:
                # Agents that come back after all were silent get their time again before one of them is missed.
                self._started = now
            self._record(drafted)
            for number in {number for numbers in mine.values() for number in numbers} | {n for n, _ in judged.lost}:
                self._tell_agent(known.get(number), lost=number not in judged.back)

    def _open_lost(
        self, tx: sqlite3.Connection, agent: agents.Agent, since: int, ticket_after: int, now: int
    ) -> dict[str, Any]:
        summary = f"The agent {agent.name} is silent"
        key = f"agent:{agent.id}"
        known = self._known(tx, key).incident
        if known is not None and not known.living and since - (known.resolved or since) <= self._reopen_window:
            return {
                "verb": Verb.REOPEN.value,
                "incident": known.id,
                "actor": MONITOR,
                "text": f"{summary} again",
                "since": since,
                "detected": now,
                "due": since + ticket_after,
                "systems": self._systems,
            }
        return self._open(
            tx,
            now,
            kind=Kind.AGENT_LOST,
            fault=key,
            agent=agent.id,
            priority=Priority.IMPORTANT,
            summary=summary,
            text=f"{summary}. What it alone looks at is unknown.",
            since=since,
            detected=now,
            ticket_after=ticket_after,
        )

    def _open_collector(
        self, tx: sqlite3.Connection, everyone: Sequence[tuple[int, int]], ticket_after: int, now: int
    ) -> dict[str, Any]:
        since = max(heard for _, heard in everyone)
        found = [agent for number, _ in everyone if (agent := agents.by_number(tx, number)) is not None]
        return self._open(
            tx,
            now,
            kind=Kind.COLLECTOR,
            fault="collector",
            agent=" ".join(agent.id for agent in found),
            priority=Priority.URGENT,
            summary=f"All {len(found)} agents are silent",
            text=f"All {len(found)} agents fell silent at once: look at the collector and its network.",
            since=since,
            detected=now,
            ticket_after=ticket_after,
        )

    @property
    def _reopen_window(self) -> int:
        return self._settings.calculation.reopen_window

    def _close_old(self, now: int) -> None:
        """What was resolved and stayed so for the reopen window is closed."""
        with self._state.read() as tx:
            old = table.resolved_before(tx, now - self._reopen_window)
        text = "Resolved, and it did not come back"
        self._record(
            [{"verb": Verb.CLOSE.value, "incident": incident.id, "actor": MONITOR, "text": text} for incident in old]
        )

    # Recording and telling

    def _record(self, payloads: Sequence[Mapping[str, Any]]) -> bool:
        """Record decisions in order and wait until the state shows them; False when that takes too long."""
        if not payloads:
            return True
        recorded = [self._intake.record("incident", payload) for payload in payloads]
        position = max(future.result(_PATIENCE_S) for future in recorded)
        shown = self._fold.wait_for(position, _PATIENCE_S)
        for listener in self.listeners:
            listener()
        with self._state.read() as tx, contextlib.suppress(NinewardError):
            for key in dict.fromkeys(payload["incident"] for payload in payloads):
                incident = table.find(tx, key)
                if incident is not None:
                    self._tell_incident(incident)
        return shown

    def _tell_incident(self, incident: Incident) -> None:
        data = {"number": incident.name, "state": incident.phase.value}
        if incident.target:
            data["target"] = incident.target
        log.info("incident=%s kind=%s state=%s %s", incident.name, incident.kind, incident.phase, incident.summary)
        self._events.publish(EventKind.INCIDENT, data)

    def _tell_agent(self, agent: agents.Agent | None, *, lost: bool) -> None:
        if agent is not None:
            self._events.publish(EventKind.AGENT, {"agent": agent.id, "state": "silent" if lost else "well"})

    def _show(self, scene: Scene, now: int) -> None:
        """Tell open pages when a target's state changed."""
        whole = scene.timeline.whole
        since, state = next(
            ((start, state.value) for start, end, state in reversed(whole) if start <= now - 1 < end), (now, "unknown")
        )
        if self._shown.get(scene.target.id) != state:
            self._shown[scene.target.id] = state
            self._timelines.touch([scene.target.id])
            data = {"target": scene.target.id, "state": state, "since": since}
            self._events.publish(EventKind.STATE, data)


def _actor_kind(principal: Principal) -> ActorKind:
    """Only a ticket system's own token speaks for it; whatever else a person holds speaks for the person."""
    return ActorKind.TICKET_SYSTEM if principal.role is Role.TICKETING else ActorKind.PERSON
