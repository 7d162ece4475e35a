"""``mail``: a message for every event, all of an incident in one thread of the reader's mail program.

Guarantee: at least once. Every try of one message has the same ``Message-ID``, so that mail systems that remember ids
deliver it once.
"""

import smtplib
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from collector.remote.telling import RemoteError, Reply, Telling
from collector.tickets.ticket_system import Messenger
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}
_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class Options:
    """``[tickets.NAME]`` with ``kind = "mail"``."""

    host: str
    """The mail server that takes our messages."""
    sender: str
    """The address they come from; its domain should be aligned with SPF and DKIM."""
    to: tuple[str, ...]
    """Who gets them."""
    port: int = 0
    """TCP port; by default 25, 587 or 465 as the security calls for."""
    security: Security = Security.STARTTLS
    """none, starttls or tls."""
    user: str = ""
    """Name to sign in with, where the server wants it."""
    password: Secret | None = None
    """Password to sign in with."""
    ca: Path | None = None
    """Certificates (PEM) to trust instead of the system's."""
    timeout: Duration = 10_000
    """How long to wait for each answer of the server."""

    def __post_init__(self) -> None:
        if not self.to:
            raise Invalid("to: expected at least one address")
        for address in (self.sender, *self.to):
            name, at, domain = address.rpartition("@")
            if not (name and at and domain) or any(sign in address for sign in "\r\n<> "):
                raise Invalid(f"{address!r} is not a mail address such as desk@example.com")
        if bool(self.user) != (self.password is not None):
            raise Invalid("user and password belong together: give both or none")
        if self.user and self.security is Security.NONE:
            raise Invalid('a password is not sent over an open line: set security to "starttls" or "tls"')
        if not 0 <= self.port <= 65535:
            raise Invalid("port: expected 0 … 65535")


class System(Messenger):
    """Hands each message to one mail server, over a connection of its own."""

    def __init__(self, options: Options, now: Callable[[], int]) -> None:
        self._options = options

    def send(self, telling: Telling) -> Reply:
        options = self._options
        message = message_of(telling, options.sender, options.to)
        try:
            with self._connection() as server:
                refused = server.send_message(message, options.sender, options.to)
        except smtplib.SMTPRecipientsRefused as trouble:
            raise _refusal(options.host, trouble.recipients) from trouble
        except smtplib.SMTPResponseException as trouble:
            words = trouble.smtp_error
            words = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
            # 5yz is a permanent refusal, 4yz a transient one (RFC 5321 §4.2.1). A wrong password is for a person too.
            raise RemoteError(
                f"{options.host} answered {trouble.smtp_code} {words}", permanent=500 <= trouble.smtp_code < 600
            ) from trouble
        except smtplib.SMTPNotSupportedError as trouble:
            raise RemoteError(f"{options.host}: {trouble}", permanent=True) from trouble
        except ssl.SSLCertVerificationError as trouble:
            said = trouble.verify_message
            raise RemoteError(f"{options.host} shows a certificate that does not hold: {said}.") from trouble
        except (smtplib.SMTPException, OSError) as trouble:
            raise RemoteError(f"{options.host} could not be reached: {trouble}.") from trouble
        if refused:
            # The others have it: sending again would double it for them.
            return Reply(raw=str(_refusal(options.host, refused)))
        return Reply(raw=f"{options.host} took it for {', '.join(options.to)}")

    def _connection(self) -> smtplib.SMTP:
        options = self._options
        port = options.port or _PORTS[options.security]
        wait = options.timeout / 1000
        if options.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(options.host, port, timeout=wait, context=self._trust())
        else:
            server = smtplib.SMTP(options.host, port, timeout=wait)
        try:
            if options.security is Security.STARTTLS:
                server.starttls(context=self._trust())
            if options.password is not None:
                server.login(options.user, options.password.reveal())
        except BaseException:
            server.close()
            raise
        return server

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=None if self._options.ca is None else str(self._options.ca))


def message_of(telling: Telling, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """The message: the same at every try. The first of an incident has the id that all others refer to."""
    facts = telling.facts
    incident = facts.get("incident") or {}
    domain = sender.rpartition("@")[2]
    first = f"<{_atom(telling.key)}.1@{domain}>"
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Date"] = format_datetime(datetime.fromtimestamp(telling.at / 1000, UTC))
    message["Subject"] = _subject(telling, incident)
    message["Message-ID"] = f"<{_atom(telling.key)}.{telling.sequence}@{domain}>"
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


def _atom(text: str) -> str:
    """The text as a dot-atom of RFC 5322, which has no colon."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "." for sign in text)


def _refusal(host: str, recipients: Mapping[str, tuple[int, bytes]]) -> RemoteError:
    said = "; ".join(
        f"{who}: {code} {words.decode('utf-8', 'replace')}" for who, (code, words) in sorted(recipients.items())
    )
    return RemoteError(f"{host} refused {said}", permanent=all(code >= 500 for code, _ in recipients.values()))
