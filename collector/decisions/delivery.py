"""What came of an errand, as a decision."""

from collector.decisions.entry import Decision
from collector.store import errands, followed, incidents
from collector.store.incidents import Incident, Ticket

DELIVERED = "delivered"


def delivered(decision: Decision, incident: Incident) -> None:
    """A system has taken an errand, and told what it knows of its ticket."""
    payload = decision.payload
    errands.finish(decision.tx, payload["errand"])
    decision.note(incident)
    known = {one.system: one.ticket for one in incidents.tickets(decision.tx, incident.id)}
    if payload["ticket"] and known.get(payload["system"], payload["ticket"]) != payload["ticket"]:
        followed.forget(decision.tx, incident.id, payload["system"])
    ticket = Ticket(payload["system"], payload["ticket"], payload["url"], payload["state"], decision.at)
    incidents.put_ticket(decision.tx, incident.id, ticket)
