"""Fixtures for the tests of the doors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.app import House, open_house
from collector.client import Client
from collector.local_socket import SOCKET
from collector.serve import serving
from collector.settings import load
from tests.collector.api.asking import Door
from tests.collector.api.asking import door as open_door
from tests.collector.watched import house_watched


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with open_door(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house behind its local socket, in which core-1 was watched for two hours."""
    folder = tmp_path_factory.mktemp("house")
    (folder / "nineward.toml").write_text(f'key = "{folder / "key"}"\n', encoding="utf-8")
    with open_house(load(folder)) as made, serving(made):
        house_watched(made, "core-1")
        yield made


@pytest.fixture
def client(house: House) -> Iterator[Client]:
    found = Client(socket_path=house.settings.data / SOCKET)
    yield found
    found.close()
