"""ServiceNow's Event Management: the same instance, seen by its events."""

from collections.abc import Callable

from collector.tickets.ticket_system import Standing
from tests.collector.tickets.stand_ins import servicenow
from tests.collector.tickets.stand_ins.stand_in import Answer


class StandIn(servicenow.StandIn):
    OPTIONS = {**servicenow.StandIn.OPTIONS, "kind": "servicenow_events"}  # noqa: RUF012  the promise of Server
    NOTES_ONCE = False

    def __init__(self, now: Callable[[], int], late: bool = False) -> None:
        """``late``: the event rules run when somebody calls :meth:`run`, and not at once."""
        super().__init__(now)
        self.late = late
        self.taken: list[dict[str, str]] = []

    def handle(self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> Answer:
        answer = super().handle(method, path, query, headers, body)
        self.taken += self.events
        if not self.late:
            self.run()
        return answer

    def made(self, key: str) -> list[str]:
        return [alert["message_key"] for alert in self.alerts if alert["message_key"] == key]

    def standing(self, ticket: str) -> Standing:
        closed = next(alert["state"] == "Closed" for alert in self.alerts if alert["message_key"] == ticket)
        return Standing.RESOLVED if closed else Standing.OPEN

    def notes(self, ticket: str) -> list[str]:
        return [event["description"] for event in self.taken if event["message_key"] == ticket][1:]
