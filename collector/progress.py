"""Progress: how far long work is, for whoever waits for it and asks."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from collector.refold import Progress


@dataclass(frozen=True, slots=True)
class Standing:
    """One piece of work under way: its name, how much is done, and of how much (0: not known yet)."""

    work: str
    done: int
    whole: int


class Board:
    """What long work is under way. Used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standing: dict[int, Standing] = {}
        self._number = 0

    @contextlib.contextmanager
    def work(self, name: str) -> Iterator[Progress]:
        """Gives a function that is told how far the work is; when the block ends the work is off the board."""
        with self._lock:
            self._number += 1
            number = self._number

        def tell(done: int, whole: int) -> None:
            with self._lock:
                self._standing[number] = Standing(name, done, whole)

        tell(0, 0)
        try:
            yield tell
        finally:
            with self._lock:
                del self._standing[number]

    def standing(self) -> list[Standing]:
        """All work under way, in the order in which it was begun."""
        with self._lock:
            return [self._standing[number] for number in sorted(self._standing)]
