"""``slack``: an incoming webhook of Slack (docs.slack.dev, "Sending messages using incoming webhooks").

Taken means 200 with the body ``ok``; refusals are 4xx with a word such as ``invalid_payload``. About one message
a second; 429 says how long to wait. Guarantee: at least once; the webhook has no room for an id.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from collector.notices.channel import Channel, Message, Now, endpoint, posted
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.secret import Secret


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "slack"``."""

    url: Secret
    """The webhook's address."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""

    def __post_init__(self) -> None:
        endpoint(self.url)


class Sender(Channel):
    """Posts text to one webhook."""

    LIMIT = 50
    SIZE = 3_500

    def __init__(self, options: Options, now: Now) -> None:
        address = urlsplit(endpoint(options.url))
        self._path = address.path
        self._http = Http(f"{address.scheme}://{address.netloc}", timeout=options.timeout, now=now)

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        text = self._http.ask("POST", self._path, body=_body(message)).text
        if text.strip() != "ok":
            raise RemoteError(f"{self._http.place} answered: {short(text)}", uncertain=True)
        return text.strip()

    def preview(self, message: Message) -> str:
        return posted(f"{self._http.place}/***", _body(message))


def _body(message: Message) -> dict[str, Any]:
    called = " ".join(f"<@{contact.slack}>" if contact.slack else escaped(name) for name, contact in message.mentions)
    parts = [f"*{escaped(message.title)}*", *(escaped(line) for line in message.lines), message.link, called]
    return {"text": "\n".join(part for part in parts if part), "unfurl_links": False}


def escaped(text: str) -> str:
    """Text from targets as text: the three signs from which Slack makes links and mentions."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
