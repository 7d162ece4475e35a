"""How an incident was handled: the milestones from failure to closing, of what was measured and what people did."""

import sqlite3

from collector.store import follow_up, incidents
from collector.store.incidents import Incident
from rules.incident import ActorKind, Verb
from rules.milestones import Milestones


def milestones(tx: sqlite3.Connection, incident: Incident, at: int) -> Milestones:
    """The milestones of an incident as they are known at an instant (ms UTC).

    Of a fault that came back while the incident lived, the failure is the first and the restoration the last. While it
    is being dealt with, and where the fault is only looked at no more, nothing is known to be restored. The repair is a
    person's word; where nobody gave it, there is none.
    """
    episodes = incidents.episodes(tx, incident.id)
    ended = not incident.living and not incidents.unseen(tx, incident.id)
    repaired = [
        event.at
        for event in incidents.events(tx, incident.id)
        if event.verb == Verb.RESOLVE and event.actor_kind == ActorKind.PERSON and event.at <= at
    ]
    confirmed = None if incident.resolved is None else follow_up.called_back(tx, incident.id, incident.resolved, at)
    return Milestones(
        failed=episodes[0].since,
        detected=episodes[0].detected,
        opened=incident.opened,
        answered=incident.answered,
        started=incident.started,
        repaired=repaired[-1] if repaired else None,
        restored=episodes[-1].ended if ended else None,
        confirmed=confirmed,
        closed=incident.closed,
    )
