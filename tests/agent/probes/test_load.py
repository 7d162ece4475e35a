"""Load averages."""

from agent.probes.load import values
from rules.result import Outcome
from tests.agent.probes.conftest import look


def test_load_is_told_relative_to_the_cpus() -> None:
    assert values((8.0, 4.0, 2.0), 4)["load1_per_cpu_ratio"] == 2


def test_this_machine_has_a_load() -> None:
    found = look("load")

    assert found.outcome is Outcome.OK
    assert found.values["load1"] >= 0
