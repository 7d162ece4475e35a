"""Decisions about incidents as the log holds them, and their application to the state.

An entry of kind ``incident`` is one decision: ``{"verb", "incident", "actor": {"kind", "name"}, "text", …}``. What the
verb needs stands beside it. Applied in the fold's transaction: the incident and the errands that follow from it exist
together or not at all. Deterministic and idempotent for incidents, episodes, events and the ledger; errands are work
to do, and whether one is still unsent decides whether it can be taken back.

    open       kind, fault, target, check, agent, priority, summary, correlation, year, since, detected, due, systems
    reopen     since, detected, due, systems       (a person's has only systems)
    recover    ended                               the fault is over; the incident is resolved unless it was already
    ack, start, pause, resume, comment, resolve, close
    delivered  system, errand, ticket, url, state  a ticket system has taken an errand
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from collector.store import agents, checks, errands, incidents, targets
from collector.store.incidents import Happening, Incident, Ticket
from rules.incident import ActorKind, Course, Phase, Step, Verb, advance

RECOVER = "recover"
DELIVERED = "delivered"

_TOLD = {
    Verb.ACKNOWLEDGE: "acknowledged",
    Verb.START: "updated",
    Verb.PAUSE: "updated",
    Verb.RESUME: "updated",
    Verb.COMMENT: "updated",
    Verb.RESOLVE: "resolved",
    Verb.CLOSE: "closed",
}
_OVER = frozenset({"resolved", "closed"})


def apply(tx: sqlite3.Connection, position: int, at: int, payload: Mapping[str, Any]) -> set[int]:
    """Do what an incident entry says. It changes the terms of no check."""
    if incidents.happened(tx, position):
        return set()
    verb, key = str(payload["verb"]), str(payload["incident"])
    if verb == Verb.OPEN:
        _open(tx, position, at, payload)
        return set()
    incident = incidents.find(tx, key)
    if incident is None:
        return set()  # its opening was moot: the fault had an incident already
    if verb == DELIVERED:
        _delivered(tx, position, at, incident, payload)
    elif verb == RECOVER:
        _recover(tx, position, at, incident, payload)
    else:
        _step(tx, position, at, incident, Verb(verb), payload)
    return set()


def _open(tx: sqlite3.Connection, position: int, at: int, payload: Mapping[str, Any]) -> None:
    before = incidents.of_fault(tx, payload["fault"])
    if before is not None and before.living:
        return  # one incident per fault, however often it is decided
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
        opened=at,
        earlier="" if before is None else before.name,
    )
    incidents.add(tx, incident)
    incidents.begin_episode(tx, incident.id, payload["since"], payload["detected"])
    _note(tx, position, at, incident, payload)
    for system in payload["systems"]:
        _queue(tx, incident, system, "opened", at, payload, due=payload["due"])


def _step(
    tx: sqlite3.Connection, position: int, at: int, incident: Incident, verb: Verb, payload: Mapping[str, Any]
) -> None:
    actor = ActorKind(payload["actor"]["kind"])
    course = advance(incidents.course_of(tx, incident.id), Step(verb, at, actor))
    _note(tx, position, at, incident, payload, moot=course is None)
    if course is None:
        return
    changed = _after(incident, course, payload.get("cause", ""))
    incidents.put(tx, changed)
    if verb is Verb.REOPEN:
        if "since" in payload:
            incidents.begin_episode(tx, incident.id, payload["since"], payload["detected"])
        told = errands.announced(tx, incident.id)
        for system in payload["systems"]:
            event = "reopened" if system in told else "opened"
            _queue(tx, changed, system, event, at, payload, due=payload.get("due", at))
        return
    _tell(tx, changed, _TOLD[verb], at, payload)


def _recover(tx: sqlite3.Connection, position: int, at: int, incident: Incident, payload: Mapping[str, Any]) -> None:
    incidents.end_episode(tx, incident.id, payload["ended"])
    errands.cancel_unsent(tx, incident.id, payload["ended"])
    course = advance(incidents.course_of(tx, incident.id), Step(Verb.RESOLVE, at, ActorKind.MONITOR))
    # Where a person had resolved it already the step is moot, but that the fault is over is news all the same.
    verb = RECOVER if course is None else Verb.RESOLVE.value
    _note(tx, position, at, incident, {**payload, "verb": verb})
    if course is None:
        return
    changed = _after(incident, course, "")
    incidents.put(tx, changed)
    _tell(tx, changed, "resolved", at, payload)


def _delivered(tx: sqlite3.Connection, position: int, at: int, incident: Incident, payload: Mapping[str, Any]) -> None:
    errands.finish(tx, payload["errand"])
    _note(tx, position, at, incident, payload)
    ticket = Ticket(payload["system"], payload["ticket"], payload["url"], payload["state"], at)
    incidents.put_ticket(tx, incident.id, ticket)


def _after(incident: Incident, course: Course, cause: str) -> Incident:
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


def _note(
    tx: sqlite3.Connection,
    position: int,
    at: int,
    incident: Incident,
    payload: Mapping[str, Any],
    *,
    moot: bool = False,
) -> None:
    actor = payload["actor"]
    text = str(payload.get("text", ""))
    event = Happening(position, str(payload["verb"]), at, actor["kind"], actor["name"], text, moot)
    incidents.add_event(tx, incident.id, event)


def _tell(tx: sqlite3.Connection, incident: Incident, event: str, at: int, payload: Mapping[str, Any]) -> None:
    """Tell every system that was told of the incident, except the one the news comes from."""
    actor = payload["actor"]
    for system, last in errands.announced(tx, incident.id).items():
        from_there = actor["kind"] == ActorKind.TICKET_SYSTEM and actor["name"] == system
        # Where a return of the fault was never announced, there is no end of it to announce either.
        if not from_there and not (event == "resolved" and last in _OVER):
            _queue(tx, incident, system, event, at, payload, due=at)


def _queue(
    tx: sqlite3.Connection, incident: Incident, system: str, event: str, at: int, payload: Mapping[str, Any], due: int
) -> None:
    body = {"event": event, "at": at, "key": incident.correlation, "facts": _facts(tx, incident, payload)}
    errands.queue(tx, incident.id, system, event, body, due, at)


def _facts(tx: sqlite3.Connection, incident: Incident, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What ticket systems are told, as it is at the decision."""
    last = incidents.episodes(tx, incident.id)[-1]
    target = targets.find(tx, incident.target) if incident.target else None
    check = checks.find(tx, incident.check) if incident.check else None
    found = [agent for key in incident.agent.split() if (agent := agents.find(tx, key)) is not None]
    return {
        "text": payload.get("text") or incident.summary,
        "actor": payload["actor"],
        "incident": {
            "id": incident.id,
            "number": incident.name,
            "kind": incident.kind,
            "state": incident.phase.value,
            "priority": incident.priority,
            "summary": incident.summary,
            "since_ms": last.since,
            "detected_ms": last.detected,
            "ended_ms": last.ended,
            "opened_ms": incident.opened,
            "cause": incident.cause,
            "earlier": incident.earlier,
        },
        "target": None
        if target is None
        else {
            "id": target.id,
            "name": target.name,
            "address": target.address,
            "kind": target.kind,
            "labels": target.labels,
        },
        "check": None if check is None else {"id": check.id, "name": check.name},
        "agents": [{"id": agent.id, "name": agent.name} for agent in found],
    }
