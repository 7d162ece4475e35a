"""One UDP socket for all devices of one address family: requests go out, answers find whom they belong to.

A request is known by its number, and its answer must bear it, come from the address that was asked, and be believed by
the device's security. All else is counted and forgotten.
"""

import asyncio
import errno
import random
from dataclasses import dataclass

from agent.snmp.ber import Malformed
from agent.snmp.datagrams import Unreachable, complaint, open_socket, receive
from agent.snmp.deadlines import Deadlines
from agent.snmp.errors import Denied, Garbled, Silent, Unanswered
from agent.snmp.line import Request
from agent.snmp.message import Forged, Report, number_of
from agent.snmp.message import request as pdu_of

TRIES = 3
BACKOFF = 1.5
_SHARE = 1 / sum(BACKOFF**turn for turn in range(TRIES))
"""What the first try gets of the time there is, so that the last one ends with it."""
_RESYNCS = 3
"""Discovery, the engine's clock, and one restart of the engine in between (RFC 3414 §4 and §3.2.7)."""
_LARGEST = 65_535
_DRAIN_EVERY = 64
"""Requests sent at most before answers are taken: so many fit the smallest receive buffer a system gives."""
_MOST_AT_ONCE = 1024
_REMEMBERED = 4096
_LATER = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.ENOMEM})
"""Nothing left this machine, and a moment later it may."""


@dataclass(slots=True)
class Counts:
    """What one socket has sent and seen.

    ``sent`` datagrams (``repeated`` of them again after a time-out), ``answered`` requests, ``silent`` requests given
    up, ``unreachable`` ones ended by an ICMP error. Ignored: ``late`` answers to requests given up, ``replayed`` ones
    to requests already answered, ``foreign`` ones from another address than asked, ``unasked`` ones with a number
    nobody waits for, ``forged`` ones that v3 does not believe or with another community, ``malformed`` ones.
    ``overflow`` datagrams the kernel dropped because the receive buffer was full (SO_RXQ_OVFL).
    """

    sent: int = 0
    repeated: int = 0
    answered: int = 0
    silent: int = 0
    unreachable: int = 0
    late: int = 0
    replayed: int = 0
    foreign: int = 0
    unasked: int = 0
    forged: int = 0
    malformed: int = 0
    overflow: int = 0


class Transport:
    """The socket of one IP version in one event loop. Raises OSError when this machine gives none."""

    def __init__(self, version: int) -> None:
        self.counts = Counts()
        self.loop = asyncio.get_running_loop()
        self.now = self.loop.time
        self._sock = open_socket(version)
        self._pending: dict[int, Request] = {}
        self._deadlines = Deadlines()
        self._timer: asyncio.TimerHandle | None = None
        self._ended = [0] * _REMEMBERED
        self._since_drain = 0
        self._draining = False
        self.loop.add_reader(self._sock, self._drain)

    def close(self) -> None:
        """Let go of the socket. Requests still under way end as cancelled."""
        self.loop.remove_reader(self._sock)
        self._sock.close()
        if self._timer is not None:
            self._timer.cancel()
        for request in list(self._pending.values()):
            request.answer.cancel()
        self._pending.clear()

    def begin(self, request: Request, ahead: bool = False) -> None:
        """Take a request on: it gets a number, and its answer or error until ``request.until``."""
        number = random.getrandbits(31)
        while number in self._pending or not number:
            number = random.getrandbits(31)
        request.number = number
        self._pending[number] = request
        request.line.put(request, ahead)
        if not request.sent and number in self._pending:
            self._due_at(number, request.until)

    def withdraw(self, request: Request) -> None:
        """Nobody waits for the answer any more."""
        if self._pending.pop(request.number, None) is not None:
            self._ended[request.number % _REMEMBERED] = -request.number
            request.line.ended(request)

    def send(self, request: Request) -> None:
        """Send a request whose turn it is, for the first time or once more."""
        now = self.now()
        if request.sent:
            self.counts.repeated += 1
            request.wait *= BACKOFF
            request.line.repeats()
        else:
            request.wait = (request.until - now) * _SHARE
        request.sent += 1
        self._out(request, now)

    def _out(self, request: Request, now: float) -> None:
        line = request.line
        # The last try has what is left: the shares make up the whole time only when none of them began late.
        request.due = request.until if request.sent >= TRIES else min(request.until, now + request.wait)
        request.sent_at = now
        try:
            pdu = pdu_of(request.kind, request.number, request.oids, request.skip, request.repetitions)
            self._to_kernel(line.security.seal(pdu, request.number), line.destination)
        except OSError as trouble:
            request.trouble = trouble
            if trouble.errno not in _LATER:
                self._fail(request, trouble)
                return
        except (Denied, ValueError) as refused:
            self._fail(request, refused)
            return
        else:
            request.trouble = None
            self.counts.sent += 1
        self._due_at(request.number, request.due)
        self._since_drain += 1
        if self._since_drain >= _DRAIN_EVERY:
            self._drain()

    def _to_kernel(self, datagram: bytes, destination: tuple[object, ...]) -> None:
        for _ in range(3):
            try:
                self._sock.sendto(datagram, destination)
                return
            except BlockingIOError:
                raise
            except OSError:
                # It may be an ICMP error about another device: the kernel tells it to whoever comes next.
                if not self._hear_complaints():
                    raise
        self._sock.sendto(datagram, destination)

    def _due_at(self, number: int, at: float) -> None:
        if self._deadlines.add(number, at):
            self._set_timer()

    def _expire(self) -> None:
        self._timer = None
        # What has arrived is in time, however busy the loop was.
        self._drain()
        now = self.now()
        for number in self._deadlines.due(now):
            request = self._pending.get(number)
            if request is None or request.due > now:
                continue
            if now < request.until and 0 < request.sent < TRIES:
                self.send(request)
                continue
            self.counts.silent += 1
            self._fail(request, _given_up(request))
        self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        first = self._deadlines.next()
        self._timer = None if first is None else self.loop.call_at(first, self._expire)

    def _drain(self) -> None:
        if self._draining:
            return
        self._draining = True
        self._since_drain = 0
        recvfrom = self._sock.recvfrom
        try:
            try:
                datagram, host, lost = receive(self._sock)
            except BlockingIOError:
                # Woken, and there is nothing: an error without a datagram.
                self._hear_complaints()
                return
            except OSError:
                self._hear_complaints()
            else:
                if lost is not None:
                    self.counts.overflow = lost
                self._take(datagram, host)
            for _ in range(_MOST_AT_ONCE):
                try:
                    datagram, sender = recvfrom(_LARGEST)
                except BlockingIOError:
                    return
                except OSError:
                    self._hear_complaints()
                    continue
                self._take(datagram, sender[0])
        finally:
            self._draining = False

    def _take(self, datagram: bytes, host: str) -> None:
        number = number_of(datagram)
        request = self._pending.get(number) if number is not None else None
        if request is None:
            self._nobodys(number)
            return
        line = request.line
        if host != line.host and host not in line.also:
            self.counts.foreign += 1
            return
        try:
            buffer, at = line.security.open(datagram)
            answer = request.reader(buffer, at)
        except Report as told:
            self._reported(request, told)
        except Forged as odd:
            self.counts.forged += 1
            request.reason = str(odd)
        except Malformed as wrong:
            self.counts.malformed += 1
            self._fail(request, Garbled(f"an answer that cannot be read: {wrong}"))
        except Unanswered as refused:
            self._fail(request, refused)
        else:
            self.counts.answered += 1
            request.size = len(datagram)
            request.took_s = self.now() - request.sent_at
            self._end(request, request.number)
            if not request.answer.done():
                request.answer.set_result(answer)

    def _reported(self, request: Request, told: Report) -> None:
        if told.again and request.resyncs < _RESYNCS:
            request.resyncs += 1
            self._out(request, self.now())
        else:
            self._fail(request, told.denied())

    def _nobodys(self, number: int | None) -> None:
        counts = self.counts
        if number is None:
            counts.malformed += 1
            return
        known = self._ended[number % _REMEMBERED]
        if known == number:
            counts.replayed += 1
        elif known == -number:
            counts.late += 1
        else:
            counts.unasked += 1

    def _hear_complaints(self) -> bool:
        """Take ICMP errors from the kernel; whether there was one."""
        heard = False
        while True:
            told = complaint(self._sock)
            if told is None:
                return heard
            heard = True
            self._unreachable(told)

    def _unreachable(self, told: Unreachable) -> None:
        number = number_of(told.datagram)
        request = self._pending.get(number) if number is not None else None
        # Only who saw our request can quote its number.
        if request is None or request.line.host != told.target:
            return
        request.reason = told.text
        request.refusals += 1
        # A router's word may be about a passing fault of a route: it counts when it is said twice.
        if told.final or request.refusals > 1:
            self.counts.unreachable += 1
            self._fail(request, Silent(told.text))

    def _fail(self, request: Request, error: Exception) -> None:
        self._end(request, -request.number)
        if not request.answer.done():
            request.answer.set_exception(error)

    def _end(self, request: Request, remembered: int) -> None:
        self._pending.pop(request.number, None)
        self._ended[request.number % _REMEMBERED] = remembered
        request.line.ended(request)


def _given_up(request: Request) -> Exception:
    if request.trouble is not None:
        return request.trouble
    if not request.sent:
        return Silent("not asked: earlier questions to it took all the time", asked=False)
    return Silent(request.reason)
