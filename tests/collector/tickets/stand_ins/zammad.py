"""Zammad as its documentation and source describe it: tickets, articles, their history, two kinds of search.

What is unpleasant about it: a search by query goes to an index that lags, one by condition to the tables; a condition
that it does not understand finds every ticket; names that do not exist are answered with 422.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

OURS = 3
ALICE = 7
_USERS = {1: "-", OURS: "nineward@ops.example", ALICE: "alice"}
_NAMES = {1: "-", OURS: "Nine Ward", ALICE: "Alice Ash"}
_STATES = ("new", "open", "pending reminder", "pending close", "closed", "merged")
_STANDINGS = {"new": Standing.OPEN, "open": Standing.STARTED, "closed": Standing.RESOLVED, "merged": Standing.CLOSED}


@dataclass
class Ticket:
    """A ticket with its articles and history."""

    id: int
    fields: dict[str, Any]
    articles: list[dict[str, Any]] = field(default_factory=list)
    history: list[dict[str, Any]] = field(default_factory=list)


class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "zammad",
        "url": "http://desk.example",
        "group": "Network",
        "customer": "noc@ops.example",
        "token": {"env": "S"},
        "hook_secret": {"env": "S"},
        "pauses": {"pending reminder": "customer"},
    }

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.tickets: dict[int, Ticket] = {}
        self.understands = True
        self._rows = 0

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if not headers.get("authorization", "").startswith("Token token="):
            return _answer(401, {"error": "Authentication required"})
        given = json.loads(body) if body else {}
        parts = path.removeprefix("/api/v1/").split("/")
        try:
            match method, parts:
                case "GET", ["users", "me"]:
                    groups = (
                        {"groups": {"Network": ["full"]}} if query.get("expand") else {"group_ids": {"1": ["full"]}}
                    )
                    return _answer(200, {"id": OURS, "login": _USERS[OURS], **groups})
                case "POST", ["tickets"]:
                    return _answer(201, self._shown(self._create(given)))
                case "GET", ["tickets", "search"]:
                    return _answer(200, [self._shown(ticket) for ticket in self._search(query)])
                case "GET", ["tickets", key]:
                    return _answer(200, self._shown(self.tickets[int(key)]))
                case "PUT", ["tickets", key]:
                    ticket = self.tickets[int(key)]
                    self.change(ticket.id, OURS, given)
                    return _answer(200, self._shown(ticket))
                case "POST", ["ticket_articles"]:
                    return _answer(201, self.write(int(given["ticket_id"]), OURS, given))
                case "GET", ["ticket_articles", "by_ticket", key]:
                    return _answer(200, self.tickets[int(key)].articles)
                case "GET", ["ticket_history", key]:
                    assets = {"User": {str(key): {"id": key, "login": login} for key, login in _USERS.items()}}
                    return _answer(200, {"history": self.tickets[int(key)].history, "assets": assets})
        except KeyError:
            return _answer(404, {"error": "Couldn't find Ticket"})
        except ValueError as wrong:
            return _answer(422, {"error": str(wrong), "error_human": str(wrong)})
        return _answer(404, {"error": "No route matches"})

    def made(self, key: str) -> list[str]:
        return [str(one.id) for one in self.tickets.values() if one.articles[0]["subject"] == key]

    def standing(self, ticket: str) -> Standing:
        return _STANDINGS.get(self.tickets[int(ticket)].fields["state"], Standing.PAUSED)

    def notes(self, ticket: str) -> list[str]:
        return [str(article["body"]) for article in self.tickets[int(ticket)].articles[1:]]

    def change(self, ticket: int, by: int, given: dict[str, Any]) -> None:
        """Somebody changes a ticket: all of it or nothing."""
        if given.get("state", "new") not in _STATES:
            raise ValueError(f"No lookup value found for 'state': {given['state']!r}")
        there = self.tickets[ticket]
        for name, value in given.items():
            if name != "article" and there.fields.get(name) != value:
                self._log(there, by, name, there.fields.get(name), value)
                there.fields[name] = value
        if "article" in given:
            self.write(ticket, by, given["article"])

    def write(self, ticket: int, by: int, given: dict[str, Any]) -> dict[str, Any]:
        """Somebody writes an article."""
        self._rows += 1
        article = {
            "id": self._rows, "ticket_id": ticket, "created_by_id": by, "created_by": _USERS[by], "sender": "Agent",
            "type": "note", "internal": False, "created_at": _date(self.now()), **given,
        }  # fmt: skip
        there = self.tickets[ticket]
        there.articles.append(article)
        if by != OURS and not article["internal"]:
            there.fields["first_response_at"] = there.fields["first_response_at"] or article["created_at"]
        return article

    def _create(self, given: dict[str, Any]) -> Ticket:
        if given.get("group") != "Network":
            raise ValueError(f"No lookup value found for 'group': {given.get('group')!r}")
        if not given.get("article", {}).get("body"):
            raise ValueError('Need at least article: { body: "some text" }')
        key = len(self.tickets) + 1
        own = {name: value for name, value in given.items() if name != "article"}
        fields = {"state": "new", "priority": "2 normal", "owner": "-", "first_response_at": None, **own}
        self.tickets[key] = Ticket(key, fields)
        self.write(key, OURS, given["article"])
        return self.tickets[key]

    def _search(self, query: dict[str, str]) -> list[Ticket]:
        if query.get("query"):
            return []  # the index has not heard of anything yet
        wanted = query.get("condition[article.subject][value]")
        found = list(self.tickets.values())
        if self.understands and query.get("condition[article.subject][operator]") == "is":
            found = [one for one in found if any(article.get("subject") == wanted for article in one.articles)]
        return found[: int(query.get("limit", 50))]

    def _log(self, ticket: Ticket, by: int, what: str, old: Any, new: Any) -> None:
        self._rows += 1
        named = _NAMES[ALICE] if what == "owner" and new == _USERS[ALICE] else new
        row = {
            "id": self._rows, "o_id": ticket.id, "object": "Ticket", "type": "updated", "attribute": what,
            "value_from": old, "value_to": named, "created_by_id": by, "created_at": _date(self.now()),
        }  # fmt: skip
        ticket.history.append(row)

    def _shown(self, ticket: Ticket) -> dict[str, Any]:
        return {"id": ticket.id, "number": str(67000 + ticket.id), **ticket.fields}


def _date(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answer(status: int, table: Any) -> Answer:
    return status, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(table).encode()
