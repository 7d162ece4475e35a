"""``itop``: tickets in iTop through its REST services (webservices/rest.php and core/restservices.class.inc.php).

Guarantee: exactly one ticket. The incident's correlation key stands in the ticket's description, which iTop's OQL finds
in the tables; what it finds is compared, since ``_`` means any sign there. After a try of unknown outcome the ticket is
looked up before another is made.

iTop answers 200 to everything; whether it did what was asked stands in ``code`` of the answer.
"""

import html
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from collector.histories.itop import LOGS, Meaning, moments, standing
from collector.remote.hooks import by_token, table_of
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
    "new": Standing.OPEN,
    "escalated_tto": Standing.OPEN,
    "assigned": Standing.ACKNOWLEDGED,
    "escalated_ttr": Standing.ACKNOWLEDGED,
    "pending": Standing.PAUSED,
    "resolved": Standing.RESOLVED,
    "closed": Standing.CLOSED,
}
"""The life cycle of Incident (datamodel of itop-incident-mgmt-itil)."""

_URGENCIES = {"urgent": 1, "important": 2, "general": 3}
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_LONGEST_TITLE = 250
_OK, _UNAUTHORIZED, _FAILED = 0, 1, 100
"""RestResult's codes: fine, not allowed, and whatever else went wrong inside."""
_PASSING = re.compile(r"deadlock|lock wait|gone away|lost connection|maintenance", re.IGNORECASE)
_SHOWN = ",".join(
    (
        "id", "ref", "status", "description", "priority", "agent_id", "agent_id_friendlyname", "assignment_date",
        "last_pending_date", "resolution_date", "close_date", "user_satisfaction", *LOGS,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "itop"``."""

    url: str
    """iTop's own address, such as https://itop.example; ``/webservices/rest.php`` is put behind it."""
    organization: str
    """The organisation that tickets belong to, by name."""
    caller: str
    """In whose name tickets are opened: the mail address of a person in iTop."""
    tz: str
    """The zone of iTop's clock, such as Asia/Shanghai: it tells dates without one."""
    token: Secret | None = None
    """A personal or application token of the user Nineward signs in as."""
    user: str = ""
    """The user Nineward signs in as, where there is no token."""
    password: Secret | None = None
    """That user's password."""
    ticket_class: str = "Incident"
    """The class of tickets: Incident or UserRequest."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What states mean, where it is something else than usual."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What a ticket waits for in a paused state: it decides whether the repair clock stands."""
    resolved: str = "ev_autoresolve"
    """The stimulus when the fault is over; ev_autoresolve works in every state, ev_resolve in assigned ones."""
    reopened: str = "ev_reopen"
    """The stimulus when it comes back."""
    resolution: dict[str, str] = field(default_factory=dict)
    """Templates for fields that iTop wants of a resolved ticket, such as resolution_code and service_id."""
    urgencies: dict[str, int] = field(default_factory=dict)
    """iTop's urgency for urgent, important and general."""
    fields: dict[str, str] = field(default_factory=dict)
    """Templates for fields of the ticket; of another object by OQL, as ``SELECT Team WHERE name = 'NOC'``."""
    hook_secret: Secret | None = None
    """What a webhook of iTop shows in the header X-Nineward-Secret when it calls us."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificate of an https address is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Invalid('url: expected an address such as "https://itop.example"')
        if (self.token is None) == (self.password is None) or bool(self.user) != (self.password is not None):
            raise Invalid("token: expected either a token, or user and password")
        if not self.ticket_class.isidentifier():
            raise Invalid("ticket_class: expected the name of a class, such as Incident")
        if self.timeout < 1:
            raise Invalid('timeout: expected at least "1ms"')
        zone(self.tz)
        checked("fields", self.fields)
        checked("resolution", self.resolution)


class System(TicketSystem):
    """One class of tickets in one iTop, seen by one user."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        self._url = options.url.rstrip("/")
        self._http = Http(
            f"{self._url}/webservices/rest.php",
            timeout=options.timeout,
            now=now,
            verify=options.verify,
            headers={"Auth-Token": options.token.reveal()} if options.token else {},
        )
        self._meaning = Meaning({**_STATUSES, **options.statuses}, options.pauses, options.tz)

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        return self._reply(self._one("core/create", self._opening(telling)))

    def find(self, telling: Telling) -> Reply | None:
        name = self._options.ticket_class
        key = f"SELECT {name} WHERE description LIKE '%{_quoted(_mark(telling))}%'"
        found = self._objects("core/get", {"class": name, "key": key, "output_fields": _SHOWN})
        ours = [there for there in found if _mark(telling) in html.unescape(str(there.get("description")))]
        return self._reply(min(ours, key=lambda there: int(there["id"]))) if ours else None

    def note(self, telling: Telling) -> Reply:
        return self._say(self._known(telling), telling)

    def resolve(self, telling: Telling) -> Reply:
        there = self._known(telling)
        if self._standing(there) in _OVER:
            return self._reply(there)
        given = {"resolution_code": "other", "solution": title(telling, _LONGEST_TITLE)}
        given |= {name: filled(template, telling) for name, template in self._options.resolution.items()}
        return self._move(there, telling, self._options.resolved, given)

    def reopen(self, telling: Telling) -> Reply:
        there = self._known(telling)
        if self._standing(there) not in _OVER:
            return self._say(there, telling)
        return self._move(there, telling, self._options.reopened, {})

    def test(self, telling: Telling) -> Reply:
        raw = self._asked("list_operations", {})
        self.find(telling)
        for name, value in self._callers().items():
            key = value.split()[1]
            if not self._objects("core/get", {"class": key, "key": value, "output_fields": "id"}):
                raise RemoteError(f"{name}: iTop finds nothing by {value}", permanent=True)
        return Reply(url=self._url, raw=short(json.dumps(raw, ensure_ascii=False)))

    def preview(self, telling: Telling) -> str:
        if telling.event in ("opened", "test"):
            call = {"operation": "core/create", **self._opening(telling)}
        else:
            stimulus = {"resolved": self._options.resolved, "reopened": self._options.reopened}.get(telling.event)
            operation = {"operation": "core/apply_stimulus", "stimulus": stimulus} if stimulus else {}
            call = {"operation": "core/update", **operation, "key": telling.ticket or "ID", "fields": _entry(telling)}
        shown = json.dumps(call, ensure_ascii=False, indent=2)
        return f"POST /webservices/rest.php?version=1.3\nHost: {urlsplit(self._url).netloc}\n\njson_data={shown}"

    def read(self, ticket: str) -> Remote | None:
        found = self._objects("core/get", self._about(ticket))
        if not found:
            return None
        there = found[0]
        return Remote(
            ticket,
            self._standing(there),
            str(there["status"]),
            self._address(ticket),
            str(there.get("agent_id_friendlyname") or ""),
            str(there.get("priority") or ""),
            moments(there, self._changes(ticket), self._meaning),
        )

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        """A webhook of iTop: the secret in ``X-Nineward-Secret``, the ticket's id in the body."""
        by_token(headers, "x-nineward-secret", self._options.hook_secret)
        key = str(table_of(body).get("ticket", ""))
        if not key.isdigit():
            raise Invalid('The call names no ticket: expected {"ticket": 123}.')
        return Call((key,))

    # What is sent

    def _opening(self, telling: Telling) -> dict[str, Any]:
        options = self._options
        urgency = {**_URGENCIES, **options.urgencies}.get(telling.facts["incident"].get("priority", ""))
        fields = {
            **self._callers(),
            "title": title(telling, _LONGEST_TITLE),
            "description": _html(text(telling, _mark(telling))),
            "origin": "monitoring",
            **({} if urgency is None else {"urgency": urgency}),
            **{name: said for name, template in options.fields.items() if (said := filled(template, telling))},
        }
        return {"class": options.ticket_class, "fields": fields, "output_fields": _SHOWN, "comment": telling.reference}

    def _callers(self) -> dict[str, str]:
        return {
            "org_id": f"SELECT Organization WHERE name = '{_quoted(self._options.organization)}'",
            "caller_id": f"SELECT Person WHERE email = '{_quoted(self._options.caller)}'",
        }

    def _say(self, there: Mapping[str, Any], telling: Telling) -> Reply:
        if _said(there, telling):
            return self._reply(there)
        about = {**self._about(str(there["id"])), "fields": _entry(telling), "comment": telling.reference}
        return self._reply(self._one("core/update", about))

    def _move(self, there: Mapping[str, Any], telling: Telling, stimulus: str, given: Mapping[str, str]) -> Reply:
        """Apply a stimulus together with the fields it needs and the log entry that says why: all of it or nothing."""
        fields = {**given, **({} if _said(there, telling) else _entry(telling))}
        about = {**self._about(str(there["id"])), "stimulus": stimulus, "fields": fields, "comment": telling.reference}
        now = self._one("core/apply_stimulus", about)
        if (self._standing(now) in _OVER) == (self._standing(there) in _OVER):
            raise RemoteError(f"{now.get('ref')} stays {now['status']!r} after {stimulus}.", permanent=True)
        return self._reply(now)

    # What is read

    def _known(self, telling: Telling) -> Mapping[str, Any]:
        """The ticket by its id as it was told, or looked up."""
        ticket = telling.ticket
        if not ticket:
            looked_up = self.find(telling)
            ticket = "" if looked_up is None else looked_up.ticket
        found = self._objects("core/get", self._about(ticket)) if ticket else []
        if not found:
            raise RemoteError(f"{self._http.place} has no ticket for {telling.key}.", permanent=True)
        return found[0]

    def _changes(self, ticket: str) -> list[dict[str, Any]] | None:
        """The ticket's change log; None where the user may not read it."""
        key = f"SELECT CMDBChangeOp WHERE objclass = '{self._options.ticket_class}' AND objkey = {ticket}"
        answer = self._asked(
            "core/get", {"class": "CMDBChangeOp", "key": key, "output_fields": "*+"}, fine=(_UNAUTHORIZED,)
        )
        if answer["code"] == _UNAUTHORIZED:
            return None
        return sorted(_rows(answer), key=lambda row: int(row["id"]))

    def _about(self, ticket: str) -> dict[str, Any]:
        return {"class": self._options.ticket_class, "key": int(ticket), "output_fields": _SHOWN}

    def _one(self, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
        rows = self._objects(operation, given)
        if len(rows) != 1 or "status" not in rows[0]:
            # A stimulus that iTop lets fall is answered with code 0 and nothing else.
            fallen = operation == "core/apply_stimulus"
            raise RemoteError(
                f"{self._http.place} took {operation} and told no ticket.", permanent=fallen, uncertain=not fallen
            )
        return rows[0]

    def _objects(self, operation: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        return _rows(self._asked(operation, given))

    def _asked(self, operation: str, given: Mapping[str, Any], fine: tuple[int, ...] = ()) -> dict[str, Any]:
        data = json.dumps({"operation": operation, **given}, ensure_ascii=False)
        password = self._options.password
        signed = {"auth_user": self._options.user, "auth_pwd": password.reveal()} if password else {}
        answer = self._http.json("POST", query={"version": "1.3"}, form={**signed, "json_data": data})
        if not isinstance(answer, dict) or not isinstance(answer.get("code"), int):
            raise RemoteError(
                f"{self._http.place} answered without a code: {short(json.dumps(answer))}", uncertain=True
            )
        code, said = answer["code"], str(answer.get("message") or "")
        if code not in (_OK, *fine):
            # What fails inside may have failed after the ticket was made, in a trigger of it.
            passing = code == _FAILED and _PASSING.search(said) is not None
            raise RemoteError(
                f"{self._http.place} answered code {code}: {short(said)}",
                permanent=not passing,
                uncertain=code == _FAILED and operation == "core/create",
            )
        return answer

    def _standing(self, there: Mapping[str, Any]) -> Standing:
        return standing(str(there["status"]), self._meaning.statuses)

    def _reply(self, there: Mapping[str, Any]) -> Reply:
        ticket = str(there["id"])
        shown = {name: there.get(name) for name in ("id", "ref", "status")}
        return Reply(ticket, self._address(ticket), str(there["status"]), short(json.dumps(shown, ensure_ascii=False)))

    def _address(self, ticket: str) -> str:
        return f"{self._url}/pages/UI.php?operation=details&class={self._options.ticket_class}&id={ticket}"


def _rows(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The objects of an answer: their fields, with class and key where these do not say them."""
    objects = answer.get("objects") or {}
    return [{"id": one["key"], "finalclass": one["class"], **one["fields"]} for one in objects.values()]


def _said(there: Mapping[str, Any], telling: Telling) -> bool:
    """Whether a try of unknown outcome has written its log entry."""
    if telling.tried is None:
        return False
    entries = [entry for log in LOGS for entry in (there.get(log) or {}).get("entries") or []]
    return any(telling.reference in str(entry.get("message")) for entry in entries)


def _entry(telling: Telling) -> dict[str, Any]:
    return {"private_log": {"add_item": {"message": text(telling), "format": "text"}}}


def _mark(telling: Telling) -> str:
    return f"[{telling.key}]"


def _quoted(value: str) -> str:
    """A text within the quotation marks of OQL."""
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _html(said: str) -> str:
    return "<p>" + html.escape(said, quote=False).replace("\n", "<br>") + "</p>"
