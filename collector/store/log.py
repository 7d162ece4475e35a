"""The log: what agents reported and what people decided, appended and never changed, one file per UTC day.

Every entry has a position that grows for ever across the files, and a hash that covers the entry before it, so that
the whole is a chain. Nothing here knows what a batch means.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a position. ``body`` is canonical and uncompressed; for batches the sender is named.

    ``kind`` is ``batch``, ``conflict``, ``config``, ``incident`` or ``correction``; ``at`` the instant of receipt or
    decision. ``agent`` is the agent's number, ``t_min`` and ``t_max`` the first and last instant (ms) of its results
    and ``offset`` what dates them (instant minus boot clock, ms); all 0 for entries that are no batch.
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
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log, as read."""

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
    offset: int
    hash: bytes


class Log:
    """The stream of entries below one folder. One writer (the intake); any number of readers in any thread."""

    def __init__(self, folder: Path) -> None:
        raise NotImplementedError

    def append(self, drafts: Sequence[Draft]) -> int:
        """Append all drafts, or none, and return the position of the last.

        They are on disk (fsync) when this returns. Raises Unavailable when the disk is full or does not answer.
        """
        raise NotImplementedError

    def head(self) -> tuple[int, bytes]:
        """Position and hash of the newest entry; (0, 32 zero bytes) for an empty log."""
        raise NotImplementedError

    def read(self, after: int, until: int | None = None) -> Iterator[Entry]:
        """Entries with after < position <= until, in order; ``until`` None means to the end as it is now."""
        raise NotImplementedError

    def read_batches(self, agent: int, start: int, end: int) -> Iterator[Entry]:
        """The batches of one agent (by number) that hold results dated in [start, end), by position."""
        raise NotImplementedError

    def verify(self) -> int:
        """Recompute the whole chain and return the number of entries. Raises Broken naming the first bad one."""
        raise NotImplementedError

    def close(self) -> None:
        """Close all files. Safe to call twice."""
        raise NotImplementedError
