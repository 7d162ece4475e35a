"""Telling owners what became of their requests. What an owner raises is logged and harms no other."""

import logging
from collections.abc import Callable, Sequence
from itertools import repeat
from operator import is_, itemgetter

from agent.icmp.counts import Counts
from agent.icmp.destination import spelled
from agent.icmp.owner import Owner, Stray
from agent.icmp.packet import Refusal
from agent.icmp.slots import Slots

log = logging.getLogger("nineward.agent.icmp")


class Telling:
    """Finds the owner of a slot and its key there."""

    __slots__ = ("_counts", "_slots")

    def __init__(self, slots: Slots, counts: Counts) -> None:
        self._slots = slots
        self._counts = counts

    def answered(self, slots: Sequence[int], rtts_ns: Sequence[int]) -> None:
        """Answers in time, read together."""
        self._counts.received += len(slots)
        owners = self._slots.owners
        owner = owners[slots[0]]
        if len(slots) > 1:
            chosen = itemgetter(*slots)
            if all(map(is_, chosen(owners), repeat(owner))):
                keys = chosen(self._slots.keys)
                self._call(keys, owner, lambda told: told.answered(keys, rtts_ns))
                return
        for slot, rtt_ns in zip(slots, rtts_ns, strict=True):
            self._one_answered(slot, rtt_ns)

    def _one_answered(self, slot: int, rtt_ns: int) -> None:
        self._tell(slot, lambda owner, key: owner.answered((key,), (rtt_ns,)))

    def refused(self, slot: int, why: Refusal) -> None:
        """A router or the target refused it."""
        self._counts.refused += 1
        self._tell(slot, lambda owner, key: owner.refused(key, why))

    def unable(self, slot: int, trouble: OSError) -> None:
        """This machine could not send it, or lost the answer."""
        self._tell(slot, lambda owner, key: owner.unable(key, trouble))

    def expired(self, slot: int) -> None:
        """Its time is over."""
        self._tell(slot, lambda owner, key: owner.expired(key))

    def stray(self, slot: int, why: Stray, rtt_ns: int, source: bytes) -> None:
        """An answer that does not count."""
        counts = self._counts
        if why is Stray.LATE:
            counts.late += 1
        elif why is Stray.DUPLICATE:
            counts.duplicate += 1
        elif why is Stray.CORRUPTED:
            counts.corrupted += 1
        else:
            counts.foreign += 1
        self._tell(slot, lambda owner, key: owner.stray(key, why, rtt_ns, spelled(source)))

    def _tell(self, slot: int, what: Callable[[Owner, int], None]) -> None:
        key = self._slots.keys[slot]
        self._call((key,), self._slots.owners[slot], lambda owner: what(owner, key))

    @staticmethod
    def _call(keys: Sequence[int], owner: Owner | None, what: Callable[[Owner], None]) -> None:
        if owner is None:
            return
        try:
            what(owner)
        except Exception:
            log.exception("keys=%s what became of requests could not be told", ",".join(map(str, keys)))
