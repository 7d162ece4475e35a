"""How a ticket stands in its system, as a decision: read there, with what moves no clock (assignee, priority)."""

from collector.decisions.entry import Decision
from collector.store import followed
from collector.store.followed import Followed
from collector.store.incidents import Incident

FOLLOWED = "followed"


def seen(decision: Decision, incident: Incident) -> None:
    """A ticket was read, and something about it is new; an event where there is something to tell a person."""
    payload = decision.payload
    now = Followed(payload["standing"], payload["assignee"], payload["priority"])
    followed.put(decision.tx, incident.id, decision.via, now)
    decision.note(incident)
