"""Intake: the one thread that writes the log. Takes whatever waits, appends it in one transaction, answers afterwards.

What it decides: is a batch well formed, is it new, does it contradict what is already there. What a result means for
its target is the fold's work.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from collector.fold import Fold
from collector.store.log import Log


@dataclass(frozen=True, slots=True)
class AgentIdentity:
    """Who sends a batch: the agent's id (``a_…``) and its number."""

    id: str
    number: int


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to a batch: the last sequence number now on disk, and the head of the log's chain (hex)."""

    acknowledged: int
    head: str


class Intake:
    """The log's writer. ``now`` tells the instant (ms UTC) for entries that are recorded, not received."""

    def __init__(self, log: Log, fold: Fold, now: Callable[[], int]) -> None:
        raise NotImplementedError

    def start(self) -> None:
        """Start the thread."""

    def stop(self) -> None:
        """Write what waits, then end the thread. Later calls are refused with Unavailable."""

    def submit_batch(self, body: bytes, agent: AgentIdentity, received: int) -> "Future[Ack]":
        """Hand in one uncompressed body, received at that instant (ms UTC). The future ends when it is on disk.

        It raises Invalid (malformed; the message names the byte), Forbidden (the header names another agent),
        Conflicting (a second live process has this identity) or Unavailable (disk full: send it again later). Then
        nothing of the batch was taken. A batch that is there already is acknowledged and not written again.
        """
        raise NotImplementedError

    def record(self, kind: str, payload: Mapping[str, Any]) -> "Future[int]":
        """Append a decision (``config``, ``incident``, ``correction``) as canonical JSON; the position it got.

        May be called from any thread, also from the fold's callbacks.
        """
        raise NotImplementedError
