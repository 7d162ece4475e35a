"""``mail``: a message to people. Those of one incident stand in one thread of the reader's mail program.

Guarantee: at least once. Every try of one message has the same ``Message-ID``, so that mail systems that remember ids
deliver it once.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from collector.notices.channel import Channel, Message, Now
from collector.remote import smtp
from collector.remote.smtp import MailServer, address, atom


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(MailServer):
    """``[notices.NAME]`` with ``kind = "mail"``."""


class Sender(Channel):
    """Hands each message to one mail server, over a connection of its own."""

    LIMIT = 60
    SIZE = 60_000
    PERSONAL = True

    def __init__(self, options: Options, now: Now) -> None:
        self._options = options

    def send(self, message: Message) -> str:
        return smtp.send(self._options, self._letter(message), self._to(message))

    def preview(self, message: Message) -> str:
        letter = self._letter(message)
        head = "\n".join(f"{name}: {value}" for name, value in letter.items())
        return f"SMTP {self._options.host}\n{head}\n\n{letter.get_content()}"

    def _to(self, message: Message) -> tuple[str, ...]:
        called = (contact.mail for _, contact in message.mentions if address(contact.mail))
        return tuple(dict.fromkeys((*self._options.to, *called)))

    def _letter(self, message: Message) -> EmailMessage:
        domain = self._options.sender.rpartition("@")[2]
        letter = EmailMessage(policy=SMTP)
        letter["From"] = self._options.sender
        letter["To"] = ", ".join(self._to(message))
        letter["Date"] = format_datetime(datetime.fromtimestamp(message.at / 1000, UTC))
        letter["Subject"] = " ".join(message.title.split())
        letter["Message-ID"] = f"<{atom(message.id)}@{domain}>"
        if message.key:
            # A message nobody ever sent: what refers to it together stands together in mail programs (RFC 5322 §3.6.4).
            letter["References"] = f"<{atom(message.key)}@{domain}>"
        # RFC 3834 §5: nobody's holiday answer, and no other robot, shall answer this.
        letter["Auto-Submitted"] = "auto-generated"
        letter["X-Auto-Response-Suppress"] = "All"
        if message.urgent:
            letter["X-Priority"] = "1"
        letter.set_content("\n".join([*message.lines, *(["", message.link] if message.link else [])]) + "\n")
        return letter
