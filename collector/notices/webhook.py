"""``webhook``: a signed HTTP POST for every message, with the headers of Standard Webhooks (standardwebhooks.com).

Guarantee: at least once, every try of one message with the same ``webhook-id`` and the same body.
"""

import json
from dataclasses import dataclass
from typing import Any

from collector.notices.channel import Channel, Message, Now, posted
from collector.remote.http import Http, short
from collector.remote.signing import key_of, signed
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "webhook"``."""

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
        if not self.url.startswith(("https://", "http://")):
            raise Invalid('url: expected an address such as "https://pager.example/hook"')


class Sender(Channel):
    """Posts to one address over a kept connection."""

    LIMIT = 600
    SIZE = 200_000

    def __init__(self, options: Options, now: Now) -> None:
        self._now = now
        self._http = Http(options.url, timeout=options.timeout, now=now, verify=options.verify)
        self._keys = [key_of(one) for one in (options.secret, options.old_secret) if one is not None]

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        body = json.dumps(_body(message), ensure_ascii=False, separators=(",", ":")).encode()
        answer = self._http.ask("POST", raw=body, headers=signed(self._keys, message.id, self._now(), body))
        return f"{answer.status} {short(answer.text)}".strip()

    def preview(self, message: Message) -> str:
        return posted(self._http.place, _body(message))


def _body(message: Message) -> dict[str, Any]:
    return {
        "type": "notice",
        "id": message.id,
        "title": message.title,
        "text": "\n".join(message.lines),
        "url": message.link or None,
        "urgent": message.urgent,
        "mentions": [name for name, _ in message.mentions],
        "entries": list(message.entries),
    }
