"""CPU time between two looks."""

from agent.probes.cpu import limit_cpus, shares, throttled_us
from rules.result import Outcome
from tests.agent.probes.conftest import looks

BEFORE = {"user": 100.0, "nice": 0.0, "system": 50.0, "idle": 800.0, "iowait": 20.0, "steal": 5.0}


def after(**steps: float) -> dict[str, float]:
    return {**BEFORE, **{name: BEFORE.get(name, 0) + step for name, step in steps.items()}}


def test_own_work_is_neither_idle_nor_waiting_nor_stolen() -> None:
    found = shares(BEFORE, after(user=20, system=10, idle=50, iowait=10, steal=10))

    assert found == {
        "busy_ratio": 0.3,
        "user_ratio": 0.2,
        "system_ratio": 0.1,
        "iowait_ratio": 0.1,
        "steal_ratio": 0.1,
    }


def test_guest_time_is_not_counted_twice() -> None:
    assert shares(BEFORE, after(user=50, idle=50, guest=50))["busy_ratio"] == 0.5


def test_a_clock_that_runs_backwards_counts_as_standing() -> None:
    assert shares(BEFORE, after(user=50, idle=50, iowait=-10))["busy_ratio"] == 0.5


def test_no_time_gone_by_is_no_reading() -> None:
    assert shares(BEFORE, BEFORE) == {}


def test_the_limit_of_a_control_group() -> None:
    assert limit_cpus("150000 100000\n") == 1.5
    assert limit_cpus("max 100000\n") is None


def test_time_held_back_by_the_limit() -> None:
    assert throttled_us("usage_usec 5\nnr_throttled 2\nthrottled_usec 7000\n") == 7000


def test_the_first_look_is_already_measured_over_some_time() -> None:
    found = looks("cpu", times=1)[0]

    assert found.outcome is Outcome.OK
    assert 0 <= found.values["busy_ratio"] <= 1
    assert sum(found.values[f"{part}_ratio"] for part in ("busy", "iowait", "steal")) <= 1.001
