"""The collector's own Unix socket: where it lies in a data folder, and how to listen there and to connect.

A path of unix(7) holds 107 bytes. A longer one is reached by way of a handle of its folder.
"""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

SOCKET = "collector.sock"
"""The socket's name in the data folder."""

_LONGEST_PATH = 107  # sun_path, less the closing zero
_BACKLOG = 2048


def listen(data: Path) -> socket.socket:
    """The listening socket of a data folder, for this user alone. One that lies there from before is replaced."""
    path = data / SOCKET
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with _short(path) as name:
            listener.bind(name)
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(_BACKLOG)
    return listener


def connect(path: Path, timeout: float | None) -> socket.socket:
    """A connection to the socket at ``path``. Raises OSError."""
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    found.settimeout(timeout)
    try:
        with _short(path) as name:
            found.connect(name)
    except OSError:
        found.close()
        raise
    return found


@contextlib.contextmanager
def _short(path: Path) -> Iterator[str]:
    """A name for ``path`` that fits, as long as the block runs."""
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
