"""Warnings of deadlines and escalations as decisions: each once, whoever decides them twice.

warned      rule, share, due              so much of what the rule allows is used; due in ms UTC, or null
escalated   step, to, rule                somebody else is told, because nobody acted in time
"""

from fractions import Fraction

from collector.decisions.entry import Decision
from collector.decisions.telling import tell
from collector.store import clocks
from collector.store.incidents import Incident

WARNED = "warned"
ESCALATED = "escalated"


def warned(decision: Decision, incident: Incident) -> None:
    """A share of what a rule allows is used."""
    payload = decision.payload
    share = Fraction(str(payload["share"]))
    fresh = clocks.put_warning(decision.tx, incident.id, payload["rule"], share, decision.at)
    decision.note(incident, moot=not fresh)


def escalated(decision: Decision, incident: Incident) -> None:
    """Somebody else is told. Ticket systems hear of it, too, while it is dealt with: a word to a ticket that is solved
    would open it again in some of them."""
    fresh = clocks.put_escalation(decision.tx, incident.id, decision.payload["to"], decision.at)
    decision.note(incident, moot=not fresh)
    if fresh and incident.living:
        tell(decision, incident, "escalated")
