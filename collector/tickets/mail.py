"""``mail``: a message for every event, all of an incident in one thread of the reader's mail program.

Guarantee: at least once. Every try of one message has the same ``Message-ID``, so that mail systems that remember ids
deliver it once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from collector.remote import smtp
from collector.remote.smtp import MailServer, atom
from collector.remote.telling import Reply, Telling
from collector.tickets.ticket_system import Messenger

_SUBJECT = 120


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


def message_of(telling: Telling, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """The message: the same at every try. The first of an incident has the id that all others refer to."""
    facts = telling.facts
    incident = facts.get("incident") or {}
    domain = sender.rpartition("@")[2]
    first = f"<{atom(telling.key)}.1@{domain}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(datetime.fromtimestamp(telling.at / 1000, UTC))
    message["Subject"] = _subject(telling, incident)
    message["Message-ID"] = f"<{atom(telling.key)}.{telling.sequence}@{domain}>"
    if telling.sequence > 1:
        message["In-Reply-To"] = first
        message["References"] = first
    # RFC 3834 §5: nobody's holiday answer, and no other robot, shall answer this.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["X-Nineward-Incident"] = telling.key
    message["X-Nineward-Event"] = telling.event
    message.set_content(_text(telling))
    return message


def _subject(telling: Telling, incident: Mapping[str, Any]) -> str:
    target = telling.facts.get("target") or {}
    what = " ".join(str(incident.get("summary") or telling.facts.get("text") or "").split())
    shown = what if len(what) <= _SUBJECT else what[:_SUBJECT] + "…"
    name = f"{target['name']}: " if target.get("name") and not shown.startswith(target["name"]) else ""
    return f"[{incident.get('number', telling.key)}] {telling.event}: {name}{shown}"


def _text(telling: Telling) -> str:
    facts = telling.facts
    lines = [str(facts.get("text") or ""), ""]
    for title, key in (("Incident", "incident"), ("Target", "target"), ("Check", "check")):
        about = facts.get(key)
        if isinstance(about, Mapping):
            lines.append(f"{title}:")
            lines += [f"  {name}: {value}" for name, value in about.items() if value not in (None, "", {})]
    lines += ["", f"Event: {telling.event}, number {telling.sequence} of {telling.key}"]
    return "\n".join(lines) + "\n"
