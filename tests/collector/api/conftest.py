"""Fixtures for the tests of the doors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.api.asking import Door
from tests.collector.api.asking import door as open_door


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as found:
        yield found
