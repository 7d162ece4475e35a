"""``feishu``: a custom bot of a Feishu (Lark) group (open.feishu.cn, "custom bot usage guide").

Only ``code`` 0 (older bots: ``StatusCode`` 0) means taken. At most 100 messages a minute and 5 a second; 11232 says
that it was too much. The whole request may have 20 KB. Guarantee: at least once; the bot has no room for an id.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from collector.notices.channel import Channel, Message, Now, answered, endpoint, posted
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.secret import Secret

_TOO_FAST = frozenset({11232, 99991400})
_PAUSE_S = 60


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "feishu"``."""

    url: Secret
    """The bot's webhook address."""
    secret: Secret | None = None
    """The signing secret, where the bot's guard is a signature."""
    keyword: str = ""
    """The word that every message must contain, where the bot's guard is a keyword."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""

    def __post_init__(self) -> None:
        endpoint(self.url)


class Sender(Channel):
    """Posts cards to one bot."""

    LIMIT = 90
    SIZE = 12_000

    def __init__(self, options: Options, now: Now) -> None:
        self._options = options
        self._now = now
        address = urlsplit(endpoint(options.url))
        self._path = address.path
        self._http = Http(f"{address.scheme}://{address.netloc}", timeout=options.timeout, now=now)

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        body = {**self._signed(), **self._body(message)}
        answer = self._http.ask("POST", self._path, body=body, fine=(400, 429))
        self._check(answered(self._http.place, answer.text), answer.headers)
        return short(answer.text)

    def preview(self, message: Message) -> str:
        return posted(f"{self._http.place}/***", self._body(message))

    def _signed(self) -> dict[str, str]:
        """The instant in s and base 64 of HMAC-SHA256 over nothing, with instant, line feed and secret as the key."""
        if self._options.secret is None:
            return {}
        stamp = str(self._now() // 1000)
        key = f"{stamp}\n{self._options.secret.reveal()}".encode()
        digest = hmac.new(key, b"", hashlib.sha256).digest()
        return {"timestamp": stamp, "sign": base64.b64encode(digest).decode("ascii")}

    def _body(self, message: Message) -> dict[str, Any]:
        # What targets say stands in plain_text elements, where nothing is markup and nobody is called by it.
        texts = [line for line in (*message.lines, self._options.keyword) if line]
        elements: list[dict[str, Any]] = [_div("plain_text", "\n".join(texts))] if texts else []
        called = [
            f"<at id={contact.feishu}></at>" if contact.feishu else _escaped(name) for name, contact in message.mentions
        ]
        elements += [_div("lark_md", " ".join(called))] if called else []
        elements += [_div("lark_md", f"[{message.link}]({message.link})")] if message.link else []
        header = {
            "title": {"tag": "plain_text", "content": message.title},
            "template": "red" if message.urgent else "blue",
        }
        return {"msg_type": "interactive", "card": {"header": header, "elements": elements}}

    def _check(self, answer: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        code = answer.get("code", answer.get("StatusCode"))
        if code == 0:
            return
        words = str(answer.get("msg", answer.get("StatusMessage", "")))
        said = f"{self._http.place} answered code {code}: {short(words)}"
        if code in _TOO_FAST:
            told = headers.get("x-ogw-ratelimit-reset", "")
            raise RemoteError(said, retry_after=float(told) if told.isdigit() else _PAUSE_S)
        # 19021 signature, 19022 address, 19024 keyword, 9499 a body it does not understand: for a person.
        raise RemoteError(said, permanent=code is not None, uncertain=code is None)


def _div(tag: str, content: str) -> dict[str, Any]:
    return {"tag": "div", "text": {"tag": tag, "content": content}}


def _escaped(text: str) -> str:
    return text.replace("&", "&#38;").replace("<", "&#60;").replace(">", "&#62;").replace("*", "&#42;")
