"""A hard limit to a request over HTTP: when its time is over its connection is shut down, whatever the server sends.

The time limit of a socket holds for one read. A server that sends a byte now and then, of the headers or of the body,
never meets it.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool


@dataclass(slots=True, eq=False)
class Term:
    """The time of one request. ``over``: it has passed, so what was read since is no whole answer even where it ended
    as one."""

    over: bool = False


class Watch:
    """Looks after the connections of one session, which one thread at a time uses."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._term: Term | None = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[Term]:
        """What the session does in the block has this long; then its connections are shut down.

        A connection that is still being made is shut down as soon as it stands: until then its own time limit holds.
        """
        term = Term()
        timer = threading.Timer(seconds, self._end, (term,))
        timer.daemon = True
        with self._lock:
            self._term = term
        timer.start()
        try:
            yield term
        finally:
            timer.cancel()
            with self._lock:
                self._term = None

    def take(self, made: socket.socket) -> None:
        """Look after a connection that was made."""
        with self._lock:
            self._sockets.add(made)
            if self._term is not None and self._term.over:
                _shut(made)

    def _end(self, term: Term) -> None:
        with self._lock:
            if self._term is not term:
                return
            term.over = True
            for each in self._sockets:
                _shut(each)


class WatchedAdapter(HTTPAdapter):
    """The transport of a session whose connections a watch looks after."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        """Called by the base class when it is made."""
        super().init_poolmanager(connections, maxsize, block, **pool_kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._watch)


def _pools(watch: Watch) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watch.take(self.sock)

    class Secured(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            watch.take(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecuredPool(HTTPSConnectionPool):
        ConnectionCls = Secured

    return {"http": PlainPool, "https": SecuredPool}


def _shut(connection: socket.socket) -> None:
    # Not the method of a TLS socket: that takes the TLS layer from under the thread that reads through it.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
