"""``request_tracker``: tickets in Request Tracker 5 through REST2 (RT/REST2.pm and RT/REST2/ of its source).

Guarantee: exactly one ticket. It refers to the incident's correlation key as to an address (``RefersTo``): RT commits
that link together with the ticket, moves it along when tickets are merged, and finds it in its tables without an index
that could lag. After a try of unknown outcome the ticket is looked up by it before another is made.

RT answers 200 to a change that it did not make, with the reason among messages in the user's language. So what was
changed is read back.
"""

import base64
import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from collector.histories.request_tracker import MESSAGES, NOBODY, History, Meaning, instant, moments, owners, standing
from collector.remote.hooks import by_token, table_of
from collector.remote.http import Answer, Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.templates import checked, filled
from collector.remote.written import text, title
from collector.tickets.ticket_system import MINUTE, Call, Remote, Standing, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.secret import Secret

_STATUSES = {
    "new": Standing.OPEN,
    "open": Standing.STARTED,
    "stalled": Standing.PAUSED,
    "resolved": Standing.RESOLVED,
    "rejected": Standing.CLOSED,
    "deleted": Standing.CLOSED,
}
"""The statuses of RT's lifecycle ``default``."""

_PRIORITIES = {"urgent": 100, "important": 50, "general": 0}
"""High, Medium and Low of RT's ``%PriorityAsString``."""

_OWN_FIELDS = frozenset({"Requestor", "Cc", "AdminCc", "Owner", "Due", "Starts"})
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_LONGEST_TITLE = 200
_LONGEST_TEXT = 10_000
_PAGE = 100
_MOST_PAGES = 20
_REMEMBERED = 5_000
_BREAK = re.compile(r"<br\s*/?>|</(?:p|div|li)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_CLOCKS_DIFFER = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "request_tracker"``."""

    url: str
    """RT's own address, such as https://rt.example; ``/REST/2.0`` is put behind it."""
    queue: str
    """The queue that tickets go into."""
    token: Secret | None = None
    """An authentication token of the user Nineward signs in as."""
    user: str = ""
    """The user Nineward signs in as, where there is no token."""
    password: Secret | None = None
    """That user's password."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What statuses mean that RT's default lifecycle does not have."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What a ticket waits for in a paused status: it decides whether the repair clock stands."""
    resolved: str = "resolved"
    """The status to set when the fault is over."""
    reopened: str = "open"
    """The status to set when it comes back."""
    priorities: dict[str, int] = field(default_factory=dict)
    """RT's priority for urgent, important and general."""
    fields: dict[str, str] = field(default_factory=dict)
    """Templates for custom fields, and for Requestor, Cc, AdminCc, Owner, Due and Starts."""
    satisfaction: str = ""
    """The custom field that holds a score of 1 to 5."""
    hook_secret: Secret | None = None
    """What a scrip of RT shows when it calls us."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificate of an https address is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Invalid('url: expected an address such as "https://rt.example"')
        if (self.token is None) == (self.password is None) or bool(self.user) != (self.password is not None):
            raise Invalid("token: expected either a token, or user and password")
        if self.timeout < 1:
            raise Invalid('timeout: expected at least "1ms"')
        checked("fields", self.fields)


class System(TicketSystem):
    """One queue of one RT, seen by one user."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        self._url = options.url.rstrip("/")
        signed = {"Authorization": f"token {options.token.reveal()}"} if options.token else {}
        self._http = Http(
            f"{self._url}/REST/2.0",
            timeout=options.timeout,
            now=now,
            verify=options.verify,
            headers={"Accept": "application/json", **signed},
            auth=(options.user, options.password.reveal()) if options.password else None,
        )
        self._meaning = Meaning({**_STATUSES, **options.statuses}, options.pauses)
        self._people: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        made = _table(self._http.json("POST", "/ticket", body=self._opening(telling)))
        if not str(made.get("id", "")).isdigit():
            raise RemoteError(f"{self._http.place} named no ticket: {short(json.dumps(made))}", uncertain=True)
        return self._reply(str(made["id"]), "", made)

    def find(self, telling: Telling) -> Reply | None:
        query = {"query": f"RefersTo = '{_quoted(telling.key)}'", "fields": "Status", "orderby": "id", "per_page": "2"}
        answer = _table(self._http.json("GET", "/tickets", query=query))
        found = answer.get("items")
        if not isinstance(found, list):
            raise RemoteError(f"{self._http.place} answered a search without a list.", uncertain=True)
        return self._reply(str(found[0]["id"]), str(found[0].get("Status", "")), answer) if found else None

    def note(self, telling: Telling) -> Reply:
        ticket = self._ticket(telling)
        return self._say(ticket, telling, self._get(ticket))

    def resolve(self, telling: Telling) -> Reply:
        ticket = self._ticket(telling)
        there = self._get(ticket)
        if self._standing(there) in _OVER:
            return self._reply(ticket, there["Status"], there)
        return self._move(ticket, telling, there, self._options.resolved)

    def reopen(self, telling: Telling) -> Reply:
        ticket = self._ticket(telling)
        there = self._get(ticket)
        if self._standing(there) not in _OVER:
            return self._say(ticket, telling, there)
        return self._move(ticket, telling, there, self._options.reopened)

    def test(self, telling: Telling) -> Reply:
        queue = _table(self._http.json("GET", f"/queue/{self._options.queue}"))
        refs = [link.get("ref") for link in queue.get("_hyperlinks", [])]
        if "create" not in refs:
            raise RemoteError(f"The user may not create tickets in the queue {self._options.queue!r}.", permanent=True)
        known = {each.get("name") for each in queue.get("TicketCustomFields", [])}
        wanted = {name for name in self._options.fields if name not in _OWN_FIELDS}
        missing = sorted((wanted | {self._options.satisfaction} - {""}) - known)
        if missing:
            raise RemoteError(
                f"The queue {self._options.queue!r} shows this user no custom field {', '.join(missing)}.",
                permanent=True,
            )
        self.find(telling)
        return Reply(url=self._url, raw=short(json.dumps(queue, ensure_ascii=False)))

    def preview(self, telling: Telling) -> str:
        if telling.event in ("opened", "test"):
            path, body = "ticket", self._opening(telling)
        else:
            status = {"resolved": self._options.resolved, "reopened": self._options.reopened}.get(telling.event)
            path, body = f"ticket/{telling.ticket or 'ID'}/comment", _comment(telling, status)
        return f"POST {self._url}/REST/2.0/{path}\n{json.dumps(body, ensure_ascii=False, indent=2)}"

    def read(self, ticket: str) -> Remote | None:
        answer = self._http.ask("GET", f"/ticket/{ticket}", fine=(404,))
        if answer.status == 404:
            return None
        there = self._parsed(answer)
        owner = there["Owner"]["id"]
        scores = [each["id"] for each in there.get("CustomFields", []) if each["name"] == self._options.satisfaction]
        meaning = Meaning(self._meaning.statuses, self._meaning.pauses, str(scores[0]) if scores else "")
        return Remote(
            ticket,
            self._standing(there),
            there["Status"],
            self._address(ticket),
            "" if owner == NOBODY else owner,
            str(there.get("Priority", "")),
            moments(self._history(ticket, there), meaning),
        )

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        """A scrip's call: the secret in ``x-nineward-secret``, the ticket's number in the body."""
        by_token(headers, "x-nineward-secret", self._options.hook_secret)
        ticket = str(table_of(body).get("ticket", ""))
        if not ticket.isdigit():
            raise Invalid('The call names no ticket: expected {"ticket": 123}.')
        return Call((ticket,))

    def _opening(self, telling: Telling) -> dict[str, Any]:
        given = {name: filled(template, telling) for name, template in self._options.fields.items()}
        priority = {**_PRIORITIES, **self._options.priorities}.get(telling.facts["incident"].get("priority", ""))
        return {
            "Queue": self._options.queue,
            "Subject": title(telling, _LONGEST_TITLE),
            "Content": text(telling),
            "ContentType": "text/plain",
            "RefersTo": [telling.key],
            **({} if priority is None else {"Priority": priority}),
            **{name: value for name, value in given.items() if name in _OWN_FIELDS and value},
            "CustomFields": {name: value for name, value in given.items() if name not in _OWN_FIELDS and value},
        }

    def _ticket(self, telling: Telling) -> str:
        """The ticket's number: as it was told, or looked up."""
        if telling.ticket:
            return telling.ticket
        found = self.find(telling)
        if found is None:
            raise RemoteError(f"{self._http.place} has no ticket for {telling.key}.", permanent=True)
        return found.ticket

    def _get(self, ticket: str) -> dict[str, Any]:
        return _table(self._http.json("GET", f"/ticket/{ticket}"))

    def _standing(self, there: Mapping[str, Any]) -> Standing:
        return standing(str(there["Status"]), self._meaning.statuses)

    def _say(self, ticket: str, telling: Telling, there: Mapping[str, Any]) -> Reply:
        if not self._said(ticket, telling, there):
            self._http.json("POST", f"/ticket/{ticket}/comment", body=_comment(telling))
        return self._reply(ticket, there["Status"], there)

    def _move(self, ticket: str, telling: Telling, there: Mapping[str, Any], status: str) -> Reply:
        """Set a status together with the comment that says why, and see that it was set."""
        if self._said(ticket, telling, there):
            answer = self._http.json("PUT", f"/ticket/{ticket}", body={"Status": status})
        else:
            answer = self._http.json("POST", f"/ticket/{ticket}/comment", body=_comment(telling, status))
        now = self._get(ticket)
        if (self._standing(now) in _OVER) != (standing(status, self._meaning.statuses) in _OVER):
            raise RemoteError(
                f"Ticket {ticket} stays {now['Status']!r}, not {status!r}: {short(json.dumps(answer))}", permanent=True
            )
        return self._reply(ticket, now["Status"], now)

    def _said(self, ticket: str, telling: Telling, there: Mapping[str, Any]) -> bool:
        """Whether a try of unknown outcome has written its comment."""
        if telling.tried is None:
            return False
        author, since = there["Creator"]["id"], telling.tried - _CLOCKS_DIFFER
        rows = [row for row in self._rows(ticket) if row["Type"] == "Comment" and row["Creator"]["id"] == author]
        late = [row for row in rows if instant(row["Created"]) >= since]
        return any(telling.reference in self._written(str(row["id"])) for row in reversed(late))

    def _history(self, ticket: str, there: Mapping[str, Any]) -> History:
        rows, author = self._rows(ticket), str(there["Creator"]["id"])
        for row in rows:
            if row["Type"] in MESSAGES and row["Creator"]["id"] != author:
                self._written(str(row["id"]))
        for change in owners(rows):
            self._name(str(change["NewValue"]))
        requestors = frozenset(str(each["id"]) for each in there.get("Requestor", []))
        return History(rows, author, requestors, self._people, self._texts)

    def _rows(self, ticket: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            query = {"fields": "Type,Creator,Created,Field,OldValue,NewValue", "per_page": _PAGE, "page": page}
            items = _table(self._http.json("GET", f"/ticket/{ticket}/history", query=query)).get("items", [])
            rows += items
            if len(items) < _PAGE:
                break
        return sorted(rows, key=lambda row: int(row["id"]))

    def _written(self, transaction: str) -> str:
        """The text of a message, which never changes; big attachments are not fetched."""
        if transaction not in self._texts:
            query = {"fields": "ContentType,Filename"}
            parts = _table(self._http.json("GET", f"/transaction/{transaction}/attachments", query=query))["items"]
            plain = [part for part in parts if part["ContentType"] == "text/plain" and not part.get("Filename")]
            rich = [part for part in parts if part["ContentType"] == "text/html" and not part.get("Filename")]
            _keep(self._texts, transaction, self._content((plain or rich)[0]["id"]) if plain or rich else "")
        return self._texts[transaction]

    def _content(self, attachment: str) -> str:
        """A text attachment, as plain text. RT keeps texts in UTF-8 and tells them in base 64."""
        told = _table(self._http.json("GET", f"/attachment/{attachment}"))
        words = base64.b64decode(str(told.get("Content") or "")).decode("utf-8", "replace")
        if told.get("ContentType") == "text/html":
            words = html.unescape(_TAG.sub("", _BREAK.sub("\n", words)))
        return words.strip()[:_LONGEST_TEXT]

    def _name(self, user: str) -> None:
        if user not in self._people:
            answer = self._http.ask("GET", f"/user/{user}", fine=(403, 404))
            known = self._parsed(answer) if answer.status == 200 else {}
            _keep(self._people, user, str(known.get("Name") or user))

    def _parsed(self, answer: Answer) -> dict[str, Any]:
        try:
            return _table(answer.json())
        except ValueError:
            raise RemoteError(f"{self._http.place} answered with no JSON: {short(answer.text)}") from None

    def _reply(self, ticket: str, status: str, raw: Any) -> Reply:
        return Reply(ticket, self._address(ticket), status, short(json.dumps(raw, ensure_ascii=False)))

    def _address(self, ticket: str) -> str:
        return f"{self._url}/Ticket/Display.html?id={ticket}"


def _comment(telling: Telling, status: str | None = None) -> dict[str, Any]:
    said = {"Content": text(telling), "ContentType": "text/plain"}
    return {**said, "Status": status} if status else said


def _quoted(value: str) -> str:
    """A value as it stands between apostrophes in RT's query language."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _table(found: Any) -> dict[str, Any]:
    """An answer that has to be a JSON object."""
    if not isinstance(found, dict):
        raise RemoteError(f"Request Tracker answered with no object: {short(str(found))}", uncertain=True)
    return found


def _keep(memory: dict[str, str], key: str, value: str) -> None:
    """Remember what does not change, without growing for ever."""
    if len(memory) >= _REMEMBERED:
        memory.clear()
    memory[key] = value
