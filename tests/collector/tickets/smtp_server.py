"""A small real SMTP server on loopback (RFC 5321, as much as one client needs)."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Mailbox:
    """What came in, and the answers to give instead of the usual ones, by command."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """A server that listens until the end of the block."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 mail.test")
            to: list[str] = []
            while line := self.rfile.readline():
                word = line[:4].strip().upper().decode()
                if word in box.answers:
                    self.say(box.answers[word])
                elif word == "RCPT":
                    address = line.split(b"<")[1].split(b">")[0].decode()
                    if address in box.refused:
                        self.say("550 nobody of that name")
                    else:
                        to.append(address)
                        self.say("250 ok")
                elif word == "DATA":
                    self.say("354 go on")
                    box.letters.append(self.letter())
                    box.recipients.append(to)
                    to = []
                    self.say("250 taken")
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def letter(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b"."))
            return message_from_bytes(b"".join(lines), policy=default)

        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = False

    server = Server(("127.0.0.1", 0), Handler)
    box.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
