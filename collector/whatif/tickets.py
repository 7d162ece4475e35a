"""Which incidents the faults of a target open, and which of them would have been told to a ticket system. Pure.

As the stage that decides does it (``collector/incidents.py``), with everything known that followed: a fault is told
when it lasts ``ticket_after``, and one that comes back within ``reopen_window`` reopens its incident.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from collector.faults import Fault


@dataclass(frozen=True, slots=True)
class Ticket:
    """One announcement: of a new incident, or of one that comes back (``again``). Instants in ms UTC."""

    target: str
    kind: str
    check: str
    since: int
    ended: int | None
    due: int
    again: bool

    def written(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "target": self.target,
            "kind": self.kind,
            "check": self.check,
            "since": self.since,
            "ended": self.ended,
            "due": self.due,
            "again": self.again,
        }


def tickets(
    target: str,
    faults: Iterable[Fault],
    ticket_after: Callable[[Fault], int],
    reopen_window: int,
    now: int,
    check_name: Callable[[str], str],
) -> Iterator[Ticket]:
    """What is told of the faults of one target (by name), in order of their beginning."""
    over: dict[str, int] = {}
    told: set[str] = set()
    for fault in sorted(faults, key=lambda one: (one.since, one.key)):
        before = over.get(fault.key)
        again = before is not None and fault.since - before <= reopen_window
        if not again:
            told.discard(fault.key)
        due = max(fault.since + ticket_after(fault), fault.detected)
        if (now if fault.ended is None else fault.ended) >= due:
            # An incident nobody was told of yet is opened there, however often its fault was there before.
            yield Ticket(
                target, fault.kind.value, check_name(fault.check), fault.since, fault.ended, due, fault.key in told
            )
            told.add(fault.key)
        if fault.ended is not None:
            over[fault.key] = fault.ended
