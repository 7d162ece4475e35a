"""One reading for all who want it, and never twice for one."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from agent.snmp.shared import Shared


class Source:
    """Makes readings 1, 2, 3 … when it is let, and counts them."""

    def __init__(self) -> None:
        self.made = 0
        self.let = asyncio.Event()
        self.trouble: Exception | None = None

    async def read(self, until: float) -> int:
        self.made += 1
        number = self.made
        await self.let.wait()
        if self.trouble is not None:
            raise self.trouble
        return number


def shared(*users: int) -> tuple[Shared[int], Source, Callable[..., Awaitable[int]]]:
    reading: Shared[int] = Shared()
    source = Source()
    for user in users:
        reading.join(user)

    def get(user: int, oldest_s: float = 30.0, within_s: float = 5.0) -> Awaitable[int]:
        until = asyncio.get_running_loop().time() + within_s
        return reading.get(user, oldest_s, until, source.read)

    return reading, source, get


def test_all_who_ask_at_once_get_one_reading() -> None:
    async def run() -> tuple[list[int], int]:
        _, source, get = shared(1, 2, 3)
        asking = asyncio.gather(get(1), get(2), get(3))
        await asyncio.sleep(0)
        source.let.set()
        return list(await asking), source.made

    assert asyncio.run(run()) == ([1, 1, 1], 1)


def test_one_who_asks_soon_after_gets_the_same() -> None:
    async def run() -> list[int]:
        _, source, get = shared(1, 2)
        source.let.set()
        return [await get(1), await get(2)]

    assert asyncio.run(run()) == [1, 1]


def test_nobody_gets_one_reading_twice() -> None:
    async def run() -> list[int]:
        _, source, get = shared(1, 2)
        source.let.set()
        return [await get(1), await get(1), await get(2)]

    assert asyncio.run(run()) == [1, 2, 2]


def test_a_second_look_of_one_check_does_not_join_the_first() -> None:
    async def run() -> list[int]:
        _, source, get = shared(1, 2)
        first = asyncio.ensure_future(get(1))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(get(1))
        await asyncio.sleep(0)
        source.let.set()
        return [await first, await second]

    assert asyncio.run(run()) == [1, 2]


def test_a_reading_too_old_is_made_anew() -> None:
    async def run() -> list[int]:
        _, source, get = shared(1, 2)
        source.let.set()
        return [await get(1), await get(2, oldest_s=0.0)]

    assert asyncio.run(run()) == [1, 2]


def test_trouble_is_told_to_all_and_not_kept() -> None:
    async def run() -> tuple[list[object], int]:
        _, source, get = shared(1, 2)
        source.trouble = ConnectionError("gone")
        source.let.set()
        told = await asyncio.gather(get(1), get(2), return_exceptions=True)
        source.trouble = None
        return list(told), await get(1)

    told, after = asyncio.run(run())

    assert [type(one) for one in told] == [ConnectionError, ConnectionError]
    assert after == 2


def test_who_has_no_time_left_goes_without() -> None:
    async def run() -> tuple[int, bool]:
        _, source, get = shared(1, 2)
        patient = asyncio.ensure_future(get(1))
        await asyncio.sleep(0)
        try:
            await get(2, within_s=0.01)
            late = False
        except TimeoutError:
            late = True
        source.let.set()
        return await patient, late

    assert asyncio.run(run()) == (1, True)


def test_one_whose_look_is_ended_does_not_end_it_for_others() -> None:
    async def run() -> int:
        _, source, get = shared(1, 2)
        first, second = asyncio.ensure_future(get(1)), asyncio.ensure_future(get(2))
        await asyncio.sleep(0)
        first.cancel()
        source.let.set()
        return await second

    assert asyncio.run(run()) == 1


def test_the_last_one_to_leave_ends_what_is_under_way() -> None:
    async def run() -> None:
        reading, _, get = shared(1, 2)
        asking = asyncio.ensure_future(get(1))
        await asyncio.sleep(0)
        reading.leave(1)
        reading.leave(2)
        await asking

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run())


def test_who_joins_when_the_last_one_has_just_left_gets_a_reading() -> None:
    async def run() -> int:
        reading, source, get = shared(1)
        left = asyncio.ensure_future(get(1))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        reading.leave(1)
        reading.join(2)
        joined = asyncio.ensure_future(get(2))
        await asyncio.gather(left, return_exceptions=True)
        source.let.set()
        return await joined

    assert asyncio.run(run()) == 2


@pytest.mark.parametrize("users", [(1,), (1, 2)])
def test_what_all_have_taken_is_not_kept(users: tuple[int, ...]) -> None:
    async def run() -> bool:
        reading, source, get = shared(*users)
        source.let.set()
        for user in users:
            await get(user)
        return reading.empty

    assert asyncio.run(run())
