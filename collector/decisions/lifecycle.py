"""The steps of an incident's life as decisions: opened, worked on, recovered, closed, opened again."""

from dataclasses import replace

from collector.decisions.entry import Decision
from collector.decisions.storm import holding
from collector.decisions.telling import queue, tell
from collector.store import errands, families, incidents
from collector.store.incidents import RECOVER, Incident
from rules.incident import ActorKind, Course, Phase, Step, Verb, advance, inserted

_TOLD = {
    Verb.ACKNOWLEDGE: "acknowledged",
    Verb.START: "updated",
    Verb.PAUSE: "updated",
    Verb.RESUME: "updated",
    Verb.COMMENT: "updated",
    Verb.RESOLVE: "resolved",
    Verb.CLOSE: "closed",
}


def opening(decision: Decision) -> None:
    """A new incident, unless one about the same fault lives: one incident per fault, however often it is decided."""
    tx, payload = decision.tx, decision.payload
    before = incidents.of_fault(tx, payload["fault"])
    if before is not None and before.living:
        return
    parent, systems = holding(decision)
    incident = Incident(
        id=payload["incident"],
        year=payload["year"],
        number=incidents.next_number(tx, payload["year"]),
        correlation=payload["correlation"],
        kind=payload["kind"],
        fault=payload["fault"],
        target=payload["target"],
        check=payload["check"],
        agent=payload["agent"],
        priority=payload["priority"],
        summary=payload["summary"],
        phase=Phase.OPEN,
        opened=decision.at,
        earlier="" if before is None else before.name,
        parent=parent,
    )
    incidents.add(tx, incident)
    incidents.begin_episode(tx, incident.id, payload["since"], payload["detected"])
    families.attach(tx, incident.id, dict.fromkeys(payload.get("dependents", ())))
    decision.note(incident)
    for system in systems:
        queue(decision, incident, system, "opened", due=payload["due"])


def step(decision: Decision, incident: Incident) -> None:
    """ack, start, pause, resume, comment, resolve, close, reopen: moot where the incident is not in a phase for it."""
    payload = decision.payload
    verb, actor = Verb(payload["verb"]), ActorKind(payload["actor"]["kind"])
    done = Step(verb, decision.happened(incident), actor)
    course = inserted(incidents.steps_of(decision.tx, incident.id), done)
    decision.note(incident, moot=course is None)
    if course is None:
        return
    changed = after(incident, course, payload.get("cause", ""))
    if verb is not Verb.REOPEN:
        incidents.put(decision.tx, changed)
        tell(decision, changed, _TOLD[verb])
        return
    # What had been merged stands alone again, unless it comes back in a storm.
    parent, systems = holding(decision)
    changed = replace(changed, parent=parent)
    incidents.put(decision.tx, changed)
    if "since" in payload:
        incidents.begin_episode(decision.tx, incident.id, payload["since"], payload["detected"])
    told = errands.announced(decision.tx, incident.id)
    for system in systems:
        event = "reopened" if system in told and system not in payload.get("anew", ()) else "opened"
        queue(decision, changed, system, event, due=payload.get("due", decision.at))


def recover(decision: Decision, incident: Incident) -> None:
    """The fault is over; the incident is resolved unless it was already, or there is more that it tells of.

    Where its fault was over before, and the last of what it tells of is over now, it ends as its own fault did. A storm
    that ``lets_go`` is over although what it tells of is not.
    """
    ended = decision.payload["ended"]
    ends = incidents.end_episode(decision.tx, incident.id, ended)
    unseen = bool(decision.payload.get("unseen")) if ends else incidents.unseen(decision.tx, incident.id)
    more = families.lasting(decision.tx, incident.id) and not decision.payload.get("lets_go")
    if incident.unstable is not None or more:
        decision.note(incident, verb=RECOVER, unseen=unseen)
        return
    errands.cancel_unsent(decision.tx, incident.id, ended)
    resolving = Step(Verb.RESOLVE, decision.happened(incident), ActorKind.MONITOR)
    course = advance(incidents.course_of(decision.tx, incident.id), resolving)
    # Where a person had resolved it already the step is moot, but that the fault is over is news all the same.
    decision.note(incident, verb=RECOVER if course is None else Verb.RESOLVE, unseen=unseen)
    if course is None:
        return
    changed = after(incident, course)
    incidents.put(decision.tx, changed)
    tell(decision, changed, "resolved")


def after(incident: Incident, course: Course, cause: str = "") -> Incident:
    """The incident as its course has it now."""
    return replace(
        incident,
        phase=course.phase,
        answered=course.answered,
        started=course.started,
        resolved=course.resolved,
        closed=course.closed,
        self_recovered=course.self_recovered,
        cause=cause or incident.cause,
    )
