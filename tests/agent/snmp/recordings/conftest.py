"""What tests over recordings share: each recording by name, and how much of the large ones is walked."""

import os
import shutil

import pytest

from tests.agent.snmp.recordings.recording import names

WHOLE = os.environ.get("RECORDINGS") == "whole"
"""``make test-recordings`` walks everything by all three engines; otherwise net-snmp and pysnmp stop earlier."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``name`` runs for every recording; without recordings it is skipped by name."""
    if "name" in metafunc.fixturenames and not any(
        "name" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")
    ):
        none = pytest.param("", marks=pytest.mark.skip("the SNMP recordings are not beside the project"))
        metafunc.parametrize("name", names() or [none])


@pytest.fixture
def net_snmp() -> None:
    """Skips where net-snmp's tools are not installed."""
    if shutil.which("snmpbulkwalk") is None:
        pytest.skip("snmpbulkwalk is not installed")
