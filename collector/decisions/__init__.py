"""Decisions about incidents as the log holds them, and their application to the state.

An entry of kind ``incident`` is one decision: ``{"verb", "incident", "actor": {"kind", "name"}, "text", …}``. What the
verb needs stands beside it. Applied in the fold's transaction: the incident and the errands that follow from it exist
together or not at all. Deterministic and idempotent for incidents, episodes, events and the ledger; errands are work
to do, and whether one is still unsent decides whether it can be taken back.

    open       kind, fault, target, check, agent, priority, summary, correlation, year, since, detected, due, systems
    reopen     since, detected, due, systems       (a person's has only systems)
    recover    ended                               the fault is over; the incident is resolved unless it was already;
                                                   ``unseen``: it is only looked at no more, nobody saw it end;
                                                   ``lets_go``: it is a storm, and what it tells of lasts
    ack, start, pause, resume, comment, resolve, close
    merge, void                                    it was none of its own (``set_aside.py``)
    attached, gathered, returned, unstable, stable what belongs together (``families.py``)
    released   systems, due                        what a storm held is told of by itself (``storm.py``)
    delivered  system, errand, ticket, url, state  a ticket system has taken an errand
    warned, escalated                              a deadline comes nearer (``clocks.py``)
    cause, action, satisfaction, called_back       what follows (``follow_up.py``)
    followed   standing, assignee, priority        a ticket was read, and something about it is new

What was done in a ticket system also carries ``happened``, that system's date (ms UTC), and ``via``: the system and its
own id of the moment.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any

from collector.decisions.clocks import ESCALATED, WARNED, escalated, warned
from collector.decisions.delivery import DELIVERED, delivered
from collector.decisions.entry import Decision
from collector.decisions.families import (
    ATTACHED,
    GATHERED,
    RETURNED,
    STABLE,
    UNSTABLE,
    attached,
    gathered,
    returned,
    stable,
    unstable,
)
from collector.decisions.follow_up import (
    ACTION,
    CALLED_BACK,
    CAUSE,
    SATISFACTION,
    action,
    called_back,
    cause,
    satisfaction,
)
from collector.decisions.followed import FOLLOWED, seen
from collector.decisions.lifecycle import opening, recover, step
from collector.decisions.news import news
from collector.decisions.set_aside import merge, void
from collector.decisions.storm import RELEASED, released
from collector.store import followed, incidents
from collector.store.incidents import RECOVER, Incident
from rules.incident import Verb

_APPLIED: Mapping[str, Callable[[Decision, Incident], None]] = {
    **{verb.value: step for verb in Verb if verb is not Verb.OPEN},
    Verb.MERGE.value: merge,
    Verb.VOID.value: void,
    ATTACHED: attached,
    GATHERED: gathered,
    RETURNED: returned,
    UNSTABLE: unstable,
    STABLE: stable,
    RELEASED: released,
    RECOVER: recover,
    DELIVERED: delivered,
    WARNED: warned,
    ESCALATED: escalated,
    CAUSE: cause,
    ACTION: action,
    SATISFACTION: satisfaction,
    CALLED_BACK: called_back,
    FOLLOWED: seen,
}
"""What is done for each verb; a new family of verbs is a file of its own beside these."""


def apply(tx: sqlite3.Connection, position: int, at: int, payload: Mapping[str, Any]) -> set[int]:
    """Do what an incident entry says. It changes the terms of no check."""
    if incidents.happened(tx, position):
        return set()
    decision = Decision(tx, position, at, payload)
    if payload["verb"] == Verb.OPEN:
        opening(decision)
        news(decision)
        return set()
    incident = incidents.find(tx, str(payload["incident"]))
    # Without an incident its opening was moot: the fault had one already.
    if incident is None:
        return set()
    # What was done in a ticket system is told at every reading, and taken once.
    moment = str(payload.get("via", {}).get("moment", ""))
    if not moment or followed.take(tx, incident.id, decision.via, moment, position):
        _APPLIED[str(payload["verb"])](decision, incident)
        news(decision)
    return set()
