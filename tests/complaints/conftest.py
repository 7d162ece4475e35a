"""The doors that complaints are brought to."""

from pathlib import Path

import pytest

from tests.complaints.door import Replay


@pytest.fixture
def replay(tmp_path: Path) -> Replay:
    return Replay(tmp_path)
