"""Incidents that turn out to be none of their own, as decisions.

    merge   into        another incident (id) is about the same cause, and tells of this one from now on
    void                it was none; the text says why

A ticket that was announced is resolved with those words, one that was not is never made. The fault goes on being
recorded, so that nobody opens it again while it lasts.
"""

from dataclasses import replace

from collector.decisions.entry import Decision
from collector.decisions.lifecycle import after
from collector.decisions.storm import STORM
from collector.decisions.telling import tell
from collector.store import errands, incidents
from collector.store.incidents import Incident
from rules.incident import ActorKind, Step, Verb, advance

_NEVER = -1
"""An instant before any ticket is due: whatever was not sent by now is not sent."""


def merge(decision: Decision, incident: Incident) -> None:
    """Moot where the other incident is over, or is this one."""
    leading = incidents.find(decision.tx, str(decision.payload["into"]))
    if leading is None or not leading.living or leading.id == incident.id:
        decision.note(incident, moot=True)
        return
    merged = _set_aside(decision, incident, Verb.MERGE, leading.id)
    if merged:
        # What this one told of is told by the other one from now on.
        for member in incidents.members(decision.tx, incident.id):
            incidents.put(decision.tx, replace(member, parent=leading.id))
        tell(decision, leading, "updated")


def void(decision: Decision, incident: Incident) -> None:
    """It was no incident. What it told of stands alone again; what a storm held is let go in its turn."""
    if _set_aside(decision, incident, Verb.VOID, "") and incident.fault != STORM:
        for member in incidents.members(decision.tx, incident.id):
            incidents.put(decision.tx, replace(member, parent=""))


def _set_aside(decision: Decision, incident: Incident, verb: Verb, parent: str) -> bool:
    actor = ActorKind(decision.payload["actor"]["kind"])
    course = advance(incidents.course_of(decision.tx, incident.id), Step(verb, decision.happened(incident), actor))
    decision.note(incident, moot=course is None)
    if course is None:
        return False
    changed = replace(after(incident, course), parent=parent, unstable=None)
    incidents.put(decision.tx, changed)
    errands.cancel_unsent(decision.tx, incident.id, _NEVER)
    tell(decision, changed, "resolved")
    return True
