"""A mailbox in which the messages of one thread are one ticket, by their ``Message-ID``."""

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins.stand_in import Answer, Server


class StandIn(Server):
    OPTIONS = {  # noqa: RUF012  the promise of Server
        "kind": "mail",
        "host": "mail.example",
        "sender": "nineward@ops.example",
        "to": ["desk@example.com"],
        "security": "none",
    }
    NOTES_ONCE = False

    def __init__(self, now: Callable[[], int]) -> None:
        super().__init__(now)
        self.letters: list[EmailMessage] = []

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        self.letters.append(message_from_bytes(body, policy=default))
        return 250, {}, b""

    def made(self, key: str) -> list[str]:
        first = (one for one in self.letters if one["X-Nineward-Event"] == "opened")
        return list(dict.fromkeys(str(one["Message-ID"]) for one in first if one["X-Nineward-Incident"] == key))

    def standing(self, ticket: str) -> Standing:
        event = self._thread(ticket)[-1]["X-Nineward-Event"]
        return Standing.RESOLVED if event in ("resolved", "closed") else Standing.OPEN

    def notes(self, ticket: str) -> list[str]:
        return [one.get_content() for one in self._thread(ticket)]

    def _thread(self, ticket: str) -> list[EmailMessage]:
        return [one for one in self.letters if ticket in (one["Message-ID"], one["References"])]
