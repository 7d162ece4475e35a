"""Reading ahead: what an iterator gives is made in another thread while the one before it is being used."""

import queue
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

DEPTH = 2
"""How many may lie ready: more would only cost memory."""

_PAUSE_S = 0.1


@dataclass(frozen=True, slots=True)
class _Failed:
    trouble: BaseException


class _End:
    """What follows the last."""


def ahead(source: Iterator[T], depth: int = DEPTH) -> Generator[T, None, None]:
    """The same things in the same order, each begun before it is asked for; an exception comes in its turn.

    Closing it ends the thread and closes ``source``, which is used by that thread alone.
    """
    ready: queue.Queue[T | _Failed | _End] = queue.Queue(depth)
    unwanted = threading.Event()

    def put(one: T | _Failed | _End) -> None:
        while not unwanted.is_set():
            try:
                ready.put(one, timeout=_PAUSE_S)
            except queue.Full:
                continue
            return

    def work() -> None:
        try:
            for one in source:
                put(one)
                if unwanted.is_set():
                    break
            put(_End())
        except BaseException as trouble:
            put(_Failed(trouble))
        finally:
            close = getattr(source, "close", None)
            if close is not None:
                close()

    worker = threading.Thread(target=work, name="reading ahead", daemon=True)
    worker.start()
    try:
        while not isinstance(one := ready.get(), _End):
            if isinstance(one, _Failed):
                raise one.trouble
            yield one
    finally:
        unwanted.set()
        worker.join()
