"""Incidents: the stage that decides. Compares what is broken with what is recorded, and records the difference.

A decision is an entry of the log; the fold applies it together with its errands (``collector/decisions.py``). The
stage runs in a thread of its own: at once when the fold confirmed a change, and every second for what only time brings
(an agent that is silent, a window that ends, a first answer). What it has not yet decided about stands as a mark in the
state, so a crash at any instant loses nothing; what it decided twice is applied once.
"""

import logging
import math
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future

from collector import decisions
from collector.access import Principal
from collector.agent_decisions import AgentDecisions
from collector.clock import Clock
from collector.drafts import Draft, Drafts
from collector.events import EventKind, Events
from collector.fold import Change, Fold
from collector.ids import new_id
from collector.intake import Intake
from collector.pending import Pending
from collector.registry import Registry
from collector.roles import Role
from collector.scenes import Scene
from collector.settings import Settings
from collector.sight import Sight
from collector.store import incidents as table
from collector.store import spans
from collector.store.incidents import Incident
from collector.store.state import State
from collector.storm import Brake
from collector.target_decisions import TargetDecisions, Verdict
from collector.timelines import Timelines
from collector.tracks import Tracks
from collector.working import Working
from rules.errors import Conflicting, Invalid, Unavailable
from rules.incident import ActorKind, Verb, Waiting, permitted

_TICK_S = 1.0
_PATIENCE_S = 30.0

_BUDGET_S = 0.25
"""How much of a tick may go to looking again at targets of which nothing is new."""

_TOGETHER_S = 0.1
"""How long decisions may be gathered before their errands are let go."""

_CLOSING_EVERY_S = 60.0

log = logging.getLogger(__name__)


class Incidents(Working):
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
        super().__init__()
        self._state = state
        self._intake = intake
        self._fold = fold
        self._timelines = timelines
        self._events = events
        self._clock = clock
        self._settings = settings
        self._drafts = Drafts(settings)
        self._targets = TargetDecisions(timelines, tracks, self._drafts)
        self._agents = AgentDecisions(fold.live, contacts, self._drafts)
        self._brake = Brake(self._drafts)
        self._pending = Pending(state, tracks, registry)
        self.listeners: list[Callable[[], None]] = []
        """Called after decisions were applied: errands may be due."""
        self._touched: dict[str, int] = {}
        self._delivered = -1
        self._marks: set[str] = set()  # decided about: their marks in the state can go
        self._unsettled: dict[str, None] = {}
        self._held: set[str] = set()
        self._shown: dict[str, str] = {}
        self._closed_at = 0.0

    apply = staticmethod(decisions.apply)

    def start(self) -> None:
        """Start the thread. It waits until the log is folded."""
        self._begin("incidents")

    def prepare(self) -> None:
        """Name the installation if it has no name yet, and take up what the last process had not decided.

        For callers that run no thread; the log must be folded.
        """
        with self._state.write() as tx:
            table.name_installation(tx, new_id("n").removeprefix("n_"))
        self._agents.listen(self._clock.now())
        self._take_marks()

    def stop(self) -> None:
        """Finish the running decision and end the thread. Safe to call twice."""
        self._end()

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
        self,
        key: str,
        verb: Verb,
        principal: Principal,
        text: str = "",
        *,
        reason: str = "",
        cause: str = "",
        into: str = "",
    ) -> Incident:
        """Do one step for somebody, and wait until it shows. ``reason`` says what a pause waits for, or why it is void;
        ``into`` names the incident that a merged one becomes part of.

        Raises Missing, Conflicting (the incident is not in a phase for that), Invalid, Unavailable (it is recorded,
        but does not show yet).
        """
        if verb is Verb.OPEN:
            raise Invalid("Incidents are opened by faults.")
        if verb is Verb.PAUSE and reason not in set(Waiting):
            raise Invalid(f"Say what it waits for: {', '.join(Waiting)}.")
        if verb is Verb.COMMENT and not text.strip():
            raise Invalid("A comment needs a text.")
        if verb is Verb.VOID and not (reason or text).strip():
            raise Invalid("Say why it is void.")
        with self._state.read() as tx:
            incident = table.get(tx, key)
            leading = _leading(tx, incident, into) if verb is Verb.MERGE else None
            again = table.of_fault(tx, incident.fault) if verb is Verb.REOPEN else None
        if verb not in permitted(incident.phase):
            possible = ", ".join(permitted(incident.phase))
            raise Conflicting(
                f"{incident.name} is {incident.phase}: {verb} is not possible now (possible: {possible})."
            )
        if again is not None and again.living:
            raise Conflicting(f"The same fault is dealt with in {again.name} by now.")
        payload: Draft = {
            "verb": verb.value,
            "incident": incident.id,
            "actor": {"kind": _actor_kind(principal).value, "name": principal.name},
            "text": ": ".join(part for part in (reason.strip(), text.strip()) if part),
        }
        if leading is not None:
            payload["into"] = leading.id
            payload["text"] = payload["text"] or f"{incident.name} ({incident.summary}) is merged into {leading.name}"
        if verb is Verb.RESOLVE and cause:
            payload["cause"] = cause
        if verb is Verb.REOPEN:
            with self._state.read() as tx:
                told = self._drafts.recipients.of(tx, incident.target, incident.priority, incident.kind)
                payload["systems"] = told
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
        ready = trouble = False
        due = 0.0
        while True:
            with self._bell:
                if not self._ending and (not self._touched or not ready or trouble):
                    self._bell.wait(max(0.0, min(_TICK_S, due - self._clock.monotonic())))
                if self._ending:
                    return
            try:
                if trouble:
                    # What was being decided about when it failed is still marked.
                    self._take_marks()
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
                trouble = False
            except Exception:
                # Whatever was not decided is still marked; the next tick begins with it. This thread must not die.
                log.exception("deciding about incidents failed")
                trouble = True
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
        self._decide(touched, now)

    def _decide_by_time(self, now: int) -> None:
        self._forget_marks()
        with self._state.read() as tx:
            troubled = table.targets_in_trouble(tx)
        for target in self._pending.begin(now):
            self._unsettled.setdefault(target)
        self._decide(dict.fromkeys(self._held, now), now)
        self._look_again(troubled, now)
        self._judge_agents(now)
        self._brake.begin()
        with self._state.read() as tx:
            news = self._brake.news(tx, now)
        self._record(news)
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
        self._decide(dict.fromkeys(self._unsettled, now), now, self._clock.monotonic() + _BUDGET_S)

    def _decide(self, marks: Mapping[str, int], now: int, until: float = math.inf) -> None:
        """Decide about each target; what is left at ``until`` (monotonic) is not decided about.

        Those of one snapshot are recorded and waited for together.
        """
        waiting = deque(marks.items())
        while waiting and self._clock.monotonic() <= until:
            recorded: list[tuple[str, Future[int]]] = []
            cut_off: dict[str, dict[str, int]] = {}
            enough = min(until, self._clock.monotonic() + _TOGETHER_S)
            self._brake.begin()
            with self._targets.sight(now) as sight:
                while waiting and self._clock.monotonic() <= enough:
                    target, earliest = waiting.popleft()
                    self._unsettled.pop(target, None)
                    verdict = self._about(sight, target, earliest)
                    recorded += self._submit(self._brake.on(sight.tx, now, verdict.drafts))
                    for incident, since in verdict.cut_off.items():
                        cut_off.setdefault(incident, {})[target] = since
                attached = [self._drafts.attached(sight.tx, *one) for one in cut_off.items()]
            recorded += self._submit(attached)
            self._await(recorded)

    def _about(self, sight: Sight, target: str, earliest: int) -> Verdict:
        try:
            verdict = self._targets.about(sight, target, earliest)
        except Exception:
            # A fault of ours about one target must not keep the others from their incidents. It is tried again.
            log.exception("target=%s", target)
            self._unsettled.setdefault(target)
            return Verdict()
        (self._held.add if verdict.held else self._held.discard)(target)
        if verdict.unsettled:
            self._unsettled.setdefault(target)
        # While time alone may change what is to be decided, the mark stays: the next process has to know, too.
        (self._marks.discard if verdict.held or verdict.unsettled else self._marks.add)(target)
        if verdict.scene is not None:
            self._show(verdict.scene, sight.now)
        return verdict

    def _judge_agents(self, now: int) -> None:
        self._brake.begin()
        with self._state.read() as tx:
            verdict = self._agents.about(tx, table.living_of_agents(tx), now)
            drafts = self._brake.on(tx, now, verdict.drafts)
        self._record(drafts)
        for state, keys in (("silent", verdict.silent), ("well", verdict.back)):
            for key in keys:
                self._events.publish(EventKind.AGENT, {"agent": key, "state": state})

    def _close_old(self, now: int) -> None:
        """What was resolved and stayed so for the reopen window is closed."""
        with self._state.read() as tx:
            old = table.resolved_before(tx, now - self._settings.calculation.reopen_window)
            ends = [(one.id, "Resolved" if table.solved(tx, one) else "Set aside") for one in old]
        self._record([self._drafts.closing(key, f"{end}, and it did not come back") for key, end in ends])

    # Recording and telling

    def _record(self, drafts: Sequence[Draft]) -> bool:
        """Record decisions in order and wait until the state shows them; False when that takes too long."""
        return self._await(self._submit(drafts))

    def _submit(self, drafts: Sequence[Draft]) -> "list[tuple[str, Future[int]]]":
        return [(draft["incident"], self._intake.record("incident", draft)) for draft in drafts]

    def _await(self, recorded: "Sequence[tuple[str, Future[int]]]") -> bool:
        if not recorded:
            return True
        position = max(future.result(_PATIENCE_S) for _, future in recorded)
        shown = self._fold.wait_for(position, _PATIENCE_S)
        for listener in self.listeners:
            listener()
        with self._state.read() as tx:
            found = [table.find(tx, key) for key in dict.fromkeys(key for key, _ in recorded)]
        for incident in found:
            if incident is not None:
                self._tell_incident(incident)
        return shown

    def _tell_incident(self, incident: Incident) -> None:
        data = {"number": incident.name, "state": incident.phase.value}
        if incident.target:
            data["target"] = incident.target
        log.info("incident=%s kind=%s state=%s %s", incident.name, incident.kind, incident.phase, incident.summary)
        self._events.publish(EventKind.INCIDENT, data)

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


def _leading(tx: sqlite3.Connection, incident: Incident, into: str) -> Incident:
    """The incident that another one is merged into. Raises Invalid, Missing, Conflicting."""
    if not into:
        raise Invalid("Say into which incident it is merged.")
    leading = table.get(tx, into)
    if leading.id == incident.id:
        raise Invalid(f"{incident.name} cannot be merged into itself.")
    if not leading.living:
        raise Conflicting(f"{leading.name} is {leading.phase}: merge into one that is being dealt with.")
    return leading


def _actor_kind(principal: Principal) -> ActorKind:
    """Only a ticket system's own token speaks for it; whatever else a person holds speaks for the person."""
    return ActorKind.TICKET_SYSTEM if principal.role is Role.TICKETING else ActorKind.PERSON
