"""``redmine``: issues in Redmine 4 and later through its REST interface (app/models/issue.rb and the views *.api.rsb).

Guarantee: exactly one issue. The last line of its description holds the incident's correlation key, and after a try of
unknown outcome the issues of the project are searched for it, in the database itself, before another is made.

Redmine answers with success to what it drops: a status that the workflow forbids, a filter that it does not know. So
the workflow is asked first, what was changed is read back, and what a search found has to hold the key.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from collector.histories.redmine import Meaning, Row, Status, explained, moments, priority
from collector.remote.http import Answer, Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.templates import checked, filled
from collector.remote.written import text, title
from collector.tickets.ticket_system import MINUTE, Remote, Standing, TicketSystem
from rules.duration import Duration
from rules.errors import Invalid
from rules.incident import Waiting
from rules.secret import Secret

_OVER = (Standing.RESOLVED, Standing.CLOSED)
_LONGEST_TITLE = 255
_FRESH = 10 * MINUTE
"""For so long (ms) the lists of statuses and priorities are taken for unchanged."""


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "redmine"``."""

    url: str
    """Redmine's own address, such as https://redmine.example."""
    project: str
    """The identifier of the project, as in its address."""
    token: Secret
    """The API access key of the user Nineward signs in as."""
    tracker: str = ""
    """The tracker's name; empty for the first of the project."""
    statuses: dict[str, Standing] = field(default_factory=dict)
    """What statuses mean that Redmine's default data do not have."""
    pauses: dict[str, Waiting] = field(default_factory=dict)
    """What an issue waits for in a paused status: it decides whether the repair clock stands."""
    resolved: str = ""
    """The status to set when the fault is over; empty for the first that means resolved, else closed."""
    reopened: str = ""
    """The status to set when it comes back; empty for the first that means open, else started."""
    priorities: dict[str, str] = field(default_factory=dict)
    """The priority for urgent, important and general."""
    fields: dict[str, str] = field(default_factory=dict)
    """Templates for custom fields, by the field's number."""
    satisfaction: int | None = None
    """The number of the custom field that holds a score of 1 to 5."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificate of an https address is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise Invalid('url: expected an address such as "https://redmine.example"')
        if self.timeout < 1:
            raise Invalid('timeout: expected at least "1ms"')
        checked("fields", self.fields)
        for number in self.fields:
            if not number.isdigit():
                raise Invalid(f"fields.{number}: expected the number of a custom field")


@dataclass(frozen=True, slots=True)
class _Lists:
    """What a Redmine calls its statuses and priorities, by id, and when it was asked."""

    rows: Sequence[Row]
    statuses: Mapping[str, Status]
    priorities: Sequence[Row]
    trackers: Mapping[str, int]
    at: int


class System(TicketSystem):
    """One project of one Redmine, seen by one user."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._options = options
        self._url = options.url.rstrip("/")
        headers = {"X-Redmine-API-Key": options.token.reveal(), "Accept": "application/json"}
        self._http = Http(self._url, timeout=options.timeout, now=now, verify=options.verify, headers=headers)
        self._lists: _Lists | None = None
        self._people: dict[str, str] = {}

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        opening = self._opening(telling)
        try:
            made = self._http.json("POST", "/issues.json", body={"issue": opening})["issue"]
            return self._reply(str(int(made["id"])), str(made["status"]["name"]), made)
        except (KeyError, TypeError, ValueError):
            raise RemoteError(f"{self._http.place} named no issue that it made.", uncertain=True) from None

    def find(self, telling: Telling) -> Reply | None:
        mark = _mark(telling)
        # Without a project: people move issues. "*" shows closed ones too.
        query = {"f[]": "description", "op[description]": "~", "v[description][]": mark, "sort": "id", "limit": 5}
        answer = _table(self._http.json("GET", "/issues.json", query={**query, "status_id": "*"}))
        issues = answer.get("issues")
        if not isinstance(issues, list):
            raise RemoteError(f"{self._http.place} answered a search without a list.", uncertain=True)
        if any(mark not in str(issue.get("description")) for issue in issues):
            raise RemoteError(f"{self._http.place} does not search descriptions.", permanent=True)
        return self._reply(str(issues[0]["id"]), issues[0]["status"]["name"], issues[0]) if issues else None

    def note(self, telling: Telling) -> Reply:
        ticket = self._ticket(telling)
        return self._say(ticket, telling, self._get(ticket))

    def resolve(self, telling: Telling) -> Reply:
        ticket = self._ticket(telling)
        there = self._get(ticket)
        if self._standing(there) in _OVER:
            return self._reply(ticket, there["status"]["name"], there)
        return self._move(ticket, telling, there, self._options.resolved, (Standing.RESOLVED, Standing.CLOSED))

    def reopen(self, telling: Telling) -> Reply:
        ticket = self._ticket(telling)
        there = self._get(ticket)
        if self._standing(there) not in _OVER:
            return self._say(ticket, telling, there)
        return self._move(ticket, telling, there, self._options.reopened, (Standing.OPEN, Standing.STARTED))

    def test(self, telling: Telling) -> Reply:
        project = _table(self._http.json("GET", self._project()))
        self._opening(telling)
        self.find(telling)
        return Reply(url=self._url, raw=short(json.dumps(project, ensure_ascii=False)))

    def preview(self, telling: Telling) -> str:
        if telling.event in ("opened", "test"):
            what, body = "POST /issues.json", self._plain(telling)
        else:
            what, body = f"PUT /issues/{telling.ticket or 'ID'}.json", {"notes": text(telling)}
            wanted = {"resolved": self._options.resolved, "reopened": self._options.reopened}.get(telling.event)
            if wanted is not None:
                body["status_id"] = f"the id of {wanted or telling.event!r}"
        method, path = what.split()
        return f"{method} {self._url}{path}\n{json.dumps({'issue': body}, ensure_ascii=False, indent=2)}"

    def read(self, ticket: str) -> Remote | None:
        answer = self._http.ask("GET", f"/issues/{ticket}.json", query={"include": "journals"}, fine=(404,))
        if answer.status == 404:
            return None
        there: Row = self._parsed(answer).get("issue", {})
        if not there:
            raise RemoteError(f"{self._http.place} answered with no issue: {short(answer.text)}")
        lists = self._known()
        priorities = {str(each["id"]): str(each["name"]) for each in lists.priorities}
        self._meet(there)
        meaning = Meaning(lists.statuses, self._people, priorities, self._options.satisfaction)
        return Remote(
            ticket,
            self._standing(there),
            there["status"]["name"],
            f"{self._url}/issues/{ticket}",
            str((there.get("assigned_to") or {}).get("name", "")),
            there["priority"]["name"],
            moments(there.get("journals", []), there["author"]["id"], meaning),
        )

    def _plain(self, telling: Telling) -> dict[str, Any]:
        """What an issue is made of that needs no look at Redmine's lists."""
        given = {int(number): filled(template, telling) for number, template in self._options.fields.items()}
        return {
            "project_id": self._options.project,
            "subject": title(telling, _LONGEST_TITLE),
            "description": text(telling, _mark(telling)),
            "custom_fields": [{"id": number, "value": value} for number, value in given.items() if value],
        }

    def _opening(self, telling: Telling) -> dict[str, Any]:
        opening = self._plain(telling)
        lists = self._known()
        wanted = self._options.tracker
        if wanted:
            if wanted not in lists.trackers:
                raise RemoteError(
                    f"The project has no tracker {wanted!r}; it has {', '.join(lists.trackers)}.", permanent=True
                )
            opening["tracker_id"] = lists.trackers[wanted]
        found = priority(str(telling.facts["incident"].get("priority", "")), self._options.priorities, lists.priorities)
        if found is not None:
            opening["priority_id"] = found
        return opening

    def _ticket(self, telling: Telling) -> str:
        """The issue's number: as it was told, or looked up."""
        if telling.ticket:
            return telling.ticket
        found = self.find(telling)
        if found is None:
            raise RemoteError(f"{self._http.place} has no issue for {telling.key}.", permanent=True)
        return found.ticket

    def _get(self, ticket: str) -> Row:
        query = {"include": "journals,allowed_statuses"}
        try:
            found: Row = _table(self._http.json("GET", f"/issues/{ticket}.json", query=query))["issue"]
        except KeyError:
            raise RemoteError(f"{self._http.place} answered with no issue.", uncertain=True) from None
        return found

    def _standing(self, there: Row) -> Standing:
        return self._status(there["status"]).standing

    def _status(self, found: Row) -> Status:
        """A status as the lists have it; one that is newer than they are is read for itself."""
        known = self._known().statuses.get(str(found["id"]))
        return known or self._meant(found)

    def _meant(self, found: Row) -> Status:
        return explained(found, self._options.statuses, self._options.pauses)

    def _say(self, ticket: str, telling: Telling, there: Row) -> Reply:
        if not _said(telling, there):
            self._put(ticket, {"notes": text(telling)})
        return self._reply(ticket, there["status"]["name"], there)

    def _move(self, ticket: str, telling: Telling, there: Row, name: str, meant: tuple[Standing, ...]) -> Reply:
        """Set a status together with the note that says why, and see that it was set."""
        wanted = self._allowed(ticket, there, name, meant)
        change = {"status_id": wanted["id"]}
        if not _said(telling, there):
            change["notes"] = text(telling)
        self._put(ticket, change)
        now = self._get(ticket)
        if (self._standing(now) in _OVER) != (meant[0] in _OVER):
            raise RemoteError(
                f"Issue {ticket} stays {now['status']['name']!r}, not {wanted['name']!r}.", permanent=True
            )
        return self._reply(ticket, now["status"]["name"], now)

    def _put(self, ticket: str, change: Mapping[str, Any]) -> None:
        """Change an issue. Redmine answers with nothing: a page comes from something before it."""
        answer = self._http.ask("PUT", f"/issues/{ticket}.json", body={"issue": change})
        if answer.text.strip():
            raise RemoteError(f"{self._http.place} answered a change with {short(answer.text)}", uncertain=True)

    def _allowed(self, ticket: str, there: Row, name: str, meant: tuple[Standing, ...]) -> Row:
        """The status to set, of those that the workflow allows this user."""
        # Redmine tells since 5.0 what is allowed; before, what was set is only seen afterwards.
        allowed = there.get("allowed_statuses") or self._known().rows
        for standing in meant:
            for each in allowed:
                if each["name"] == name or (not name and self._status(each).standing is standing):
                    found: Row = each
                    return found
        names = ", ".join(str(each["name"]) for each in allowed)
        aim = repr(name) if name else " or ".join(meant)
        raise RemoteError(f"This user may move issue {ticket} to {names}, and not to {aim}.", permanent=True)

    def _known(self) -> _Lists:
        """The lists, asked anew now and then."""
        if self._lists is None or self._now() - self._lists.at > _FRESH:
            statuses = self._list("/issue_statuses.json", "issue_statuses")
            priorities = self._list("/enumerations/issue_priorities.json", "issue_priorities")
            project = _table(self._http.json("GET", self._project(), query={"include": "trackers"}))
            self._lists = _Lists(
                statuses,
                {str(each["id"]): self._meant(each) for each in statuses},
                [each for each in priorities if each.get("active", True)],
                {str(each["name"]): int(each["id"]) for each in project["project"].get("trackers", [])},
                self._now(),
            )
        return self._lists

    def _list(self, path: str, name: str) -> list[Row]:
        found: list[Row] = _table(self._http.json("GET", path)).get(name, [])
        return found

    def _meet(self, there: Row) -> None:
        """Learn the names of those whom journals name by number only."""
        met = [there.get("assigned_to"), there["author"], *(row.get("user") for row in there.get("journals", []))]
        self._people.update({str(user["id"]): str(user["name"]) for user in met if user})
        for row in there.get("journals", []):
            for change in row.get("details", []):
                user = str(change.get("new_value") or "")
                if change.get("name") == "assigned_to_id" and user and user not in self._people:
                    self._people[user] = self._name(user)

    def _name(self, user: str) -> str:
        answer = self._http.ask("GET", f"/users/{user}.json", fine=(403, 404))
        if answer.status != 200:
            return user
        known = self._parsed(answer).get("user", {})
        return f"{known.get('firstname', '')} {known.get('lastname', '')}".strip() or user

    def _parsed(self, answer: Answer) -> dict[str, Any]:
        try:
            return _table(answer.json())
        except ValueError:
            raise RemoteError(f"{self._http.place} answered with no JSON: {short(answer.text)}") from None

    def _project(self) -> str:
        return f"/projects/{quote(self._options.project, safe='')}.json"

    def _reply(self, ticket: str, status: str, raw: Any) -> Reply:
        return Reply(ticket, f"{self._url}/issues/{ticket}", status, short(json.dumps(raw, ensure_ascii=False)))


def _mark(telling: Telling) -> str:
    """What a search looks for: the key in brackets, so that it is not found in a longer one."""
    return f"[{telling.key}]"


def _said(telling: Telling, there: Row) -> bool:
    """Whether a try of unknown outcome has written its note."""
    if telling.tried is None:
        return False
    own = [row for row in there.get("journals", []) if (row.get("user") or {}).get("id") == there["author"]["id"]]
    return any(telling.reference in str(row.get("notes") or "") for row in own)


def _table(found: Any) -> dict[str, Any]:
    """An answer that has to be a JSON object."""
    if not isinstance(found, dict):
        raise RemoteError(f"Redmine answered with no object: {short(str(found))}", uncertain=True)
    return found
