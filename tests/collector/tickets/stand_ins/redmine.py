"""A Redmine as 5.0.4 answers: unknown filters and forbidden statuses are dropped without a word."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

STATUSES = ["New", "In Progress", "Resolved", "Feedback", "Closed", "Rejected"]
PRIORITIES = ["Low", "Normal", "High", "Urgent", "Immediate"]
STANDINGS = [
    Standing.OPEN, Standing.STARTED, Standing.RESOLVED, Standing.PAUSED, Standing.CLOSED, Standing.CLOSED,
]  # fmt: skip
USERS = {"a secret": (6, "Nine Ward"), "alice": (5, "Alice Li")}
"""Users by key. Tests resolve every secret of the settings to ``a secret``."""

FIELDS = 3
"""How many custom fields there are."""


@dataclass
class Issue:
    """One issue, its journals and its author."""

    author: tuple[int, str]
    created: str
    subject: str
    description: str
    priority: int
    tracker: int
    fields: dict[int, str]
    status: int = 1
    assigned: int | None = None
    journals: list[dict[str, Any]] = field(default_factory=list)


class StandIn(Server):
    """``allowed`` are the statuses that the workflow allows. Any key that is not known is Nineward's."""

    OPTIONS: ClassVar[dict[str, Any]] = {
        "kind": "redmine", "url": "http://redmine.example", "project": "ops", "token": {"env": "S"},
        "tracker": "Support", "fields": {"2": "{target.labels.site}"}, "satisfaction": 3,
        "pauses": {"Feedback": "customer"},
    }  # fmt: skip

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.issues: list[Issue] = []
        self.allowed = set(range(1, 7))
        self._journals = 0

    def made(self, key: str) -> list[str]:
        return [str(number) for number, issue in enumerate(self.issues, 1) if f"[{key}]" in issue.description]

    def standing(self, ticket: str) -> Standing:
        return STANDINGS[self.issues[int(ticket) - 1].status - 1]

    def notes(self, ticket: str) -> list[str]:
        return [row["notes"] for row in self.issues[int(ticket) - 1].journals if row["notes"]]

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        user = USERS.get(headers.get("x-redmine-api-key", ""), USERS["a secret"])
        found = re.fullmatch(r"/issues/(\d+)\.json", path)
        match method, path:
            case "GET", "/issue_statuses.json":
                return _told(issue_statuses=[_status(each) for each in range(1, 7)])
            case "GET", "/enumerations/issue_priorities.json":
                rows = [{"id": n, "name": name, "is_default": n == 2} for n, name in enumerate(PRIORITIES, 1)]
                return _told(issue_priorities=rows)
            case "GET", "/projects/ops.json":
                trackers = [{"id": 1, "name": "Bug"}, {"id": 3, "name": "Support"}]
                return _told(project={"id": 1, "identifier": "ops", "trackers": trackers})
            case "GET", "/users/5.json":
                return _told(user={"id": 5, "firstname": "Alice", "lastname": "Li"})
            case "GET", "/issues.json":
                return self._search(query)
            case "POST", "/issues.json":
                return self._make(user, json.loads(body)["issue"])
            case _ if found and 1 <= int(found[1]) <= len(self.issues):
                issue = self.issues[int(found[1]) - 1]
                if method == "PUT":
                    return self._change(issue, user, json.loads(body)["issue"])
                return _told(issue=self._shown(int(found[1]), issue, query))
        return 404, {}, b""

    def change(self, ticket: str, user: str, **change: Any) -> None:
        """Somebody changes an issue."""
        self._change(self.issues[int(ticket) - 1], USERS[user], change)

    def _search(self, query: dict[str, str]) -> Answer:
        numbered = list(enumerate(self.issues, 1))
        if query.get("f[]") == "description" and query.get("op[description]") == "~":
            wanted = query["v[description][]"].lower()
            numbered = [(number, issue) for number, issue in numbered if wanted in issue.description.lower()]
        if query.get("status_id") != "*":
            numbered = [(number, issue) for number, issue in numbered if issue.status < 5]
        shown = [self._shown(number, issue, {}) for number, issue in numbered[: int(query.get("limit", 25))]]
        return _told(issues=shown, total_count=len(numbered), offset=0)

    def _make(self, user: tuple[int, str], given: dict[str, Any]) -> Answer:
        if given.get("project_id") != "ops" or not given.get("subject"):
            return 422, {}, b'{"errors":["Project cannot be blank"]}'
        fields = {each["id"]: each["value"] for each in given.get("custom_fields", []) if each["id"] <= FIELDS}
        description = given.get("description", "").replace("\n", "\r\n")
        issue = Issue(
            user, self._date(), given["subject"], description, given.get("priority_id", 2),
            given.get("tracker_id", 1), fields,
        )  # fmt: skip
        self.issues.append(issue)
        _, headers, body = _told(issue=self._shown(len(self.issues), issue, {}))
        return 201, headers, body

    def _change(self, issue: Issue, user: tuple[int, str], given: dict[str, Any]) -> Answer:
        details: list[dict[str, Any]] = []
        if given.get("status_id", issue.status) != issue.status and given["status_id"] in self.allowed:
            details.append(_detail("status_id", issue.status, given["status_id"]))
            issue.status = given["status_id"]
        if given.get("assigned_to_id", issue.assigned) != issue.assigned:
            details.append(_detail("assigned_to_id", issue.assigned, given["assigned_to_id"]))
            issue.assigned = given["assigned_to_id"]
        for each in given.get("custom_fields", []):
            details.append({"property": "cf", "name": str(each["id"]), "old_value": None, "new_value": each["value"]})
        if details or given.get("notes"):
            self._journals += 1
            issue.journals.append(
                {
                    "id": self._journals,
                    "user": {"id": user[0], "name": user[1]},
                    "notes": given.get("notes", ""),
                    "created_on": self._date(),
                    "private_notes": False,
                    "details": details,
                }
            )
        return 204, {}, b""

    def _shown(self, number: int, issue: Issue, query: dict[str, str]) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": number, "project": {"id": 1, "name": "Ops"}, "tracker": {"id": issue.tracker},
            "status": _status(issue.status), "author": {"id": issue.author[0], "name": issue.author[1]},
            "priority": {"id": issue.priority, "name": PRIORITIES[issue.priority - 1]}, "subject": issue.subject,
            "description": issue.description, "created_on": issue.created,
            "custom_fields": [{"id": each, "value": issue.fields.get(each)} for each in range(1, FIELDS + 1)],
        }  # fmt: skip
        if issue.assigned is not None:
            shown["assigned_to"] = {"id": issue.assigned, "name": "Alice Li"}
        wanted = query.get("include", "")
        if "journals" in wanted:
            shown["journals"] = issue.journals
        if "allowed_statuses" in wanted:
            shown["allowed_statuses"] = [_status(each) for each in sorted({issue.status, *self.allowed})]
        return shown

    def _date(self) -> str:
        return datetime.fromtimestamp(self.now() // 1000, UTC).isoformat().replace("+00:00", "Z")


def _status(number: int) -> dict[str, Any]:
    return {"id": number, "name": STATUSES[number - 1], "is_closed": number > 4}


def _detail(name: str, old: int | None, new: int | None) -> dict[str, Any]:
    told = [None if value is None else str(value) for value in (old, new)]
    return {"property": "attr", "name": name, "old_value": told[0], "new_value": told[1]}


def _told(**table: Any) -> Answer:
    return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(table).encode()
