"""A box: named columns of integers and named bytes, each compressed alone, behind one note in JSON.

A column may be cut into blocks of rows, so that some of its rows can be read without the others.
"""

import json
import struct
from typing import Any

import numpy as np
import zstandard

from collector import encode
from collector.decode import Ints, read_column

LEVEL = 12
MOST_BYTES = 1 << 30

_HEAD = struct.Struct("<I")
_COUNT = struct.Struct("<Q")
_INDEX = "parts_of_this"


class Box:
    """Made empty and filled by ``put``, or read from what :meth:`written` gave. Not to be shared by threads."""

    def __init__(self, note: dict[str, Any]) -> None:
        self.note = note
        self._parts: dict[str, bytes] = {}
        self._kept: dict[str, Ints] = {}
        self._blob = memoryview(b"")
        self._places: dict[str, tuple[int, int]] = {}
        self._unpacker = zstandard.ZstdDecompressor()

    @classmethod
    def read(cls, blob: bytes) -> "Box":
        """Only the note is unpacked; a part is when it is asked for."""
        (size,) = _HEAD.unpack_from(blob)
        start = _HEAD.size + size
        box = cls(json.loads(zstandard.decompress(blob[_HEAD.size : start])))
        box._blob = memoryview(blob)
        for name, length in box.note.pop(_INDEX):
            box._places[name] = (start, start + length)
            start += length
        return box

    def put(self, name: str, column: Ints, block: int | None = None) -> None:
        """Keep a column, or one block of it."""
        self.put_bytes(name, _COUNT.pack(len(column)) + encode.integers(column.astype(np.int64)), block)

    def put_bytes(self, name: str, data: bytes, block: int | None = None) -> None:
        """Keep bytes."""
        self._parts[_key(name, block)] = zstandard.compress(data, LEVEL)

    def ints(self, name: str, block: int | None = None) -> Ints:
        """A column, or one block of it. Not to be changed: whole ones are handed out again."""
        key = _key(name, block)
        if key in self._kept:
            return self._kept[key]
        data = self.data(name, block)
        (count,) = _COUNT.unpack_from(data)
        column, _ = read_column(data, _COUNT.size, count)
        found = column.view(np.int64)
        if block is None:
            self._kept[key] = found
        return found

    def data(self, name: str, block: int | None = None) -> bytes:
        """Bytes that were kept."""
        start, end = self._places[_key(name, block)]
        return self._unpacker.decompress(self._blob[start:end], MOST_BYTES)

    def written(self) -> bytes:
        """The whole as bytes."""
        index = [[name, len(part)] for name, part in self._parts.items()]
        note = zstandard.compress(json.dumps({**self.note, _INDEX: index}).encode(), LEVEL)
        return _HEAD.pack(len(note)) + note + b"".join(self._parts.values())


def _key(name: str, block: int | None) -> str:
    return name if block is None else f"{block}/{name}"
