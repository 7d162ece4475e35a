"""Handing a message to a mail server (RFC 5321), and what its refusals mean."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path

from collector.remote import transcript
from collector.remote.telling import RemoteError
from rules.duration import Duration
from rules.errors import Invalid
from rules.secret import Secret


class Security(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """How a mail server is reached, and who our messages come from: the options of every kind that sends mail."""

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
        for one in (self.sender, *self.to):
            if not address(one):
                raise Invalid(f"{one!r} is not a mail address such as desk@example.com")
        if bool(self.user) != (self.password is not None):
            raise Invalid("user and password belong together: give both or none")
        if self.user and self.security is Security.NONE:
            raise Invalid('a password is not sent over an open line: set security to "starttls" or "tls"')
        if not 0 <= self.port <= 65535:
            raise Invalid("port: expected 0 … 65535")


def address(text: str) -> bool:
    """Whether a text is a plain mail address, without a name and without what would begin another header."""
    name, at, domain = text.rpartition("@")
    return bool(name and at and domain) and not any(sign in text for sign in "\r\n<>, ")


def send(server: MailServer, message: EmailMessage, to: Sequence[str]) -> str:
    """Hand over one message on a connection of its own; what the server said.

    Raises RemoteError: permanent where the server refuses it for good, uncertain where the connection broke while it
    was handed over.
    """
    handing = False
    try:
        with _connection(server) as link:
            handing = True
            refused = link.send_message(message, server.sender, list(to))
    except smtplib.SMTPRecipientsRefused as trouble:
        raise _refusal(server.host, trouble.recipients) from trouble
    except smtplib.SMTPResponseException as trouble:
        words = trouble.smtp_error
        words = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        # 5yz is a permanent refusal, 4yz a transient one (RFC 5321 §4.2.1). A wrong password is for a person too.
        raise RemoteError(
            f"{server.host} answered {trouble.smtp_code} {words}", permanent=500 <= trouble.smtp_code < 600
        ) from trouble
    except smtplib.SMTPNotSupportedError as trouble:
        raise RemoteError(f"{server.host}: {trouble}", permanent=True) from trouble
    except ssl.SSLCertVerificationError as trouble:
        said = trouble.verify_message
        raise RemoteError(f"{server.host} shows a certificate that does not hold: {said}.") from trouble
    except (smtplib.SMTPException, OSError) as trouble:
        raise RemoteError(f"{server.host} could not be reached: {trouble}.", uncertain=handing) from trouble
    # Where it is refused for some the others have it: sending again would double it for them.
    said = str(_refusal(server.host, refused)) if refused else f"{server.host} took it for {', '.join(to)}"
    transcript.note(f"message for {', '.join(to)}", message.as_string(), said, "")
    return said


def atom(text: str) -> str:
    """The text as a dot-atom of RFC 5322, which has no colon."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "." for sign in text)


def _connection(server: MailServer) -> smtplib.SMTP:
    port = server.port or _PORTS[server.security]
    wait = server.timeout / 1000
    if server.security is Security.TLS:
        link: smtplib.SMTP = smtplib.SMTP_SSL(server.host, port, timeout=wait, context=_trust(server))
    else:
        link = smtplib.SMTP(server.host, port, timeout=wait)
    try:
        if server.security is Security.STARTTLS:
            link.starttls(context=_trust(server))
        if server.password is not None:
            link.login(server.user, server.password.reveal())
    except BaseException:
        link.close()
        raise
    return link


def _trust(server: MailServer) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=None if server.ca is None else str(server.ca))


def _refusal(host: str, recipients: Mapping[str, tuple[int, bytes]]) -> RemoteError:
    said = "; ".join(
        f"{who}: {code} {words.decode('utf-8', 'replace')}" for who, (code, words) in sorted(recipients.items())
    )
    return RemoteError(f"{host} refused {said}", permanent=all(code >= 500 for code, _ in recipients.values()))
