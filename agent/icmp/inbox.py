"""Inbox: what waits in a socket, taken out 64 packets at a time into one buffer of records.

``recvmmsg(2)`` fills all records in one call of the kernel and one ``struct`` pass reads them: that is a third of the
cost of 64 times ``recvmsg``. Where the C library cannot be had the same records are filled one by one.
"""

import ctypes
import errno
import mmap
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import Any

from agent.icmp.packet import HEADER, SMALLEST, USUAL
from agent.icmp.sockets import SO_RXQ_OVFL, SO_TIMESTAMPNS

MOST = 64
"""Packets at a time."""

_TAIL = 65_536
_CONTROL = 64
_CMSG = struct.Struct("@Nii")
_STAMP = struct.Struct("=qq" if struct.calcsize("@l") == 8 else "=ii")
_DROPS = struct.Struct("=I")

Record = tuple[bytes, int, int, int, int, int, int, bytes, int, bytes]
"""Source address (packed, with its zone in IPv6), seconds and nanoseconds of the stamp, ICMP type, identifier (as it
lies on the wire), sequence's high and low byte, nonce, serial, and the payload that follows, up to the usual size."""


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """``struct msghdr`` of recvmsg(2)."""

    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.c_void_p),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _Message(ctypes.Structure):
    """``struct mmsghdr`` of recvmmsg(2)."""

    _fields_ = (("header", _Header), ("length", ctypes.c_uint32))


class Inbox:
    """The records of one family and kind of socket. ``take`` fills them; all else reads them till the next ``take``."""

    def __init__(self, family: int, raw: bool, plain: bool = False) -> None:
        """``plain`` does without the C library's recvmmsg."""
        self._family = family
        self._header = 20 if raw and family == 4 else 0
        """An IPv4 header of the usual length comes before the message of a raw socket."""
        name = 16 if family == 4 else 28
        self._stamp_at = name + _CMSG.size
        self._drops_at = self._stamp_at + _STAMP.size + _CMSG.size
        self._head_at = name + _CONTROL
        self._head = self._header + HEADER + USUAL
        self._layout = struct.Struct(
            f"={'4x4s8x' if family == 4 else '8x20s'}"
            f"{_CMSG.size}x{_STAMP.format[1:]}{_CONTROL - _CMSG.size - _STAMP.size}x"
            f"{self._header}xB3xHBB8sQ{USUAL - SMALLEST}s"
        )
        self._size = self._layout.size
        self._records = bytearray(self._size * MOST)
        self._view = memoryview(self._records)
        # Anonymous memory: nothing of it is used before a large answer comes.
        self._tails = mmap.mmap(-1, _TAIL * MOST)
        self._messages = (_Message * MOST)()
        self._receive = None if plain else _recvmmsg()
        self.lengths: list[int] = []
        """Of each packet taken: its bytes, less an IPv4 header of the usual length."""
        if self._receive is not None:
            self._arrange(name)

    def take(self, sock: socket.socket) -> int:
        """Take up to MOST packets; how many there were. Raises OSError for an error that waits at the socket."""
        if self._receive is None:
            return self._take_one_by_one(sock)
        ctypes.memmove(self._messages, self._fresh, len(self._fresh))
        taken: int = self._receive(sock.fileno(), self._address, MOST, socket.MSG_DONTWAIT, None)
        if taken < 0:
            number = ctypes.get_errno()
            if number in (errno.EAGAIN, errno.EINTR):
                return 0
            if number == errno.ENOSYS:
                self._receive = None
                return self._take_one_by_one(sock)
            raise OSError(number, "recvmmsg")
        self.lengths = [length - self._header for length in self._raw_lengths[: taken * self._words : self._words]]
        return taken

    def records(self, taken: int) -> Iterator[Record]:
        """The records of the packets just taken, as they lie: what is shorter than a record ends in old bytes."""
        return self._layout.iter_unpack(self._view[: taken * self._size])

    def checksum(self, number: int) -> int:
        """The checksum field of a message behind an IPv4 header of the usual length, or behind none."""
        at = number * self._size + self._head_at + self._header + 2
        return self._records[at] << 8 | self._records[at + 1]

    def drops(self, number: int) -> int:
        """What the socket had dropped in all when this packet came in; 0 where the kernel says nothing."""
        if self._messages[number].header.control_length < self._drops_at - self._stamp_at + _CMSG.size + _DROPS.size:
            return 0
        at = number * self._size + self._drops_at
        if _CMSG.unpack_from(self._records, at - _CMSG.size)[2] != SO_RXQ_OVFL:
            return 0
        return int(_DROPS.unpack_from(self._records, at)[0])

    def packet(self, number: int) -> bytes:
        """The whole packet, with the IPv4 header where there is one."""
        length = self.lengths[number] + self._header
        at = number * self._size + self._head_at
        head = bytes(self._view[at : at + min(length, self._head)])
        tail = number * _TAIL
        return head + self._tails[tail : tail + max(0, length - self._head)]

    def _arrange(self, name: int) -> None:
        """Point the kernel's structures at the records."""
        self._pinned = (ctypes.c_char * len(self._records)).from_buffer(self._records)
        self._pinned_tails = (ctypes.c_char * len(self._tails)).from_buffer(self._tails)
        self._vectors = (_Vector * (2 * MOST))()
        records, tails = ctypes.addressof(self._pinned), ctypes.addressof(self._pinned_tails)
        vectors = ctypes.addressof(self._vectors)
        for number, message in enumerate(entry.header for entry in self._messages):
            record = records + number * self._size
            self._vectors[2 * number] = _Vector(record + self._head_at, self._head)
            self._vectors[2 * number + 1] = _Vector(tails + number * _TAIL, _TAIL)
            message.name, message.name_length = record, name
            message.vectors = vectors + 2 * number * ctypes.sizeof(_Vector)
            message.vector_count = 2
            message.control, message.control_length = record + name, _CONTROL
        self._fresh = bytes(self._messages)
        self._address = ctypes.addressof(self._messages)
        self._words = ctypes.sizeof(_Message) // 4
        self._raw_lengths = memoryview(self._messages).cast("B").cast("I")[_Message.length.offset // 4 :]

    def _take_one_by_one(self, sock: socket.socket) -> int:
        """As ``take``, by the standard library alone."""
        self.lengths = []
        for number in range(MOST):
            try:
                data, control, _, source = sock.recvmsg(self._head + _TAIL, _CONTROL)
            except (BlockingIOError, InterruptedError):
                return number
            self._write(number, data, control, source)
        return MOST

    def _write(self, number: int, data: bytes, control: list[tuple[int, int, bytes]], source: tuple[Any, ...]) -> None:
        at = number * self._size
        if self._family == 4:
            self._view[at + 4 : at + 8] = socket.inet_pton(socket.AF_INET, source[0])
        else:
            bare = socket.inet_pton(socket.AF_INET6, source[0].partition("%")[0])
            self._view[at + 8 : at + 28] = bare + source[3].to_bytes(4, sys.byteorder)
        said = {SO_TIMESTAMPNS: _now()} | {kind: value for _, kind, value in control}
        parts = [
            _CMSG.pack(0, socket.SOL_SOCKET, kind) + said[kind]
            for kind in (SO_TIMESTAMPNS, SO_RXQ_OVFL)
            if kind in said
        ]
        text = b"".join(parts)
        self._messages[number].header.control_length = len(text)
        first = at + self._stamp_at - _CMSG.size
        self._view[first : first + len(text)] = text
        head = data[: self._head]
        self._view[at + self._head_at : at + self._head_at + len(head)] = head
        tail = data[self._head :]
        self._tails[number * _TAIL : number * _TAIL + len(tail)] = tail
        self.lengths.append(len(data) - self._header)


def _now() -> bytes:
    """A stamp for a kernel that gives none."""
    return _STAMP.pack(*divmod(time.time_ns(), 1_000_000_000))


def _recvmmsg() -> Any:
    """The C library's recvmmsg(2), or None where it has none."""
    try:
        found = ctypes.CDLL(None, use_errno=True).recvmmsg
    except (OSError, AttributeError):
        return None
    found.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
    return found
