"""``pagerduty``: alerts by PagerDuty's Events API v2, read back by its REST API.

Guarantee: exactly one while the alert is open: PagerDuty itself keeps one open alert for each ``dedup_key``, and ours
is the incident's. A fault that returns after its alert was resolved becomes a new one there under the same key.
Source of the protocol's facts: docs/reference/tickets/pagerduty.md.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from collector.histories import pagerduty as history
from collector.remote import hooks
from collector.remote.http import Answer, Http, seconds, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.written import text, title
from collector.tickets.ticket_system import Call, Remote, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret

_SUMMARY = 1024
_PAGE = 100
_MOST_PAGES = 5


def _severities() -> dict[str, str]:
    return {"urgent": "critical", "important": "error", "general": "warning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "pagerduty"``."""

    routing_key: Secret
    """The integration key of an Events API v2 integration of the service."""
    token: Secret | None = None
    """A REST API key. Without it nothing is read back but what webhooks tell, and notes have no place."""
    account: str = ""
    """The e-mail address of the PagerDuty user in whose name notes are written."""
    events_url: str = "https://events.pagerduty.com"
    """Where events go; https://events.eu.pagerduty.com for an account in the EU."""
    api_url: str = "https://api.pagerduty.com"
    """Where the REST API is; https://api.eu.pagerduty.com for an account in the EU."""
    severities: dict[str, str] = field(default_factory=_severities)
    """critical, error, warning or info, by our priority."""
    hook_secret: Secret | None = None
    """The secret that PagerDuty showed when the webhook subscription was made."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificates are verified."""

    def __post_init__(self) -> None:
        for name, address in (("events_url", self.events_url), ("api_url", self.api_url)):
            parts = urlsplit(address)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise Invalid(f'{name}: expected an address such as "https://api.pagerduty.com"')
        for priority, severity in self.severities.items():
            if severity not in ("critical", "error", "warning", "info"):
                raise Invalid(f"severities.{priority}: expected critical, error, warning or info")
        if (self.token is None) != (not self.account):
            raise Invalid("token and account belong together: give both or none")


class _Rest(Http):
    """The REST API says with a header of its own when its limit is over."""

    def refused(self, answer: Answer, reason: str = "") -> RemoteError:
        found = super().refused(answer, reason)
        if answer.status == 429 and found.retry_after is None:
            found.retry_after = seconds(answer.headers.get("ratelimit-reset"), 0)
        return found


class System(TicketSystem):
    """One service. A ticket is named by its ``dedup_key``: when an event is taken there is no incident yet."""

    LOOKS_UP = False

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        self._events = Http(options.events_url, timeout=options.timeout, now=now, verify=options.verify)
        self._rest: Http | None = None
        self.READABLE = options.token is not None
        if options.token is not None:
            headers = {
                "Authorization": f"Token token={options.token.reveal()}",
                "Accept": "application/json",
                "From": options.account,
            }
            self._rest = _Rest(
                options.api_url, timeout=options.timeout, now=now, verify=options.verify, headers=headers
            )

    def close(self) -> None:
        self._events.close()
        if self._rest is not None:
            self._rest.close()

    def open(self, telling: Telling) -> Reply:
        """A trigger that may have been taken is sent again at once, unless its incident shows already.

        People may have resolved that one meanwhile: then a second trigger would make a second.
        """
        if telling.tried is not None and self._rest is not None:
            with suppress(RemoteError):
                incident = self._incident(telling.key, self._rest)
                return Reply(telling.key, str(incident.get("html_url") or ""), str(incident.get("status") or ""))
        return self.create(telling)

    def create(self, telling: Telling) -> Reply:
        return self._send(self._trigger(telling))

    def note(self, telling: Telling) -> Reply:
        if telling.event == "acknowledged":
            self._send(self._plain("acknowledge", telling))
        if self._rest is None:
            # A trigger is no note: it opens a new alert where people have resolved the old one.
            return Reply(telling.ticket, raw="Not written: notes need the settings token and account.")
        return self._note(telling, self._rest)

    def resolve(self, telling: Telling) -> Reply:
        return self._send(self._plain("resolve", telling))

    def reopen(self, telling: Telling) -> Reply:
        """PagerDuty opens no resolved incident again: a new one with the same key follows it."""
        return self._send(self._trigger(telling))

    def test(self, telling: Telling) -> Reply:
        """A resolve for a key that nobody knows, which PagerDuty takes and drops."""
        said = self._send(self._plain("resolve", telling)).raw
        if self._rest is not None:
            found = self._rest.json("GET", "/incidents", query={"limit": 1})
            if not isinstance(found, dict) or "incidents" not in found:
                raise RemoteError(f"{self._rest.place} answered without incidents: {short(json.dumps(found))}")
            said += "; incidents can be read"
        return Reply(raw=said)

    def preview(self, telling: Telling) -> str:
        match telling.event:
            case "opened" | "reopened":
                body = self._trigger(telling)
            case "resolved" | "test":
                body = self._plain("resolve", telling)
            case "acknowledged":
                body = self._plain("acknowledge", telling)
            case _:
                shown = json.dumps({"note": {"content": text(telling)}}, ensure_ascii=False, indent=2)
                return f"POST {self._options.api_url}/incidents/ID/notes\n{shown}"
        shown = json.dumps({**body, "routing_key": "***"}, ensure_ascii=False, indent=2)
        return f"POST {self._events.place}/v2/enqueue\n{shown}"

    def read(self, ticket: str) -> Remote | None:
        if self._rest is None:
            raise RemoteError("PagerDuty is read with the settings token and account only.", permanent=True)
        incident = self._incident(ticket, self._rest)
        entries: list[dict[str, Any]] = []
        for page in range(_MOST_PAGES):
            query = {"limit": _PAGE, "offset": page * _PAGE, "include[]": "channels"}
            found = self._rest.json("GET", f"/incidents/{incident['id']}/log_entries", query=query)
            if not isinstance(found, dict) or not isinstance(found.get("log_entries"), list):
                raise RemoteError(f"{self._rest.place} answered without log entries: {short(json.dumps(found))}")
            entries += found["log_entries"]
            if not found.get("more"):
                break
        return history.remote_of(ticket, incident, entries)

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        hooks.by_hmac(headers, "x-pagerduty-signature", "v1=", self._options.hook_secret, body)
        event = hooks.table_of(body).get("event")
        if not isinstance(event, Mapping):
            raise Invalid("The call tells no event.")
        key, moments = history.told(event)
        if not key:
            return Call()
        # Who can read finds the same steps in the log, under other ids.
        return Call((key,), () if self._rest is not None else tuple((key, moment) for moment in moments))

    def _send(self, event: dict[str, Any]) -> Reply:
        found = self._events.json("POST", "/v2/enqueue", body=event)
        if not isinstance(found, dict) or found.get("status") != "success":
            raise RemoteError(
                f"{self._events.place} did not say that it took the event: {short(json.dumps(found))}", uncertain=True
            )
        return Reply(str(found.get("dedup_key") or event["dedup_key"]), raw=short(json.dumps(found)))

    def _plain(self, action: str, telling: Telling) -> dict[str, Any]:
        key = telling.ticket or telling.key
        return {"routing_key": self._options.routing_key.reveal(), "event_action": action, "dedup_key": key}

    def _trigger(self, telling: Telling) -> dict[str, Any]:
        facts = telling.facts
        incident, target, check = (facts.get(name) or {} for name in ("incident", "target", "check"))
        payload = {
            "summary": title(telling, _SUMMARY),
            "source": str(target.get("address") or target.get("name") or "nineward"),
            "severity": self._options.severities.get(str(incident.get("priority")), "warning"),
            "timestamp": datetime.fromtimestamp(telling.at / 1000, UTC).isoformat(timespec="milliseconds"),
            "component": str(check.get("name") or target.get("name") or ""),
            "class": str(incident.get("kind") or ""),
            "custom_details": {
                "incident": incident.get("number"),
                "text": text(telling),
                "labels": target.get("labels") or {},
            },
        }
        return {**self._plain("trigger", telling), "client": "Nineward", "payload": payload}

    def _note(self, telling: Telling, rest: Http) -> Reply:
        key = telling.ticket or telling.key
        incident = self._incident(key, rest)
        if telling.tried is not None:
            found = rest.json("GET", f"/incidents/{incident['id']}/notes")
            notes = found.get("notes") if isinstance(found, dict) else None
            if any(telling.reference in str(note.get("content")) for note in notes or ()):
                return Reply(key, str(incident.get("html_url") or ""), str(incident.get("status") or ""))
        body = {"note": {"content": text(telling)}}
        made = rest.json("POST", f"/incidents/{incident['id']}/notes", body=body)
        if not isinstance(made, dict) or not isinstance(made.get("note"), dict):
            raise RemoteError(f"{rest.place} did not take the note: {short(json.dumps(made))}", uncertain=True)
        url, status = str(incident.get("html_url") or ""), str(incident.get("status") or "")
        return Reply(key, url, status, short(json.dumps(made)))

    def _incident(self, key: str, rest: Http) -> dict[str, Any]:
        """The newest incident of a key. One appears a while after its event was taken, and is never deleted."""
        query = {"incident_key": key, "date_range": "all", "sort_by": "created_at:desc", "limit": _PAGE}
        found = rest.json("GET", "/incidents", query=query)
        incidents = found.get("incidents") if isinstance(found, dict) else None
        if not isinstance(incidents, list):
            raise RemoteError(f"{rest.place} answered without incidents: {short(json.dumps(found))}")
        ours = [one for one in incidents if isinstance(one, dict) and one.get("incident_key") == key and one.get("id")]
        if not ours:
            raise RemoteError(f"{rest.place} shows no incident with the key {key} (yet).")
        return max(ours, key=lambda one: str(one.get("created_at") or ""))
