"""What follows when people take a fault for over that still lasts: by the terms of the ticket system that leads."""

import sqlite3
from typing import assert_never

from collector.drafts import Draft, Drafts
from collector.faults import Kind
from collector.store import incidents
from collector.store.incidents import Incident
from collector.ticket_terms import HumanClose, Terms
from rules.incident import ActorKind, Verb


def overruled(
    tx: sqlite3.Connection, drafts: Drafts, incident: Incident, system: str, terms: Terms, now: int
) -> list[Draft]:
    """What is decided about an incident that is over for people, ``grace`` ago or longer, and not for the monitor.

    Only what was resolved in that ticket system: whoever resolves an incident here knows what the monitor says.
    """
    resolved = [event for event in incidents.events(tx, incident.id) if event.verb == Verb.RESOLVE and not event.moot]
    if not resolved or not resolved[-1].actor.endswith(f"({system})"):
        return []
    lasting = [episode for episode in incidents.episodes(tx, incident.id) if episode.ended is None]
    text = f"{incident.summary}: still so, although it was resolved in {system} by {resolved[-1].actor}"
    match terms.on_human_close:
        case HumanClose.NOTHING:
            return []
        case HumanClose.COMMENT:
            said = (
                event.verb == Verb.COMMENT and event.actor_kind == ActorKind.MONITOR and event.at >= resolved[-1].at
                for event in incidents.events(tx, incident.id)
            )
            return [] if any(said) else [drafts.comment(incident.id, text)]
        case HumanClose.REOPEN:
            return [drafts.reopening(tx, incident, text, lasting[-1].since, lasting[-1].detected, 0)]
        case HumanClose.NEW:
            ended = resolved[-1].at
            opening = drafts.opening(
                tx, now, kind=Kind(incident.kind), fault=incident.fault, target=incident.target, check=incident.check,
                agent=incident.agent, priority=incident.priority, summary=incident.summary, text=text, since=ended,
                detected=now, ticket_after=0,
            )  # fmt: skip
            return [drafts.recovery(incident.id, ended, f"Handed over to a new incident: {text}"), opening]
        case _:
            assert_never(terms.on_human_close)
