"""One reading for all who want it: several checks of one device look at it once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_GRACE_S = 0.25
"""A reading ends in time by itself, and then tells why it brought nothing; this is for one that others began."""


class Shared(Generic[T]):
    """A reading that is made once and handed to each user once.

    A user that looks again gets a reading made anew: one reading given twice to one check would confirm a fault by
    itself. What every user has taken is dropped, and a reading that nobody shares is never kept.
    """

    __slots__ = ("_flight", "_reading", "_taken", "_users")

    def __init__(self) -> None:
        # One or two of them, for each of thousands of devices: a tuple is a quarter of a set.
        self._users: tuple[int, ...] = ()
        self._taken: tuple[int, ...] = ()
        self._reading: tuple[float, T] | None = None
        self._flight: asyncio.Task[T] | None = None

    @property
    def empty(self) -> bool:
        """Whether no reading is kept for anybody."""
        return self._reading is None

    def join(self, user: int) -> None:
        """From now on this user is one of those who share."""
        self._users = _with(self._users, user)

    def leave(self, user: int) -> None:
        """This user wants no reading any more; the last one ends what is under way."""
        self._users = tuple(one for one in self._users if one != user)
        if not self._users:
            self._reading = None
            if self._flight is not None:
                self._flight.cancel()
                self._flight = None  # who comes before it has ended must not wait for it
        else:
            self._drop_what_all_have()

    async def get(self, user: int, oldest_s: float, until: float, read: Callable[[float], Awaitable[T]]) -> T:
        """A reading begun at most ``oldest_s`` seconds ago that this user has not had yet.

        ``read(until)`` makes one, and what it raises is raised here, for all who wait for it. Raises TimeoutError when
        none has come shortly after ``until`` (the loop's clock).
        """
        loop = asyncio.get_running_loop()
        while True:
            kept, flight = self._reading, self._flight
            if kept is not None and user not in self._taken and loop.time() - kept[0] <= oldest_s:
                self._taken = _with(self._taken, user)
                self._drop_what_all_have()
                return kept[1]
            if flight is None:
                flight = self._begin(user, until, read)
            elif user in self._taken:
                # Under way for an earlier look of this very user, which has not answered yet.
                async with asyncio.timeout_at(until + _GRACE_S):
                    await asyncio.wait((flight,))
                continue
            else:
                self._taken = _with(self._taken, user)
            async with asyncio.timeout_at(until + _GRACE_S):
                return await asyncio.shield(flight)

    def _begin(self, user: int, until: float, read: Callable[[float], Awaitable[T]]) -> "asyncio.Task[T]":
        self._taken = (user,)
        self._reading = None
        flight = self._flight = asyncio.get_running_loop().create_task(self._fly(until, read))
        # A flight whose users have all gone tells nobody what became of it.
        flight.add_done_callback(lambda done: done.cancelled() or done.exception())
        return flight

    async def _fly(self, until: float, read: Callable[[float], Awaitable[T]]) -> T:
        begun_s = asyncio.get_running_loop().time()
        try:
            reading = await read(until)
        finally:
            if self._flight is asyncio.current_task():
                self._flight = None
        self._reading = (begun_s, reading)
        self._drop_what_all_have()
        return reading

    def _drop_what_all_have(self) -> None:
        if self._flight is None and all(user in self._taken for user in self._users):
            self._reading = None


def _with(users: tuple[int, ...], user: int) -> tuple[int, ...]:
    return users if user in users else (*users, user)
