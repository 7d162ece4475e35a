"""When requests are due, without a timer for each: all that fall into one sixty-fourth of a second are due together.

Pure: told the time, holds numbers only. What was answered meanwhile stays in its step until that passes.
"""

from collections.abc import Iterator
from heapq import heappop, heappush

_STEPS_A_SECOND = 64


class Deadlines:
    """Numbers by the moment they are due (seconds of any one clock)."""

    __slots__ = ("_numbers", "_steps")

    def __init__(self) -> None:
        self._numbers: dict[int, list[int]] = {}
        self._steps: list[int] = []

    def add(self, number: int, at: float) -> bool:
        """Note a number; whether it is now the first to be due. It is due up to a step late, never early."""
        step = int(at * _STEPS_A_SECOND) + 1
        numbers = self._numbers.get(step)
        if numbers is not None:
            numbers.append(number)
            return False
        self._numbers[step] = [number]
        heappush(self._steps, step)
        return self._steps[0] == step

    def next(self) -> float | None:
        """When the first are due, None without any."""
        return self._steps[0] / _STEPS_A_SECOND if self._steps else None

    def due(self, now: float) -> Iterator[int]:
        """Take out all that are due."""
        while self._steps and self._steps[0] <= now * _STEPS_A_SECOND:
            yield from self._numbers.pop(heappop(self._steps))
