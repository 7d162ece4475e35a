"""Jira Service Management in Cloud: requests, their SLAs and their feedback.

Unpleasant about it: a field that the request type does not have is refused; a request begins in a status that other
projects call "in progress"; our own public comment would stop the clock of the first response.
"""

import json
from collections.abc import Callable
from typing import Any

from tests.collector.tickets.stand_ins import jira
from tests.collector.tickets.stand_ins.stand_in import Answer


class StandIn(jira.Jira):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "jira_service_management",
        "url": "http://desk.example",
        "user": "nineward@ops.example",
        "token": {"env": "S"},
        "project": "OPS",
        "request_type": "Report an outage",
        "pauses": {"Waiting": "customer"},
        "hook_secret": {"env": "S"},
    }
    API = 2
    CLOUD = True
    LAG = 180_000

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.allowed = frozenset({"summary", "description", "labels"})
        self.answered: dict[str, int] = {}
        self.ratings: dict[str, int] = {}
        self.public: list[bool] = []

    def desk(self, method: str, path: str, query: dict[str, str], given: dict[str, Any]) -> Answer:
        match method, path.removeprefix("/rest/servicedeskapi/").split("/"):
            case "GET", ["servicedesk"]:
                # The second page holds the one that is looked for.
                last = query["start"] != "0"
                values = [{"id": "7", "projectKey": "OPS"}] if last else [{"id": "1", "projectKey": "HR"}]
                return _answer(200, {"values": values, "isLastPage": last})
            case "GET", ["servicedesk", "7", "requesttype"]:
                return _answer(200, {"values": [{"id": "25", "name": "Report an outage"}], "isLastPage": True})
            case "POST", ["request"]:
                return self._request(given)
            case "POST", ["request", key, "comment"]:
                self.public.append(given["public"])
                return _answer(201, self.write(key, jira.BOT, given["body"]))
            case "GET", ["request", key, "sla"]:
                cycles = [{"stopTime": {"epochMillis": self.answered[key]}}] if key in self.answered else []
                told = {"id": "10", "name": "Time to first response", "completedCycles": cycles}
                return _answer(200, {"values": [{"id": "11", "name": "Time to resolution"}, told]})
            case "GET", ["request", key, "feedback"] if key in self.ratings:
                return _answer(200, {"type": "csat", "rating": self.ratings[key], "comment": {"body": "thanks"}})
        return _answer(404, {"errorMessage": "Not found"})

    def _request(self, given: dict[str, Any]) -> Answer:
        values = given["requestFieldValues"]
        extra = sorted(set(values) - self.allowed)
        if extra or self.wrong(values) or (given["serviceDeskId"], given["requestTypeId"]) != ("7", "25"):
            return _answer(
                400, {"errorMessage": f"Field {extra} is not valid for this request type {self.wrong(values)}"}
            )
        issue = self.add(values)
        issue.status = "2"
        return _answer(201, {"issueId": "1", "issueKey": issue.key, "currentStatus": {"status": "In Progress"}})


def _answer(status: int, body: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()
