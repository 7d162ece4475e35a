"""Drafts: decisions as they go into the log, before they are recorded. Each verb: ``collector/decisions``."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from collector.agreed import Agreed
from collector.countdown import first, told
from collector.cut_off import cut_off
from collector.decisions.families import ATTACHED, GATHERED, RETURNED, STABLE, UNSTABLE
from collector.decisions.storm import RELEASED
from collector.faults import Kind
from collector.ids import new_id
from collector.recipients import Recipients
from collector.settings import Settings
from collector.store import incidents as table
from collector.store import targets
from collector.store.incidents import RECOVER, Incident
from rules.incident import SET_ASIDE, ActorKind, Verb
from rules.period import local

Draft = dict[str, Any]

PRODUCT = "nineward"
MONITOR = {"kind": ActorKind.MONITOR.value, "name": PRODUCT}


class Drafts:
    """Writes decisions in the name of the monitor. Instants in ms UTC, lengths of time in ms."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calculation = settings.calculation
        """The parameters of the house."""
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
        ticket: bool = True,
        dependents: Sequence[str] = (),
        parent: str = "",
        brief: Mapping[str, Any] | None = None,
    ) -> Draft:
        """A new incident; its tickets are due ``ticket_after`` the beginning of the fault.

        Without ``ticket`` no ticket system hears of it. ``dependents`` are targets (ids) that its fault takes along,
        ``parent`` is the incident (id) that tells of it, ``brief`` is for the one who must fix it.
        """
        key = new_id("i")
        about = targets.find(tx, target) if target else None
        agreed = Agreed(tx, self.calculation, self.settings.tz)
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
            "systems": self.recipients.of(tx, target, priority, kind) if ticket else [],
            "dependents": list(dependents),
            "parent": parent,
            "deadline": told(first(tx, agreed, about, priority, now)),
            **({"brief": dict(brief)} if brief else {}),
        }

    def reopening(
        self,
        tx: sqlite3.Connection,
        incident: Incident,
        text: str,
        since: int,
        detected: int,
        ticket_after: int,
        brief: Mapping[str, Any] | None = None,
    ) -> Draft:
        """The fault of an incident came back. ``brief`` is for the one who must fix it."""
        systems = self.recipients.of(tx, incident.target, incident.priority, incident.kind)
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
            **({"brief": dict(brief)} if brief else {}),
        }

    def returned(self, incident: str, text: str, since: int, detected: int) -> Draft:
        """The fault of an incident (id) that is being dealt with came back."""
        return self._of(RETURNED, incident, text, since=since, detected=detected)

    def unstable(self, incident: str, text: str) -> Draft:
        """The fault of an incident (id) comes and goes."""
        return self._of(UNSTABLE, incident, text)

    def stable(self, incident: str, text: str) -> Draft:
        """The fault of an incident (id) comes and goes no more."""
        return self._of(STABLE, incident, text)

    def attached(self, tx: sqlite3.Connection, incident: str, dependents: Mapping[str, int]) -> Draft:
        """Targets (ids) were seen cut off by the fault of an incident (id), each from an instant on."""
        text = cut_off([targets.get(tx, key).name for key in dependents], len(dependents))
        return self._of(ATTACHED, incident, text, dependents=dict(dependents))

    def gathered(self, incident: str, systems: Sequence[str], text: str) -> Draft:
        """An incident (id) tells of more incidents than it did, in these systems."""
        return self._of(GATHERED, incident, text, systems=list(systems))

    def released(self, tx: sqlite3.Connection, incident: Incident, systems: Sequence[str], now: int) -> Draft:
        """An incident that a storm held is told of by itself in these systems, from ``now`` on or when it is due."""
        last = table.episodes(tx, incident.id)[-1]
        after: int = getattr(self.calculation.ticket_after, incident.priority)
        agreed = Agreed(tx, self.calculation, self.settings.tz)
        about = targets.find(tx, incident.target) if incident.target else None
        deadline = first(tx, agreed, about, incident.priority, incident.opened)
        text = "The storm is over: this is told of by itself"
        return self._of(
            RELEASED,
            incident.id,
            text,
            systems=list(systems),
            anew=self.recipients.anew(systems, incident, last.since),
            due=max(now, last.since + after),
            deadline=told(deadline),
        )

    def merging(self, incident: Incident, leading: Incident) -> Draft:
        """An incident is part of another one."""
        text = f"{incident.name} ({incident.summary}) is part of {leading.name}: {leading.summary}"
        return self._of(Verb.MERGE.value, incident.id, text, into=leading.id)

    def _of(self, verb: str, incident: str, text: str, **more: Any) -> Draft:
        return {"verb": verb, "incident": incident, "actor": MONITOR, "text": text, **more}

    def recovery(self, incident: str, ended: int, text: str, *, unseen: bool = False) -> Draft:
        """The fault of an incident (id) is over; ``unseen`` where it is only looked at no more."""
        return self._of(RECOVER, incident, text, ended=ended, **({"unseen": True} if unseen else {}))

    def calmed(self, storm: Incident, now: int) -> Draft:
        """A storm is over, although what it tells of lasts."""
        text = f"{storm.summary}: what still lasts is told of by itself"
        return self._of(RECOVER, storm.id, text, ended=now, lets_go=True)

    def closing(self, incident: str, text: str) -> Draft:
        """Nothing is left to do about a resolved incident (id)."""
        return self._of(Verb.CLOSE.value, incident, text)

    def comment(self, incident: str, text: str) -> Draft:
        """Something to say about an incident (id)."""
        return self._of(Verb.COMMENT.value, incident, text)

    def comes_back(self, incident: Incident | None, since: int) -> bool:
        """Whether a fault that began at ``since`` continues this incident, which is over."""
        if incident is None or incident.living or incident.phase in SET_ASIDE:
            return False
        ended = incident.opened if incident.resolved is None else incident.resolved
        return since - ended <= self.calculation.reopen_window
