"""Trials of ticket systems: a harmless round trip shown as it went, and what would be sent shown without sending it."""

import sqlite3
from dataclasses import dataclass

from collector import tickets
from collector.clock import Clock
from collector.decisions.telling import facts
from collector.phrasing import Phrasing
from collector.remote.telling import RemoteError, Telling
from collector.remote.transcript import Transcript, transcribed
from collector.settings import Settings, secret
from collector.store import errands as table
from collector.store import incidents
from collector.store.errands import Errand, ErrandState
from collector.store.incidents import Incident
from collector.ticket_terms import terms_of
from collector.tickets.ticket_system import TicketSystem, tell
from rules.errors import Invalid, Missing
from rules.incident import ActorKind

EVENTS = ("opened", "updated", "acknowledged", "resolved", "reopened", "escalated", "closed")
"""What a ticket system may be told of an incident."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome of a test: whether the system took it, what it said, and all that went to and fro."""

    ok: bool
    answer: str
    exchange: str


class TicketTrials:
    """Tries the configured systems with made-up and with real incidents. Changes nothing here."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._tables = settings.tickets
        self._hosts = settings.allowed_hosts
        self._phrasing = Phrasing(settings)

    def test(self, name: str) -> Trial:
        """One harmless round trip with a system. Raises Missing for one that is not configured."""
        with transcribed() as exchange:
            system = self._made(name, exchange)
            try:
                reply = tell(system, tickets.trial(name, self._clock.now()))
            except RemoteError as trouble:
                return Trial(False, exchange.masked(trouble.message), exchange.text)
            finally:
                system.close()
        return Trial(True, exchange.masked(reply.raw) or "taken", exchange.text)

    def preview(self, name: str) -> str:
        """What a made-up incident would be told as; it says that it is a test. Raises Missing."""
        return self._shown(name, tickets.trial(name, self._clock.now()))

    def preview_of(self, tx: sqlite3.Connection, name: str, incident: Incident, event: str) -> str:
        """How a system would be told now of an event of an incident. Raises Missing, Invalid."""
        if event not in EVENTS:
            raise Invalid(f"event: expected one of {', '.join(EVENTS)}, found {event!r}")
        ticket = next((one.ticket for one in incidents.tickets(tx, incident.id) if one.system == name), "")
        sequence = 1 + sum(one.system == name for one in table.of_incident(tx, incident.id))
        now = self._clock.now()
        told = facts(tx, incident, {"actor": {"kind": ActorKind.MONITOR.value, "name": "nineward"}})
        body = {"key": incident.correlation, "at": now, "event": event, "facts": told}
        errand = Errand(
            id=f"{incident.id}.{name}.{sequence}", incident=incident.id, system=name, sequence=sequence, event=event,
            body=body, due=now, state=ErrandState.WAITING, attempts=0, next=now, trouble="", queued=now, tried=None,
            urgent=incident.priority == "urgent",
        )  # fmt: skip
        return self._shown(name, self._phrasing.telling(errand, ticket, terms_of(name, self._table(name))))

    def _shown(self, name: str, telling: Telling) -> str:
        exchange = Transcript()
        system = self._made(name, exchange)
        try:
            return exchange.masked(system.preview(telling))
        finally:
            system.close()

    def _made(self, name: str, exchange: Transcript) -> TicketSystem:
        """The adapter; what it signs in with is masked in the transcript."""

        def resolve(source: str, key: str) -> str:
            text = secret(source, key)
            exchange.secrets.add(text)
            return text

        return tickets.make(name, self._table(name), self._clock.now, resolve, allowed=self._hosts)

    def _table(self, name: str) -> dict[str, object]:
        if name not in self._tables:
            known = ", ".join(self._tables) or "none"
            raise Missing(f"No ticket system {name!r} is configured in nineward.toml (configured: {known}).")
        found: dict[str, object] = self._tables[name]
        return found
