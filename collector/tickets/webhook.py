"""``webhook``: a signed HTTP POST for every event, with the headers of Standard Webhooks (standardwebhooks.com).

Guarantee: at least once, every try of one event with the same ``webhook-id``. A receiver that remembers the ids it has
seen gets each event exactly once.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from collector.remote.http import Answer, Http, short
from collector.remote.signing import key_of, signed
from collector.remote.telling import RemoteError, Reply, Telling
from collector.tickets.ticket_system import Messenger
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret

_PAGE = ("<!doctype html", "<html")


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "webhook"``."""

    url: str
    """Where to post to."""
    secret: Secret
    """The signing secret, ``whsec_`` and base 64 as receivers give it, or any text."""
    old_secret: Secret | None = None
    """The secret before, while receivers change over: requests are signed with both."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""
    verify: bool = True
    """Whether the certificate of an https receiver is verified."""

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid('url: expected an address such as "https://desk.example/hook"')
        if self.timeout < 1:
            raise Invalid('timeout: expected at least "1ms"')


class System(Messenger):
    """Posts to one address over a kept connection."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._now = now
        self._http = Http(options.url, timeout=options.timeout, now=now, verify=options.verify)
        self._keys = [key_of(options.secret)]
        if options.old_secret is not None:
            self._keys.append(key_of(options.old_secret))

    def close(self) -> None:
        self._http.close()

    def send(self, telling: Telling) -> Reply:
        body = body_of(telling)
        headers = signed(self._keys, telling.id, self._now(), body)
        answer = self._http.ask("POST", raw=body, headers=headers)
        if _is_page(answer):
            raise RemoteError(
                f"{self._http.place} answered {answer.status} with a web page, as a sign-in or a portal before the"
                f" receiver does: {short(answer.text)}",
                uncertain=True,
            )
        return reply_of(answer.text)

    def preview(self, telling: Telling) -> str:
        shown = json.dumps(json.loads(body_of(telling)), ensure_ascii=False, indent=2)
        return f"POST {self._http.place} (path and query are not shown)\nwebhook-id: {telling.id}\n\n{shown}"


def _is_page(answer: Answer) -> bool:
    """Whether it is for a browser. No receiver of events says "taken" so; what stands before one takes nothing."""
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "text/html" or answer.text.lstrip("\ufeff \t\r\n").lower().startswith(_PAGE)


def body_of(telling: Telling) -> bytes:
    """The JSON that is posted: the same bytes at every try."""
    moment = datetime.fromtimestamp(telling.at / 1000, UTC)
    table: dict[str, Any] = {
        "event": telling.event,
        "incident_key": telling.key,
        "sequence": telling.sequence,
        "occurred_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "idempotency_key": telling.id,
        "ticket_id": telling.ticket or None,
        "title": telling.title,
        "body": telling.body,
        **telling.facts,
    }
    return json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()


def reply_of(text: str) -> Reply:
    """What the receiver told of its ticket: ``{"ticket_id", "url", "state"}``, each where it told it.

    An answer that is no JSON object is a plain "taken": many receivers answer with nothing, or with ``ok``.
    """
    try:
        table = json.loads(text)
    except ValueError:
        table = None
    if not isinstance(table, dict):
        return Reply(raw=short(text))
    told = {key: str(table[key]) for key in ("ticket_id", "url", "state") if isinstance(table.get(key), str | int)}
    return Reply(told.get("ticket_id", ""), told.get("url", ""), told.get("state", ""), short(text))
