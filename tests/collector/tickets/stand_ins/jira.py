"""Jira as documented: issues, comments, transitions, a changelog, a search by labels.

Unpleasant about it: Cloud's search shows an issue only some minutes after it was made; Data Center does not know
``search/jql``, and lets a stranger in when a token is no good, who sees nothing; statuses of a history have no
category; transitions answer 204 without a word, also where a rule of the project undoes them; names are translated.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from collector.jira.documents import document, plain
from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

BOT, ALICE = "bot", "alice"
_NAMES = {BOT: "Nineward", ALICE: "Alice Wu", "automation": "Automation for Jira"}
_STATUSES = {
    "1": ("To Do", "new", Standing.OPEN), "2": ("In Progress", "indeterminate", Standing.STARTED),
    "3": ("Waiting", "indeterminate", Standing.PAUSED), "4": ("Done", "done", Standing.RESOLVED),
    "5": ("Won't Do", "done", Standing.RESOLVED),
}  # fmt: skip


@dataclass
class Issue:
    """An issue as it is there."""

    key: str
    fields: dict[str, Any]
    made: int
    status: str = "1"
    comments: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)


class Jira(Server):
    """What every kind has."""

    API: ClassVar[int]
    CLOUD: ClassVar[bool]

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.issues: list[Issue] = []
        self.known = True
        self.undoes = False
        self.offered = ["1", "2", "3", "4", "5"]
        self.required: frozenset[str] = frozenset()
        self.rows = 0

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        kind = "Basic " if self.CLOUD else "Bearer "
        if not headers.get("authorization", "").startswith(kind):
            return _answer(401, {"errorMessages": ["You are not authenticated."], "errors": {}})
        if not self.known:
            return 200, {"X-AUSERNAME": "anonymous"}, json.dumps({"issues": [], "total": 0}).encode()
        given = json.loads(body) if body else {}
        prefix = f"/rest/api/{self.API}/"
        if not path.startswith(prefix):
            return self.desk(method, path, query, given)
        match method, path.removeprefix(prefix).split("/"):
            case "GET", ["myself"]:
                return _answer(200, {**self.person(BOT), "displayName": "Nineward"})
            case "GET", ["status"]:
                return _answer(200, [_status(key) for key in _STATUSES])
            case "GET", ["project", key]:
                kinds = [{"name": "Task"}, {"name": "Incident"}]
                return _answer(200, {"key": key, "name": "Operations", "issueTypes": kinds})
            case "POST", ["issue"]:
                return self._create(given["fields"])
            case ("POST", ["search", "jql"]) if self.CLOUD:
                return _answer(200, {"issues": self._found(given["jql"]), "isLast": True})
            case ("POST", ["search"]) if not self.CLOUD:
                found = self._found(given["jql"])
                return _answer(200, {"issues": found, "total": len(found), "startAt": 0})
            case _, ["issue", key, *rest]:
                found_issue = next((issue for issue in self.issues if issue.key == key), None)
                if found_issue is None:
                    return _answer(404, {"errorMessages": ["Issue does not exist or you do not have permission."]})
                return self._of_issue(method, rest, query, given, found_issue)
        return _answer(404, {"errorMessages": ["null for uri"]})

    def desk(self, method: str, path: str, query: dict[str, str], given: dict[str, Any]) -> Answer:
        """The part of the service desk, where there is one."""
        return 404, {"Content-Type": "text/html"}, b"<html>Oops, you've found a dead link.</html>"

    def made(self, key: str) -> list[str]:
        return [issue.key for issue in self.issues if key in issue.fields.get("labels", ())]

    def standing(self, ticket: str) -> Standing:
        return _STATUSES[self.issue(ticket).status][2]

    def notes(self, ticket: str) -> list[str]:
        return [plain(comment["body"]) for comment in self.issue(ticket).comments]

    def issue(self, key: str) -> Issue:
        """An issue as it is there."""
        return next(issue for issue in self.issues if issue.key == key)

    def move(self, key: str, by: str, status: str) -> None:
        """Somebody moves an issue."""
        issue = self.issue(key)
        names = {"fromString": _STATUSES[issue.status][0], "toString": _STATUSES[status][0]}
        self._log(issue, by, {"field": "status", "from": issue.status, "to": status, **names})
        issue.status = status

    def assign(self, key: str, by: str, to: str) -> None:
        """Somebody gives an issue to somebody."""
        person = self.person(to)
        self.issue(key).fields["assignee"] = person
        named = person.get("accountId") or person["key"]
        self._log(self.issue(key), by, {"field": "assignee", "from": None, "to": named, "toString": _NAMES[to]})

    def write(self, key: str, by: str, text: str) -> dict[str, Any]:
        """Somebody comments."""
        self.rows += 1
        body = document(text) if self.API == 3 else text
        comment = {"id": str(self.rows), "author": self.person(by), "body": body, "created": _date(self.now())}
        self.issue(key).comments.append(comment)
        return comment

    def person(self, name: str) -> dict[str, Any]:
        """Somebody as this kind of Jira shows people."""
        shown = {"displayName": _NAMES[name]}
        if self.CLOUD:
            return {**shown, "accountId": f"5b10:{name}", "accountType": "app" if name == "automation" else "atlassian"}
        return {**shown, "name": name, "key": f"JIRAUSER1{list(_NAMES).index(name)}"}

    def add(self, fields: dict[str, Any]) -> Issue:
        """A new issue."""
        issue = Issue(f"OPS-{len(self.issues) + 1}", fields, self.now())
        self.issues.append(issue)
        return issue

    def wrong(self, fields: dict[str, Any]) -> dict[str, str]:
        """What is wrong about the fields of a new issue."""
        errors = {name: "is required." for name in self.required if name not in fields}
        summary = fields.get("summary", "")
        if not summary or "\n" in summary or len(summary) > 255:
            errors["summary"] = "The summary is invalid because it is empty, too long or contains newline characters."
        if any(" " in label for label in fields.get("labels", ())):
            errors["labels"] = "The label can't contain spaces."
        return errors

    def _create(self, fields: dict[str, Any]) -> Answer:
        errors = self.wrong(fields)
        if isinstance(fields.get("description"), dict) is not (self.API == 3):
            errors["description"] = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
        if errors:
            return _answer(400, {"errorMessages": [], "errors": errors})
        issue = self.add(fields)
        return _answer(201, {"id": str(10_000 + len(self.issues)), "key": issue.key, "self": "http://desk.example"})

    def _of_issue(
        self, method: str, rest: list[str], query: dict[str, str], given: dict[str, Any], issue: Issue
    ) -> Answer:
        match method, rest:
            case "GET", []:
                return _answer(200, self._shown(issue, "changelog" in query.get("expand", "")))
            case "GET", ["changelog"]:
                start = int(query["startAt"])
                page = issue.changes[start : start + 100]
                return _answer(200, {"values": page, "isLast": start + 100 >= len(issue.changes)})
            case "GET", ["comment"]:
                newest = issue.comments[::-1][: int(query["maxResults"])]
                return _answer(200, {"comments": newest, "total": len(issue.comments)})
            case "POST", ["comment"]:
                return _answer(201, self.write(issue.key, BOT, plain(given["body"])))
            case "GET", ["transitions"]:
                return _answer(200, {"transitions": [self._transition(key) for key in self.offered]})
            case "POST", ["transitions"]:
                status = given["transition"]["id"].removeprefix("t")
                if _STATUSES[status][1] == "done" and "resolution" not in given.get("fields", {}):
                    return _answer(400, {"errorMessages": [], "errors": {"resolution": "Resolution is required."}})
                if not self.undoes:
                    self.move(issue.key, BOT, status)
                return 204, {}, b""
        return _answer(404, {"errorMessages": ["null for uri"]})

    def _transition(self, key: str) -> dict[str, Any]:
        name, category, _ = _STATUSES[key]
        fields = {"resolution": {"required": True}} if category == "done" else {}
        return {"id": f"t{key}", "name": f"Go to {name}", "to": _status(key), "fields": fields}

    def _found(self, jql: str) -> list[dict[str, Any]]:
        wanted = re.fullmatch(r'labels = "([^"]+)" ORDER BY created ASC', jql)
        assert wanted is not None, jql
        seen = [issue for issue in self.issues if issue.made + self.LAG <= self.now()]
        return [self._shown(issue) for issue in seen if wanted[1] in issue.fields.get("labels", ())]

    def _shown(self, issue: Issue, history: bool = False) -> dict[str, Any]:
        fields = {**issue.fields, "status": _status(issue.status)}
        shown: dict[str, Any] = {"id": issue.key.removeprefix("OPS-"), "key": issue.key, "fields": fields}
        if history:
            newest = issue.changes[::-1]
            told = newest[:100] if self.CLOUD else newest
            shown["changelog"] = {"total": len(newest), "histories": told}
        return shown

    def _log(self, issue: Issue, by: str, item: dict[str, Any]) -> None:
        self.rows += 1
        issue.changes.append(
            {"id": str(self.rows), "author": self.person(by), "created": _date(self.now()), "items": [item]}
        )


def _status(key: str) -> dict[str, Any]:
    name, category, _ = _STATUSES[key]
    return {"id": key, "name": name, "statusCategory": {"key": category}}


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}+0000"


def _answer(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()
