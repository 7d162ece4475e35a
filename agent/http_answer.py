"""Reading an HTTP/1.x answer (RFC 9112) from a stream, distrustfully: everything has a cap."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

_MOST_HEAD = 65536


class Garbled(Exception):
    """What came is no HTTP answer. The message says where it stopped being one."""


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and header fields; names in lower case, repeated fields joined with a comma."""

    status: int
    reason: str
    fields: Mapping[str, str]


def parse_head(block: bytes) -> Head:
    """A head from its bytes, which end with an empty line. Raises Garbled."""
    lines = block.decode("latin-1").replace("\r\n", "\n").split("\n")
    version, _, rest = lines[0].partition(" ")
    status, _, reason = rest.strip().partition(" ")
    if not version.startswith("HTTP/1.") or len(status) != 3 or not status.isdigit():
        raise Garbled(f"expected an HTTP status line, found {lines[0][:60]!r}")
    fields: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not line:
            break
        if not colon or not name or name != name.strip():
            raise Garbled(f"expected a header field, found {line[:60]!r}")
        key = name.lower()
        fields[key] = f"{fields[key]}, {value.strip()}" if key in fields else value.strip()
    return Head(int(status), reason, fields)


async def read_head(reader: asyncio.StreamReader) -> Head:
    """The head of the final answer; interim ones (1xx) are passed over. Raises Garbled."""
    while True:
        block = b""
        while True:
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as ended:
                got = block + ended.partial
                what = f"closed after {got[:60]!r}" if got else "closed without an answer"
                raise Garbled(what) from ended
            except asyncio.LimitOverrunError as long:
                raise Garbled("a line of the head is longer than 64 KiB") from long
            block += line
            if len(block) > _MOST_HEAD:
                raise Garbled("the head is longer than 64 KiB")
            if line in (b"\n", b"\r\n"):
                break
        head = parse_head(block)
        if head.status >= 200:
            return head


async def read_body(reader: asyncio.StreamReader, head: Head, method: str, cap: int) -> bytes:
    """The body, cut at ``cap`` bytes. Raises Garbled when it ends before it should."""
    if method == "HEAD" or head.status in (204, 304):
        return b""
    if head.fields.get("transfer-encoding", "").lower().endswith("chunked"):
        return await _chunked(reader, cap)
    length = head.fields.get("content-length")
    if length is None:
        return await _some(reader, cap)
    first = length.partition(",")[0].strip()
    if not (first.isascii() and first.isdigit()):
        raise Garbled(f"content-length is no number: {length[:40]!r}")
    wanted = min(int(first), cap)
    body = await _some(reader, wanted)
    if len(body) < wanted:
        raise Garbled(f"the body ended after {len(body)} of {first} bytes")
    return body


async def _some(reader: asyncio.StreamReader, wanted: int) -> bytes:
    """Up to ``wanted`` bytes, fewer only when the stream ends."""
    parts: list[bytes] = []
    while wanted > 0 and (part := await reader.read(min(wanted, 65536))):
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)


async def _chunked(reader: asyncio.StreamReader, cap: int) -> bytes:
    parts: list[bytes] = []
    room = cap
    try:
        while room > 0:
            size = (await reader.readuntil(b"\n")).partition(b";")[0].strip()
            try:
                length = int(size, 16)
            except ValueError as wrong:
                raise Garbled(f"expected the size of a chunk, found {size[:40]!r}") from wrong
            if length <= 0:
                return b"".join(parts)
            part = await reader.readexactly(min(length, room))
            parts.append(part)
            room -= len(part)
            if room > 0:
                await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as ended:
        raise Garbled("the body ended in the middle of a chunk") from ended
    except asyncio.LimitOverrunError as long:
        raise Garbled("the size of a chunk is longer than 64 KiB") from long
    return b"".join(parts)
