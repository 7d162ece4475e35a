"""What belongs to one incident, as decisions: targets its fault takes along, and a fault that comes and goes.

attached   dependents, since    targets (ids) were seen cut off by its fault from an instant on (ms UTC)
gathered                        more incidents are told of by this one; the text says how many
returned   since, detected      the fault of an incident that is being dealt with came back
unstable                        the fault comes and goes: until that ends nobody is told of each turn
stable                          it does so no more; the incident is resolved if the fault is over, as its last turn was
"""

from dataclasses import replace

from collector.decisions.entry import Decision
from collector.decisions.lifecycle import after
from collector.decisions.telling import queue, tell
from collector.store import errands, families, incidents
from collector.store.incidents import Incident
from rules.incident import ActorKind, Step, Verb, advance

ATTACHED = "attached"
GATHERED = "gathered"
RETURNED = "returned"
UNSTABLE = "unstable"
STABLE = "stable"


def attached(decision: Decision, incident: Incident) -> None:
    """Noted once for each target. The opening told of those that hang on it, so nothing is told again."""
    families.attach(decision.tx, incident.id, decision.payload["dependents"])
    decision.note(incident)


def gathered(decision: Decision, incident: Incident) -> None:
    """More incidents are told of by this one: its tickets hear how many by now, and systems that have none get one."""
    decision.note(incident, moot=not incident.living)
    if incident.living:
        told = errands.announced(decision.tx, incident.id)
        tell(decision, incident, "updated")
        for system in decision.payload["systems"]:
            if system not in told:
                queue(decision, incident, system, "opened", due=decision.at)


def returned(decision: Decision, incident: Incident) -> None:
    """The fault is back while its incident is still being dealt with; an unstable one says so only once."""
    incidents.begin_episode(decision.tx, incident.id, decision.payload["since"], decision.payload["detected"])
    decision.note(incident)
    if incident.unstable is None:
        tell(decision, incident, "updated")


def unstable(decision: Decision, incident: Incident) -> None:
    """Told with the reopening that comes with it, or where there is none by itself."""
    changed = incident if incident.unstable is not None else replace(incident, unstable=decision.at)
    incidents.put(decision.tx, changed)
    decision.note(changed, moot=changed is incident)
    if changed is not incident and incident.living:
        tell(decision, changed, "updated")


def stable(decision: Decision, incident: Incident) -> None:
    """It no longer comes and goes. Where the fault is over, so is the incident."""
    if incident.unstable is None:
        decision.note(incident, moot=True)
        return
    calm = replace(incident, unstable=None)
    course = None
    if not families.lasting(decision.tx, incident.id):
        resolving = Step(Verb.RESOLVE, decision.happened(incident), ActorKind.MONITOR)
        course = advance(incidents.course_of(decision.tx, incident.id), resolving)
    if course is None:
        incidents.put(decision.tx, calm)
        decision.note(calm)
        tell(decision, calm, "updated")
        return
    over = after(calm, course)
    incidents.put(decision.tx, over)
    decision.note(over, verb=Verb.RESOLVE, unseen=incidents.unseen(decision.tx, incident.id))
    tell(decision, over, "resolved")
