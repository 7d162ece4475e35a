"""Fixtures for the collector's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.rooms import Rooms
from tests.collector.rooms import rooms as open_rooms


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Rooms]:
    with open_rooms(tmp_path) as found:
        yield found
