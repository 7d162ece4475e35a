"""A receiver of signed webhooks that remembers the ids it has seen, as Standard Webhooks advises."""

import json
from collections.abc import Callable
from typing import Any

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

_STANDINGS = {"resolved": Standing.RESOLVED, "closed": Standing.CLOSED, "acknowledged": Standing.ACKNOWLEDGED}


class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "webhook",
        "url": "http://desk.example/hook",
        "secret": {"env": "S"},
    }
    CREDULOUS = True
    NOTES_ONCE = False

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        told = json.loads(body)
        self.calls.append((headers["webhook-id"], told))
        ticket = self.made(told["incident_key"])
        return 200, {"Content-Type": "application/json"}, json.dumps({"ticket_id": ticket[0]}).encode()

    def made(self, key: str) -> list[str]:
        opened = (name for name, told in self.calls if told["incident_key"] == key and told["event"] == "opened")
        return list(dict.fromkeys(opened))

    def standing(self, ticket: str) -> Standing:
        events = [told["event"] for _, told in self.calls if told["incident_key"] == self._key(ticket)]
        return _STANDINGS.get(events[-1], Standing.OPEN)

    def notes(self, ticket: str) -> list[str]:
        return [told["text"] for _, told in self.calls if told["incident_key"] == self._key(ticket)]

    def _key(self, ticket: str) -> str:
        return next(str(told["incident_key"]) for name, told in self.calls if name == ticket)
