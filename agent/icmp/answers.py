"""Answers: what was read is matched to the requests that wait."""

import socket
import time

from agent.icmp.counts import Counts
from agent.icmp.error_queue import Returned
from agent.icmp.inbox import Inbox
from agent.icmp.owner import Stray
from agent.icmp.packet import (
    HEADER,
    REPLY,
    SMALLEST,
    USUAL,
    Echo,
    echo,
    pattern,
    place,
    without_ip_header,
)
from agent.icmp.slots import ANSWERED, EXPIRED, FREE, REFUSED, SEQUENCES, WAITING, Slots
from agent.icmp.telling import Telling
from agent.icmp.wall import Wall
from agent.icmp.ways import Ways

_S = 1_000_000_000
_USUAL = HEADER + USUAL
"""Bytes of a message that stand in its record; what is longer is compared apart."""
_STAMP_SLACK_NS = 1_000_000
"""A packet is stamped a little before it lies in the socket."""


class Answers:
    """Judges the packets of an inbox, and the errors that came instead."""

    __slots__ = (
        "_counts",
        "_family",
        "_inbox",
        "_nonce",
        "_slots",
        "_telling",
        "_usual_fill",
        "_wall",
        "_ways",
        "emptied_ns",
    )

    def __init__(
        self,
        family: int,
        nonce: bytes,
        ways: Ways,
        slots: Slots,
        inbox: Inbox,
        wall: Wall,
        counts: Counts,
        telling: Telling,
    ) -> None:
        self._family = family
        self._nonce = nonce
        self._ways = ways
        self._slots = slots
        self._inbox = inbox
        self._wall = wall
        self._counts = counts
        self._telling = telling
        self._usual_fill = pattern(USUAL - SMALLEST)
        self.emptied_ns = 0
        """When the socket was last seen empty, by the monotonic clock."""

    def sort(self, taken: int) -> None:
        """Match the packets that the inbox has just taken. All of an ordinary answer is checked here, the rest goes to
        ``_odd``."""
        self._wall.look()
        self._counts.steps = self._wall.steps
        inbox, slots, came = self._inbox, self._slots, self._inbox.lengths
        offset, steady = self._wall.offset, self._wall.steady
        bases, nonce, usual, reply = self._ways.bases, self._nonce, self._usual_fill, REPLY[self._family]
        summed = self._ways.summed
        states, serials, sources, lengths = slots.states, slots.serials, slots.sources, slots.lengths
        sent_ns, limits_ns = slots.sent_ns, slots.limits_ns
        answered: list[int] = []
        rtts_ns: list[int] = []
        for number, (
            source,
            seconds,
            nanoseconds,
            kind,
            identifier,
            high,
            low,
            told,
            serial,
            fill,
        ) in enumerate(inbox.records(taken)):
            if told == nonce and kind == reply and steady and identifier in bases:
                slot = bases[identifier] + (high << 8 | low)
                if (
                    states[slot] == WAITING
                    and serials[slot] == serial
                    and sources[slot] == source
                    and fill == usual
                    and came[number] == lengths[slot] <= _USUAL
                    and not (summed and self._damaged(slot, inbox.checksum(number)))
                ):
                    rtt_ns = seconds * _S + nanoseconds - offset - sent_ns[slot]
                    if 0 < rtt_ns <= limits_ns[slot]:
                        states[slot] = ANSWERED
                        answered.append(slot)
                        rtts_ns.append(rtt_ns)
                        continue
            if answered:
                # What is odd may be a second answer, to be told after the first.
                self._telling.answered(answered, rtts_ns)
                answered, rtts_ns = [], []
            self._odd(number, source, seconds * _S + nanoseconds)
        if answered:
            self._telling.answered(answered, rtts_ns)

    def sent_back(self, what: Returned) -> None:
        """Match an ICMP error, or one of this machine's own."""
        base = self._ways.bases.get(socket.htons(what.identifier))
        if base is None:
            return
        slots, slot, quoted = self._slots, base + what.sequence, what.quoted
        if slots.states[slot] != WAITING or not slots.sources[slot].startswith(what.target):
            return
        if quoted is not None and (quoted.nonce, quoted.serial) != (self._nonce, slots.serials[slot]):
            return
        slots.states[slot] = REFUSED
        if isinstance(what.why, OSError):
            self._telling.unable(slot, what.why)
        else:
            self._telling.refused(slot, what.why)

    def _odd(self, number: int, source: bytes, stamp_ns: int) -> None:
        """Judge a packet that is no ordinary answer in time."""
        slots = self._slots
        packet = self._inbox.packet(number)
        message = without_ip_header(packet) if self._ways.summed else packet
        found = place(message)
        if found is None or found[0] != REPLY[self._family]:
            return
        _, identifier, sequence = found
        base = self._ways.bases.get(socket.htons(identifier))
        if base is None or base + sequence >= slots.room:
            self._counts.foreign += 1
            return
        slot = base + sequence
        answer = echo(message)
        expected = slots.sources[slot] == source
        if answer is None or answer.nonce != self._nonce:
            # Somebody else's, or ours with the payload spoilt: only the address tells.
            if expected and slots.states[slot] != FREE:
                self._telling.stray(slot, Stray.CORRUPTED, 0, source)
            else:
                self._counts.foreign += 1
        elif answer.serial != slots.serials[slot]:
            self._counts.late += 1
        elif not expected:
            self._telling.stray(slot, Stray.FOREIGN, 0, source)
        elif not self._intact(slot, message, answer):
            self._telling.stray(slot, Stray.CORRUPTED, 0, source)
        else:
            self._sound(slot, source, stamp_ns)

    def _sound(self, slot: int, source: bytes, stamp_ns: int) -> None:
        """An undamaged answer to the request of that slot: is it in time, and the first?"""
        slots = self._slots
        now_ns = time.monotonic_ns()
        sent_ns = slots.sent_ns[slot]
        arrived_ns = self._wall.arrival(stamp_ns, max(sent_ns, self.emptied_ns - _STAMP_SLACK_NS), now_ns)
        rtt_ns = (now_ns if arrived_ns is None else arrived_ns) - sent_ns
        state = slots.states[slot]
        if state == ANSWERED:
            self._telling.stray(slot, Stray.DUPLICATE, rtt_ns, source)
        elif state == WAITING and rtt_ns <= slots.limits_ns[slot]:
            slots.states[slot] = ANSWERED
            self._telling.answered((slot,), (rtt_ns,))
        else:
            if state == WAITING:
                slots.states[slot] = EXPIRED
                self._telling.expired(slot)
            self._telling.stray(slot, Stray.LATE, rtt_ns, source)

    def _intact(self, slot: int, message: bytes, answer: Echo) -> bool:
        """Whether the answer carries what was sent, all of it."""
        if len(message) != self._slots.lengths[slot] or answer.fill != pattern(len(answer.fill)):
            return False
        return not (self._ways.summed and self._damaged(slot, answer.checksum))

    def _damaged(self, slot: int, checksum: int) -> bool:
        """Whether that is not the checksum of a sound answer; a raw IPv4 socket is given what the kernel has not
        checked."""
        template = self._ways.template(slot // SEQUENCES, self._slots.lengths[slot] - HEADER)
        return template.reply_checksum(slot % SEQUENCES, self._slots.serials[slot]) != checksum
