"""``servicenow``: incidents in a table of ServiceNow, by its Table API.

Guarantee: exactly one. ServiceNow enforces no uniqueness, but a look-up by ``correlation_id`` shows at once what is
there, so a try of unknown outcome is followed by a look before anything is created a second time.

Source of the protocol's facts: docs/reference/tickets/servicenow.md.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collector.remote import hooks
from collector.remote.http import short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.templates import checked, filled
from collector.remote.written import text, title
from collector.servicenow.account import Account
from collector.servicenow.reading import ASKED, Reading, remote_of
from collector.servicenow.records import Records, escaped, plain
from collector.tickets.ticket_system import Call, Remote, Standing, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.secret import Secret

_SHORT = 160
"""``short_description`` holds so many characters."""
_OVER = (Standing.RESOLVED, Standing.CLOSED)


def _priorities() -> dict[str, str]:
    return {"urgent": "1/1", "important": "2/2", "general": "3/3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "servicenow"``."""

    url: str
    """The instance, such as https://example.service-now.com."""
    user: str = ""
    """The user name to sign in with, and under which the instance records what we do."""
    password: Secret | None = None
    """Its password."""
    api_key: Secret | None = None
    """A REST API key instead of the password; ``user`` still says whose it is."""
    table: str = "incident"
    """The table, or one that extends it."""
    group: str = ""
    """The sys_id of the assignment group."""
    caller: str = ""
    """The sys_id of the caller."""
    priorities: dict[str, str] = field(default_factory=_priorities)
    """Impact and urgency by our priority, as "1/1"; ServiceNow works out its priority from them."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What values of ``state`` stand for that are not shipped, or mean something else here."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What an incident on hold waits for, by the value of ``hold_reason``."""
    resolved: str = "6"
    """The state that is set when the fault is over."""
    reopened: str = "2"
    """The state that is set when it comes back."""
    close_code: str = "Solution provided"
    """The resolution code; instances have lists of their own."""
    public: bool = False
    """Whether what we write goes to the caller (comments) instead of to those who work (work notes)."""
    satisfaction: str = ""
    """The field with the caller's score from 1 to 5, where the instance keeps one."""
    fields: dict[str, str] = field(default_factory=dict)
    """More fields of a new record, as templates."""
    hook_secret: Secret | None = None
    """What the header x-nineward-token of a call from the instance must hold."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the instance's certificate is verified."""

    def __post_init__(self) -> None:
        Account(self.url, self.user, self.password, self.api_key)
        checked("fields", self.fields)
        for name, pair in self.priorities.items():
            impact, _, urgency = pair.partition("/")
            if not (impact.isdigit() and urgency.isdigit()):
                raise Invalid(f'priorities.{name}: expected impact and urgency such as "1/2"')


class System(TicketSystem):
    """One instance, one table."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        account = Account(options.url, options.user, options.password, options.api_key)
        self._http = account.http(options.timeout, options.verify, now)
        self._records = Records(self._http)
        self._reading = Reading.shipped(
            options.user,
            options.statuses,
            options.pauses,
            options.satisfaction,
        )

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        record = self._records.insert(self._options.table, self._fields(telling))
        if plain(record, "correlation_id") != telling.key:
            # The record is there all the same; to make another one would not mend it.
            return self._reply(record, "The instance did not keep correlation_id: the account may not write it. ")
        return self._reply(record)

    def find(self, telling: Telling) -> Reply | None:
        # What an unknown field or an operator inside a value makes of a query is another query: each answer is checked.
        query = f"correlation_id={escaped(telling.key)}^ORDERBYsys_created_on"
        for record in self._records.query(self._options.table, query, fields=ASKED):
            if plain(record, "correlation_id") == telling.key:
                return self._reply(record)
        return None

    def note(self, telling: Telling) -> Reply:
        record = self._known(telling)
        if telling.tried is not None and self._told(record, telling):
            return self._reply(record)
        return self._reply(self._change(record, {self._journal: text(telling)}))

    def resolve(self, telling: Telling) -> Reply:
        record = self._known(telling)
        if self._standing(record) in _OVER:
            return self._reply(record)
        options = self._options
        change = {"state": options.resolved, "close_code": options.close_code, "close_notes": text(telling)}
        return self._moved(record, change, _OVER)

    def reopen(self, telling: Telling) -> Reply:
        record = self._known(telling)
        if self._standing(record) not in _OVER:
            return self._reply(record)
        if self._standing(record) is Standing.CLOSED:
            raise RemoteError(
                f"{self._number(record)} is closed for good: ServiceNow opens none again.", permanent=True
            )
        change = {"state": self._options.reopened, self._journal: text(telling)}
        return self._moved(record, change, (Standing.OPEN, Standing.ACKNOWLEDGED, Standing.STARTED))

    def test(self, telling: Telling) -> Reply:
        said = []
        for table, what in (
            (self._options.table, "incidents"),
            ("sys_audit", "the history of incidents"),
            ("sys_journal_field", "comments"),
        ):
            try:
                self._records.query(table, "", fields=("sys_id",), limit=1)
            except RemoteError as trouble:
                if table == self._options.table:
                    raise
                said.append(f"{what} cannot be read: {trouble.message}")
            else:
                said.append(f"{what} can be read")
        return Reply(raw=f"{self._http.place}: {'; '.join(said)}")

    def preview(self, telling: Telling) -> str:
        options = self._options
        method, path, body = "PATCH", f"{options.table}/{telling.ticket or 'SYS_ID'}", self._fields(telling)
        match telling.event:
            case "opened" | "test":
                method, path = "POST", options.table
            case "resolved":
                body = {"state": options.resolved, "close_code": options.close_code, "close_notes": text(telling)}
            case "reopened":
                body = {"state": options.reopened, self._journal: text(telling)}
            case _:
                body = {self._journal: text(telling)}
        shown = json.dumps(body, ensure_ascii=False, indent=2)
        return f"{method} {self._http.place}/api/now/table/{path}\n{shown}"

    def read(self, ticket: str) -> Remote | None:
        record = self._records.get(self._options.table, ticket, fields=(*ASKED, *self._reading.more))
        if record is None:
            return None
        return remote_of(
            self._reading,
            record,
            self._records.history(self._options.table, ticket),
            self._records.journal(ticket),
            self._url(record),
        )

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        hooks.by_token(headers, "x-nineward-token", self._options.hook_secret)
        told = hooks.table_of(body).get("sys_id")
        if not isinstance(told, str) or not told:
            raise Invalid('The call names no record: expected {"sys_id": "…"}.')
        return Call((told,))

    @property
    def _journal(self) -> str:
        return "comments" if self._options.public else "work_notes"

    def _fields(self, telling: Telling) -> dict[str, str]:
        options = self._options
        incident = telling.facts.get("incident") or {}
        impact, _, urgency = options.priorities.get(str(incident.get("priority")), "3/3").partition("/")
        fields = {
            "short_description": title(telling, _SHORT),
            "description": text(telling),
            "impact": impact,
            "urgency": urgency,
            "correlation_id": telling.key,
            "correlation_display": "Nineward",
        }
        if options.group:
            fields["assignment_group"] = options.group
        if options.caller:
            fields["caller_id"] = options.caller
        more = {name: filled(template, telling) for name, template in options.fields.items()}
        return fields | {name: value for name, value in more.items() if value}

    def _known(self, telling: Telling) -> dict[str, Any]:
        """The record of a telling that follows an opening."""
        record = self._records.get(self._options.table, telling.ticket, fields=ASKED) if telling.ticket else None
        if record is None:
            raise RemoteError(f"{self._http.place} has no record {telling.ticket!r} any more.", permanent=True)
        return record

    def _told(self, record: Mapping[str, Any], telling: Telling) -> bool:
        journal = self._records.journal(plain(record, "sys_id"))
        return any(telling.reference in plain(entry, "value") for entry in journal)

    def _change(self, record: Mapping[str, Any], change: Mapping[str, str]) -> dict[str, Any]:
        return self._records.update(self._options.table, plain(record, "sys_id"), change)

    def _moved(self, record: Mapping[str, Any], change: Mapping[str, str], wanted: tuple[Standing, ...]) -> Reply:
        """Change the state. What the instance's rules keep from happening is answered with success all the same."""
        changed = self._change(record, change)
        if self._standing(changed) not in wanted:
            raise RemoteError(
                f"{self._number(record)} stays in state {plain(changed, 'state')}: the instance has a rule for it.",
                permanent=True,
            )
        return self._reply(changed)

    def _standing(self, record: Mapping[str, Any]) -> Standing:
        return self._reading.standing(plain(record, "state"))

    def _number(self, record: Mapping[str, Any]) -> str:
        return plain(record, "number") or plain(record, "sys_id")

    def _url(self, record: Mapping[str, Any]) -> str:
        key = plain(record, "sys_id")
        return f"{self._options.url.rstrip('/')}/nav_to.do?uri={self._options.table}.do?sys_id={key}"

    def _reply(self, record: Mapping[str, Any], remark: str = "") -> Reply:
        shown = json.dumps(record, ensure_ascii=False)
        return Reply(plain(record, "sys_id"), self._url(record), plain(record, "state"), remark + short(shown))
