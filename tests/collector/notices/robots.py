"""Stand-ins of chat systems, written from their documentation, with their unpleasantness.

Each checks what the real one checks (signature, keyword, size, rate) and answers as that does; ``said`` is what people
there would have read.
"""

import base64
import hashlib
import hmac
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[int, dict[str, str], bytes]

_JSON = {"Content-Type": "application/json"}


@dataclass
class Robot(ABC):
    """``now`` (ms UTC) is its clock; ``faults`` are answers that it gives to the next requests instead."""

    now: int
    said: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    faults: list[Answer] = field(default_factory=list)

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        """Answer one request."""
        assert method == "POST"
        if self.faults:
            return self.faults.pop(0)
        return self.answer(path, query, headers, body)

    @abstractmethod
    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        """What the system answers when nothing is wrong with it."""

    def take(self, text: str, body: dict[str, Any]) -> None:
        self.said.append(text)
        self.bodies.append(body)
        self.at.append(self.now)

    def lately(self, window: int = 60_000) -> int:
        return sum(1 for at in self.at if at > self.now - window)


def as_json(table: dict[str, Any], status: int = 200) -> Answer:
    """An answer in JSON."""
    return status, _JSON, json.dumps(table).encode()


@dataclass
class DingTalk(Robot):
    """Silenced for ten minutes by the 21st message within a minute."""

    secret: str = ""
    keyword: str = ""
    silent_until: int = 0

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if path != "/robot/send" or query.get("access_token") != "t0k3n":
            return as_json({"errcode": 300001, "errmsg": "token is not exist"})
        if self.secret:
            stamp = query.get("timestamp", "0")
            wanted = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
            if abs(int(stamp) - self.now) > 3_600_000 or query.get("sign") != base64.b64encode(wanted).decode():
                return as_json({"errcode": 310000, "errmsg": "sign not match"})
        table = json.loads(body)
        text = table["markdown"]["text"]
        if self.keyword not in text:
            return as_json({"errcode": 310000, "errmsg": "keywords not in content"})
        if self.now < self.silent_until or self.lately() >= 20:
            self.silent_until = max(self.silent_until, self.now + 600_000)
            return as_json({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})
        self.take(text, table)
        return as_json({"errcode": 0, "errmsg": "ok"})


@dataclass
class WeCom(Robot):
    """Markdown up to 4096 bytes, text up to 2048, 20 messages a minute."""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if path != "/cgi-bin/webhook/send" or query.get("key") != "k":
            return as_json({"errcode": 93000, "errmsg": "invalid webhook url"})
        table = json.loads(body)
        content = table[table["msgtype"]]["content"]
        if len(content.encode()) > {"markdown": 4096, "text": 2048}[table["msgtype"]]:
            return as_json({"errcode": 40058, "errmsg": "markdown.content exceed max length"})
        if self.lately() >= 20:
            return as_json({"errcode": 45009, "errmsg": "api freq out of limit"})
        self.take(content, table)
        return as_json({"errcode": 0, "errmsg": "ok"})


@dataclass
class Feishu(Robot):
    """The signature's key is instant and secret, its message empty; 100 a minute, 20 KB."""

    secret: str = ""
    keyword: str = ""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        table = json.loads(body)
        if self.secret:
            stamp = str(table.get("timestamp", "0"))
            wanted = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
            if abs(int(stamp) * 1000 - self.now) > 3_600_000 or table.get("sign") != base64.b64encode(wanted).decode():
                return as_json({"code": 19021, "msg": "sign match fail or timestamp is not within one hour"})
        if len(body) > 20_480:
            return as_json({"code": 9499, "msg": "Bad Request"})
        texts = [table["card"]["header"]["title"]["content"]]
        texts += [element["text"]["content"] for element in table["card"]["elements"]]
        if self.keyword not in "\n".join(texts):
            return as_json({"code": 19024, "msg": "Key Words Not Found"})
        if self.lately() >= 100:
            return as_json({"code": 11232, "msg": "frequency limited psm[lark.oapi.app_platform_runtime]"})
        self.take("\n".join(texts), table)
        return as_json({"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"})


@dataclass
class Slack(Robot):
    """Answers in plain words."""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if path != "/services/T/B/x":
            return 404, {}, b"no_service"
        table = json.loads(body)
        if not table.get("text"):
            return 400, {}, b"no_text"
        if self.lately(1_000) >= 4:
            return 429, {"Retry-After": "30"}, b"rate_limited"
        self.take(table["text"], table)
        return 200, {}, b"ok"


@dataclass
class Teams(Robot):
    """A workflow: 202 for whatever is a card of less than 28 KB."""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        if query.get("sig") != "s+g":
            return as_json({"error": {"code": "DirectApiAuthorizationRequired"}}, 401)
        if len(body) > 28 * 1024:
            return as_json({"error": {"code": "RequestEntityTooLarge"}}, 413)
        table = json.loads(body)
        card = table["attachments"][0]["content"]
        texts = [
            "".join(run["text"] for run in block["inlines"]) if block["type"] == "RichTextBlock" else block["text"]
            for block in card["body"]
        ]
        self.take("\n".join(texts), table)
        return 202, {}, b""


@dataclass
class Telegram(Robot):
    """Answers say ok, or not; 20 messages a minute to a group, 4096 UTF-16 units a message."""

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        table = json.loads(body)
        if path != "/bot1:tok/sendMessage":
            return self.no(401, "Unauthorized")
        if str(table["chat_id"]) != "-100":
            return self.no(400, "Bad Request: chat not found")
        if len(table["text"].encode("utf-16-le")) // 2 > 4096:
            return self.no(400, "Bad Request: message is too long")
        if self.lately() >= 20:
            return self.no(429, "Too Many Requests: retry after 34", {"retry_after": 34})
        self.take(table["text"], table)
        return as_json({"ok": True, "result": {"message_id": len(self.said)}})

    def no(self, code: int, words: str, more: dict[str, Any] | None = None) -> Answer:
        """A refusal."""
        return as_json(
            {"ok": False, "error_code": code, "description": words, **({"parameters": more} if more else {})}, code
        )


@dataclass
class Receiver(Robot):
    """Verifies Standard Webhooks signatures as their libraries do, and refuses what is older than five minutes."""

    secret: bytes = b"s3cret"
    ids: list[str] = field(default_factory=list)

    def answer(self, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        stamp, key = headers["webhook-timestamp"], headers["webhook-id"]
        signed = f"{key}.{stamp}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(self.secret, signed, hashlib.sha256).digest()).decode()
        if wanted not in headers["webhook-signature"].split() or abs(int(stamp) * 1000 - self.now) > 300_000:
            return 401, {}, b"bad signature"
        self.ids.append(key)
        table = json.loads(body)
        self.take(table["title"] + "\n" + table["text"], table)
        return 204, {}, b""
