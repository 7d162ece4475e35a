"""Work in threads of its own."""

import asyncio
import threading

import pytest

from agent.thread import in_thread


def test_the_answer_comes_back() -> None:
    assert asyncio.run(in_thread(lambda: 42)) == 42


def test_so_does_an_exception() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_thread(lambda: 1 // 0))


def test_the_program_ends_without_waiting_for_work_that_hangs() -> None:
    release = threading.Event()

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(in_thread(lambda: release.wait(30)), 0.01)

    asyncio.run(give_up())
    assert not release.is_set()
    release.set()
