"""``glpi``: tickets in GLPI through its REST API (apirest.md and src/ of its source).

Guarantee: exactly one ticket. The incident's correlation key stands in the ticket's description, where GLPI's search
finds it in the tables without an index that could lag. What a search finds is read and compared, since ``_`` means any
sign there. After a try of unknown outcome the ticket is looked up before another is made.
"""

import html
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from collector.histories.glpi import ASSIGNED, History, Meaning, moments, plain, standing
from collector.remote.glpi_session import GlpiSession
from collector.remote.hooks import by_hmac, table_of
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.templates import checked, filled
from collector.remote.written import text, title
from collector.tickets.ticket_system import Call, Remote, Standing, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.period import zone
from rules.secret import Secret

_STATUSES = {
    "1": Standing.OPEN,
    "2": Standing.STARTED,
    "3": Standing.STARTED,
    "4": Standing.PAUSED,
    "5": Standing.RESOLVED,
    "6": Standing.CLOSED,
}
"""New, processing (assigned), processing (planned), pending, solved, closed (CommonITILObject)."""

_URGENCIES = {"urgent": 5, "important": 4, "general": 3}
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_LONGEST_TITLE = 250
_ALL = "0-999"
_INCIDENT = 1


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "glpi"``."""

    url: str
    """GLPI's own address, such as https://glpi.example; ``api`` is put behind it."""
    user_token: Secret
    """The API token of the user Nineward signs in as."""
    tz: str
    """The zone of GLPI's clock, such as Asia/Shanghai: it tells dates without one."""
    app_token: Secret | None = None
    """The application token of the API client, where GLPI asks for one."""
    api: str = "/apirest.php"
    """Where GLPI's REST API is; GLPI 11 has it at /api.php/v1 too."""
    entity: int | None = None
    """The entity (id) that tickets go into; without it the user's default one."""
    private: bool = True
    """Whether follow-ups are private."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What statuses (numbers as text) mean, where it is something else than usual."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What a ticket waits for in a paused status: it decides whether the repair clock stands."""
    urgencies: dict[str, int] = field(default_factory=dict)
    """GLPI's urgency for urgent, important and general."""
    fields: dict[str, str] = field(default_factory=dict)
    """Templates for fields of the ticket, such as itilcategories_id or _groups_id_assign."""
    hook_secret: Secret | None = None
    """The secret of a webhook of GLPI 11 that calls us."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificate of an https address is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Invalid('url: expected an address such as "https://glpi.example"')
        if not self.api.startswith("/"):
            raise Invalid('api: expected a path such as "/apirest.php"')
        if self.timeout < 1:
            raise Invalid('timeout: expected at least "1ms"')
        zone(self.tz)
        checked("fields", self.fields)


class System(TicketSystem):
    """One GLPI, seen by one user with its default profile and entity."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        self._url = options.url.rstrip("/")
        app = {"App-Token": options.app_token.reveal()} if options.app_token else {}
        http = Http(
            self._url + options.api.rstrip("/"),
            timeout=options.timeout,
            now=now,
            verify=options.verify,
            headers={"Accept": "application/json", "Content-Type": "application/json", **app},
        )
        self._meaning = Meaning({**_STATUSES, **options.statuses}, options.pauses, options.tz)
        self._http = http
        self._session = GlpiSession(http, options.user_token)
        self._columns: dict[str, str] = {}
        self._people: dict[str, str] = {}

    def close(self) -> None:
        self._session.close()

    def create(self, telling: Telling) -> Reply:
        made = self._session.json("POST", "/Ticket", body={"input": self._opening(telling)})
        if not isinstance(made, dict) or not str(made.get("id", "")).isdigit():
            raise RemoteError(f"{self._http.place} named no ticket: {short(json.dumps(made))}", uncertain=True)
        return self._reply(str(made["id"]), "", made)

    def find(self, telling: Telling) -> Reply | None:
        columns = self._search_options()
        query = {
            "criteria[0][field]": columns["content"],
            "criteria[0][searchtype]": "contains",
            "criteria[0][value]": _mark(telling),
            "forcedisplay[0]": columns["id"],
            "sort": columns["id"],
            "order": "ASC",
            "range": "0-9",
        }
        answer = self._session.json("GET", "/search/Ticket", query=query)
        if not isinstance(answer, dict) or "totalcount" not in answer:
            raise RemoteError(f"{self._http.place} answered a search with something else: {short(json.dumps(answer))}")
        for row in answer.get("data") or []:
            there = self._get(str(row[columns["id"]]))
            if there is not None and _mark(telling) in plain(str(there.get("content") or "")):
                return self._reply(str(there["id"]), str(there["status"]), there)
        return None

    def note(self, telling: Telling) -> Reply:
        there = self._known(telling)
        self._say(there, telling)
        return self._reply(str(there["id"]), str(there["status"]), there)

    def resolve(self, telling: Telling) -> Reply:
        there = self._known(telling)
        if self._standing(there) in _OVER:
            return self._reply(str(there["id"]), str(there["status"]), there)
        if self._said("ITILSolution", there, telling):
            self._set(there, 5)
        else:
            self._session.json("POST", "/ITILSolution", body={"input": {**_of(there), "content": _html(text(telling))}})
        return self._now_over(there, over=True)

    def reopen(self, telling: Telling) -> Reply:
        there = self._known(telling)
        self._say(there, telling)
        if self._standing(there) not in _OVER:
            return self._reply(str(there["id"]), str(there["status"]), there)
        # As GLPI does it itself: a ticket that somebody is to deal with is being processed, any other is new.
        self._set(there, 2 if self._assigned(str(there["id"])) else 1)
        return self._now_over(there, over=False)

    def test(self, telling: Telling) -> Reply:
        self._search_options()
        self.find(telling)
        profile = self._session.json("GET", "/getActiveProfile")
        return Reply(url=self._url, raw=short(json.dumps(profile, ensure_ascii=False)))

    def preview(self, telling: Telling) -> str:
        match telling.event:
            case "opened" | "test":
                path, given = "/Ticket", self._opening(telling)
            case "resolved":
                path, given = "/ITILSolution", {"itemtype": "Ticket", "content": _html(text(telling))}
            case _:
                path, given = "/ITILFollowup", {"itemtype": "Ticket", "content": _html(text(telling))}
        body = json.dumps({"input": given}, ensure_ascii=False, indent=2)
        return f"POST {self._options.api}{path}\nHost: {urlsplit(self._url).netloc}\n\n{body}"

    def read(self, ticket: str) -> Remote | None:
        there = self._get(ticket)
        if there is None or int(there.get("is_deleted") or 0):
            return None
        log, followups = self._rows(ticket, "Log"), self._rows(ticket, "ITILFollowup")
        scores = self._rows(ticket, "TicketSatisfaction") if self._standing(there) in _OVER else []
        people = {str(row.get("users_id", "")): self._name(str(row.get("users_id", ""))) for row in followups}
        return Remote(
            ticket,
            self._standing(there),
            str(there["status"]),
            self._address(ticket),
            ", ".join(self._name(key) for key in self._assigned(ticket)),
            str(there.get("priority", "")),
            moments(History(log, followups, scores, people, self._session.user), self._meaning),
        )

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        """A webhook of GLPI 11: ``X-GLPI-signature`` over body and timestamp (src/Webhook.php), and the ticket's id."""
        stamp = headers.get("x-glpi-timestamp", "").encode()
        by_hmac(headers, "x-glpi-signature", "", self._options.hook_secret, body, suffix=stamp)
        item = table_of(body).get("item")
        key = str(item.get("id", "")) if isinstance(item, Mapping) else ""
        if not key.isdigit():
            raise Invalid('The call names no ticket: expected {"item": {"id": 123}}.')
        return Call((key,))

    # What is sent

    def _opening(self, telling: Telling) -> dict[str, Any]:
        options = self._options
        urgency = {**_URGENCIES, **options.urgencies}.get(telling.facts["incident"].get("priority", ""))
        return {
            "name": title(telling, _LONGEST_TITLE),
            "content": _html(text(telling, _mark(telling))),
            "type": _INCIDENT,
            **({} if urgency is None else {"urgency": urgency}),
            **({} if options.entity is None else {"entities_id": options.entity}),
            **{name: said for name, template in options.fields.items() if (said := filled(template, telling))},
        }

    def _say(self, there: Mapping[str, Any], telling: Telling) -> None:
        if not self._said("ITILFollowup", there, telling):
            given = {**_of(there), "content": _html(text(telling)), "is_private": int(self._options.private)}
            self._session.json("POST", "/ITILFollowup", body={"input": given})

    def _set(self, there: Mapping[str, Any], status: int) -> None:
        key = there["id"]
        self._session.json("PUT", f"/Ticket/{key}", body={"input": {"id": key, "status": status}})

    def _now_over(self, there: Mapping[str, Any], *, over: bool) -> Reply:
        """What came of it: GLPI answers 200 to a change that it did not make, too."""
        now = self._get(str(there["id"]))
        if now is None or (self._standing(now) in _OVER) is not over:
            status = None if now is None else now["status"]
            raise RemoteError(
                f"Ticket {there['id']} stays in status {status}: the user's profile does not allow the change.",
                permanent=True,
            )
        return self._reply(str(now["id"]), str(now["status"]), now)

    # What is read

    def _known(self, telling: Telling) -> Mapping[str, Any]:
        """The ticket by its id as it was told, or looked up."""
        ticket = telling.ticket
        if not ticket:
            found = self.find(telling)
            ticket = "" if found is None else found.ticket
        there = self._get(ticket) if ticket else None
        if there is None:
            raise RemoteError(f"{self._http.place} has no ticket for {telling.key}.", permanent=True)
        return there

    def _get(self, ticket: str) -> Mapping[str, Any] | None:
        answer = self._session.ask("GET", f"/Ticket/{ticket}", fine=(404,))
        if answer.status == 404:
            return None
        there = self._session.parsed(answer)
        if not isinstance(there, dict) or "status" not in there:
            raise RemoteError(f"{self._http.place} answered no ticket: {short(answer.text)}", uncertain=True)
        return there

    def _said(self, kind: str, there: Mapping[str, Any], telling: Telling) -> bool:
        """Whether a try of unknown outcome has written its text."""
        if telling.tried is None:
            return False
        rows = self._rows(str(there["id"]), kind)
        return any(telling.reference in plain(str(row.get("content") or "")) for row in rows)

    def _rows(self, ticket: str, kind: str) -> list[dict[str, Any]]:
        answer = self._session.ask("GET", f"/Ticket/{ticket}/{kind}", query={"range": _ALL}, fine=(400, 404))
        rows = self._session.parsed(answer)
        # Of a kind that this GLPI does not tell of a ticket there are none.
        return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []

    def _assigned(self, ticket: str) -> list[str]:
        rows = self._rows(ticket, "Ticket_User")
        return [str(row["users_id"]) for row in rows if int(row.get("type") or 0) == ASSIGNED]

    def _name(self, user: str) -> str:
        if user not in self._people:
            answer = self._session.ask("GET", f"/User/{user}", fine=(401, 403, 404))
            known = self._session.parsed(answer)
            self._people[user] = str(known.get("name") or user) if isinstance(known, dict) else user
        return self._people[user]

    def _search_options(self) -> dict[str, str]:
        """The numbers of the columns that are searched; they differ between itemtypes, and may between versions."""
        if not self._columns:
            listed = self._session.json("GET", "/listSearchOptions/Ticket")
            for number, option in listed.items() if isinstance(listed, dict) else ():
                if isinstance(option, dict) and option.get("table") == "glpi_tickets":
                    self._columns.setdefault(str(option.get("field")), number)
            if not {"id", "content"} <= set(self._columns):
                self._columns = {}
                raise RemoteError(f"{self._http.place} told no search options of tickets: {short(json.dumps(listed))}")
        return self._columns

    def _standing(self, there: Mapping[str, Any]) -> Standing:
        return standing(str(there["status"]), self._meaning.statuses)

    def _reply(self, ticket: str, status: str, raw: Any) -> Reply:
        return Reply(ticket, self._address(ticket), status, short(json.dumps(raw, ensure_ascii=False)))

    def _address(self, ticket: str) -> str:
        return f"{self._url}/front/ticket.form.php?id={ticket}"


def _of(there: Mapping[str, Any]) -> dict[str, Any]:
    return {"itemtype": "Ticket", "items_id": int(there["id"])}


def _mark(telling: Telling) -> str:
    return f"[{telling.key}]"


def _html(said: str) -> str:
    return "<p>" + html.escape(said, quote=False).replace("\n", "<br>") + "</p>"
