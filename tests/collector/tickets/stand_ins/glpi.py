"""GLPI as its documentation and source describe it: sessions, tickets, follow-ups, solutions, a log, a search.

What is unpleasant about it: sessions are forgotten, dates have no zone, ``_`` means any sign in a search, a status
that the profile does not allow is left out without a word, and errors are lists of two words.
"""

import html
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

OURS = 3
ALICE = 7
_USERS = {OURS: "nineward", ALICE: "alice"}
_CLOCK = ZoneInfo("Asia/Shanghai")
_STANDINGS = {1: Standing.OPEN, 4: Standing.PAUSED, 5: Standing.RESOLVED, 6: Standing.CLOSED}
_SUB = ("Log", "ITILFollowup", "ITILSolution", "Ticket_User", "TicketSatisfaction")


class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "glpi",
        "url": "http://desk.example",
        "user_token": {"env": "S"},
        "app_token": {"env": "S"},
        "tz": "Asia/Shanghai",
        "hook_secret": {"env": "S"},
        "pauses": {"4": "customer"},
    }

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.tickets: dict[int, dict[str, Any]] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _SUB}
        self.allowed = True
        self._sessions = 0
        self._session = ""

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if method == "GET" and body:
            return _refused(400, "ERROR_JSON_PAYLOAD_FORBIDDEN")
        parts = path.removeprefix("/apirest.php/").split("/")
        if parts == ["initSession"]:
            return self._sign_in(headers)
        if not self._session or headers.get("session-token") != self._session:
            return _refused(401, "ERROR_SESSION_TOKEN_INVALID")
        given = json.loads(body)["input"] if body else {}
        try:
            return self._asked(method, parts, query, given)
        except KeyError:
            return _refused(404, "ERROR_ITEM_NOT_FOUND")

    def made(self, key: str) -> list[str]:
        return [str(number) for number, one in self.tickets.items() if f"[{key}]" in one["content"]]

    def standing(self, ticket: str) -> Standing:
        return _STANDINGS.get(self.tickets[int(ticket)]["status"], Standing.STARTED)

    def notes(self, ticket: str) -> list[str]:
        rows = [*self.rows["ITILFollowup"], *self.rows["ITILSolution"]]
        return [str(row["content"]) for row in rows if row["items_id"] == int(ticket)]

    def forget(self) -> None:
        """End all sessions, as GLPI does after a while."""
        self._session = ""

    def change(self, ticket: int, by: int, status: int) -> None:
        """Somebody sets a status."""
        there = self.tickets[ticket]
        self.log(ticket, by, 12, str(there["status"]), str(status))
        there["status"] = status

    def log(self, ticket: int, by: int, option: int, old: str, new: str) -> None:
        """A line in the ticket's history; ``by`` 0 is an automatic action."""
        name = f"{_USERS[by]} ({by})" if by else "cron_closeticket"
        more = {"user_name": name, "id_search_option": option, "old_value": old, "new_value": new}
        self._add("Log", ticket, date_mod=self._date(), **more)

    def write(self, kind: str, ticket: int, by: int, content: str) -> int:
        """Somebody writes a follow-up or a solution."""
        more = {"users_id": by, "content": content, "date": self._date(), "is_private": 1}
        return self._add(kind, ticket, **more)

    def assign(self, ticket: int, user: int) -> None:
        """Somebody takes the ticket."""
        self._add("Ticket_User", ticket, users_id=user, type=2)
        self.log(ticket, user, 5, "", f"{_USERS[user]} ({user})")
        self.change(ticket, user, 2)

    def score(self, ticket: int, value: int) -> None:
        """Who asked says how content he is."""
        self._add("TicketSatisfaction", ticket, satisfaction=value, date_answered=self._date())

    def _asked(self, method: str, parts: list[str], query: dict[str, str], given: dict[str, Any]) -> Answer:
        match method, parts:
            case "GET", ["killSession"]:
                self._session = ""
                return _answer(200, True)
            case "GET", ["getFullSession"]:
                return _answer(200, {"session": {"glpiID": OURS, "glpiname": _USERS[OURS]}})
            case "GET", ["getActiveProfile"]:
                return _answer(200, {"active_profile": {"name": "Technician"}})
            case "GET", ["listSearchOptions", "Ticket"]:
                return _answer(200, _SEARCH_OPTIONS)
            case "GET", ["search", "Ticket"]:
                return self._search(query)
            case "POST", ["Ticket"]:
                return self._create(given)
            case "GET", ["Ticket", key]:
                return _answer(200, self.tickets[int(key)])
            case "PUT", ["Ticket", key]:
                if "status" in given and self.allowed:
                    self.change(int(key), OURS, given["status"])
                return _answer(200, [{key: True, "message": ""}])
            case "POST", ["ITILFollowup" | "ITILSolution" as kind]:
                number = self.write(kind, int(given["items_id"]), OURS, html.escape(given["content"]))
                if kind == "ITILSolution" and self.allowed:
                    self.change(int(given["items_id"]), OURS, 5)
                return _answer(201, {"id": number, "message": ""})
            case "GET", ["Ticket", key, kind]:
                return _answer(200, [row for row in self.rows[kind] if row["items_id"] == int(key)])
            case "GET", ["User", key]:
                return _answer(200, {"id": int(key), "name": _USERS[int(key)]})
        return _refused(400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM")

    def _sign_in(self, headers: dict[str, str]) -> Answer:
        if not headers.get("authorization", "").startswith("user_token ") or not headers.get("app-token"):
            return _refused(401, "ERROR_GLPI_LOGIN_USER_TOKEN")
        self._sessions += 1
        self._session = f"session-{self._sessions}"
        return _answer(200, {"session_token": self._session})

    def _create(self, given: dict[str, Any]) -> Answer:
        if not given.get("name") or not given.get("content"):
            return _refused(400, "ERROR_GLPI_ADD")
        number = len(self.tickets) + 1
        # Stored with its signs encoded once more, as GLPI does up to version 9.5.
        stored = {**given, "content": html.escape(given["content"])}
        self.tickets[number] = {"id": number, "status": 1, "priority": 5, "is_deleted": 0, **stored}
        return _answer(201, {"id": number, "message": ""})

    def _search(self, query: dict[str, str]) -> Answer:
        if query["criteria[0][field]"] != "21" or query["criteria[0][searchtype]"] != "contains":
            return _refused(400, "ERROR_SEARCH")
        wanted = re.compile(re.escape(query["criteria[0][value]"]).replace("_", "."))
        found = [one for one in self.tickets.values() if wanted.search(one["content"])]
        rows = [{"1": one["name"], "2": one["id"], "80": "Root entity"} for one in found]
        return _answer(200, {"totalcount": len(rows), "count": len(rows), **({"data": rows} if rows else {})})

    def _add(self, kind: str, ticket: int, **more: Any) -> int:
        rows = self.rows[kind]
        rows.append({"id": len(rows) + 1, "items_id": ticket, **more})
        return len(rows)

    def _date(self) -> str:
        return datetime.fromtimestamp(self.now() // 1000, _CLOCK).strftime("%Y-%m-%d %H:%M:%S")


_SEARCH_OPTIONS = {
    "common": {"name": "Characteristics"},
    "1": {"name": "Title", "table": "glpi_tickets", "field": "name"},
    "2": {"name": "ID", "table": "glpi_tickets", "field": "id"},
    "12": {"name": "Status", "table": "glpi_tickets", "field": "status"},
    "21": {"name": "Description", "table": "glpi_tickets", "field": "content"},
    "62": {"name": "Satisfaction", "table": "glpi_ticketsatisfactions", "field": "satisfaction"},
}


def _answer(status: int, table: Any) -> Answer:
    return status, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps(table).encode()


def _refused(status: int, word: str) -> Answer:
    return _answer(status, [word, "see the documentation"])
