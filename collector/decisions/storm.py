"""Which storm holds a ticket: decided on a snapshot, and settled when it is applied; and what a storm held, let go.

released   systems, due    an incident that a storm told of, which is over, is told of by itself in these systems
"""

from dataclasses import replace

from collector.decisions.entry import Decision
from collector.decisions.telling import OVER, queue
from collector.store import errands, incidents
from collector.store.incidents import Incident

STORM = "storm"
"""The key of storms: there is one at a time."""

RELEASED = "released"


def released(decision: Decision, incident: Incident) -> None:
    """Moot where its storm is back, or it is over or part of something else by now."""
    storm = incidents.find(decision.tx, incident.parent) if incident.parent else None
    if storm is None or storm.fault != STORM or storm.living or not incident.living:
        decision.note(incident, moot=True)
        return
    alone = replace(incident, parent="")
    incidents.put(decision.tx, alone)
    decision.note(alone)
    told = errands.announced(decision.tx, incident.id)
    for system in decision.payload["systems"]:
        if told.get(system) is None or told[system] in OVER:
            again = system in told and system not in decision.payload.get("anew", ())
            queue(decision, alone, system, "reopened" if again else "opened", due=decision.payload["due"])


def holding(decision: Decision) -> tuple[str, list[str]]:
    """The incident (id, or empty) that tells of this one, and the systems that hear of this one by itself.

    Two who decided at once may each have opened a storm; the second opening was moot, and what it was to tell of
    belongs to the storm there is. Where there is none any more, nothing is held.
    """
    payload = decision.payload
    systems = list(payload["systems"])
    parent = str(payload.get("parent", ""))
    if not parent or incidents.find(decision.tx, parent) is not None:
        return parent, systems
    storm = incidents.of_fault(decision.tx, STORM)
    if storm is not None and storm.living:
        return storm.id, systems
    return "", [*systems, *payload.get("held", ())]
