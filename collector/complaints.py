"""Complaints: what people who are served say is wrong, who answered when, where the cause lies, how it ended.

Everything is a decision in the log and shows when a method returns.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

from collector.access import Principal, require
from collector.agreed import Judged
from collector.clock import Clock
from collector.complained import subject
from collector.fold import Fold
from collector.intake import Intake
from collector.roles import Permission
from collector.settings import Settings
from collector.store import agreements, incidents, targets
from collector.store import complaints as table
from collector.store.complaints import ADD, CLOSE, REPLY, Complaint
from collector.store.state import State
from rules.errors import Conflicting, Invalid, Missing, Unavailable
from rules.period import parse_instant
from rules.root_cause import CauseArea

_LONGEST = 4000
_PATIENCE_S = 30.0


class Complaints:
    """Usable from any thread. Methods raise Forbidden for who may not do it, Unavailable where nothing is taken in.

    Whoever is limited to some targets sees and notes complaints about these alone.
    """

    def __init__(self, state: State, intake: Intake, fold: Fold, clock: Clock, settings: Settings) -> None:
        self._state = state
        self._intake = intake
        self._fold = fold
        self._clock = clock
        self._settings = settings

    def all(self, principal: Principal) -> list[Complaint]:
        """Every complaint that somebody may see, by number."""
        require(principal, Permission.READ)
        with self._state.read() as tx:
            return [one for one in table.page(tx) if _sees(principal, _labels(tx, one.subject))]

    def get(self, number: int, principal: Principal) -> Complaint:
        """One complaint. Raises Missing, for one outside of what somebody may see too."""
        require(principal, Permission.READ)
        with self._state.read() as tx:
            found = table.get(tx, number)
            if not _sees(principal, _labels(tx, found.subject)):
                raise Missing(f"There is no complaint {number}.")
            return found

    def add(
        self,
        principal: Principal,
        text: str,
        *,
        by: str = "",
        about: str = "",
        incident: str = "",
        received: str | int | None = None,
    ) -> Complaint:
        """Note a complaint of somebody (``by``, a name for people), received now unless said otherwise.

        ``about`` is a target or service, ``incident`` a number; of an incident it is about its target. Raises Missing
        for what does not exist, Invalid.
        """
        said = _said(text, "Say what they complain of.")
        with self._state.read() as tx:
            fault = incidents.get(tx, incident) if incident else None
            key = _judged(tx, about).id if about else fault.target if fault else ""
            labels = _labels(tx, key)
        require(principal, Permission.IMPROVE, labels)
        draft = {
            "received": self._instant(received, "received"),
            "subject": key or "",
            "incident": fault.id if fault else "",
            "by": by.strip()[:_LONGEST],
            "text": said,
        }
        position = self._record(ADD, principal, draft)
        with self._state.read() as tx:
            return table.added(tx, position)

    def reply(self, number: int, principal: Principal, text: str, *, at: str | int | None = None) -> Complaint:
        """Note what they were told, now unless said otherwise. Raises Conflicting where they were answered already."""
        found = self._changeable(number, principal)
        said, happened = _said(text, "Say what they were told."), self._instant(at, "at", found.received)
        if found.replied is not None:
            raise Conflicting(f"Complaint {number} is answered already.")
        self._record(REPLY, principal, {"complaint": number, "at": happened, "text": said})
        return self.get(number, principal)

    def close(
        self, number: int, principal: Principal, *, area: str, text: str, at: str | int | None = None
    ) -> Complaint:
        """Note where the cause has to be mended and how it ended. Raises Conflicting before it is answered, and twice.

        ``area`` is process, people, technology or tool.
        """
        found = self._changeable(number, principal)
        if area not in set(CauseArea):
            raise Invalid(f"area: expected {', '.join(CauseArea)}, found {area!r}")
        if found.replied is None:
            raise Conflicting(f"Complaint {number} is not answered yet: reply first.")
        if found.closed is not None:
            raise Conflicting(f"Complaint {number} is closed already.")
        said, happened = _said(text, "Say how it ended."), self._instant(at, "at", found.replied)
        self._record(CLOSE, principal, {"complaint": number, "at": happened, "area": area, "text": said})
        return self.get(number, principal)

    def _changeable(self, number: int, principal: Principal) -> Complaint:
        found = self.get(number, principal)
        with self._state.read() as tx:
            labels = _labels(tx, found.subject)
        require(principal, Permission.IMPROVE, labels)
        return found

    def _instant(self, given: str | int | None, where: str, earliest: int = 0) -> int:
        """The instant (ms UTC) that is meant, now for None. Raises Invalid for one before ``earliest`` or to come."""
        now = self._clock.now()
        at = now if given is None else parse_instant(given, self._settings.tz)
        if at > now:
            raise Invalid(f"{where}: lies in the future")
        if at < earliest:
            raise Invalid(f"{where}: lies before what came first")
        return at

    def _record(self, verb: str, principal: Principal, draft: Mapping[str, Any]) -> int:
        actor = {"kind": principal.steps_as.value, "name": principal.name}
        position = self._intake.record("complaint", {"verb": verb, "actor": actor, **draft}).result(_PATIENCE_S)
        if not self._fold.wait_for(position, _PATIENCE_S):
            raise Unavailable("It is recorded, but the collector is busy and does not show it yet.")
        return position


def _judged(tx: sqlite3.Connection, name: str) -> Judged:
    return agreements.find_service(tx, name) or agreements.service_named(tx, name) or targets.resolve(tx, name)


def _labels(tx: sqlite3.Connection, key: str | None) -> Mapping[str, str] | None:
    """The labels by which a scope has it in it; None for what is about no target and no service."""
    judged = subject(tx, key or "")
    return None if judged is None else judged.labels


def _sees(principal: Principal, labels: Mapping[str, str] | None) -> bool:
    return not principal.scope or (labels is not None and principal.sees(labels))


def _said(text: str, missing: str) -> str:
    if not text.strip():
        raise Invalid(missing)
    return text.strip()[:_LONGEST]
