"""PagerDuty as documented: events, and the incidents and log entries that become of them.

Unpleasant about it: an event that is taken shows nowhere for a while; a trigger after a resolve makes a new incident
under the old key; resolving what is not open is taken and dropped; limits are told in a header of its own.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

ALICE = {"id": "PALICE", "type": "user_reference", "summary": "Alice Wu"}
SERVICE = {"id": "PSERV", "type": "service_reference", "summary": "Network"}
_STANDINGS = {
    "triggered": Standing.OPEN,
    "acknowledged": Standing.ACKNOWLEDGED,
    "resolved": Standing.RESOLVED,
}


@dataclass
class Incident:
    """An incident, its log and its notes."""

    id: str
    key: str
    created: str
    errand: str
    status: str = "triggered"
    assignees: list[dict[str, Any]] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "pagerduty",
        "routing_key": {"env": "R"},
        "token": {"env": "S"},
        "account": "nineward@ops.example",
        "events_url": "http://events.example",
        "api_url": "http://desk.example",
        "hook_secret": {"env": "S"},
    }

    def __init__(self, now: Callable[[], int], late: bool = False) -> None:
        """``late``: events show when somebody calls :meth:`run`, and not at once."""
        super().__init__(now)
        self.late = late
        self.queue: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []
        self.incidents: list[Incident] = []
        self.limited = False
        self.rows = 0

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        given = json.loads(body) if body else {}
        if headers["host"] == "events.example":
            return self._enqueue(given)
        if not headers.get("authorization", "").startswith("Token token="):
            return _answer(401, {"error": {"message": "Account not found"}})
        if self.limited:
            status, _, text = _answer(429, {"error": {"message": "Rate Limit Exceeded", "code": 2020}})
            return status, {"ratelimit-limit": "960", "ratelimit-remaining": "0", "ratelimit-reset": "20"}, text
        match method, path.strip("/").split("/"):
            case "GET", ["incidents"]:
                # An unknown parameter is passed over: then every incident is found.
                wanted = query.get("incident_key")
                found = [one for one in self.incidents if wanted in (None, one.key)]
                return _answer(200, {"incidents": [self._shown(one) for one in found], "more": False})
            case "GET", ["incidents", key, "log_entries"]:
                start = int(query["offset"])
                newest = self.incident(key).log[::-1]
                page = newest[start : start + int(query["limit"])]
                return _answer(200, {"log_entries": page, "more": start + len(page) < len(newest)})
            case "GET", ["incidents", key, "notes"]:
                return _answer(200, {"notes": [{"content": note} for note in self.incident(key).notes]})
            case "POST", ["incidents", key, "notes"]:
                assert headers["from"] == "nineward@ops.example"
                self.write(self.incident(key), {**ALICE, "summary": "Nineward"}, given["note"]["content"])
                return _answer(200, {"note": {"id": "PNOTE", "content": given["note"]["content"]}})
        return _answer(404, {"error": {"message": "Not Found"}})

    def made(self, key: str) -> list[str]:
        """A fault that returns gets a new incident under the old key: two are too many when one errand made them."""
        by_errand = Counter(one.errand for one in self.incidents if one.key == key)
        return [key] * max(by_errand.values(), default=0)

    def standing(self, ticket: str) -> Standing:
        return _STANDINGS[self.newest(ticket).status]

    def notes(self, ticket: str) -> list[str]:
        return [note for one in self.incidents if one.key == ticket for note in one.notes]

    def newest(self, key: str) -> Incident:
        """The incident of a key that is there last."""
        return [one for one in self.incidents if one.key == key][-1]

    def incident(self, key: str) -> Incident:
        """An incident by its id."""
        return next(one for one in self.incidents if one.id == key)

    def act(self, incident: Incident, agent: dict[str, Any], what: str, channel: str = "website") -> None:
        """Somebody acknowledges or resolves an incident."""
        incident.status = f"{what}d"
        self._log(incident, f"{what}_log_entry", agent, {"type": channel})

    def write(self, incident: Incident, agent: dict[str, Any], text: str) -> None:
        """Somebody writes a note."""
        incident.notes.append(text)
        self._log(incident, "annotate_log_entry", agent, {"type": "note", "summary": text})

    def run(self) -> None:
        """The events that were taken become incidents, or change them."""
        for event in self.queue:
            living = [one for one in self.incidents if one.key == event["dedup_key"] and one.status != "resolved"]
            match event["event_action"]:
                case "trigger" if not living:
                    key = f"PINC{len(self.incidents) + 1}"
                    errand = event["payload"]["custom_details"]["text"].rpartition("\n")[2]
                    self.incidents.append(Incident(key, event["dedup_key"], _date(self.now()), errand))
                    self._log(self.incidents[-1], "trigger_log_entry", SERVICE, {"type": "api"})
                case "trigger":
                    self._log(living[0], "trigger_log_entry", SERVICE, {"type": "api"})
                case "acknowledge" | "resolve" as what if living:
                    self.act(living[0], SERVICE, what, "api")
        self.queue.clear()

    def _enqueue(self, given: dict[str, Any]) -> Answer:
        payload = given.get("payload", {})
        bad = given["event_action"] == "trigger" and not (payload.get("summary") and payload.get("source"))
        if bad or len(given["dedup_key"]) > 255 or not given["routing_key"]:
            errors = ["'payload.summary' is missing or blank"]
            return _answer(400, {"status": "invalid event", "message": "Event object is invalid", "errors": errors})
        self.taken.append(given)
        self.queue.append(given)
        if not self.late:
            self.run()
        return _answer(202, {"status": "success", "message": "Event processed", "dedup_key": given["dedup_key"]})

    def _shown(self, incident: Incident) -> dict[str, Any]:
        return {
            "id": incident.id, "incident_key": incident.key, "created_at": incident.created, "status": incident.status,
            "html_url": f"https://acme.example/incidents/{incident.id}", "priority": {"summary": "P1"},
            "assignments": [{"assignee": one} for one in incident.assignees],
        }  # fmt: skip

    def _log(self, incident: Incident, kind: str, agent: dict[str, Any], channel: dict[str, Any]) -> None:
        self.rows += 1
        entry = {"id": f"R{self.rows}", "type": kind, "created_at": _date(self.now()), "agent": agent}
        incident.log.append(entry | {"channel": channel})


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _answer(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()
