"""Fold: the one thread that turns log entries into state, in their order, one transaction per cycle."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rules.parameters import CheckParameters

from collector.live import Live
from collector.store.log import Log
from collector.store.state import State


@dataclass(frozen=True, slots=True)
class Terms:
    """What the fold must know of a check: whose it is and how it is confirmed. None where a check is retired."""

    target: str
    parameters: CheckParameters


@dataclass(frozen=True, slots=True)
class Change:
    """A confirmed change of one check as one agent sees it.

    ``state`` holds since ``since``; the edge lies in ``bracket`` (either end None where nothing bounds it), was
    ``detected`` by the sample at that instant. Instants in ms UTC. ``target`` is the target's id.
    """

    handle: int
    agent: int
    target: str
    state: str
    since: int
    bracket: tuple[int | None, int | None]
    detected: int


Applier = Callable[[sqlite3.Connection, int, int, Mapping[str, Any]], set[int]]
"""(tx, position, at, payload) -> handles of the checks whose terms changed. Deterministic and idempotent."""

AfterCommit = Callable[[Mapping[str, int], Sequence[Change]], None]
"""(earliest changed instant by target id, confirmed changes). Called in the fold's thread, after the commit."""


class Fold:
    """Consumes the log. ``terms`` answers, inside a transaction, the terms of the checks with the given handles."""

    def __init__(
        self,
        log: Log,
        state: State,
        live: Live,
        terms: Callable[[sqlite3.Connection, Iterable[int]], Mapping[int, Terms | None]],
    ) -> None:
        raise NotImplementedError

    appliers: dict[str, Applier]
    after_commit: list[AfterCommit]

    def start(self) -> None:
        """Bring the live table to the state's position (silently), then start the thread."""

    def stop(self) -> None:
        """Finish the running cycle, write a checkpoint, end the thread."""

    def step(self) -> bool:
        """Fold what the log holds beyond ``position``, one cycle, in the calling thread; False when there is none."""
        raise NotImplementedError

    @property
    def position(self) -> int:
        """The log position the state reflects."""
        raise NotImplementedError

    def wait_for(self, position: int, timeout: float = 10.0) -> bool:
        """Wait until the state reflects ``position``; False when ``timeout`` seconds were not enough."""
        raise NotImplementedError

    def caught_up(self) -> bool:
        """Whether every entry of the log is folded."""
        raise NotImplementedError
