"""Memory by what is available."""

from agent.probes.memory import counters, rates, usage, working_set
from rules.result import Outcome
from tests.agent.probes.conftest import looks

GIB = 1 << 30


def test_what_counts_is_what_is_available() -> None:
    assert usage(8 * GIB, 2 * GIB) == {"total_bytes": 8 * GIB, "available_bytes": 2 * GIB, "used_ratio": 0.75}


def test_a_smaller_limit_of_a_control_group_counts() -> None:
    found = usage(8 * GIB, 6 * GIB, limit=GIB, working_set=GIB // 4)

    assert (found["total_bytes"], found["used_ratio"]) == (GIB, 0.25)


def test_a_limit_above_the_hosts_memory_is_none() -> None:
    assert usage(8 * GIB, 2 * GIB, limit=16 * GIB)["used_ratio"] == 0.75


def test_inactive_file_cache_is_not_held() -> None:
    assert working_set(1000, "anon 500\ninactive_file 300\n") == 700


def test_counters_are_picked_from_vmstat() -> None:
    found = counters("nr_free_pages 5\npswpin 1\npswpout 2\npgmajfault 3\noom_kill 4\n")

    assert found == {"pswpin": 1, "pswpout": 2, "pgmajfault": 3, "oom_kill": 4}


def test_rates_are_movement_over_time() -> None:
    found = rates(
        {"pgmajfault": 100, "oom_kill": 1, "stalled_us": 0}, {"pgmajfault": 200, "oom_kill": 3, "stalled_us": 10**6}, 10
    )

    assert found == {"major_faults_s": 10, "oom_kills": 2, "pressure_ratio": 0.1}


def test_counters_that_began_anew_are_left_out() -> None:
    assert rates({"pswpin": 100, "oom_kill": 9}, {"pswpin": 5, "oom_kill": 0}, 10) == {}


def test_this_machine_has_memory() -> None:
    first, second = looks("memory", pause_s=0.6)

    assert first.outcome is Outcome.OK
    assert 0 < first.values["used_ratio"] < 1
    assert "major_faults_s" not in first.values
    assert second.values["major_faults_s"] >= 0
