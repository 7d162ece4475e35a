"""Drafts: decisions as they go into the log, before they are recorded. What each verb needs: ``decisions.py``."""

import sqlite3
from typing import Any

from collector.agreed import Agreed
from collector.countdown import first, told
from collector.decisions.lifecycle import RECOVER
from collector.faults import Kind
from collector.ids import new_id
from collector.recipients import Recipients
from collector.settings import Settings
from collector.store import incidents as table
from collector.store import targets
from collector.store.incidents import Incident
from rules.incident import ActorKind, Verb
from rules.period import local

Draft = dict[str, Any]

PRODUCT = "nineward"
MONITOR = {"kind": ActorKind.MONITOR.value, "name": PRODUCT}


class Drafts:
    """Writes decisions in the name of the monitor. Instants in ms UTC, lengths of time in ms."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.recipients = Recipients(settings)
        """Which ticket systems hear of an incident."""

    def opening(
        self,
        tx: sqlite3.Connection,
        now: int,
        *,
        kind: Kind,
        fault: str,
        priority: str,
        summary: str,
        text: str,
        since: int,
        detected: int,
        ticket_after: int,
        target: str = "",
        check: str = "",
        agent: str = "",
    ) -> Draft:
        """A new incident; its tickets are due ``ticket_after`` the beginning of the fault."""
        key = new_id("i")
        about = targets.find(tx, target) if target else None
        agreed = Agreed(tx, self.settings.calculation, self.settings.tz)
        return {
            "verb": Verb.OPEN.value,
            "incident": key,
            "actor": MONITOR,
            "text": text,
            "kind": kind.value,
            "fault": fault,
            "target": target,
            "check": check,
            "agent": agent,
            "priority": priority,
            "summary": summary,
            "correlation": f"{PRODUCT}:{table.installation(tx)}:{key}",
            "year": local(now, self.settings.tz).year,
            "since": since,
            "detected": detected,
            "due": since + ticket_after,
            "systems": self.recipients.of(tx, target, priority),
            "deadline": told(first(tx, agreed, about, priority, now)),
        }

    def reopening(
        self,
        tx: sqlite3.Connection,
        incident: Incident,
        text: str,
        since: int,
        detected: int,
        ticket_after: int,
    ) -> Draft:
        """The fault of an incident came back."""
        systems = self.recipients.of(tx, incident.target, incident.priority)
        return {
            "verb": Verb.REOPEN.value,
            "incident": incident.id,
            "actor": MONITOR,
            "text": text,
            "since": since,
            "detected": detected,
            "due": since + ticket_after,
            "systems": systems,
            "anew": self.recipients.anew(systems, incident, since),
        }

    def recovery(self, incident: str, ended: int, text: str) -> Draft:
        """The fault of an incident (id) is over."""
        return {"verb": RECOVER, "incident": incident, "actor": MONITOR, "text": text, "ended": ended}

    def closing(self, incident: str, text: str) -> Draft:
        """Nothing is left to do about a resolved incident (id)."""
        return {"verb": Verb.CLOSE.value, "incident": incident, "actor": MONITOR, "text": text}

    def comment(self, incident: str, text: str) -> Draft:
        """Something to say about an incident (id)."""
        return {"verb": Verb.COMMENT.value, "incident": incident, "actor": MONITOR, "text": text}

    def comes_back(self, incident: Incident | None, since: int) -> bool:
        """Whether a fault that began at ``since`` continues this incident, which is over."""
        if incident is None or incident.living:
            return False
        ended = incident.opened if incident.resolved is None else incident.resolved
        return since - ended <= self.settings.calculation.reopen_window
