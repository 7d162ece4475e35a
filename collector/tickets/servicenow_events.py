"""``servicenow_events``: alerts by ServiceNow's Event Management, which makes incidents of them by its own rules.

Guarantee: exactly one alert. The instance itself keeps one alert for each ``message_key``, and ours is the incident's,
so an event that comes twice changes nothing. Source of the protocol's facts:
docs/reference/tickets/servicenow_events.md.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collector.remote import hooks
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.written import text
from collector.servicenow.account import Account
from collector.servicenow.reading import ASKED, Reading, remote_of
from collector.servicenow.records import Records, escaped, plain, shown
from collector.tickets.ticket_system import Call, Deed, Moment, Remote, Standing, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.secret import Secret

_PATH = "/api/global/em/jsonv2"
_CLEAR = "0"
_NODE = 100
"""``node``, ``resource`` and ``type`` hold so many characters."""


def _severities() -> dict[str, str]:
    return {"urgent": "1", "important": "2", "general": "3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "servicenow_events"``."""

    url: str
    """The instance, such as https://example.service-now.com."""
    user: str = ""
    """The user name to sign in with; it has the role evt_mgmt_integration, and itil to read alerts and incidents."""
    password: Secret | None = None
    """Its password."""
    api_key: Secret | None = None
    """A REST API key instead of the password; ``user`` still says whose it is."""
    source: str = "Nineward"
    """The event source that the instance's event rules look at."""
    severities: dict[str, str] = field(default_factory=_severities)
    """Severity from 1 (critical) to 5 by our priority."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What the values of ``state`` of the alert's incident stand for."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What that incident waits for when it is on hold, by the value of ``hold_reason``."""
    hook_secret: Secret | None = None
    """What the header x-nineward-token of a call from the instance must hold."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the instance's certificate is verified."""

    def __post_init__(self) -> None:
        Account(self.url, self.user, self.password, self.api_key)
        for name, severity in self.severities.items():
            if severity not in ("1", "2", "3", "4", "5"):
                raise Invalid(f"severities.{name}: expected 1 … 5")


class System(TicketSystem):
    """One instance. A ticket is named by its ``message_key``: when an event is taken there is no alert yet."""

    LOOKS_UP = False

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        account = Account(options.url, options.user, options.password, options.api_key)
        self._http: Http = account.http(options.timeout, options.verify, now)
        self._records = Records(self._http)
        self._reading = Reading.shipped(options.user, options.statuses, options.pauses)

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        return self._send(telling, telling.key)

    def note(self, telling: Telling) -> Reply:
        return self._send(telling, telling.ticket or telling.key)

    def resolve(self, telling: Telling) -> Reply:
        return self._send(telling, telling.ticket or telling.key)

    def reopen(self, telling: Telling) -> Reply:
        return self._send(telling, telling.ticket or telling.key)

    def test(self, telling: Telling) -> Reply:
        """An event that clears what was never raised: it makes no alert."""
        return self._send(telling, telling.key)

    def preview(self, telling: Telling) -> str:
        body = {"records": [self._event(telling, telling.ticket or telling.key)]}
        return f"POST {self._http.place}{_PATH}\n{json.dumps(body, ensure_ascii=False, indent=2)}"

    def read(self, ticket: str) -> Remote | None:
        alert = self._alert(ticket)
        if alert is None:
            # Events become alerts a while after they are taken. Nobody deletes one.
            raise RemoteError(f"{self._http.place} shows no alert with the message key {ticket} yet.")
        incident = plain(alert, "incident")
        record = self._records.get("incident", incident, ASKED) if incident else None
        if record is None:
            return self._without_incident(ticket, alert)
        history, journal = self._records.history("incident", incident), self._records.journal(incident)
        url = f"{self._options.url.rstrip('/')}/nav_to.do?uri=incident.do?sys_id={incident}"
        found = remote_of(self._reading, record, history, journal, url)
        return Remote(ticket, found.standing, found.words, url, found.assignee, found.priority, found.moments)

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        hooks.by_token(headers, "x-nineward-token", self._options.hook_secret)
        key = hooks.table_of(body).get("message_key")
        if not isinstance(key, str) or not key:
            raise Invalid('The call names no alert: expected {"message_key": "…"}.')
        return Call((key,))

    def _send(self, telling: Telling, key: str) -> Reply:
        answer = self._http.json("POST", _PATH, body={"records": [self._event(telling, key)]})
        said = answer.get("result") if isinstance(answer, dict) else None
        # The answer counts what was put in: {"result": {"Default Bulk Endpoint": "1 events were inserted"}}.
        if not isinstance(said, Mapping) or not any(str(word).startswith("1 ") for word in said.values()):
            raise RemoteError(
                f"{self._http.place} did not say that it took the event: {short(json.dumps(answer))}", uncertain=True
            )
        return Reply(key, raw=short(json.dumps(answer)))

    def _event(self, telling: Telling, key: str) -> dict[str, str]:
        incident = telling.facts.get("incident") or {}
        target, check = telling.facts.get("target") or {}, telling.facts.get("check") or {}
        # What is told after the end of a fault must not raise the alert again.
        over = telling.event in ("resolved", "closed", "test") or incident.get("state") in ("resolved", "closed")
        severity = self._options.severities.get(str(incident.get("priority")), "3")
        more = {"incident": incident.get("number"), "event": telling.event, "errand": telling.id, **_labels(target)}
        return {
            "source": self._options.source,
            "event_class": "Nineward",
            "node": str(target.get("address") or target.get("name") or "nineward")[:_NODE],
            "resource": str(check.get("name") or "")[:_NODE],
            "metric_name": str(check.get("name") or ""),
            "type": str(incident.get("kind") or "")[:_NODE],
            "message_key": key,
            "severity": _CLEAR if over else severity,
            "resolution_state": "Closing" if over else "New",
            "time_of_event": datetime.fromtimestamp(telling.at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "description": f"{telling.title}\n\n{text(telling)}",
            "additional_info": json.dumps(more, ensure_ascii=False),
        }

    def _alert(self, key: str) -> dict[str, Any] | None:
        query = f"message_key={escaped(key)}^ORDERBYDESCsys_created_on"
        fields = ("sys_id", "number", "message_key", "state", "acknowledged", "incident")
        for alert in self._records.query("em_alert", query, fields):
            if plain(alert, "message_key") == key:
                return alert
        return None

    def _without_incident(self, key: str, alert: Mapping[str, Any]) -> Remote:
        """An alert of which no rule made an incident (yet). It does not tell who closed it: mostly our own events,
        some while after they were sent, so its end is nobody's step."""
        name = plain(alert, "sys_id")
        if plain(alert, "state").lower() == "closed":
            done = Moment(f"{name}:closed", Deed.RESOLVE, None, ours=True)
            return Remote(key, Standing.RESOLVED, shown(alert, "state"), moments=(done,))
        if plain(alert, "acknowledged") == "true":
            done = Moment(f"{name}:acknowledged", Deed.ACKNOWLEDGE, None)
            return Remote(key, Standing.ACKNOWLEDGED, shown(alert, "state"), moments=(done,))
        return Remote(key, Standing.OPEN, shown(alert, "state"))


def _labels(target: Mapping[str, Any]) -> dict[str, str]:
    labels = target.get("labels")
    return {str(name): str(value) for name, value in labels.items()} if isinstance(labels, Mapping) else {}
