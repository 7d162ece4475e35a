"""What follows an incident, as decisions: its cause, what is done about that, what those who asked said.

    cause          area, code, cause, whys         the cause as it is known now
    action         action (number, absent for a new one) and what changes: kind, what, owner, due, done, effective,
                   remark, withdrawn, measure
    satisfaction   score, solved, source            how content the one who asked is: by a link, a ticket, people
    called_back    reached, solved                  a try to call them back

What is noted about an incident that is over changes nothing of its course.
"""

from dataclasses import replace

from collector.decisions.entry import Decision
from collector.decisions.telling import tell
from collector.store import follow_up, incidents
from collector.store.follow_up import CallBack, Improvement, RootCause, Satisfaction
from collector.store.incidents import Incident

CAUSE = "cause"
ACTION = "action"
SATISFACTION = "satisfaction"
CALLED_BACK = "called_back"

_TOLD = ("kind", "what", "owner", "due", "effective", "remark", "measure")

SCORES = range(1, 6)
"""From not content at all to very."""

LINK, TICKET, PEOPLE = "link", "ticket", "people"
"""Where an answer comes from."""


def cause(decision: Decision, incident: Incident) -> None:
    """The cause is known, or known better."""
    payload = decision.payload
    found = RootCause(
        area=payload.get("area", ""),
        code=payload.get("code", ""),
        text=payload["cause"],
        whys=tuple(payload.get("whys", ())),
        at=decision.happened(incident),
        actor=payload["actor"]["name"],
    )
    follow_up.put_cause(decision.tx, incident.id, found)
    changed = replace(incident, cause=found.text)
    incidents.put(decision.tx, changed)
    decision.note(changed)
    tell(decision, changed, "updated")


def action(decision: Decision, incident: Incident) -> None:
    """An action is added, or one by number changes."""
    payload, at = decision.payload, decision.at
    if "action" in payload:
        before = follow_up.improvement(decision.tx, incident.id, payload["action"])
    else:
        before = Improvement(
            incident=incident.id,
            number=follow_up.next_number(decision.tx, incident.id),
            position=decision.position,
            kind=payload["kind"],
            what=payload["what"],
            owner=payload["owner"],
            due=payload["due"],
            added=at,
        )
    changed = replace(
        before,
        **{name: payload[name] for name in _TOLD if name in payload},
    )
    if "done" in payload:
        changed = replace(changed, done=at if payload["done"] else None)
    if "effective" in payload:
        changed = replace(changed, judged=at)
    if payload.get("withdrawn"):
        changed = replace(changed, withdrawn=at)
    follow_up.put_improvement(decision.tx, changed)
    decision.note(incident)


def satisfaction(decision: Decision, incident: Incident) -> None:
    """The one who asked told how content they are. What a ticket system gives on another scale says nothing here."""
    payload = decision.payload
    if payload["score"] not in SCORES:
        decision.note(incident, moot=True)
        return
    told = Satisfaction(
        score=payload["score"],
        solved=payload.get("solved"),
        text=payload.get("text", ""),
        at=decision.happened(incident),
        actor=payload["actor"]["name"],
        source=payload.get("source") or (TICKET if decision.via else PEOPLE),
    )
    follow_up.put_satisfaction(decision.tx, incident.id, told)
    decision.note(incident)


def called_back(decision: Decision, incident: Incident) -> None:
    """Somebody tried to call them back."""
    payload = decision.payload
    tried = CallBack(
        at=decision.happened(incident),
        reached=payload["reached"],
        solved=payload.get("solved"),
        text=payload.get("text", ""),
        actor=payload["actor"]["name"],
    )
    follow_up.add_call_back(decision.tx, incident.id, decision.position, tried)
    decision.note(incident)
