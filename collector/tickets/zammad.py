"""``zammad``: tickets in Zammad through its REST API (docs.zammad.org, and app/controllers of its source).

Guarantee: exactly one ticket. The incident's correlation key is the subject of the ticket's first article, which Zammad
commits together with the ticket. It is looked up by a condition without a query: such a search reads the tables, not
the index, so it does not lag (app/models/concerns/can_search.rb). A condition that Zammad does not understand finds
every ticket, so what was found is read and compared.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from collector.histories.zammad import History, Meaning, instant, moments, standing
from collector.remote.hooks import by_hmac, table_of
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.templates import checked, filled
from collector.remote.written import text, title
from collector.tickets.ticket_system import Call, Remote, Standing, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.secret import Secret

_STATES = {
    "new": Standing.OPEN,
    "open": Standing.STARTED,
    "pending reminder": Standing.PAUSED,
    "pending close": Standing.PAUSED,
    "closed": Standing.RESOLVED,
    "merged": Standing.CLOSED,
    "removed": Standing.CLOSED,
}
"""The states that Zammad comes with (db/seeds/ticket_states.rb)."""

_PRIORITIES = {"urgent": "3 high", "important": "2 normal", "general": "1 low"}
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_LONGEST_TITLE = 250
_LOOKED_AT = 5
"""So many tickets of an answer are read to see whether they are meant."""


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "zammad"``."""

    url: str
    """Zammad's own address, such as https://desk.example; ``/api/v1`` is put behind it."""
    group: str
    """The group that tickets go into."""
    customer: str
    """In whose name tickets are opened: the mail address of a user of Zammad."""
    token: Secret
    """An access token of the user Nineward signs in as, with the permission ticket.agent."""
    public: bool = False
    """Whether the customer sees what is written; otherwise articles are internal."""
    states: dict[str, Standing] = field(default_factory=dict)
    """What states mean that Zammad does not come with, or that are called otherwise."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What a ticket waits for in a paused state: it decides whether the repair clock stands."""
    resolved: str = "closed"
    """The state to set when the fault is over."""
    reopened: str = "open"
    """The state to set when it comes back."""
    priorities: dict[str, str] = field(default_factory=dict)
    """Zammad's priority for urgent, important and general."""
    fields: dict[str, str] = field(default_factory=dict)
    """Templates for attributes of the ticket, own ones and Zammad's."""
    satisfaction: str = ""
    """The ticket attribute that holds a score of 1 to 5."""
    hook_secret: Secret | None = None
    """The HMAC SHA1 signature token of a webhook of Zammad that calls us."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificate of an https address is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Invalid('url: expected an address such as "https://desk.example"')
        if "@" not in self.customer:
            raise Invalid("customer: expected the mail address of a user of Zammad")
        if self.timeout < 1:
            raise Invalid('timeout: expected at least "1ms"')
        checked("fields", self.fields)


class System(TicketSystem):
    """One group of one Zammad, seen by one user."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        self._url = options.url.rstrip("/")
        self._http = Http(
            f"{self._url}/api/v1",
            timeout=options.timeout,
            now=now,
            verify=options.verify,
            headers={"Accept": "application/json", "Authorization": f"Token token={options.token.reveal()}"},
        )
        self._meaning = Meaning({**_STATES, **options.states}, options.pauses, options.satisfaction)
        self._own: int | None = None

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        made = self._table(self._http.json("POST", "/tickets", query=_EXPANDED, body=self._opening(telling)))
        return self._reply(made)

    def find(self, telling: Telling) -> Reply | None:
        found = self._found(telling)
        return None if found is None else self._reply(found)

    def note(self, telling: Telling) -> Reply:
        return self._say(self._get(self._ticket(telling)), telling)

    def resolve(self, telling: Telling) -> Reply:
        there = self._get(self._ticket(telling))
        if self._standing(there) in _OVER:
            return self._reply(there)
        return self._move(there, telling, self._options.resolved)

    def reopen(self, telling: Telling) -> Reply:
        there = self._get(self._ticket(telling))
        if self._standing(there) not in _OVER:
            return self._say(there, telling)
        return self._move(there, telling, self._options.reopened)

    def test(self, telling: Telling) -> Reply:
        user = self._table(self._http.json("GET", "/users/me", query=_EXPANDED))
        access = user.get("groups")
        if isinstance(access, Mapping) and self._options.group not in access:
            raise RemoteError(
                f"The user {user.get('login', '')} has no access to the group {self._options.group!r}.", permanent=True
            )
        self._found(telling)
        return Reply(url=self._url, raw=short(json.dumps(user, ensure_ascii=False)))

    def preview(self, telling: Telling) -> str:
        body: dict[str, Any]
        if telling.event in ("opened", "test"):
            call, body = "POST /api/v1/tickets", self._opening(telling)
        else:
            state = {"resolved": self._options.resolved, "reopened": self._options.reopened}.get(telling.event)
            call = f"PUT /api/v1/tickets/{telling.ticket or 'ID'}"
            body = {**({"state": state} if state else {}), "article": self._article(telling)}
        return f"{call}\nHost: {urlsplit(self._url).netloc}\n\n{json.dumps(body, ensure_ascii=False, indent=2)}"

    def read(self, ticket: str) -> Remote | None:
        answer = self._http.ask("GET", f"/tickets/{ticket}", query=_EXPANDED, fine=(404,))
        if answer.status == 404:
            return None
        try:
            there = self._table(answer.json())
        except ValueError:
            raise RemoteError(f"{self._http.place} answered with no JSON: {short(answer.text)}") from None
        told = self._table(self._http.json("GET", f"/ticket_history/{ticket}"))
        users = (told.get("assets") or {}).get("User") or {}
        answered = there.get("first_response_at")
        history = History(
            told.get("history") or [],
            self._articles(ticket)[1:],
            {int(key): str(user.get("login") or key) for key, user in users.items()},
            self._myself(),
            instant(str(answered)) if answered else None,
        )
        owner = str(there.get("owner") or "-")
        return Remote(
            ticket,
            self._standing(there),
            str(there["state"]),
            self._address(ticket),
            "" if owner == "-" else owner,
            str(there.get("priority", "")),
            moments(history, self._meaning),
        )

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        """A webhook of Zammad: ``X-Hub-Signature: sha1=…`` over the body, and the ticket in it."""
        by_hmac(headers, "x-hub-signature", "sha1=", self._options.hook_secret, body, digest="sha1")
        ticket = table_of(body).get("ticket")
        key = str(ticket.get("id", "")) if isinstance(ticket, Mapping) else ""
        if not key.isdigit():
            raise Invalid('The call names no ticket: expected {"ticket": {"id": 123}}.')
        return Call((key,))

    def _opening(self, telling: Telling) -> dict[str, Any]:
        options = self._options
        priority = {**_PRIORITIES, **options.priorities}.get(telling.facts["incident"].get("priority", ""))
        return {
            "title": title(telling, _LONGEST_TITLE),
            "group": options.group,
            "customer": options.customer,
            **({} if priority is None else {"priority": priority}),
            **{name: said for name, template in options.fields.items() if (said := filled(template, telling))},
            "article": {**self._article(telling), "subject": telling.key},
        }

    def _article(self, telling: Telling) -> dict[str, Any]:
        # A note is never sent to anybody; an article of type "email" would be.
        return {
            "subject": telling.reference,
            "body": text(telling),
            "content_type": "text/plain",
            "type": "note",
            "sender": "Agent",
            "internal": not self._options.public,
        }

    def _found(self, telling: Telling) -> Mapping[str, Any] | None:
        query = {
            "condition[article.subject][operator]": "is",
            "condition[article.subject][value]": telling.key,
            "sort_by": "created_at",
            "order_by": "asc",
            "limit": str(_LOOKED_AT),
            **_EXPANDED,
        }
        rows = self._http.json("GET", "/tickets/search", query=query)
        if not isinstance(rows, list):
            raise RemoteError(f"{self._http.place} answered a search without a list: {short(json.dumps(rows))}")
        for row in rows:
            if any(article.get("subject") == telling.key for article in self._articles(str(row["id"]))):
                return self._table(row)
        if rows:
            raise RemoteError(
                f"{self._http.place} found tickets that do not have the key: it does not understand the search.",
                permanent=True,
            )
        return None

    def _ticket(self, telling: Telling) -> str:
        """The ticket's id: as it was told, or looked up."""
        if telling.ticket:
            return telling.ticket
        found = self._found(telling)
        if found is None:
            raise RemoteError(f"{self._http.place} has no ticket for {telling.key}.", permanent=True)
        return str(found["id"])

    def _get(self, ticket: str) -> Mapping[str, Any]:
        return self._table(self._http.json("GET", f"/tickets/{ticket}", query=_EXPANDED))

    def _say(self, there: Mapping[str, Any], telling: Telling) -> Reply:
        if not self._said(there, telling):
            body = {"ticket_id": there["id"], **self._article(telling)}
            self._http.json("POST", "/ticket_articles", body=body)
        return self._reply(there)

    def _move(self, there: Mapping[str, Any], telling: Telling, state: str) -> Reply:
        """Set a state together with the article that says why: Zammad does both or neither."""
        body: dict[str, Any] = {"state": state}
        if not self._said(there, telling):
            body["article"] = self._article(telling)
        now = self._table(self._http.json("PUT", f"/tickets/{there['id']}", query=_EXPANDED, body=body))
        if (self._standing(now) in _OVER) != (standing(state, self._meaning.states) in _OVER):
            raise RemoteError(f"Ticket {there['number']} stays {now['state']!r}, not {state!r}.", permanent=True)
        return self._reply(now)

    def _said(self, there: Mapping[str, Any], telling: Telling) -> bool:
        """Whether a try of unknown outcome has written its article."""
        if telling.tried is None:
            return False
        return any(article.get("subject") == telling.reference for article in self._articles(str(there["id"])))

    def _articles(self, ticket: str) -> list[dict[str, Any]]:
        rows = self._http.json("GET", f"/ticket_articles/by_ticket/{ticket}", query=_EXPANDED)
        if not isinstance(rows, list):
            raise RemoteError(f"{self._http.place} answered without a list of articles: {short(json.dumps(rows))}")
        return rows

    def _myself(self) -> int:
        if self._own is None:
            self._own = int(self._table(self._http.json("GET", "/users/me"))["id"])
        return self._own

    def _standing(self, there: Mapping[str, Any]) -> Standing:
        return standing(str(there["state"]), self._meaning.states)

    def _table(self, answer: Any) -> dict[str, Any]:
        """A ticket or a user: without an id it is something else, whatever the status says."""
        if isinstance(answer, dict) and ("id" in answer or "history" in answer):
            return answer
        raise RemoteError(
            f"{self._http.place} answered something else than asked: {short(json.dumps(answer))}", uncertain=True
        )

    def _reply(self, there: Mapping[str, Any]) -> Reply:
        ticket = str(there["id"])
        return Reply(ticket, self._address(ticket), str(there.get("state", "")), short(json.dumps(there)))

    def _address(self, ticket: str) -> str:
        return f"{self._url}/#ticket/zoom/{ticket}"


_EXPANDED = {"expand": "true"}
"""Names instead of the ids of states, groups and people."""
