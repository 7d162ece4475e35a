"""ServiceNow as documented: the Table API over incidents, their audit and their journal, events and alerts.

Unpleasant about it: a query with an unknown field finds everything; a field that the account may not write, and a state
that a rule keeps from being set, are left out of an answer of success; tables that the account may not read are 403, or
empty; a sleeping instance answers 200 with a page; events become alerts a while later.
"""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

USER = "nineward.bot"
ALICE = "alice.wu"
_NAMES = {USER: "Nineward", ALICE: "Alice Wu", "system": "System"}
_STATES = {
    "1": ("New", Standing.OPEN), "2": ("In Progress", Standing.STARTED), "3": ("On Hold", Standing.PAUSED),
    "6": ("Resolved", Standing.RESOLVED), "7": ("Closed", Standing.CLOSED), "8": ("Canceled", Standing.CLOSED),
}  # fmt: skip
_REASONS = {"1": "Awaiting Caller", "3": "Awaiting Problem", "4": "Awaiting Vendor", "5": "Awaiting Change"}
_PAGE = b"<!DOCTYPE html><html><body>Your instance is hibernating.</body></html>"


@dataclass
class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "servicenow",
        "url": "http://desk.example",
        "user": USER,
        "password": {"env": "S"},
        "hook_secret": {"env": "S"},
    }

    now: Callable[[], int]
    records: list[dict[str, str]] = field(default_factory=list)
    audit: list[dict[str, str]] = field(default_factory=list)
    journal: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, str]] = field(default_factory=list)
    alerts: list[dict[str, str]] = field(default_factory=list)
    asleep: bool = False
    hidden: frozenset[str] = frozenset()
    unwritable: frozenset[str] = frozenset()
    rows: int = 0

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if self.asleep:
            return 200, {"Content-Type": "text/html"}, _PAGE
        if not _known(headers):
            return _answer(401, {"error": {"message": "User Not Authenticated"}, "status": "failure"})
        given = json.loads(body) if body else {}
        match method, path.strip("/").split("/"):
            case "POST", ["api", "global", "em", "jsonv2"]:
                for event in given["records"]:
                    self._take(event)
                return _answer(
                    200, {"result": {"Default Bulk Endpoint": f"{len(given['records'])} events were inserted"}}
                )
            case "POST", ["api", "now", "table", "incident"]:
                return _answer(201, {"result": self._made(given)})
            case "GET", ["api", "now", "table", table]:
                if table in self.hidden:
                    return _answer(403, {"error": {"message": "Insufficient rights"}, "status": "failure"})
                return _answer(200, {"result": [_all(row) for row in self._queried(table, query)]})
            case "GET" | "PATCH", ["api", "now", "table", "incident", key]:
                found = next((row for row in self.records if row["sys_id"] == key), None)
                if found is None:
                    return _answer(404, {"error": {"message": "No Record found"}, "status": "failure"})
                if method == "GET":
                    return _answer(200, {"result": _all(found)})
                return self._patched(found, given)
        return _answer(400, {"error": {"message": "Invalid table"}, "status": "failure"})

    def made(self, key: str) -> list[str]:
        return [row["sys_id"] for row in self.records if row.get("correlation_id") == key]

    def standing(self, ticket: str) -> Standing:
        return _STATES[self.record(ticket)["state"]][1]

    def notes(self, ticket: str) -> list[str]:
        return [entry["value"] for entry in self.journal if entry["element_id"] == ticket] + [
            self.record(ticket)[name] for name in ("close_notes",) if self.record(ticket).get(name)
        ]

    def record(self, ticket: str) -> dict[str, str]:
        """A record as it is there."""
        return next(row for row in self.records if row["sys_id"] == ticket)

    def change(self, ticket: str, user: str, **given: str) -> None:
        """Somebody changes a record: what is written goes to the journal, what is changed to the audit."""
        record = self.record(ticket)
        for name, value in given.items():
            if name in ("comments", "work_notes"):
                entry = {"element_id": ticket, "element": name, "value": value, "sys_created_by": user}
                self.journal.append(entry | self._row())
            elif record.get(name, "") != value:
                row = {"tablename": "incident", "documentkey": ticket, "fieldname": name, "user": user}
                self.audit.append(row | {"oldvalue": record.get(name, ""), "newvalue": value} | self._row())
                record[name] = value
                if name == "assigned_to":
                    # People are told by their sys_id; here that is the user's name.
                    record["assigned_to.user_name"] = value
        record["sys_updated_by"] = user
        if given.get("state") == "6":
            record |= {"resolved_at": _date(self.now()), "resolved_by": user}
        if given.get("state") == "7":
            record |= {"closed_at": _date(self.now()), "closed_by": user}

    def _made(self, given: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in given.items() if name not in self.unwritable}
        row = self._row()
        record = {"number": f"INC{10000 + len(self.records):07d}", "state": "1", "priority": "3", "reopen_count": "0"}
        self.records.append(record | {"correlation_id": ""} | row | kept | {"sys_updated_by": USER})
        return self.records[-1]

    def _patched(self, record: dict[str, str], given: dict[str, str]) -> Answer:
        if given.get("state") == "6" and not (given.get("close_code") and given.get("close_notes")):
            words = "Data Policy Exception: The following fields are mandatory: Resolution code, Resolution notes"
            return _answer(403, {"error": {"message": "Operation Failed", "detail": words}, "status": "failure"})
        kept = {name: value for name, value in given.items() if name not in self.unwritable}
        self.change(record["sys_id"], USER, **kept)
        return _answer(200, {"result": record})

    def _take(self, event: dict[str, str]) -> None:
        """An event is there at once; the alert comes with the next run of the event rules (:meth:`run`)."""
        self.events.append(event)

    def run(self) -> None:
        """The event rules make alerts of events: one for each message key."""
        for event in self.events:
            found = next((one for one in self.alerts if one["message_key"] == event["message_key"]), None)
            clear = event["severity"] == "0" or event["resolution_state"] == "Closing"
            if found is None and not clear:
                found = {"message_key": event["message_key"], "acknowledged": "false", "incident": ""} | self._row()
                self.alerts.append(found)
            if found is not None:
                found["state"] = "Closed" if clear else "Open"
        self.events.clear()

    def _queried(self, table: str, query: dict[str, str]) -> list[dict[str, str]]:
        rows = {"incident": self.records, "sys_audit": self.audit, "em_alert": self.alerts}.get(table, self.journal)
        asked = query.get("sysparm_query", "").replace("^^", "\0")
        found = [row for row in rows if all(_holds(row, part.replace("\0", "^"), rows) for part in asked.split("^"))]
        if "ORDERBYDESC" in asked:
            found = found[::-1]
        return found[: int(query["sysparm_limit"])]

    def _row(self) -> dict[str, str]:
        self.rows += 1
        return {"sys_id": f"{self.rows:032x}", "sys_created_on": _date(self.now())}


def _known(headers: dict[str, str]) -> bool:
    kind, _, encoded = headers.get("authorization", "").partition(" ")
    user = b64decode(encoded).decode().partition(":")[0] if kind == "Basic" else ""
    return user == USER or "x-sn-apikey" in headers


def _holds(row: dict[str, str], condition: str, rows: list[dict[str, str]]) -> bool:
    """One condition of an encoded query; what it does not know is no condition."""
    if condition.startswith("ORDERBY"):
        return True
    found = re.fullmatch(r"([a-z_]+)(=|IN)(.*)", condition, re.DOTALL)
    if found is None or not any(found[1] in other for other in rows):
        return True
    values = found[3].split(",") if found[2] == "IN" else [found[3]]
    return row.get(found[1], "") in values


def _all(row: dict[str, str]) -> dict[str, dict[str, str]]:
    return dict(_fields(row))


def _fields(row: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    for name, value in row.items():
        shown = value
        match name:
            case "state" if value in _STATES:
                shown = _STATES[value][0]
            case "hold_reason":
                shown = _REASONS.get(value, "")
            case "assigned_to" | "resolved_by" | "closed_by":
                shown = _NAMES.get(value, value)
            case "priority":
                shown = {"1": "1 - Critical", "2": "2 - High", "3": "3 - Moderate"}.get(value, value)
        yield name, {"value": value, "display_value": shown}


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _answer(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()
