"""A made-up telling for the tests of ticket systems."""

from typing import Any

from collector.remote.telling import Telling
from tests.collector.rooms import START

FACTS: dict[str, Any] = {
    "text": "core-1 is down: ping: no answer",
    "actor": {"kind": "monitor", "name": "nineward"},
    "incident": {
        "id": "i_abc",
        "number": "INC-2026-000001",
        "kind": "outage",
        "state": "open",
        "priority": "urgent",
        "summary": "core-1 is down",
    },
    "target": {"id": "t_abc", "name": "core-1", "address": "192.0.2.1", "kind": "host", "labels": {"site": "杭州"}},
    "check": None,
    "agents": [],
}

TITLE = "[INC-2026-000001] core-1 is down"
BODY = "core-1 is down: ping: no answer"


def telling(event: str = "opened", sequence: int = 1, ticket: str = "") -> Telling:
    return Telling(f"i_abc.desk.{sequence}", "nineward:n1:i_abc", sequence, event, START, FACTS, ticket, TITLE, BODY)
