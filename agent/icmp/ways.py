"""Ways out: one socket has 65,536 sequence numbers; where they are not enough there are several ping sockets, or one
raw socket under several identifiers."""

import logging
import socket

from agent.icmp.packet import Template
from agent.icmp.slots import SEQUENCES
from agent.icmp.sockets import Forbidden, Opened, open_socket

log = logging.getLogger("nineward.agent.icmp")

_MOST = 16


class Ways:
    """The ways of one family, and the requests that leave by them."""

    __slots__ = ("_family", "_nonce", "_opened", "_templates", "bases", "raw", "summed")

    def __init__(self, family: int, nonce: bytes) -> None:
        """Raises sockets.Forbidden when the machine allows no ICMP, OSError when it has no such family."""
        self._family = family
        self._nonce = nonce
        first = open_socket(family)
        self.raw = first.raw
        """Whether these are raw, because the kernel's ping socket is not allowed here."""
        self.summed = first.raw and family == 4
        """Whether checksums are ours to make and to check."""
        self._opened: list[Opened] = []
        self.bases: dict[int, int] = {}
        """The first slot of each way, by its identifier as it lies on the wire."""
        self._templates: dict[tuple[int, int], Template] = {}
        self._add(first)

    def sock(self, way: int) -> socket.socket:
        """The socket by which that way leaves."""
        return self._opened[way].sock

    def more(self) -> socket.socket | None:
        """One more way; its socket, or None when there can be no more."""
        if len(self._opened) >= _MOST:
            return None
        if self.raw:
            first = self._opened[0]
            identifier = first.identifier
            while socket.htons(identifier) in self.bases:
                identifier = identifier % 0xFFFF + 1
            return self._add(Opened(first.sock, self._family, True, identifier))
        try:
            return self._add(open_socket(self._family))
        except (OSError, Forbidden) as trouble:
            log.warning("requests=%d no further socket for more: %s", len(self._opened) * SEQUENCES, trouble)
            return None

    def template(self, way: int, size: int) -> Template:
        """The requests of that way with so many bytes of payload."""
        found = self._templates.get((way, size))
        if found is None:
            identifier = self._opened[way].identifier
            found = Template(self._family, identifier, self._nonce, size, summed=self.summed)
            self._templates[way, size] = found
        return found

    def _add(self, way: Opened) -> socket.socket:
        self.bases[socket.htons(way.identifier)] = len(self._opened) * SEQUENCES
        self._opened.append(way)
        return way.sock
