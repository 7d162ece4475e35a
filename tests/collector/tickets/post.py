"""A mail server in this process, in the place of the connection that ``smtplib`` makes. It breaks as a wire does."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any
from unittest import mock

from tests.collector.tickets.wire import AFTERWARDS, Fault, Wire


@contextmanager
def posted(wire: Wire) -> Iterator[None]:
    """Every message that is handed to a mail server goes to the wire's ``handle`` until the end of the block."""

    class Link:
        """One connection to the mail server."""

        def __init__(self, *_: Any, **__: Any) -> None:
            self.fault = wire.next()
            if self.fault is Fault.REFUSED:
                raise ConnectionRefusedError(111, "Connection refused")

        def send_message(self, message: EmailMessage, *_: Any) -> dict[str, tuple[int, bytes]]:
            match self.fault:
                case Fault.LOST | Fault.ASLEEP:
                    raise TimeoutError("timed out")
                case Fault.BUSY:
                    raise smtplib.SMTPDataError(451, b"4.7.1 Greylisted, try again later")
                case Fault.AWAY:
                    raise smtplib.SMTPDataError(421, b"4.3.2 Service shutting down")
            wire.handle("SEND", "", {}, {}, message.as_bytes())
            if self.fault is Fault.ERROR:
                raise smtplib.SMTPDataError(451, b"4.3.0 Queue file write error")
            if self.fault in AFTERWARDS:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            return {}

        def login(self, *_: Any) -> None:
            """Anybody may."""

        starttls = close = login

        def __enter__(self) -> "Link":
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

    with mock.patch.object(smtplib, "SMTP", Link), mock.patch.object(smtplib, "SMTP_SSL", Link):
        yield
