"""iTop as its source describes it: objects, stimuli, logs, a change log that not everybody may read.

What is unpleasant about it: everything is answered with 200, fields that a state demands stop a stimulus, another one
may fall without a word, a failing trigger is told as an error after the ticket was made, dates have no zone.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server

OURS = "7"
ALICE = "12"
_PEOPLE = {OURS: "Nine Ward", ALICE: "Alice Ash", "0": ""}
_CLOCK = ZoneInfo("Asia/Shanghai")
_STANDINGS = {
    "new": Standing.OPEN, "assigned": Standing.ACKNOWLEDGED, "pending": Standing.PAUSED,
    "resolved": Standing.RESOLVED, "closed": Standing.CLOSED,
}  # fmt: skip
_TRANSITIONS = {
    "new": {"ev_assign": "assigned", "ev_autoresolve": "resolved"},
    "assigned": {"ev_pending": "pending", "ev_resolve": "resolved", "ev_autoresolve": "resolved"},
    "pending": {"ev_assign": "assigned", "ev_autoresolve": "resolved"},
    "resolved": {"ev_close": "closed", "ev_reopen": "assigned"},
    "closed": {},
}
_DATED = {"ev_assign": "assignment_date", "ev_pending": "last_pending_date", "ev_close": "close_date"}


class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "itop",
        "url": "http://desk.example",
        "organization": "Operator's",
        "caller": "noc@ops.example",
        "user": "nineward",
        "password": {"env": "S"},
        "tz": "Asia/Shanghai",
        "hook_secret": {"env": "S"},
        "pauses": {"pending": "customer"},
    }

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.tickets: dict[int, dict[str, Any]] = {}
        self.changes: list[dict[str, Any]] = []
        self.readable = True
        self.demanded: tuple[str, ...] = ()
        self.falls = False
        self.trigger = ""

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if path != "/webservices/rest.php" or method != "POST" or query.get("version") != "1.3":
            return 404, {}, b"not found"
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if form.get("auth_user") != "nineward" or not form.get("auth_pwd"):
            return _answer(1, "Error: Invalid login")
        try:
            return self._asked(json.loads(form["json_data"]))
        except ValueError as wrong:
            return _answer(100, f"Error: {wrong}")

    def made(self, key: str) -> list[str]:
        return [str(number) for number, one in self.tickets.items() if f"[{key}]" in one["description"]]

    def standing(self, ticket: str) -> Standing:
        return _STANDINGS[self.tickets[int(ticket)]["status"]]

    def notes(self, ticket: str) -> list[str]:
        return [entry["message"] for entry in self.tickets[int(ticket)]["private_log"]["entries"]]

    def set(self, ticket: int, by: str, **fields: Any) -> None:
        """Somebody changes fields of a ticket."""
        there = self.tickets[ticket]
        for name, value in fields.items():
            if name in ("public_log", "private_log"):
                entry = {"date": self._date(), "user_login": _PEOPLE[by], "user_id": by, "message": value["message"]}
                there[name]["entries"].append(entry)
            else:
                self._log(ticket, by, name, there.get(name, ""), value)
                there[name] = value
        there["agent_id_friendlyname"] = _PEOPLE[there["agent_id"]]

    def stimulate(self, ticket: int, by: str, stimulus: str) -> None:
        """Somebody moves a ticket on. Raises ValueError where its state does not allow it."""
        there = self.tickets[ticket]
        target = _TRANSITIONS[there["status"]].get(stimulus)
        if target is None:
            raise ValueError(f"Invalid stimulus: '{stimulus}' on the object in state '{there['status']}'")
        missing = [name for name in self.demanded if target == "resolved" and not there.get(name)]
        if missing:
            raise ValueError(f"Missing mandatory attribute(s) for applying the stimulus: {', '.join(missing)}.")
        there[_DATED.get(stimulus, "resolution_date") if stimulus != "ev_reopen" else "reopened"] = self._date()
        self._log(ticket, by, "status", there["status"], target)
        there["status"] = target

    def _asked(self, call: dict[str, Any]) -> Answer:
        match call["operation"]:
            case "list_operations":
                return _answer(0, "Operations: 2", operations=[{"verb": "core/create"}])
            case "core/create":
                return self._create(call["fields"])
            case "core/get" if call["class"] == "CMDBChangeOp":
                return self._change_log(call["key"])
            case "core/get":
                return self._get(call)
            case "core/update":
                self.set(call["key"], OURS, **{name: _item(value) for name, value in call["fields"].items()})
                return self._objects("updated", [call["key"]])
            case "core/apply_stimulus":
                return self._apply(call)
        return _answer(11, "Error: Unknown verb")

    def _create(self, fields: dict[str, Any]) -> Answer:
        if "Organization" not in fields.get("org_id", "") or not fields.get("title") or not fields.get("description"):
            return _answer(100, "Error: org_id: No item found for query")
        number = len(self.tickets) + 1
        logs: dict[str, Any] = {"public_log": {"entries": []}, "private_log": {"entries": []}}
        empty = {"agent_id": "0", "agent_id_friendlyname": "", "user_satisfaction": ""}
        dates = dict.fromkeys(("assignment_date", "last_pending_date", "resolution_date", "close_date"), "")
        self.tickets[number] = {
            "ref": f"I-{number:06}", "status": "new", "priority": "1", **empty, **dates, **logs, **fields,
        }  # fmt: skip
        self._add(number, OURS, "CMDBChangeOpCreate")
        if self.trigger:
            return _answer(100, f"Error: {self.trigger}")
        return self._objects("created", [number])

    def _get(self, call: dict[str, Any]) -> Answer:
        key = call["key"]
        if isinstance(key, int):
            return self._objects("", [key] if key in self.tickets else [])
        if key.startswith(("SELECT Organization", "SELECT Person")):
            found = "Operator\\'s" in key or "noc@ops.example" in key
            objects = {"x::1": {"code": 0, "message": "", "class": "x", "key": "1", "fields": {"id": "1"}}}
            return _answer(0, "Found", objects=objects if found else None)
        wanted = re.fullmatch(r"SELECT Incident WHERE description LIKE '%(.*)%'", key)
        if wanted is None:
            return _answer(100, "Error: Query failed to execute")
        form = re.compile(re.escape(wanted[1]).replace("_", "."))
        return self._objects("", [number for number, one in self.tickets.items() if form.search(one["description"])])

    def _apply(self, call: dict[str, Any]) -> Answer:
        if self.falls:
            return _answer(0, "", objects=None)
        plain = {name: value for name, value in call["fields"].items() if name != "private_log"}
        before = dict(self.tickets[call["key"]])
        self.tickets[call["key"]] |= plain
        try:
            self.stimulate(call["key"], OURS, call["stimulus"])
        except ValueError:
            self.tickets[call["key"]] = before
            raise
        self.set(call["key"], OURS, **{name: _item(one) for name, one in call["fields"].items() if name not in plain})
        return self._objects("updated", [call["key"]])

    def _change_log(self, key: str) -> Answer:
        if not self.readable:
            return _answer(1, "The current user does not have enough permissions for exporting data")
        number = int(key.rpartition(" ")[2])
        rows = [row for row in self.changes if row["objkey"] == str(number)]
        objects = {
            f"{row['finalclass']}::{row['id']}": {
                "code": 0, "message": "", "class": row["finalclass"], "key": row["id"], "fields": row,
            }
            for row in rows
        }  # fmt: skip
        return _answer(0, f"Found: {len(rows)}", objects=objects or None)

    def _objects(self, said: str, numbers: list[int]) -> Answer:
        objects = {
            f"Incident::{number}": {
                "code": 0, "message": said, "class": "Incident", "key": str(number),
                "fields": {"id": str(number), **self.tickets[number]},
            }
            for number in numbers
        }  # fmt: skip
        return _answer(0, f"Found: {len(objects)}", objects=objects or None)

    def _log(self, ticket: int, by: str, what: str, old: Any, new: Any) -> None:
        self._add(ticket, by, "CMDBChangeOpSetAttributeScalar", attcode=what, oldvalue=old, newvalue=new)

    def _add(self, ticket: int, by: str, kind: str, **more: Any) -> None:
        row = {"id": str(len(self.changes) + 1), "objkey": str(ticket), "finalclass": kind, "date": self._date()}
        self.changes.append({**row, "userinfo": _PEOPLE[by], "user_id": by, **more})

    def _date(self) -> str:
        return datetime.fromtimestamp(self.now() // 1000, _CLOCK).strftime("%Y-%m-%d %H:%M:%S")


def _item(value: Any) -> Any:
    return value["add_item"] if isinstance(value, dict) and "add_item" in value else value


def _answer(code: int, message: str, **more: Any) -> Answer:
    table = {"code": code, "message": message, **more}
    return 200, {"Content-Type": "application/json"}, json.dumps(table).encode()
