"""``dingtalk``: a custom robot of a DingTalk group (open.dingtalk.com, "custom robot access").

HTTP is always 200; only ``errcode`` 0 means taken. A robot that writes more than 20 times a minute is silenced for ten
minutes. Guarantee: at least once; the robot has no room for an id, so a repeat after a lost answer is not known as one.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from collector.notices.channel import Channel, Message, Now, answered, endpoint, posted
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret

_SILENCED_S = 600
_TOO_FAST = frozenset({90030, 130101, 660026})
_BUSY = frozenset({-1})


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "dingtalk"``."""

    url: Secret
    """The robot's webhook address, with its access_token."""
    secret: Secret | None = None
    """The signing secret (SEC…), where the robot's guard is a signature."""
    keyword: str = ""
    """The word that every message must contain, where the robot's guard is a keyword."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""

    def __post_init__(self) -> None:
        if "access_token" not in parse_qs(urlsplit(endpoint(self.url)).query):
            raise Invalid("url: expected the robot's whole address, with access_token")


class Sender(Channel):
    """Posts markdown to one robot."""

    LIMIT = 18
    SIZE = 15_000

    def __init__(self, options: Options, now: Now) -> None:
        self._options = options
        self._now = now
        address = urlsplit(endpoint(options.url))
        self._path = address.path
        self._token = parse_qs(address.query)["access_token"][0]
        self._http = Http(f"{address.scheme}://{address.netloc}", timeout=options.timeout, now=now)

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        query = {"access_token": self._token, **self._signed()}
        text = self._http.ask("POST", self._path, query=query, body=self._body(message)).text
        self._check(answered(self._http.place, text))
        return short(text)

    def preview(self, message: Message) -> str:
        return posted(f"{self._http.place}{self._path}?access_token=***", self._body(message))

    def _signed(self) -> dict[str, str]:
        """The instant in ms and base 64 of HMAC-SHA256 with the secret over instant, line feed, secret."""
        if self._options.secret is None:
            return {}
        stamp, secret = str(self._now()), self._options.secret.reveal()
        digest = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        return {"timestamp": stamp, "sign": base64.b64encode(digest).decode("ascii")}

    def _body(self, message: Message) -> dict[str, Any]:
        mobiles = [contact.mobile for _, contact in message.mentions if contact.mobile and not contact.dingtalk]
        people = [contact.dingtalk for _, contact in message.mentions if contact.dingtalk]
        strangers = [name for name, contact in message.mentions if not (contact.mobile or contact.dingtalk)]
        # Nobody is called by name whose number does not stand in the text, too.
        called = " ".join("@" + who for who in (*mobiles, *people, *strangers))
        parts = [f"#### {plain(message.title)}", *(plain(line) for line in message.lines if line)]
        parts += [part for part in (self._options.keyword, called) if part]
        if message.link:
            parts.append(f"[{message.link}]({message.link})")
        return {
            "msgtype": "markdown",
            "markdown": {"title": message.title, "text": "\n\n".join(parts)},
            "at": {"atMobiles": mobiles, "atUserIds": people, "isAtAll": False},
        }

    def _check(self, answer: Mapping[str, Any]) -> None:
        code = answer.get("errcode")
        if code == 0:
            return
        said = f"{self._http.place} answered errcode {code}: {short(str(answer.get('errmsg', '')))}"
        if code in _TOO_FAST:
            raise RemoteError(said, retry_after=_SILENCED_S)
        if code is None:
            raise RemoteError(said, uncertain=True)
        # 310000: keyword, signature or address do not fit the robot's guards. Nothing but a person helps there.
        raise RemoteError(said, permanent=code not in _BUSY)


def plain(text: str) -> str:
    """Text from targets as text: no link, picture, tag, heading or quote is made of it, and nobody is called by it."""
    flat = text.replace("](", "] (").replace("<", "＜").replace("@", "＠")
    return "\\" + flat if flat[:1] in ("#", ">") else flat
