"""A value that changed over time: what was in force at an instant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Revisions (instant from which it holds in ms UTC, or None for "from the beginning", and value), oldest first."""

    revisions: tuple[tuple[int | None, T], ...]

    @classmethod
    def always(cls, value: T) -> "Dated[T]":
        """The value that never changed."""
        return cls(((None, value),))

    @classmethod
    def of(cls, revisions: Iterable[tuple[int | None, T]]) -> "Dated[T]":
        """From revisions in any order."""
        return cls(tuple(sorted(revisions, key=lambda entry: (entry[0] is not None, entry[0] or 0))))

    def at(self, instant: int) -> T | None:
        """What was in force at ``instant``; None before the first revision."""
        found = None
        for since, value in self.revisions:
            if since is not None and since > instant:
                break
            found = value
        return found

    def stretches(self, start: int, end: int) -> Iterator[tuple[int, int, T]]:
        """(from, to, value) for each revision in force inside [start, end), clipped to it."""
        for index, (since, value) in enumerate(self.revisions):
            begin = start if since is None else max(start, since)
            following = self.revisions[index + 1][0] if index + 1 < len(self.revisions) else None
            finish = end if following is None else min(end, following)
            if begin < finish:
                yield begin, finish, value
