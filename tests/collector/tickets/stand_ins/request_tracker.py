"""A Request Tracker as 5.0.3 answers through REST2: 200 also to what it refuses, no totals, texts in base 64."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

STANDINGS = {
    "new": Standing.OPEN, "open": Standing.STARTED, "stalled": Standing.PAUSED, "resolved": Standing.RESOLVED,
    "rejected": Standing.CLOSED, "deleted": Standing.CLOSED,
}  # fmt: skip
USERS = {6: "Nobody", 28: "nineward", 29: "alice"}
FIELDS = {"2": "Site", "3": "Score"}


@dataclass
class Ticket:
    """One ticket: its links, custom fields by id, and owner by id."""

    subject: str
    links: list[str]
    priority: str
    fields: dict[str, str]
    created: str
    status: str = "new"
    owner: int = 6
    transactions: list[dict[str, Any]] = field(default_factory=list)


class StandIn(Server):
    """``refused`` are statuses that the lifecycle does not let anybody set."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "kind": "request_tracker", "url": "http://rt.example/rt", "queue": "Operations", "token": {"env": "S"},
        "fields": {"Site": "{target.labels.site}", "AdminCc": "duty@example.net"}, "satisfaction": "Score",
        "pauses": {"stalled": "customer"}, "hook_secret": {"env": "S"},
    }  # fmt: skip

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.tickets: list[Ticket] = []
        self.texts: dict[int, tuple[str, str]] = {}
        self.refused: set[str] = set()
        self._transactions = 0

    def made(self, key: str) -> list[str]:
        return [str(number) for number, ticket in enumerate(self.tickets, 1) if key in ticket.links]

    def standing(self, ticket: str) -> Standing:
        return STANDINGS[self.tickets[int(ticket) - 1].status]

    def notes(self, ticket: str) -> list[str]:
        rows = self.tickets[int(ticket) - 1].transactions
        return [self.texts[row["id"]][1] for row in rows if row["Type"] in ("Comment", "Correspond")]

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if not headers.get("authorization", "").startswith("token "):
            return _told({"message": "Unauthorized"}, 401)
        path = path.removeprefix("/rt/REST/2.0")
        found = re.fullmatch(r"/(ticket|transaction|attachment|user)/(\d+)(?:/(\w+))?", path)
        match method, path:
            case "GET", "/queue/Operations":
                fields = [{"id": number, "name": name} for number, name in FIELDS.items()]
                return _told({"id": 3, "TicketCustomFields": fields, "_hyperlinks": [{"ref": "create"}]})
            case "GET", "/tickets":
                return self._search(query)
            case "POST", "/ticket":
                return self._make(json.loads(body))
        if found is None:
            return _told({"message": "Not Found"}, 404)
        number = int(found[2])
        match found[1], found[3]:
            case "user", None if number in USERS:
                return _told({"Name": USERS[number]})
            case "attachment", None:
                kind, text = self.texts[number]
                return _told({"ContentType": kind, "Content": base64.encodebytes(text.encode()).decode()})
            case "transaction", "attachments":
                return _told({"items": [{"id": str(number), "ContentType": self.texts[number][0], "Filename": ""}]})
            case "ticket", what if 1 <= number <= len(self.tickets):
                return self._ticket(method, number, what, query, body)
        return _told({"message": "Not Found"}, 404)

    def change(self, ticket: str, user: str, **change: Any) -> None:
        """Somebody changes a ticket: status, Owner (by id), Comment, Correspond, Score."""
        found = self.tickets[int(ticket) - 1]
        for name, value in change.items():
            match name:
                case "status":
                    self._move(found, user, value)
                case "Owner":
                    old, found.owner = found.owner, value
                    for kind in ("Set", "SetWatcher"):
                        self._write(found, user, kind, "Owner", str(old), str(value))
                case "Score":
                    self._write(found, user, "CustomField", "3", "", value)
                case _:
                    self._say(found, user, name, "text/html", value)

    def _ticket(self, method: str, number: int, what: str | None, query: dict[str, str], body: bytes) -> Answer:
        ticket = self.tickets[number - 1]
        match method, what:
            case "GET", None:
                return _told(self._shown(number, ticket))
            case "GET", "history":
                size, page = int(query["per_page"]), int(query["page"])
                rows = ticket.transactions[size * (page - 1) : size * page]
                return _told({"items": [{**row, "id": str(row["id"])} for row in rows], "total": None})
            case "PUT", None:
                return _told([self._move(ticket, "nineward", json.loads(body)["Status"])])
        given = json.loads(body)
        self._say(ticket, "nineward", "Comment", given["ContentType"], given["Content"])
        said = ["Comments added"]
        if "Status" in given:
            said.append(self._move(ticket, "nineward", given["Status"]))
        return _told(said, 201)

    def _search(self, query: dict[str, str]) -> Answer:
        wanted = re.fullmatch(r"RefersTo = '([^']*)'", query["query"])
        if wanted is None:
            return _told({"message": "Unknown field"}, 400)
        items = [{"id": number, "Status": self.tickets[int(number) - 1].status} for number in self.made(wanted[1])]
        return _told({"items": items[: int(query["per_page"])], "count": len(items)})

    def _make(self, given: dict[str, Any]) -> Answer:
        if given.get("Queue") != "Operations":
            return _told({"message": "No permission to create tickets in the queue"}, 403)
        fields = {number: given["CustomFields"].get(name, "") for number, name in FIELDS.items()}
        ticket = Ticket(given["Subject"], given["RefersTo"], str(given["Priority"]), fields, self._date())
        self.tickets.append(ticket)
        self._write(ticket, "nineward", "Create")
        number = len(self.tickets)
        return _told({"id": str(number), "type": "ticket", "_url": f"http://rt.example/REST/2.0/ticket/{number}"}, 201)

    def _move(self, ticket: Ticket, user: str, status: str) -> str:
        if status in self.refused or status not in STANDINGS:
            return f"Ticket: Status '{status}' isn't a valid status for this ticket."
        old, ticket.status = ticket.status, status
        self._write(ticket, user, "Status", "Status", old, status)
        return f"Status changed from '{old}' to '{status}'"

    def _say(self, ticket: Ticket, user: str, kind: str, form: str, text: str) -> None:
        self._write(ticket, user, kind)
        self.texts[self._transactions] = form, text
        if kind == "Correspond" and ticket.status == "new":
            self._move(ticket, "RT_System", "open")

    def _write(self, ticket: Ticket, user: str, kind: str, name: str = "", old: str = "", new: str = "") -> None:
        self._transactions += 1
        ticket.transactions.append(
            {
                "id": self._transactions,
                "Type": kind,
                "Creator": {"type": "user", "id": user},
                "Field": name,
                "Created": self._date(),
                "OldValue": old,
                "NewValue": new,
            }
        )

    def _shown(self, number: int, ticket: Ticket) -> dict[str, Any]:
        fields = [{"id": key, "name": name, "values": [ticket.fields[key]]} for key, name in FIELDS.items()]
        return {
            "id": number, "Status": ticket.status, "Subject": ticket.subject, "Priority": ticket.priority,
            "Creator": {"type": "user", "id": "nineward"}, "Owner": {"type": "user", "id": USERS[ticket.owner]},
            "Requestor": [], "CustomFields": fields, "Created": ticket.created,
        }  # fmt: skip

    def _date(self) -> str:
        return datetime.fromtimestamp(self.now() // 1000, UTC).isoformat().replace("+00:00", "Z")


def _told(table: Any, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(table).encode()
