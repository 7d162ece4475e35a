"""Counterparts that tests of several rooms of the agent talk to."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.snmp.recordings.simulator import Recordings, simulated


@pytest.fixture(scope="session")
def recordings() -> Iterator[Recordings]:
    """Every recorded device, answering on loopback. One simulator for all tests of a worker, started at first use."""
    with tempfile.TemporaryDirectory(prefix="recordings-") as made:
        folder = Path(made)
        if os.getuid() == 0:
            # The simulator gives up being root, and writes here.
            folder.chmod(0o777)
        with simulated(folder) as devices:
            yield devices
