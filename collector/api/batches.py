"""``POST /api/v1/batches``: the door agents come through. A bare ASGI application, because it is the busiest one.

Status: 200 on disk; 400 malformed (with the byte); 401 no or unknown token; 403 another agent's batch; 405; 409 a
clone; 413 over a limit; 415 an unknown encoding; 503 not now (disk full, stopping) with Retry-After.
"""

import asyncio
import contextlib
import json
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

import zstandard

from collector.intake import Ack, AgentIdentity
from rules.errors import Invalid, NinewardError, TooLarge, Unauthenticated

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MOST_BYTES = 16 << 20
"""Bytes of a request's body as sent."""

MOST_UNPACKED = 128 << 20
"""Bytes of a body after decompression: what a small body can be made to unfold to."""

RETRY_S = 10
_PIECE = 1 << 20

_ENCODINGS = (b"", b"identity", b"deflate", b"zstd")


class Taker(Protocol):
    """What the door needs of the intake."""

    def submit_batch(self, body: bytes, agent: AgentIdentity, received: int) -> Any:
        """See ``Intake.submit_batch``."""


class BatchesDoor:
    """``identify`` tells whose token it is, None for nobody's; ``now`` the instant in ms UTC."""

    def __init__(self, intake: Taker, identify: Callable[[str], AgentIdentity | None], now: Callable[[], int]) -> None:
        self._intake = intake
        self._identify = identify
        self._now = now

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            ack = await self._take(scope, receive)
        except NinewardError as trouble:
            await _refuse(send, scope, trouble)
        else:
            if ack is not None:
                body = b'{"acknowledged":%d,"head":"%b"}' % (ack.acknowledged, ack.head.encode())
                await _answer(send, 200, b"application/json", body)

    async def _take(self, scope: Message, receive: Receive) -> Ack | None:
        encoding = authorisation = b""
        length = 0
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorisation = value
            elif name == b"content-encoding":
                encoding = value.strip().lower()
            elif name == b"content-length":
                length = int(value) if value.isdigit() else 0
        agent = self._agent(authorisation)
        if scope["method"] != "POST":
            raise _NotAllowed("Batches are sent with POST.")
        if encoding not in _ENCODINGS:
            raise _UnknownEncoding(f"Content-Encoding {encoding.decode(errors='replace')!r}: deflate, zstd or none.")
        if length > MOST_BYTES:
            raise TooLarge(f"A batch may have {MOST_BYTES} bytes as sent, this one has {length}. Split it.")
        sent = await _body(receive)
        if sent is None:
            return None
        received = self._now()
        answer = self._intake.submit_batch(_unpacked(sent, encoding), agent, received)
        ack: Ack = await asyncio.wrap_future(answer)
        return ack

    def _agent(self, authorisation: bytes) -> AgentIdentity:
        scheme, _, token = authorisation.partition(b" ")
        agent = self._identify(token.strip().decode("latin-1")) if scheme.lower() == b"bearer" and token else None
        if agent is None:
            raise Unauthenticated("This needs an agent's token that is in force (Authorization: Bearer …).")
        return agent


class _NotAllowed(Invalid):
    status = 405


class _UnknownEncoding(Invalid):
    status = 415


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when the sender went away before its end."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > MOST_BYTES:
            raise TooLarge(f"A batch may have {MOST_BYTES} bytes as sent, this one has more. Split it.")
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _unpacked(sent: bytes, encoding: bytes) -> bytes:
    if encoding == b"deflate":
        unpacker = zlib.decompressobj()
        try:
            body = unpacker.decompress(sent, MOST_UNPACKED)
        except zlib.error as trouble:
            raise Invalid(f"byte 0: the body is not deflate: {trouble}") from trouble
        if unpacker.unconsumed_tail:
            raise TooLarge(f"A batch may unfold to {MOST_UNPACKED} bytes, this one has more. Split it.")
        if not unpacker.eof or unpacker.unused_data:
            raise Invalid(
                f"byte {len(sent) - len(unpacker.unused_data)}: the deflate stream does not end where it should"
            )
        return body
    if encoding == b"zstd":
        try:
            size = zstandard.frame_content_size(sent)
            if size > MOST_UNPACKED:
                raise TooLarge(f"A batch may unfold to {MOST_UNPACKED} bytes, this one to {size}. Split it.")
            return zstandard.ZstdDecompressor().decompress(sent, MOST_UNPACKED, allow_extra_data=False)
        except zstandard.ZstdError as trouble:
            # A frame need not tell its size, and the one that is too long fails like the one that is broken.
            if _length(sent) > MOST_UNPACKED:
                raise TooLarge(
                    f"A batch may unfold to {MOST_UNPACKED} bytes, this one has more. Split it."
                ) from trouble
            raise Invalid(f"byte 0: the body is not one zstd frame: {trouble}") from trouble
    return sent


def _length(frame: bytes) -> int:
    """How many bytes come out of a zstd frame before it breaks; beyond MOST_UNPACKED nobody counts."""
    length = 0
    with zstandard.ZstdDecompressor().stream_reader(frame) as reader, contextlib.suppress(zstandard.ZstdError):
        while length <= MOST_UNPACKED and (piece := reader.read(_PIECE)):
            length += len(piece)
    return length


async def _refuse(send: Send, scope: Message, trouble: NinewardError) -> None:
    problem = {
        "type": "about:blank",
        "title": type(trouble).__name__.lstrip("_"),
        "status": trouble.status,
        "detail": str(trouble),
        "instance": scope.get("path", ""),
    }
    headers = []
    if trouble.status == 503:
        headers.append((b"retry-after", str(RETRY_S).encode()))
    if trouble.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    body = json.dumps(problem).encode()
    await _answer(send, trouble.status, b"application/problem+json", body, headers)


async def _answer(
    send: Send, status: int, kind: bytes, body: bytes, more: "list[tuple[bytes, bytes]] | tuple[()]" = ()
) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
