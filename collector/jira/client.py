"""Jira's REST API as far as tickets need it, with what differs between Cloud and Data Center.

Sources: developer.atlassian.com "The Jira Cloud platform REST API" (v3, v2), docs.atlassian.com "JIRA Server platform
REST API". Cloud searches with ``/search/jql``, which Data Center does not have; its search lags behind what was
written, and pages by tokens. Data Center tells in a header when a sign-in failed and it goes on as for a stranger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from collector.jira.documents import document
from collector.remote.http import Answer, Http, short
from collector.remote.telling import RemoteError

_MINUTE = 60_000
_PAGE = 100
_MOST_PAGES = 5
_STRANGER = ("AUTHENTICATED_FAILED", "AUTHENTICATION_DENIED")


@dataclass(frozen=True, slots=True)
class Flavour:
    """Which Jira it is: the version of its API, whether it is Cloud, for how long (ms) its search may lag behind."""

    api: int
    cloud: bool
    lag: int


CLOUD = Flavour(api=3, cloud=True, lag=5 * _MINUTE)
"""Atlassian says "seconds to minutes" and promises no bound (developer.atlassian.com, "Search and reconcile")."""

DATA_CENTER = Flavour(api=2, cloud=False, lag=_MINUTE)
"""The index of a node follows within seconds; that of another node waits for the replication."""


class Client:
    """One Jira. Every method raises RemoteError."""

    def __init__(self, http: Http, flavour: Flavour) -> None:
        self._http = http
        self._flavour = flavour
        self._categories: dict[str, str] = {}
        self._me: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """Who is asked."""
        return self._http.place

    def path(self, rest: str) -> str:
        """A path of the platform's API."""
        return f"/rest/api/{self._flavour.api}/{rest}"

    def text(self, text: str) -> Any:
        """A text as this version of the API wants it."""
        return document(text) if self._flavour.api >= 3 else text

    def table(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        """An answer that must be a JSON object."""
        return self._table(self._ask(method, path, **given))

    def optional(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        """The same; nothing where it is not there, or not for us."""
        answer = self._ask(method, path, fine=(401, 403, 404), **given)
        return self._table(answer) if answer.status == 200 else {}

    def myself(self) -> dict[str, Any]:
        """Who we are there."""
        return self.table("GET", self.path("myself"))

    def me(self) -> frozenset[str]:
        """The names by which a history calls us; asked once."""
        if not self._me:
            found = self.myself()
            self._me = frozenset(str(found[name]) for name in ("accountId", "name", "key") if found.get(name))
        return self._me

    def categories(self, needed: Sequence[str]) -> Mapping[str, str]:
        """The category of each status, by the status' id: new, indeterminate, done. Asked again for unknown ids."""
        if any(key not in self._categories for key in needed):
            answer = self._ask("GET", self.path("status"))
            found = _json(answer)
            if not isinstance(found, list):
                raise self._unreadable(answer)
            self._categories = {
                str(status["id"]): str((status.get("statusCategory") or {}).get("key", ""))
                for status in found
                if isinstance(status, dict) and "id" in status
            }
        return self._categories

    def create(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """A new issue: its ``id`` and ``key``."""
        answer = self._ask("POST", self.path("issue"), body={"fields": fields})
        found = self._table(answer)
        if not found.get("key"):
            raise self._unreadable(answer)
        return found

    def labelled(self, label: str, fields: Sequence[str]) -> list[dict[str, Any]]:
        """The issues that have a label, open or not, the oldest first, as far as the search shows them."""
        quoted = label.replace("\\", "\\\\").replace('"', '\\"')
        body = {"jql": f'labels = "{quoted}" ORDER BY created ASC', "maxResults": 10, "fields": list(fields)}
        answer = self._ask("POST", self.path("search/jql" if self._flavour.cloud else "search"), body=body)
        found = self._table(answer).get("issues")
        if not isinstance(found, list):
            raise self._unreadable(answer)
        return [issue for issue in found if isinstance(issue, dict)]

    def issue(self, key: str, fields: Sequence[str], *, history: bool = False) -> dict[str, Any] | None:
        """An issue; None where there is none, or none that we may see."""
        query = {"fields": ",".join(fields), **({"expand": "changelog"} if history else {})}
        answer = self._ask("GET", self._issue(key), query=query, fine=(404,))
        found = self._table(answer)
        if answer.status == 404:
            if "errorMessages" not in found:
                raise self._http.refused(answer)
            return None
        if not found.get("key"):
            raise self._unreadable(answer)
        return found

    def changes(self, issue: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The whole history of an issue that was read with its history. Cloud tells the newest 100 with the issue."""
        told = issue.get("changelog") or {}
        found = [entry for entry in told.get("histories") or () if isinstance(entry, dict)]
        if not self._flavour.cloud or int(told.get("total") or 0) <= len(found):
            return found
        found = []
        for page in range(_MOST_PAGES):
            query = {"startAt": str(page * _PAGE), "maxResults": str(_PAGE)}
            told = self.table("GET", self._issue(str(issue["key"]), "/changelog"), query=query)
            found += [entry for entry in told.get("values") or () if isinstance(entry, dict)]
            if told.get("isLast", True):
                break
        return found

    def comments(self, key: str) -> list[dict[str, Any]]:
        """The newest comments of an issue."""
        query = {"orderBy": "-created", "maxResults": str(_PAGE)}
        answer = self._ask("GET", self._issue(key, "/comment"), query=query)
        found = self._table(answer).get("comments")
        if not isinstance(found, list):
            raise self._unreadable(answer)
        return [comment for comment in found if isinstance(comment, dict)]

    def comment(self, key: str, text: str) -> None:
        """Write to an issue."""
        answer = self._ask("POST", self._issue(key, "/comment"), body={"body": self.text(text)})
        if not self._table(answer).get("id"):
            raise self._unreadable(answer)

    def transitions(self, key: str) -> list[dict[str, Any]]:
        """What can be done to an issue as it stands, each with the fields that it asks for."""
        answer = self._ask("GET", self._issue(key, "/transitions"), query={"expand": "transitions.fields"})
        found = self._table(answer).get("transitions")
        if not isinstance(found, list):
            raise self._unreadable(answer)
        return [transition for transition in found if isinstance(transition, dict)]

    def move(self, key: str, transition: str, fields: Mapping[str, Any]) -> None:
        """Do one of them. Success is 204 without a body; whether it had an effect is seen by reading."""
        body = {"transition": {"id": transition}, **({"fields": fields} if fields else {})}
        answer = self._ask("POST", self._issue(key, "/transitions"), body=body)
        if answer.status != 204:
            raise self._unreadable(answer)

    def _issue(self, key: str, rest: str = "") -> str:
        return self.path(f"issue/{quote(key, safe='')}{rest}")

    def _ask(self, method: str, path: str, **given: Any) -> Answer:
        # Names of statuses and transitions are translated for whoever asks.
        headers = {"Accept": "application/json", "Accept-Language": "en", **given.pop("headers", {})}
        answer = self._http.ask(method, path, headers=headers, **given)
        reason = answer.headers.get("X-Seraph-LoginReason", "")
        if answer.headers.get("X-AUSERNAME") == "anonymous" or any(word in reason for word in _STRANGER):
            raise RemoteError(f"{self.place} answers us as a stranger: is the token still good?", permanent=True)
        return answer

    def _table(self, answer: Answer) -> dict[str, Any]:
        found = _json(answer)
        if not isinstance(found, dict):
            raise self._unreadable(answer)
        return found

    def _unreadable(self, answer: Answer) -> RemoteError:
        return RemoteError(
            f"{self.place} answered {answer.status} with something else than asked for: {short(answer.text)}",
            uncertain=True,
        )


def _json(answer: Answer) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
