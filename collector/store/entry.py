"""What an entry of the log is, and how it hangs on the one before. The canonical form is fixed here for good."""

import hashlib
from dataclasses import dataclass

BEGINNING = bytes(32)
"""The hash before the first entry."""

KINDS = ("batch", "conflict", "config", "incident", "correction", "trap", "complaint", "report")
"""Kinds of entry by their code in the files. Only ever added to, at the end."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a position. ``body`` is canonical and uncompressed; for batches the sender is named.

    ``kind`` is one of KINDS; ``at`` the instant of receipt or decision. ``agent`` is the agent's number, ``t_min`` and
    ``t_max`` the first and last instant (ms) of its results and ``dating`` what was added to its boot clock to get
    them; all 0 for entries that are no batch.
    """

    kind: str
    at: int
    body: bytes
    agent: int = 0
    boot: str = ""
    first_seq: int = 0
    last_seq: int = 0
    t_min: int = 0
    t_max: int = 0
    dating: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, as read. ``hash`` covers it and, through the hash before, all entries before it."""

    position: int
    kind: str
    at: int
    body: bytes
    agent: int
    boot: str
    first_seq: int
    last_seq: int
    t_min: int
    t_max: int
    dating: int
    hash: bytes


def chained(before: bytes, position: int, entry: Draft | Entry) -> bytes:
    """SHA-256 over the hash before, the entry's head as one line of text, and its uncompressed body."""
    head = (
        f"{position} {entry.kind} {entry.at} {entry.agent} {entry.boot} {entry.first_seq} {entry.last_seq}"
        f" {entry.t_min} {entry.t_max} {entry.dating} {len(entry.body)}\n"
    )
    digest = hashlib.sha256(before)
    digest.update(head.encode())
    digest.update(entry.body)
    return digest.digest()
