"""Slots: the requests that are out. What is known of each stands in parallel lists, so that a request makes no object.

The number of a slot is the sequence number of its request, and 65,536 times which of several ways it left by. A slot is
used again only when its request is over.
"""

import re
from collections.abc import Callable

from agent.icmp.owner import Owner

SEQUENCES = 65_536
"""Sequence numbers of one way."""

FREE, WAITING, ANSWERED, REFUSED, EXPIRED = range(5)
_NOT_WAITING = re.compile(rb"[^\x01]")


class Slots:
    """The tables. ``states`` holds every sequence of every way, the others end at ``room``: no slot beyond it waits."""

    __slots__ = (
        "keys",
        "lengths",
        "limits_ns",
        "next",
        "owners",
        "room",
        "sent_ns",
        "serials",
        "sources",
        "states",
        "ticks",
    )

    def __init__(self) -> None:
        self.states = bytearray()
        self.room = 0
        self.owners: list[Owner | None] = []
        self.keys: list[int] = []
        """By which number the owner knows the request."""
        self.sources: list[bytes] = []
        """The address that was asked, as the kernel names the source of an answer."""
        self.serials: list[int] = []
        self.sent_ns: list[int] = []
        self.limits_ns: list[int] = []
        """How long its answer may take."""
        self.lengths: list[int] = []
        """Bytes of the message."""
        self.ticks: list[int] = []
        """When its time is over, in milliseconds of the loop's clock."""
        self.next = 0
        """Where the next request looks for a slot."""

    def find(self, wanted: int, grow: Callable[[], None]) -> tuple[int, int]:
        """The first of a run of slots to use next and how many there are, ``wanted`` at most; none is (0, 0).

        ``grow`` is called when more than half of the slots wait: before it gets tight, since a search for gaps costs
        time and answers that are late would find their request gone.
        """
        for _ in range(2):
            if self.next >= self.room:
                self.next = 0
                if self.states.count(WAITING) > self.room // 2:
                    grow()
            free = _NOT_WAITING.search(self.states, self.next, self.room)
            if free is not None:
                at = free.start()
                end = min(at + wanted, (at | SEQUENCES - 1) + 1, self.room)
                busy = self.states.find(WAITING, at, end)
                return at, (end if busy < 0 else busy) - at
            self.next = self.room
        return 0, 0

    def add_way(self, room: int) -> None:
        """The sequences of one more way, with that many slots to begin with, to be used next."""
        self.states.extend(bytes(SEQUENCES))
        self._extend(room)

    def widen(self) -> bool:
        """More slots of the sequences there are, to be used next; False when all have one."""
        more = min(3 * self.room, len(self.states) - self.room)
        if more:
            self._extend(more)
        return more > 0

    def disown(self, owner: Owner | None = None) -> None:
        """Tell this owner (none given: nobody) nothing more."""
        self.owners[:] = [None if owner is None or held is owner else held for held in self.owners]

    def _extend(self, more: int) -> None:
        self.next = self.room
        self.room += more
        self.owners.extend([None] * more)
        self.sources.extend([b""] * more)
        for table in (self.keys, self.serials, self.sent_ns, self.limits_ns, self.lengths, self.ticks):
            table.extend([0] * more)
