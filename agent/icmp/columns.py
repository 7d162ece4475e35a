"""Columns: one part of many records of an inbox at once.

What ordinary answers have in common is compared by columns, and what differs is taken out as lists: no step of it is a
step of the interpreter for each answer, which costs half of looking at one record after the other.
"""

import struct

from agent.icmp.packet import HEADER, SMALLEST, USUAL, pattern

_WORD = 8
_FILL = pattern(USUAL - SMALLEST)


class Columns:
    """Reads records of ``size`` bytes; all parts but the source begin at whole eight bytes."""

    __slots__ = ("_alike", "_bytes", "_message", "_quarters", "_reply", "_size", "_source", "_stamp", "_words")

    def __init__(
        self, records: bytearray, size: int, source: slice, stamp: int, message: int, reply: int, nonce: bytes
    ) -> None:
        """``source``, ``stamp`` (seconds and nanoseconds, eight bytes each) and ``message`` are places in a record;
        ``reply`` and ``nonce`` are what the messages of ordinary answers carry."""
        self._size = size
        self._source = source
        self._stamp = stamp
        self._message = message
        self._bytes = records
        self._words = memoryview(records).cast("q")
        self._quarters = memoryview(records).cast("I")
        most = len(records) // size
        self._reply = bytes([reply]) * most
        parts = [(message + HEADER, nonce)]
        parts += [(message + HEADER + SMALLEST + at, _FILL[at : at + _WORD]) for at in range(0, len(_FILL), _WORD)]
        self._alike = [(at, memoryview(part * most).cast("q")) for at, part in parts]

    def identifier(self) -> int:
        """Of the first record, as it lies on the wire."""
        at = self._message + 4
        return int(struct.unpack_from("=H", self._bytes, at)[0])

    def alike(self, taken: int) -> bool:
        """Whether the first ``taken`` records all hold an echo reply with the nonce and the usual pattern, and all with
        one identifier. Their lengths are not looked at."""
        data, end, size, message = self._bytes, taken * self._size, self._size, self._message
        if data[message:end:size] != self._reply[:taken]:
            return False
        for at in (message + 4, message + 5):
            column = data[at:end:size]
            if column.count(column[0]) != taken:
                return False
        return all(self._column(at, taken) == part[:taken] for at, part in self._alike)

    def sequences(self, taken: int) -> list[int]:
        """The sequence of each."""
        size, message, end = self._size, self._message, taken * self._size
        high, low = self._bytes[message + 6 : end : size], self._bytes[message + 7 : end : size]
        return [one << 8 | other for one, other in zip(high, low, strict=True)]

    def serials(self, taken: int) -> list[int]:
        """The serial number of each."""
        return self._column(self._message + HEADER + _WORD, taken).tolist()

    def seconds(self, taken: int) -> list[int]:
        """Of the stamp of each."""
        return self._column(self._stamp, taken).tolist()

    def nanoseconds(self, taken: int) -> list[int]:
        """Of the stamp of each."""
        return self._column(self._stamp + _WORD, taken).tolist()

    def come_from(self, sources: bytes, taken: int) -> bool:
        """Whether their sources, one after the other, are these."""
        wanted = memoryview(sources).cast("I")
        step, width = self._size // 4, (self._source.stop - self._source.start) // 4
        begin = self._source.start // 4
        return len(wanted) == taken * width and all(
            self._quarters[begin + part : taken * step : step] == wanted[part::width] for part in range(width)
        )

    def _column(self, at: int, taken: int) -> memoryview:
        step = self._size // _WORD
        return self._words[at // _WORD : taken * step : step]
