"""Channel: all echo requests of this process in one address family, over one socket.

Requests go out in bursts of at most ``BURST``, and what has come in is read between two bursts: a receive buffer that
runs over while we send would make dead hosts of living ones. Round trips are taken from the kernel's receive stamps,
so a loop that is busy makes no target slow.
"""

import asyncio
import errno
import logging
import os
import socket
import time
from collections.abc import Sequence

from agent.icmp.answers import Answers
from agent.icmp.counts import Counts
from agent.icmp.destination import Destination
from agent.icmp.error_queue import read_errors
from agent.icmp.expiries import Expiries, tick
from agent.icmp.inbox import MOST, Inbox
from agent.icmp.owner import Owner
from agent.icmp.packet import HEADER, USUAL
from agent.icmp.slots import EXPIRED, FREE, SEQUENCES, WAITING, Slots
from agent.icmp.sockets import dropped
from agent.icmp.telling import Telling
from agent.icmp.wall import Wall
from agent.icmp.ways import Ways

log = logging.getLogger("nineward.agent.icmp")

BURST = 64
"""The most requests between two readings of the socket."""

_FIRST_ROOM = 8_192
"""Slots to begin with: most agents never have more requests out, and a slot that was used holds some 150 bytes."""
_S = 1_000_000_000
_REST_S = 0.004
"""While packets go or come thick and fast the loop does not watch the socket, which would cost a wake-up for each: it
is read after each burst, and else only so often. Their stamps lose nothing by lying there."""

_LATER = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
_TRIES = 4
_ALL_WAITING = bytes([WAITING]) * BURST


class Channel:
    """Sends echo requests of one family, matches what comes back, tells each owner."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, family: int, plain: bool = False, wall: Wall | None = None
    ) -> None:
        """``family`` is 4 or 6; ``plain`` receives without the C library's recvmmsg; ``wall`` is the machine's clocks.

        Raises sockets.Forbidden when the machine allows no ICMP, OSError when it has no such family or no descriptors.
        """
        self._loop = loop
        self._family = family
        self.counts = Counts()
        nonce = os.urandom(8)
        self._serial = int.from_bytes(os.urandom(4), "big")
        self._ways = Ways(family, nonce)
        self.raw = self._ways.raw
        """Whether its sockets are raw, because the kernel's ping socket is not allowed here."""
        self._slots = Slots()
        self._slots.add_way(_FIRST_ROOM)
        self._telling = Telling(self._slots, self.counts)
        self._inbox = Inbox(family, self.raw, plain)
        self._answers = Answers(
            family, nonce, self._ways, self._slots, self._inbox, wall or Wall(), self.counts, self._telling
        )
        self._drops: dict[socket.socket, int] = {}
        """The sockets, and how many packets each had no room for."""
        self._overflowed_ns = 0
        self._expiries = Expiries()
        self._timer: asyncio.TimerHandle | None = None
        self._reading = False
        self._read_at = 0.0
        self._hurried = False
        """Whether a full burst left since the socket was last read at rest."""
        self._resting: asyncio.TimerHandle | None = None
        self._watch(self._ways.sock(0))

    def send_many(
        self, targets: Sequence[Destination], keys: Sequence[int], owner: Owner, timeout_s: float, size: int = USUAL
    ) -> int:
        """Send one request to each of the targets (at most BURST of them) and read what has come in meanwhile.

        ``keys[n]`` goes with ``targets[n]`` (a range will do); ``size`` is the payload's bytes (16 to 65,000). Answers
        with how many were taken, from the front: fewer than given when the machine's own queue is full or no sequence
        number is free; the caller comes again with the rest a little later. Callbacks may come before this returns.
        """
        count, now = len(targets), self._loop.time()
        ticks = [tick(now, timeout_s)] * count
        return self._send(targets, keys, owner, [int(timeout_s * _S)] * count, ticks, size)

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
        return self._send(targets, keys, owner, limits, [tick(now, timeout_s) for timeout_s in timeouts_s], size)

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
        self._slots.disown(owner)

    def close(self) -> None:
        """Close the sockets. Requests that are out are told to nobody."""
        for timer in (self._timer, self._resting):
            if timer is not None:
                timer.cancel()
        for sock in self._drops:
            self._loop.remove_reader(sock)
            sock.close()
        self._slots.disown()

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
            at, room = self._slots.find(len(targets) - taken, self._make_room)
            if not room:
                break
            part = slice(taken, taken + room)
            went = self._burst(at, targets[part], keys[part], owner, limits[part], size)
            self._slots.ticks[at : at + went] = ticks[taken : taken + went]
            self._expiries.note(at, ticks[taken : taken + went])
            self._set_timer()
            taken += went
            if went < room:
                break
        self.drain()
        if taken == BURST:
            self._hurried = True
            self._rest()
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
        slots = self._slots
        count = len(targets)
        end = at + count
        way = at // SEQUENCES
        serial = self._serial
        self._serial += count
        slots.owners[at:end] = [owner] * count
        slots.keys[at:end] = keys
        sockaddrs, slots.sources[at:end] = zip(*targets, strict=True)
        slots.serials[at:end] = range(serial, self._serial)
        slots.limits_ns[at:end] = limits
        slots.lengths[at:end] = [HEADER + size] * count
        slots.states[at:end] = _ALL_WAITING[:count]
        packets = self._ways.template(way, size).requests(at % SEQUENCES, serial, count)
        sock = self._ways.sock(way)
        send, now = sock.sendto, time.monotonic_ns
        left_ns: list[int] = []
        leaves = left_ns.append
        tries = 0
        while len(left_ns) < count:
            try:
                for packet, sockaddr in zip(packets[len(left_ns) :], sockaddrs[len(left_ns) :], strict=True):
                    leaves(now())
                    send(packet, sockaddr)
            except OSError as trouble:
                done = len(left_ns) - 1
                slots.sent_ns[at : at + done] = left_ns[:done]  # answers may be read by whoever is told now
                if trouble.errno in _LATER:
                    left_ns.pop()
                    break
                # It may be the error of an earlier request, which the kernel tells at the next call on the socket.
                tries += 1
                if tries <= _TRIES and (self._errors(sock) or tries == 1):
                    left_ns.pop()
                    continue
                tries = 0
                slots.states[at + done] = FREE
                self._telling.unable(at + done, trouble)
        done = len(left_ns)
        slots.sent_ns[at : at + done] = left_ns
        self.counts.sent += done
        slots.states[at + done : end] = bytes(count - done)
        slots.next = at + done
        return done

    def _make_room(self) -> None:
        """More slots: of the sequences there are, then by one more way out."""
        if self._slots.widen():
            return
        sock = self._ways.more()
        if sock is not None:
            self._slots.add_way(SEQUENCES)
            if sock not in self._drops:
                self._watch(sock)

    def _watch(self, sock: socket.socket) -> None:
        self._drops[sock] = 0
        if self._resting is None:
            self._loop.add_reader(sock, self._readable)

    def _readable(self) -> None:
        """The loop says that a socket has something."""
        now = self._loop.time()
        if not self.drain():
            for sock in self._drops:
                self._errors(sock)
        if now - self._read_at < _REST_S:
            self._rest()
        self._read_at = now

    def _rest(self) -> None:
        """Have the loop not watch the sockets for a while."""
        if self._resting is None:
            for sock in self._drops:
                self._loop.remove_reader(sock)
            self._resting = self._loop.call_later(_REST_S, self._rested)

    def _rested(self) -> None:
        if self.drain() > 1 or self._hurried:
            self._hurried = False
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
                self._note_drops(sock, self._inbox.drops(taken - 1))
                self._answers.sort(taken)
            if taken < MOST:
                self._answers.emptied_ns = time.monotonic_ns()
                return total

    def _errors(self, sock: socket.socket) -> int:
        """Read the error queue; how many errors it held, of whomever."""
        found = 0
        for came_back in read_errors(sock, self._family):
            found += 1
            self._answers.sent_back(came_back)
        # The socket keeps the number of the last error apart from the queue, and would give it to the next call.
        sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return found

    def _note_drops(self, sock: socket.socket, drops: int) -> None:
        """Hold what the socket says it has dropped so far. Whoever waits now cannot be called silent any more."""
        more = drops - self._drops[sock]
        if more > 0:
            if not self.counts.overflow:
                log.warning("dropped=%d the receive buffer for ICMP was full: answers may be missing", more)
            self._drops[sock] = drops
            self.counts.overflow += more
            self._overflowed_ns = time.monotonic_ns()

    def _set_timer(self) -> None:
        """Have ``_expire`` called when the first request's time is over."""
        first = self._expiries.first
        if first is None:
            return
        if self._timer is not None:
            if self._timer.when() <= first / 1000:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(first / 1000, self._expire)

    def _expire(self) -> None:
        """Tell what had no answer in time, after reading what came in time and lies unread."""
        self._timer = None
        self.drain()
        for sock in self._drops:
            self._errors(sock)
            self._note_drops(sock, dropped(sock) or 0)
        slots = self._slots
        for at_ms, asked in self._expiries.over(self._loop.time()):
            for slot in asked:
                if slots.states[slot] == WAITING and slots.ticks[slot] == at_ms:
                    slots.states[slot] = EXPIRED
                    self._silent(slot)
        self._set_timer()

    def _silent(self, slot: int) -> None:
        if self._slots.sent_ns[slot] < self._overflowed_ns:
            full = OSError(errno.ENOBUFS, "the receive buffer was full: an answer may have been dropped")
            self._telling.unable(slot, full)
        else:
            self._telling.expired(slot)
