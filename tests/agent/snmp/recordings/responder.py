"""Runs snmpsim's responder with its index in memory: ``python responder.py OPTIONS``, the options being snmpsim's own.

snmpsim keeps the index of a recording in a dbm file. Where Python has no better one than ``dbm.dumb``, the index of all
recordings takes 7 s of CPU and 150 MB of files; a dictionary takes one second. The process ends with its standard
input, so that it does not outlive tests that were killed.
"""

# Loaded here, while everything can be read: the interpreter's own folder may be closed to the user snmpsim becomes.
import encodings.idna
import encodings.latin_1
import os
import sys
import threading

from snmpsim.commands.responder import main
from snmpsim.record.search import database

PRELOADED = (encodings.idna, encodings.latin_1)


class _Index(dict[str, bytes]):
    """What snmpsim asks of a dbm: texts go in, bytes come out."""

    def __setitem__(self, key: str, value: str | bytes) -> None:
        super().__setitem__(key, value.encode() if isinstance(value, str) else value)

    def close(self) -> None:
        """Nothing is open."""


class _Memory:
    """Stands where snmpsim has the module ``dbm``."""

    def __init__(self) -> None:
        self._indexes: dict[str, _Index] = {}

    def open(self, path: str, flags: str = "r") -> _Index:
        if flags.startswith("n"):
            self._indexes[path] = _Index()
        return self._indexes[path]

    def whichdb(self, path: str) -> str:
        return "memory" if path in self._indexes else ""


def _end_with_parent() -> None:
    """Waits for the end of the input, which the parent holds open, and ends the process."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    database.dbm = database.whichdb = _Memory()
    sys.exit(main())
