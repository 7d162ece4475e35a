"""Channel: all echo requests of this process in one address family, over one socket.

Requests go out in bursts of at most ``BURST``, and what has come in is read between two bursts: a receive buffer that
runs over while we send would make dead hosts of living ones. Round trips are taken from the kernel's receive stamps,
so a loop that is busy makes no target slow.
"""

import asyncio
import errno
import heapq
import logging
import os
import re
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from agent.icmp.destination import Destination, spelled
from agent.icmp.error_queue import read_errors
from agent.icmp.inbox import MOST, Inbox
from agent.icmp.packet import (
    HEADER,
    REPLY,
    SMALLEST,
    USUAL,
    Echo,
    Refusal,
    Template,
    echo,
    pattern,
    place,
    without_ip_header,
)
from agent.icmp.sockets import Forbidden, Opened, dropped, open_socket
from agent.icmp.wall import Wall

log = logging.getLogger("nineward.agent.icmp")

BURST = 64
"""The most requests between two readings of the socket."""

_SEQUENCES = 65_536
_FIRST_ROOM = 8_192
"""Slots to begin with: most agents never have more requests out, and a slot that was used holds some 150 bytes."""
_MOST_WAYS = 16
_S = 1_000_000_000
_REST_S = 0.004
"""While answers come in thick and fast the socket is read only so often; their stamps lose nothing by lying there."""

_RECORDED = HEADER + USUAL
"""Bytes of a message that stand in its record; what is longer is compared apart."""
_LATER = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
_TRIES = 4
_STAMP_SLACK_NS = 1_000_000
"""A packet is stamped a little before it lies in the socket."""

_FREE, _WAITING, _ANSWERED, _REFUSED, _EXPIRED = range(5)
_ALL_WAITING = bytes([_WAITING]) * BURST
_NOT_WAITING = re.compile(rb"[^\x01]")


@dataclass(slots=True)
class Counts:
    """What went out and came in since the channel opened."""

    sent: int = 0
    received: int = 0
    """Answers that were in time."""
    late: int = 0
    """Answers after their time was over."""
    duplicate: int = 0
    """Further answers to one request."""
    corrupted: int = 0
    """Answers whose payload was not what was sent."""
    foreign: int = 0
    """Answers to nothing that was asked here, or from an address that was not asked."""
    refused: int = 0
    """Requests that a router or the target itself refused by an ICMP error."""
    overflow: int = 0
    """Packets the kernel dropped because the receive buffer was full (SO_RXQ_OVFL)."""
    steps: int = 0
    """Steps of the wall clock that were noticed and taken out of the round trips."""


class Stray(StrEnum):
    """An answer that does not count, and why."""

    LATE = "late"
    DUPLICATE = "duplicate"
    CORRUPTED = "corrupted"
    FOREIGN = "from another address"


class Owner(Protocol):
    """Who is told what became of its requests. Called in the event loop; ``key`` is the caller's own number.

    Each request ends with exactly one of answered, refused, expired, unable. What a callback raises is logged.
    """

    def answered(self, key: int, rtt_ns: int) -> None:
        """The answer came in time, ``rtt_ns`` nanoseconds after the request left."""

    def refused(self, key: int, refusal: Refusal) -> None:
        """An ICMP error about the request came."""

    def expired(self, key: int) -> None:
        """Nothing came in time."""

    def unable(self, key: int, trouble: OSError) -> None:
        """The kernel did not take the request, or may have dropped the answer (ENOBUFS).

        ``agent.trouble.judge`` says whose trouble that is: also a missing route to this target alone is told here.
        """

    def stray(self, key: int, why: Stray, rtt_ns: int, source: str) -> None:
        """An answer to the request came that does not count, besides the one that may (or before or after it)."""


class Channel:
    """Sends echo requests of one family, matches what comes back, tells each owner.

    A request has a slot: its sequence number, and which of several sockets it left by when 65,536 sequences were not
    enough. What is known of it stands in parallel lists under the number of the slot, so that a request makes no
    object. A slot is used again only when its request is over.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, family: int, plain: bool = False, wall: Wall | None = None
    ) -> None:
        """``family`` is 4 or 6; ``plain`` receives without the C library's recvmmsg; ``wall`` is the machine's clocks.

        Raises sockets.Forbidden when the machine allows no ICMP, OSError when it has no such family or no descriptors.
        """
        self._loop = loop
        self._family = family
        self._nonce = os.urandom(8)
        self._wall = wall or Wall()
        self.counts = Counts()
        first = open_socket(family)
        self.raw = first.raw
        """Whether this is a raw socket, because the kernel's ping socket is not allowed here."""
        self._summed = first.raw and family == 4
        self._inbox = Inbox(family, first.raw, plain)
        self._templates: dict[tuple[int, int], Template] = {}
        self._usual_fill = pattern(USUAL - SMALLEST)

        self._ways: list[Opened] = []
        """Ways out: several ping sockets, or one raw socket under several identifiers."""
        self._bases: dict[int, int] = {}
        """The first slot of each way, by its identifier as it lies on the wire."""
        self._drops: dict[socket.socket, int] = {}
        """The sockets, and how many packets each had no room for."""
        self._overflowed_ns = 0

        self._states = bytearray()
        """Of every sequence of every way; the other tables are as long as ``_room``, and no slot beyond it waits."""
        self._room = 0
        self._owners: list[Owner | None] = []
        self._keys: list[int] = []
        self._sources: list[bytes] = []
        self._serials: list[int] = []
        self._sent_ns: list[int] = []
        self._limits_ns: list[int] = []
        self._lengths: list[int] = []
        self._ticks: list[int] = []
        self._next = 0
        self._serial = int.from_bytes(os.urandom(4), "big")

        self._expiries: dict[int, list[int]] = {}
        """Slots by the millisecond of the loop's clock at which their time is over, and these in a heap."""
        self._order: list[int] = []
        self._timer: asyncio.TimerHandle | None = None

        self._reading = False
        self._emptied_ns = 0
        self._read_at = 0.0
        self._resting: asyncio.TimerHandle | None = None
        self._add(first, _FIRST_ROOM)

    def send_many(
        self, targets: Sequence[Destination], keys: Sequence[int], owner: Owner, timeout_s: float, size: int = USUAL
    ) -> int:
        """Send one request to each of the targets (at most BURST of them) and read what has come in meanwhile.

        ``keys[n]`` goes with ``targets[n]`` (a range will do); ``size`` is the payload's bytes (16 to 65,000). Answers
        with how many were taken, from the front: fewer than given when the machine's own queue is full or no sequence
        number is free; the caller comes again with the rest a little later. Callbacks may come before this returns.
        """
        count = len(targets)
        tick = _tick(self._loop.time(), timeout_s)
        return self._send(targets, keys, owner, [int(timeout_s * _S)] * count, [tick] * count, size)

    def send_each(
        self,
        targets: Sequence[Destination],
        keys: Sequence[int],
        owner: Owner,
        timeouts_s: Sequence[float],
        size: int = USUAL,
    ) -> int:
        """As ``send_many``, with a time-out for each."""
        now = self._loop.time()
        limits = [int(timeout_s * _S) for timeout_s in timeouts_s]
        return self._send(targets, keys, owner, limits, [_tick(now, timeout_s) for timeout_s in timeouts_s], size)

    def drain(self) -> int:
        """Read all that has come in, now; how many packets that were. Nothing when called from a callback."""
        if self._reading:
            return 0
        self._reading = True
        try:
            return sum(self._read(sock) for sock in self._drops)
        finally:
            self._reading = False

    def abandon(self, owner: Owner) -> None:
        """Tell this owner nothing more; its requests stay out until their time is over."""
        self._owners[:] = [None if held is owner else held for held in self._owners]

    def close(self) -> None:
        """Close the sockets. Requests that are out are told to nobody."""
        for timer in (self._timer, self._resting):
            if timer is not None:
                timer.cancel()
        for sock in self._drops:
            self._loop.remove_reader(sock)
            sock.close()
        self._owners[:] = [None] * len(self._owners)

    def _send(
        self,
        targets: Sequence[Destination],
        keys: Sequence[int],
        owner: Owner,
        limits: list[int],
        ticks: list[int],
        size: int,
    ) -> int:
        taken = 0
        while taken < len(targets):
            at, room = self._slots(len(targets) - taken)
            if not room:
                break
            part = slice(taken, taken + room)
            went = self._burst(at, targets[part], keys[part], owner, limits[part], size)
            self._note_expiries(at, ticks[taken : taken + went])
            taken += went
            if went < room:
                break
        self.drain()
        return taken

    def _burst(
        self,
        at: int,
        targets: Sequence[Destination],
        keys: Sequence[int],
        owner: Owner,
        limits: list[int],
        size: int,
    ) -> int:
        """Send from slot ``at`` on; how many the kernel took or refused for good."""
        count = len(targets)
        end = at + count
        way = at >> 16
        serial = self._serial
        self._serial += count
        self._owners[at:end] = [owner] * count
        self._keys[at:end] = keys
        sockaddrs, self._sources[at:end] = zip(*targets, strict=True)
        self._serials[at:end] = range(serial, self._serial)
        self._limits_ns[at:end] = limits
        self._lengths[at:end] = [HEADER + size] * count
        self._states[at:end] = _ALL_WAITING[:count]
        packets = self._template(way, size).requests(at & 0xFFFF, serial, count)
        sent_ns, now, send = self._sent_ns, time.monotonic_ns, self._ways[way].sock.sendto
        done = 0
        tries = 0
        while done < count:
            try:
                for number in range(done, count):
                    done = number
                    sent_ns[at + number] = now()
                    send(packets[number], sockaddrs[number])
                done = count
            except OSError as trouble:
                if trouble.errno in _LATER:
                    break
                # It may be the error of an earlier request, which the kernel tells at the next call on the socket.
                tries += 1
                if tries <= _TRIES and (self._errors(self._ways[way].sock) or tries == 1):
                    continue
                tries = 0
                self._states[at + done] = _FREE
                self._tell_unable(at + done, trouble)
                done += 1
        self.counts.sent += done
        self._states[at + done : end] = bytes(count - done)
        self._next = at + done
        return done

    def _slots(self, wanted: int) -> tuple[int, int]:
        """The first of a run of slots to use next and how many there are, ``wanted`` at most; none is (0, 0)."""
        for _ in range(2):
            if self._next >= self._room:
                self._next = 0
                # Before it gets tight: a search for gaps costs time, and answers that are late find their request gone.
                if self._states.count(_WAITING) > self._room // 2:
                    self._make_room()
            free = _NOT_WAITING.search(self._states, self._next, self._room)
            if free is not None:
                at = free.start()
                end = min(at + wanted, (at | 0xFFFF) + 1, self._room)
                busy = self._states.find(_WAITING, at, end)
                return at, (end if busy < 0 else busy) - at
            self._next = self._room
        return 0, 0

    def _make_room(self) -> None:
        """More slots: of the sequences there are, then by one more ping socket, or identifier on the raw one."""
        if self._room < len(self._states):
            self._next = self._room
            self._extend(min(3 * self._room, len(self._states) - self._room))
            return
        if len(self._ways) >= _MOST_WAYS:
            return
        first = self._ways[0]
        if self.raw:
            identifier = first.identifier
            while socket.htons(identifier) in self._bases:
                identifier = identifier % 0xFFFF + 1
            more = Opened(first.sock, self._family, True, identifier)
        else:
            try:
                more = open_socket(self._family)
            except (OSError, Forbidden) as trouble:
                log.warning("requests=%d no further socket for more: %s", self._room, trouble)
                return
        self._next = self._room
        self._add(more, _SEQUENCES)

    def _add(self, way: Opened, room: int) -> None:
        """One more way out, with that many slots to begin with."""
        self._bases[socket.htons(way.identifier)] = len(self._states)
        self._ways.append(way)
        self._states.extend(bytes(_SEQUENCES))
        self._extend(room)
        if way.sock not in self._drops:
            self._drops[way.sock] = 0
            self._loop.add_reader(way.sock, self._readable)

    def _extend(self, more: int) -> None:
        self._room += more
        self._owners.extend([None] * more)
        self._sources.extend([b""] * more)
        for table in (self._keys, self._serials, self._sent_ns, self._limits_ns, self._lengths, self._ticks):
            table.extend([0] * more)

    def _template(self, way: int, size: int) -> Template:
        found = self._templates.get((way, size))
        if found is None:
            identifier = self._ways[way].identifier
            found = Template(self._family, identifier, self._nonce, size, summed=self._summed)
            self._templates[way, size] = found
        return found

    def _readable(self) -> None:
        """The loop says that a socket has something."""
        now = self._loop.time()
        if not self.drain():
            for sock in self._drops:
                self._errors(sock)
        if now - self._read_at < _REST_S:
            for sock in self._drops:
                self._loop.remove_reader(sock)
            self._resting = self._loop.call_later(_REST_S, self._rested)
        self._read_at = now

    def _rested(self) -> None:
        if self.drain() > 1:
            self._resting = self._loop.call_later(_REST_S, self._rested)
            return
        self._resting = None
        for sock in self._drops:
            self._loop.add_reader(sock, self._readable)

    def _read(self, sock: socket.socket) -> int:
        total = 0
        while True:
            try:
                taken = self._inbox.take(sock)
            except OSError as trouble:
                self._errors(sock)
                if trouble.errno == errno.EBADF:
                    raise
                continue
            if taken:
                total += taken
                self._sort(sock, taken)
            if taken < MOST:
                self._emptied_ns = time.monotonic_ns()
                return total

    def _sort(self, sock: socket.socket, taken: int) -> None:
        """Match the packets just taken. All of an ordinary answer is checked here, the rest goes to ``_odd``."""
        inbox, wall = self._inbox, self._wall
        wall.look()
        offset = wall.offset
        self.counts.steps = wall.steps
        self._note_drops(sock, inbox.drops(taken - 1))
        bases, nonce, usual, reply, summed = (
            self._bases,
            self._nonce,
            self._usual_fill,
            REPLY[self._family],
            self._summed,
        )
        states, serials, sources, lengths = self._states, self._serials, self._sources, self._lengths
        sent_ns, limits_ns, owners, keys = self._sent_ns, self._limits_ns, self._owners, self._keys
        came = inbox.lengths
        steady = wall.steady
        received = 0
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
                    states[slot] == _WAITING
                    and serials[slot] == serial
                    and sources[slot] == source
                    and fill == usual
                    and came[number] == lengths[slot] <= _RECORDED
                    and not (summed and self._damaged(slot, inbox.checksum(number)))
                ):
                    rtt_ns = seconds * _S + nanoseconds - offset - sent_ns[slot]
                    if 0 < rtt_ns <= limits_ns[slot]:
                        states[slot] = _ANSWERED
                        received += 1
                        owner = owners[slot]
                        if owner is not None:
                            try:
                                owner.answered(keys[slot], rtt_ns)
                            except Exception:
                                log.exception("key=%d the answer could not be told", keys[slot])
                        continue
            self._odd(number, source, seconds * _S + nanoseconds)
        self.counts.received += received

    def _odd(self, number: int, source: bytes, stamp_ns: int) -> None:
        """Judge a packet that is no ordinary answer in time."""
        packet = self._inbox.packet(number)
        message = without_ip_header(packet) if self._summed else packet
        found = place(message)
        if found is None or found[0] != REPLY[self._family]:
            return
        _, identifier, sequence = found
        base = self._bases.get(socket.htons(identifier))
        if base is None or base + sequence >= self._room:
            self.counts.foreign += 1
            return
        slot = base + sequence
        answer = echo(message)
        expected = self._sources[slot] == source
        if answer is None or answer.nonce != self._nonce:
            # Somebody else's, or ours with the payload spoilt: only the address tells.
            if expected and self._states[slot] != _FREE:
                self._stray(slot, Stray.CORRUPTED, 0, source)
            else:
                self.counts.foreign += 1
        elif answer.serial != self._serials[slot]:
            self.counts.late += 1
        elif not expected:
            self._stray(slot, Stray.FOREIGN, 0, source)
        elif not self._intact(slot, message, answer):
            self._stray(slot, Stray.CORRUPTED, 0, source)
        else:
            self._answer(slot, source, stamp_ns)

    def _answer(self, slot: int, source: bytes, stamp_ns: int) -> None:
        """An undamaged answer to the request of that slot: is it in time, and the first?"""
        now_ns = time.monotonic_ns()
        sent_ns = self._sent_ns[slot]
        arrived_ns = self._wall.arrival(stamp_ns, max(sent_ns, self._emptied_ns - _STAMP_SLACK_NS), now_ns)
        rtt_ns = (now_ns if arrived_ns is None else arrived_ns) - sent_ns
        state = self._states[slot]
        if state == _ANSWERED:
            self._stray(slot, Stray.DUPLICATE, rtt_ns, source)
        elif state == _WAITING and rtt_ns <= self._limits_ns[slot]:
            self._states[slot] = _ANSWERED
            self.counts.received += 1
            self._tell(slot, lambda owner, key: owner.answered(key, rtt_ns))
        else:
            if state == _WAITING:
                self._states[slot] = _EXPIRED
                self._tell(slot, lambda owner, key: owner.expired(key))
            self._stray(slot, Stray.LATE, rtt_ns, source)

    def _intact(self, slot: int, message: bytes, answer: Echo) -> bool:
        """Whether the answer carries what was sent, all of it."""
        if len(message) != self._lengths[slot] or answer.fill != pattern(len(answer.fill)):
            return False
        return not (self._summed and self._damaged(slot, answer.checksum))

    def _damaged(self, slot: int, checksum: int) -> bool:
        """Whether that is not the checksum of a sound answer; a raw IPv4 socket is given what the kernel has not
        checked."""
        template = self._template(slot >> 16, self._lengths[slot] - HEADER)
        return template.reply_checksum(slot & 0xFFFF, self._serials[slot]) != checksum

    def _stray(self, slot: int, why: Stray, rtt_ns: int, source: bytes) -> None:
        counts = self.counts
        if why is Stray.LATE:
            counts.late += 1
        elif why is Stray.DUPLICATE:
            counts.duplicate += 1
        elif why is Stray.CORRUPTED:
            counts.corrupted += 1
        else:
            counts.foreign += 1
        self._tell(slot, lambda owner, key: owner.stray(key, why, rtt_ns, spelled(source)))

    def _errors(self, sock: socket.socket) -> int:
        """Read the error queue; how many errors it held, of whomever."""
        found = 0
        for came_back in read_errors(sock, self._family):
            found += 1
            base = self._bases.get(socket.htons(came_back.identifier))
            if base is None:
                continue
            slot = base + came_back.sequence
            quoted = came_back.quoted
            if self._states[slot] != _WAITING or not self._sources[slot].startswith(came_back.target):
                continue
            if quoted is not None and (quoted.nonce, quoted.serial) != (self._nonce, self._serials[slot]):
                continue
            why = came_back.why
            if isinstance(why, OSError):
                self._states[slot] = _REFUSED
                self._tell_unable(slot, why)
            else:
                self._states[slot] = _REFUSED
                self._tell_refused(slot, why)
        # The socket keeps the number of the last error apart from the queue, and would give it to the next call.
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return found

    def _tell_refused(self, slot: int, why: Refusal) -> None:
        self.counts.refused += 1
        self._tell(slot, lambda owner, key: owner.refused(key, why))

    def _tell_unable(self, slot: int, trouble: OSError) -> None:
        self._tell(slot, lambda owner, key: owner.unable(key, trouble))

    def _tell(self, slot: int, what: Callable[[Owner, int], None]) -> None:
        owner = self._owners[slot]
        if owner is None:
            return
        try:
            what(owner, self._keys[slot])
        except Exception:
            log.exception("key=%d what became of a request could not be told", self._keys[slot])

    def _note_drops(self, sock: socket.socket, drops: int) -> None:
        """Hold what the socket says it has dropped so far. Whoever waits now cannot be called silent any more."""
        more = drops - self._drops[sock]
        if more > 0:
            if not self.counts.overflow:
                log.warning("dropped=%d the receive buffer for ICMP was full: answers may be missing", more)
            self._drops[sock] = drops
            self.counts.overflow += more
            self._overflowed_ns = time.monotonic_ns()

    def _note_expiries(self, at: int, ticks: list[int]) -> None:
        self._ticks[at : at + len(ticks)] = ticks
        begin = 0
        while begin < len(ticks):
            tick = ticks[begin]
            end = begin + 1
            while end < len(ticks) and ticks[end] == tick:
                end += 1
            bucket = self._expiries.get(tick)
            if bucket is None:
                bucket = self._expiries[tick] = []
                heapq.heappush(self._order, tick)
                self._set_timer()
            bucket.extend(range(at + begin, at + end))
            begin = end

    def _set_timer(self) -> None:
        """Have ``_expire`` called at the first tick there is."""
        if self._timer is not None:
            if self._timer.when() <= self._order[0] / 1000:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(self._order[0] / 1000, self._expire)

    def _expire(self) -> None:
        """Tell what had no answer in time, after reading what came in time and lies unread."""
        self._timer = None
        self.drain()
        for sock in self._drops:
            self._errors(sock)
            self._note_drops(sock, dropped(sock) or 0)
        now = self._loop.time() * 1000
        while self._order and self._order[0] <= now:
            tick = heapq.heappop(self._order)
            for slot in self._expiries.pop(tick):
                if self._states[slot] == _WAITING and self._ticks[slot] == tick:
                    self._states[slot] = _EXPIRED
                    self._silent(slot)
        if self._order:
            self._set_timer()

    def _silent(self, slot: int) -> None:
        if self._sent_ns[slot] < self._overflowed_ns:
            full = OSError(errno.ENOBUFS, "the receive buffer was full: an answer may have been dropped")
            self._tell_unable(slot, full)
        else:
            self._tell(slot, lambda owner, key: owner.expired(key))


def _tick(now: float, timeout_s: float) -> int:
    """The millisecond of the loop's clock at which to look for a time-out: rounded up to a grid of at most 2 % of it,
    so that many requests share one timer."""
    grid = 16 if timeout_s >= 0.8 else 4 if timeout_s >= 0.2 else 1
    return -(-int((now + timeout_s) * 1000 + 1) // grid) * grid
