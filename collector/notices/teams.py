"""``teams``: a webhook of Microsoft Teams, from a workflow ("Post to a channel when a webhook request is received").

A workflow answers 202 and nothing more; the older connectors answer 200 with ``1``, or 200 with the words of an error.
28 KB a message and 4 requests a second (learn.microsoft.com, "Create incoming webhooks"). Guarantee: at least once; the
webhook has no room for an id, and a workflow that fails later tells nobody but its owner.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from collector.notices.channel import Channel, Message, Now, endpoint, posted
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.secret import Secret

_TAKEN = frozenset({"", "1"})


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "teams"``."""

    url: Secret
    """The address that the workflow shows."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""

    def __post_init__(self) -> None:
        endpoint(self.url)


class Sender(Channel):
    """Posts adaptive cards to one webhook."""

    LIMIT = 60
    SIZE = 22_000
    LINE = 110

    def __init__(self, options: Options, now: Now) -> None:
        address = urlsplit(endpoint(options.url))
        self._path = address.path + (f"?{address.query}" if address.query else "")
        self._http = Http(f"{address.scheme}://{address.netloc}", timeout=options.timeout, now=now)

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        answer = self._http.ask("POST", self._path, body=_body(message))
        if answer.status != 202 and answer.text.strip() not in _TAKEN:
            said = f"{self._http.place} answered {answer.status}: {short(answer.text)}"
            inner = re.search(r"HTTP error (\d{3})", answer.text)
            if inner is None:
                raise RemoteError(said, uncertain=True)
            code = int(inner[1])
            raise RemoteError(
                said, permanent=400 <= code < 500 and code != 429, retry_after=60.0 if code == 429 else None
            )
        return f"{answer.status} {short(answer.text)}".strip()

    def preview(self, message: Message) -> str:
        return posted(f"{self._http.place}/***", _body(message))


def _body(message: Message) -> dict[str, Any]:
    # Text runs know no markup: what targets say stays text. Only the line of mentions is a text block.
    runs = [_runs(message.title, weight="Bolder", size="Medium", color="Attention" if message.urgent else "Default")]
    runs += [_runs(line) for line in message.lines if line]
    people = [(f"<at>{number}</at>", name, contact.teams) for number, (name, contact) in enumerate(message.mentions)]
    called = " ".join(tag if known else name for tag, name, known in people)
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [*runs, *([{"type": "TextBlock", "text": called, "wrap": True}] if called else [])],
        "msteams": {
            "entities": [
                {"type": "mention", "text": tag, "mentioned": {"id": known, "name": name}}
                for tag, name, known in people
                if known
            ]
        },
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Nineward", "url": message.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _runs(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}
