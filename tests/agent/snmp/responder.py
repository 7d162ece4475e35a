"""A device made of a function: it is given each question, and says what goes back, if anything."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

from tests.agent.snmp.wire import Question, question

_SO_RCVBUFFORCE = 33
Behaviour = Callable[[Question], bytes | Iterable[bytes] | None]


class Responder(asyncio.DatagramProtocol):
    """``asked`` are all questions that came, in order; ``at`` when, by the loop's clock."""

    def __init__(self, behave: Behaviour) -> None:
        self.behave = behave
        self.asked: list[Question] = []
        self.at: list[float] = []
        self.senders: list[tuple[Any, ...]] = []
        self.address = ""
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        sock = transport.get_extra_info("socket")
        with suppress(PermissionError):
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 4 << 20)
        self.address, self.port = transport.get_extra_info("sockname")[:2]

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        asked = question(data)
        self.asked.append(asked)
        self.at.append(asyncio.get_running_loop().time())
        self.senders.append(addr)
        given = self.behave(asked)
        if given is not None:
            self.send(*([given] if isinstance(given, bytes) else given), to=addr)

    def send(self, *datagrams: bytes, to: tuple[Any, ...] | None = None) -> None:
        """Send these to whoever asked last, or to ``to``."""
        for datagram in datagrams:
            self._transport.sendto(datagram, to or self.senders[-1])


@asynccontextmanager
async def responder(behave: Behaviour, address: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Responder]:
    """A device on a free port of that address, until the block ends."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    loop = asyncio.get_running_loop()
    transport, device = await loop.create_datagram_endpoint(
        lambda: Responder(behave), local_addr=(address, port), family=family
    )
    try:
        yield device
    finally:
        transport.close()
