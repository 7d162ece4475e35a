"""What every kind of Jira does with a telling: an issue with our key as a label, comments, transitions."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from collector.jira import fields as templates
from collector.jira.client import Client, Flavour
from collector.jira.documents import plain
from collector.jira.options import JiraOptions
from collector.jira.reading import Reading, remote_of, statuses_in
from collector.remote import hooks
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError, Reply, Telling
from collector.remote.written import text, title
from collector.tickets.ticket_system import Call, Moment, Remote, Standing, TicketSystem
from rules.errors import Invalid

_SUMMARY = 255
_OVER = (Standing.RESOLVED, Standing.CLOSED)
_LIVING = (Standing.OPEN, Standing.ACKNOWLEDGED, Standing.STARTED, Standing.PAUSED)
_ASKED = ("status", "labels", "assignee", "priority", "created")


class Jira(TicketSystem):
    """One project of one Jira; a ticket is an issue's key."""

    def __init__(
        self, options: JiraOptions, issue_type: str, flavour: Flavour, http: Http, now: Callable[[], int]
    ) -> None:
        self._now = now
        self._settings = options
        self._issue_type = issue_type
        self._flavour = flavour
        self._http = http
        self._client = Client(http, flavour)

    @property
    def lag(self) -> int:
        return self._flavour.lag

    def close(self) -> None:
        self._http.close()

    def create(self, telling: Telling) -> Reply:
        made = self._client.create(self._fields(telling))
        return self._reply(str(made["key"]), raw=short(json.dumps(made)))

    def find(self, telling: Telling) -> Reply | None:
        for issue in self._client.labelled(telling.key, ("status", "labels")):
            if telling.key in ((issue.get("fields") or {}).get("labels") or ()):
                return self._reply(str(issue["key"]), self._status(issue), short(json.dumps(issue)))
        return None

    def note(self, telling: Telling) -> Reply:
        issue = self._known(telling)
        if telling.tried is None or not self._told(telling):
            self._write(telling.ticket, text(telling))
        return self._reply(telling.ticket, self._status(issue))

    def resolve(self, telling: Telling) -> Reply:
        return self._move(telling, _OVER, self._settings.resolved)

    def reopen(self, telling: Telling) -> Reply:
        return self._move(telling, _LIVING, self._settings.reopened)

    def test(self, telling: Telling) -> Reply:
        me = self._client.myself()
        project = self._client.table("GET", self._client.path(f"project/{self._settings.project}"))
        kinds = [str(kind.get("name")) for kind in project.get("issueTypes") or () if isinstance(kind, Mapping)]
        if kinds and self._issue_type not in kinds:
            raise RemoteError(
                f"Project {self._settings.project} has no issue type {self._issue_type!r}, but {', '.join(kinds)}.",
                permanent=True,
            )
        return Reply(raw=f"{self._client.place} knows us as {me.get('displayName')}; project {project.get('name')}")

    def preview(self, telling: Telling) -> str:
        if telling.event in ("opened", "test"):
            path, body = self._creation(telling)
        else:
            path, body = self._client.path(f"issue/{telling.ticket or 'KEY'}/comment"), {"body": text(telling)}
        shown = f"POST {self._client.place}{path}\n{json.dumps(body, ensure_ascii=False, indent=2)}"
        if telling.event in ("resolved", "reopened"):
            wanted = self._settings.resolved if telling.event == "resolved" else self._settings.reopened
            shown += f"\nthen the transition {wanted or 'that leads there'}"
        return shown

    def read(self, ticket: str) -> Remote | None:
        asked = (*_ASKED, *filter(None, (self._settings.satisfaction,)))
        issue = self._client.issue(ticket, asked, history=True)
        if issue is None:
            return None
        changes = self._client.changes(issue)
        reading = self._reading(statuses_in(issue, changes))
        comments = self._client.comments(ticket)
        url = self._url(str(issue["key"]))
        found = remote_of(reading, issue, changes, comments, url, self._settings.satisfaction)
        # An issue that was moved to another project answers to its old key, by which the ledger knows it.
        moments = (*found.moments, *self._more(ticket, found.moments))
        ordered = tuple(sorted(moments, key=lambda moment: (moment.at is None, moment.at or 0)))
        return Remote(ticket, found.standing, found.words, url, found.assignee, found.priority, ordered)

    def hear(self, headers: Mapping[str, str], body: bytes) -> Call:
        hooks.by_hmac(headers, "x-hub-signature", "sha256=", self._settings.hook_secret, body)
        issue = hooks.table_of(body).get("issue")
        key = issue.get("key") if isinstance(issue, Mapping) else None
        if not isinstance(key, str) or not key:
            raise Invalid("The call names no issue.")
        return Call((key,))

    def _creation(self, telling: Telling) -> tuple[str, dict[str, Any]]:
        """Path and body of what makes an issue."""
        return self._client.path("issue"), {"fields": self._fields(telling)}

    def _more(self, ticket: str, moments: Sequence[Moment]) -> tuple[Moment, ...]:
        """What the kind knows of a ticket besides its history."""
        return ()

    def _write(self, ticket: str, text: str) -> None:
        self._client.comment(ticket, text)

    def _fields(self, telling: Telling) -> dict[str, Any]:
        options = self._settings
        fields: dict[str, Any] = {
            "project": {"key": options.project},
            "issuetype": {"name": self._issue_type},
            **self._content(telling),
        }
        return {**fields, **templates.written(options.fields, telling)}

    def _content(self, telling: Telling) -> dict[str, Any]:
        """What a new issue says. A summary is one line."""
        options = self._settings
        content: dict[str, Any] = {
            "summary": title(telling, _SUMMARY),
            "description": self._client.text(text(telling)),
            "labels": [telling.key, *options.labels],
        }
        priority = options.priorities.get(str((telling.facts.get("incident") or {}).get("priority")))
        if priority:
            content["priority"] = {"name": priority}
        return content

    def _known(self, telling: Telling) -> dict[str, Any]:
        """The issue of a telling that follows an opening."""
        issue = self._client.issue(telling.ticket, _ASKED) if telling.ticket else None
        if issue is None:
            raise RemoteError(f"{self._client.place} shows no issue {telling.ticket!r} (any more).", permanent=True)
        return issue

    def _told(self, telling: Telling) -> bool:
        return any(telling.reference in plain(comment.get("body")) for comment in self._client.comments(telling.ticket))

    def _move(self, telling: Telling, wanted: Sequence[Standing], name: str) -> Reply:
        """Write, then move. A try before this one may have written already, so it is looked for."""
        issue = self._known(telling)
        if self._standing(issue) in wanted:
            return self._reply(telling.ticket, self._status(issue))
        transition = self._transition(telling.ticket, wanted, name)
        if not self._told(telling):
            self._write(telling.ticket, text(telling))
        asked = transition.get("fields") or {}
        fields = (
            {"resolution": {"name": self._settings.resolution}} if wanted is _OVER and "resolution" in asked else {}
        )
        self._client.move(telling.ticket, str(transition["id"]), fields)
        issue = self._known(telling)
        if self._standing(issue) not in wanted:
            raise RemoteError(f"{telling.ticket} stays {self._status(issue)}: a rule of the project.", permanent=True)
        return self._reply(telling.ticket, self._status(issue))

    def _transition(self, ticket: str, wanted: Sequence[Standing], name: str) -> dict[str, Any]:
        offered = self._client.transitions(ticket)
        targets = {str(one["id"]): one.get("to") or {} for one in offered}
        reading = self._reading([str(to.get("id")) for to in targets.values()])
        leading = []
        for one in offered:
            to = targets[str(one["id"])]
            if name and name in (one.get("name"), to.get("name")):
                return one
            if reading.standing(str(to.get("id")), str(to.get("name"))) in wanted:
                leading.append(one)
        if name or not leading:
            said = ", ".join(f"{one.get('name')} → {targets[str(one['id'])].get('name')}" for one in offered) or "none"
            raise RemoteError(
                f"{ticket} has no transition {name or 'that leads there'}; it has {said}. See resolved and reopened.",
                permanent=True,
            )
        return leading[0]

    def _reading(self, needed: Sequence[str]) -> Reading:
        client, options = self._client, self._settings
        return Reading(client.me(), client.categories(needed), options.statuses, options.pauses)

    def _standing(self, issue: Mapping[str, Any]) -> Standing:
        status = (issue.get("fields") or {}).get("status") or {}
        key = str(status.get("id", ""))
        return self._reading([key]).standing(key, str(status.get("name", "")))

    def _status(self, issue: Mapping[str, Any]) -> str:
        return str(((issue.get("fields") or {}).get("status") or {}).get("name", ""))

    def _url(self, key: str) -> str:
        return f"{self._settings.url.rstrip('/')}/browse/{key}"

    def _reply(self, key: str, state: str = "", raw: str = "") -> Reply:
        return Reply(key, self._url(key), state, raw or key)
