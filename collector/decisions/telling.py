"""What other systems are told of a decision: errands, queued in the transaction that applies it."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from collector.decisions.entry import Decision
from collector.store import agents, checks, errands, families, incidents, targets
from collector.store.incidents import Incident
from rules.incident import ActorKind

_HANDED_ON = ("brief", "deadline", "notice")
"""What a decision carries for those who are told, and is told as it stands."""

NAMED = 20
"""How many of the targets and incidents that belong to one are named; the others are counted."""

OVER = frozenset({"resolved", "closed"})
"""The events after which a system takes the fault for over."""


def tell(decision: Decision, incident: Incident, event: str) -> None:
    """Tell every system that was told of the incident, except the one the news comes from."""
    for system, last in errands.announced(decision.tx, incident.id).items():
        from_there = system in (decision.via, _speaker(decision))
        # Where a return of the fault was never announced, there is no end of it to announce either.
        if not from_there and not (event == "resolved" and last in OVER):
            queue(decision, incident, system, event, due=decision.at)


def _speaker(decision: Decision) -> str:
    """The ticket system that spoke for itself; empty when somebody else did."""
    actor = decision.payload["actor"]
    return str(actor["name"]) if actor["kind"] == ActorKind.TICKET_SYSTEM else ""


def queue(decision: Decision, incident: Incident, system: str, event: str, due: int) -> None:
    """Have one system told of an event, not before ``due`` (ms UTC)."""
    told = facts(decision.tx, incident, decision.payload)
    key = _key(decision.tx, incident, system, event)
    body = {"event": event, "at": decision.at, "key": key, "facts": told}
    errands.queue(decision.tx, incident.id, system, event, body, due, decision.at)


def _key(tx: sqlite3.Connection, incident: Incident, system: str, event: str) -> str:
    """The key of the ticket that is told: each further ticket of an incident in a system has one of its own."""
    number = errands.openings(tx, incident.id, system) + (event == "opened")
    return incident.correlation if number <= 1 else f"{incident.correlation}.{number}"


def _dependents(tx: sqlite3.Connection, incident: Incident) -> dict[str, Any]:
    """The targets that its fault takes along: how many, and the first of them by name."""
    found = families.dependents(tx, incident.id, NAMED + 1)
    count = len(found) if len(found) <= NAMED else families.count_dependents(tx, incident.id)
    return {"count": count, "names": [one.name for one in found[:NAMED]]}


def _members(tx: sqlite3.Connection, incident: Incident) -> dict[str, Any]:
    """The other incidents that it tells of: how many, and the first of them."""
    found = families.members(tx, incident.id, NAMED + 1)
    count = len(found) if len(found) <= NAMED else families.count_members(tx, incident.id)
    return {"count": count, "first": [{"number": one.number, "summary": one.summary} for one in found[:NAMED]]}


def facts(tx: sqlite3.Connection, incident: Incident, payload: Mapping[str, Any]) -> dict[str, Any]:
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
            "unstable": incident.unstable is not None,
            "solved": incidents.solved(tx, incident),
        },
        "dependents": _dependents(tx, incident),
        "members": _members(tx, incident),
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
        **{key: payload[key] for key in _HANDED_ON if key in payload},
    }
