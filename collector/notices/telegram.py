"""``telegram``: a bot that writes to one chat (core.telegram.org/bots/api, sendMessage).

The answer says ``ok`` and the message's id, or why not; 429 tells ``retry_after``. 4096 characters a message,
20 messages a minute to a group. Guarantee: at least once; the call has no room for an id of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.notices.channel import Channel, Message, Now, answered, posted
from collector.remote.http import Http, short
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret


@dataclass(frozen=True, slots=True)
class Options:
    """``[notices.NAME]`` with ``kind = "telegram"``."""

    token: Secret
    """The bot's token, as @BotFather gave it."""
    chat: str
    """The chat's id, such as "-1001234567890", or "@name" of a public channel."""
    topic: int = 0
    """The topic of a forum to write to; 0 for none."""
    api: str = "https://api.telegram.org"
    """Where the Bot API is asked; a server of one's own may stand here."""
    timeout: Duration = 10_000
    """How long a request may take, from the connection to the end of the answer."""

    def __post_init__(self) -> None:
        if not self.api.startswith(("https://", "http://")):
            raise Invalid("api: expected an address that begins with https://")
        if not self.chat:
            raise Invalid("chat: expected the id of a chat")


class Sender(Channel):
    """Writes to one chat, as text without markup."""

    LIMIT = 18
    SIZE = 3_800

    def __init__(self, options: Options, now: Now) -> None:
        self._options = options
        self._http = Http(options.api, timeout=options.timeout, now=now)

    def close(self) -> None:
        self._http.close()

    def send(self, message: Message) -> str:
        path = f"/bot{self._options.token.reveal()}/sendMessage"
        answer = self._http.ask("POST", path, body=self._body(message), fine=(400, 401, 403, 404, 429))
        found = answered(self._http.place, answer.text)
        if found.get("ok") is not True:
            raise self._refusal(found)
        return f"ok, message {found.get('result', {}).get('message_id', '')}".rstrip()

    def preview(self, message: Message) -> str:
        return posted(f"{self._http.place}/bot***/sendMessage", self._body(message))

    def _body(self, message: Message) -> dict[str, Any]:
        called = " ".join(
            "@" + contact.telegram.removeprefix("@") if contact.telegram else name for name, contact in message.mentions
        )
        parts = [message.title, *message.lines, message.link, called]
        body: dict[str, Any] = {
            "chat_id": self._options.chat,
            "text": "\n".join(part for part in parts if part),
            # Lengths are counted in UTF-16 there.
            "entities": [{"type": "bold", "offset": 0, "length": len(message.title.encode("utf-16-le")) // 2}],
            "link_preview_options": {"is_disabled": True},
            "disable_notification": False,
        }
        if self._options.topic:
            body["message_thread_id"] = self._options.topic
        return body

    def _refusal(self, answer: Mapping[str, Any]) -> RemoteError:
        code = answer.get("error_code")
        more = answer.get("parameters") or {}
        said = f"{self._http.place} answered {code}: {short(str(answer.get('description', '')))}"
        if "migrate_to_chat_id" in more:
            said += f" Set chat to {more['migrate_to_chat_id']}."
        wait = more.get("retry_after")
        permanent = isinstance(code, int) and 400 <= code < 500 and code != 429
        return RemoteError(said, permanent=permanent, retry_after=None if wait is None else float(wait))
