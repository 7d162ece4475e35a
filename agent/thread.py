"""Blocking work beside the event loop, in threads that nobody waits for at exit."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], name: str = "work") -> T:
    """The answer of ``work()``, or its exception, from a daemon thread of its own.

    A statvfs on a dead network file system never returns, and the threads of a pool would then hold up the end of the
    program; a daemon thread does not. Whoever awaits this may give up; the thread runs on alone and its answer is
    dropped.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Any] = loop.create_future()

    def settle(value: T | None, trouble: Exception | None) -> None:
        if answer.done():
            return
        if trouble is not None:
            answer.set_exception(trouble)
        else:
            answer.set_result(value)

    def run() -> None:
        value: T | None = None
        trouble: Exception | None = None
        try:
            value = work()
        except Exception as caught:
            trouble = caught
        with suppress(RuntimeError):  # the loop is closed: nobody is left to hear the answer
            loop.call_soon_threadsafe(settle, value, trouble)

    threading.Thread(target=run, name=name, daemon=True).start()
    result: T = await answer
    return result
