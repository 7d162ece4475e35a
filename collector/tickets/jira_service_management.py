"""``jira_service_management``: customer requests of a service project, in Cloud or Data Center.

Guarantee: as that of ``jira_cloud`` or ``jira_data_center``. Source of the protocol's facts:
docs/reference/tickets/jira_service_management.md.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from collector.jira import fields as templates
from collector.jira.client import CLOUD, DATA_CENTER
from collector.jira.options import JiraOptions
from collector.jira.system import Jira
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.tickets.ticket_system import Deed, Moment
from rules.errors import Invalid

_DESK = "/rest/servicedeskapi"
_HEADERS = {"X-ExperimentalApi": "opt-in"}
"""Some resources are still marked so; elsewhere the header is without effect."""
_PAGE = 100
_MOST_PAGES = 5
_NEAR = 5_000
"""A clock is stopped by what somebody did at most so long (ms) before or after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(JiraOptions):
    """``[tickets.NAME]`` with ``kind = "jira_service_management"``."""

    request_type: str
    """The name of the request type; the field Labels must be among its fields."""
    user: str = ""
    """The e-mail address of the account whose API token it is (Cloud)."""
    data_center: bool = False
    """Whether it is a Data Center, to which the token alone signs in."""
    on_behalf_of: str = ""
    """Who asks: an account id (Cloud) or user name (Data Center); empty for the account itself."""
    public: bool = False
    """Whether what we write is shown to the customer, and not to agents alone."""
    response_sla: str = "Time to first response"
    """The name of the SLA whose end says that somebody answered; empty for none."""

    def __post_init__(self) -> None:
        JiraOptions.__post_init__(self)
        if self.data_center == bool(self.user):
            raise Invalid("user: expected the account's e-mail address in Cloud, and none with data_center = true")


class System(Jira):
    """One service project. Texts are plain: its API knows no documents."""

    LAG = CLOUD.lag

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._options = options
        token = options.token.reveal()
        http = Http(
            options.url,
            timeout=options.timeout,
            now=now,
            verify=options.verify,
            headers={"Authorization": f"Bearer {token}"} if options.data_center else {},
            auth=None if options.data_center else (options.user, token),
        )
        flavour = replace(DATA_CENTER if options.data_center else CLOUD, api=2)
        super().__init__(options, options.request_type, flavour, http, now)
        self._place: tuple[str, str] | None = None

    def create(self, telling: Telling) -> Reply:
        path, body = self._creation(telling)
        try:
            body["serviceDeskId"], body["requestTypeId"] = self._found()
        except RemoteError as trouble:
            # Nothing was created yet, whatever became of this question.
            trouble.uncertain = False
            raise
        made = self._client.table("POST", path, body=body, headers=_HEADERS)
        key = made.get("issueKey")
        if not isinstance(key, str) or not key:
            raise RemoteError(f"{self._client.place} named no request: {short(json.dumps(made))}", uncertain=True)
        return self._reply(key, str((made.get("currentStatus") or {}).get("status", "")), short(json.dumps(made)))

    def test(self, telling: Telling) -> Reply:
        me = self._client.myself()
        desk, request_type = self._found()
        return Reply(
            raw=f"{self._client.place} knows us as {me.get('displayName')}; service desk {desk}, "
            f"request type {request_type} {self._options.request_type!r}"
        )

    def _creation(self, telling: Telling) -> tuple[str, dict[str, Any]]:
        """As people name the service desk and the request type; what is sent has their ids."""
        options = self._options
        values = self._content(telling) | templates.written(options.fields, telling)
        body = {
            "serviceDeskId": options.project,
            "requestTypeId": options.request_type,
            "requestFieldValues": values,
        }
        if options.on_behalf_of:
            body["raiseOnBehalfOf"] = options.on_behalf_of
        return f"{_DESK}/request", body

    def _write(self, ticket: str, text: str) -> None:
        body = {"body": text, "public": self._options.public}
        made = self._client.table("POST", f"{_DESK}/request/{ticket}/comment", body=body, headers=_HEADERS)
        if not made.get("id"):
            raise RemoteError(f"{self._client.place} named no comment: {short(json.dumps(made))}", uncertain=True)

    def _more(self, ticket: str, moments: Sequence[Moment]) -> tuple[Moment, ...]:
        return (*self._answers(ticket, moments), *self._feedback(ticket))

    def _answers(self, ticket: str, moments: Sequence[Moment]) -> Iterator[Moment]:
        """When the clock of the first response stopped, unless it was we who stopped it."""
        if not self._options.response_sla:
            return
        told = self._client.optional("GET", f"{_DESK}/request/{ticket}/sla", headers=_HEADERS)
        for sla in told.get("values") or ():
            if sla.get("name") != self._options.response_sla:
                continue
            for cycle in sla.get("completedCycles") or ():
                stopped = (cycle.get("stopTime") or {}).get("epochMillis")
                if not isinstance(stopped, int):
                    continue
                near = [one for one in moments if one.at is not None and abs(one.at - stopped) <= _NEAR]
                people = [one for one in near if not one.ours and not one.robot]
                if people or not near:
                    who = people[0].by if people else ""
                    yield Moment(f"sla:{sla.get('id')}:{stopped}", Deed.ACKNOWLEDGE, stopped, who)

    def _feedback(self, ticket: str) -> Iterator[Moment]:
        told = self._client.optional("GET", f"{_DESK}/request/{ticket}/feedback", headers=_HEADERS)
        rating = told.get("rating")
        if isinstance(rating, int) and 1 <= rating <= 5:
            yield Moment(f"feedback:{rating}", Deed.SATISFACTION, None, text=str(rating))

    def _found(self) -> tuple[str, str]:
        """The ids of the service desk and the request type; asked once."""
        if self._place is None:
            desk = self._named("servicedesk", "projectKey", self._options.project)
            self._place = desk, self._named(f"servicedesk/{desk}/requesttype", "name", self._options.request_type)
        return self._place

    def _named(self, path: str, field: str, wanted: str) -> str:
        names = []
        for page in range(_MOST_PAGES):
            query = {"start": str(page * _PAGE), "limit": str(_PAGE)}
            told = self._client.table("GET", f"{_DESK}/{path}", query=query, headers=_HEADERS)
            found = [one for one in told.get("values") or () if isinstance(one, Mapping)]
            for one in found:
                if one.get(field) == wanted:
                    return str(one.get("id"))
            names += [str(one.get(field)) for one in found]
            if told.get("isLastPage", True):
                break
        raise RemoteError(
            f"{self._client.place} shows no {path.rpartition('/')[2]} with {field} {wanted!r}, but "
            f"{', '.join(names) or 'none'}.",
            permanent=True,
        )
