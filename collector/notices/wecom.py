"""``wecom``: a group robot of WeCom (developer.work.weixin.qq.com, path 91770).

Only ``errcode`` 0 means taken. Markdown takes 4096 bytes and calls people by user id; text takes 2048 bytes and calls
them by mobile number as well. At most 20 messages a minute. Guarantee: at least once; the robot has no room for an id.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from collector.notices.channel import Channel, Message, Now, answered, endpoint, fitted, posted
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret

_TOO_FAST = frozenset({45009})
_BUSY = frozenset({-1, 45033})
_TEXT = 2048


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "wecom"``."""

    url: Secret
    """The robot's webhook address, with its key."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""

    def __post_init__(self) -> None:
        if "key" not in parse_qs(urlsplit(endpoint(self.url)).query):
            raise Invalid("url: expected the robot's whole address, with key")


class Sender(Channel):
    """Posts markdown to one robot, or text where somebody can be called by mobile number only."""

    LIMIT = 18
    SIZE = 3_600

    def __init__(self, options: Options, now: Now) -> None:
        address = urlsplit(endpoint(options.url))
        self._path = address.path
        self._key = parse_qs(address.query)["key"][0]
        self._http = Http(f"{address.scheme}://{address.netloc}", timeout=options.timeout, now=now)

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        text = self._http.ask("POST", self._path, query={"key": self._key}, body=_body(message)).text
        self._check(answered(self._http.place, text))
        return short(text)

    def preview(self, message: Message) -> str:
        return posted(f"{self._http.place}{self._path}?key=***", _body(message))

    def _check(self, answer: Mapping[str, Any]) -> None:
        code = answer.get("errcode")
        if code == 0:
            return
        said = f"{self._http.place} answered errcode {code}: {short(str(answer.get('errmsg', '')))}"
        if code in _TOO_FAST:
            raise RemoteError(said, retry_after=60)
        if code is None:
            raise RemoteError(said, uncertain=True)
        # 93000, a wrong key, and 40xxx, a body it does not understand, are for a person.
        raise RemoteError(said, permanent=code not in _BUSY)


def _body(message: Message) -> dict[str, Any]:
    people = [(name, contact) for name, contact in message.mentions if contact.wecom or contact.mobile]
    strangers = " ".join(name for name, contact in message.mentions if not (contact.wecom or contact.mobile))
    if any(not contact.wecom for _, contact in people):
        tail = [part for part in (message.link, strangers) if part]
        left = _TEXT - sum(len(part.encode()) + 1 for part in (message.title, *tail)) - 8
        lines = fitted(tuple(line for line in message.lines if line), left, lambda count: f"… (+{count})")
        return {
            "msgtype": "text",
            "text": {
                "content": "\n".join([message.title, *lines, *tail]),
                "mentioned_list": [contact.wecom for _, contact in people if contact.wecom],
                "mentioned_mobile_list": [contact.mobile for _, contact in people if not contact.wecom],
            },
        }
    parts = [f"**{plain(message.title)}**", *(plain(line) for line in message.lines if line)]
    called = " ".join([*(f"<@{contact.wecom}>" for _, contact in people), *([strangers] if strangers else [])])
    parts += [f"[{message.link}]({message.link})"] if message.link else []
    parts += [called] if called else []
    return {"msgtype": "markdown", "markdown": {"content": "\n".join(parts)}}


def plain(text: str) -> str:
    """Text from targets as text: no link, colour or mention is made of it."""
    return text.replace("](", "] (").replace("<", "＜")
