"""``mail``: a message for every event, all of an incident in one thread of the reader's mail program.

Guarantee: at least once. Every try of one message has the same ``Message-ID``, so that mail systems that remember ids
deliver it once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from collector.remote import smtp
from collector.remote.smtp import MailServer, atom
from collector.remote.telling import Reply, Telling
from collector.tickets.ticket_system import Messenger


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(MailServer):
    """``[tickets.NAME]`` with ``kind = "mail"``."""


class System(Messenger):
    """Hands each message to one mail server, over a connection of its own."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._options = options

    def send(self, telling: Telling) -> Reply:
        options = self._options
        message = message_of(telling, options.sender, options.to)
        return Reply(raw=smtp.send(options, message, options.to))

    def preview(self, telling: Telling) -> str:
        message = message_of(telling, self._options.sender, self._options.to)
        headers = "\n".join(f"{name}: {value}" for name, value in message.items())
        return f"{self._options.host}:\n{headers}\n\n{message.get_content()}"


def message_of(telling: Telling, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """The message: the same at every try. The first with a key has the id that all others with that key refer to."""
    domain = sender.rpartition("@")[2]
    first = f"<{atom(telling.key)}.1@{domain}>"
    # A further ticket of an incident begins a thread of its own, whatever was told before it.
    begins = telling.event == "opened" or telling.sequence == 1
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(datetime.fromtimestamp(telling.at / 1000, UTC))
    message["Subject"] = telling.title
    message["Message-ID"] = first if begins else f"<{atom(telling.key)}.{telling.sequence}@{domain}>"
    if not begins:
        message["In-Reply-To"] = first
        message["References"] = first
    # RFC 3834 §5: nobody's holiday answer, and no other robot, shall answer this.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Nineward-Incident"] = telling.key
    message["X-Nineward-Event"] = telling.event
    message.set_content(_text(telling))
    return message


def _text(telling: Telling) -> str:
    return f"{telling.body}\n\n{telling.reference} {telling.event}, {telling.sequence}, {telling.key}\n"
