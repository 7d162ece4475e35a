"""A report that says other than its log: as one would that a faulty, or dishonest, release issued."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from collector.reports import archive, making


@contextmanager
def told_otherwise(monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], object]) -> Iterator[None]:
    """Within, reports are issued whose data was changed before it was sealed."""

    def make(*given: Any) -> dict[str, Any]:
        data = making.make(*given)
        change(data)
        return data

    with monkeypatch.context() as patch:
        patch.setattr(archive, "make", make)
        yield
