"""Reading ahead gives the same things in the same order, and its thread ends with its reader."""

import threading
from collections.abc import Iterator

import pytest

from collector.ahead import DEPTH, ahead


def counted(upto: int, made: list[int], closed: threading.Event) -> Iterator[int]:
    try:
        for number in range(upto):
            made.append(number)
            yield number
    finally:
        closed.set()


def test_everything_comes_in_order() -> None:
    assert list(ahead(counted(100, [], threading.Event()))) == list(range(100))


def test_no_more_is_made_than_may_lie_ready() -> None:
    made: list[int] = []
    reader = ahead(counted(100, made, threading.Event()))

    assert next(reader) == 0
    assert len(made) <= DEPTH + 3
    reader.close()


def test_closing_it_closes_the_source() -> None:
    closed = threading.Event()
    reader = ahead(counted(100, [], closed))
    next(reader)

    reader.close()

    assert closed.is_set()


def test_what_goes_wrong_comes_in_its_turn() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ValueError("torn")

    reader = ahead(broken())

    assert next(reader) == 1
    with pytest.raises(ValueError, match="torn"):
        next(reader)
