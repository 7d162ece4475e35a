"""Columns that no timeline made: what somebody who stores them hands in."""

import numpy as np
import pytest

from rules.analysis import analyse_lives
from rules.lives import Lives
from rules.parameters import HOUR, Parameters
from tests.rules.analysis.fleets import at, period

FAILURES = [0, 1, 2, 1, 9, 2]
HOURS = [8000, 8000, 8000, 4000, 8000, 4000]


def stored() -> Lives:
    """Six objects whose failures lie evenly in their operating time, each repaired in an hour."""
    owner = np.repeat(np.arange(6), FAILURES)
    place = np.concatenate([np.arange(1, count + 1) / (count + 1) for count in FAILURES])
    up = np.array(HOURS, dtype=np.int64) * HOUR
    age = (place * up[owner]).astype(np.int64)
    count, size = len(owner), len(HOURS)
    down = np.array(FAILURES, dtype=np.int64) * HOUR
    return Lives(
        names=[f"d{number}" for number in range(size)],
        agreed=up + down,
        up=up,
        down=down,
        unreachable=np.zeros(size, dtype=np.int64),
        unknown=np.zeros(size, dtype=np.int64),
        owner=owner,
        start=at(0) + age,
        end=at(0) + age + HOUR,
        begins=np.ones(count, dtype=np.bool_),
        age=age,
        fleet_age=age,
        downtime=np.full(count, HOUR, dtype=np.int64),
        repair=np.full(count, HOUR, dtype=np.int64),
        restored=np.ones(count, dtype=np.bool_),
        open=np.zeros(count, dtype=np.bool_),
        cause=[""] * count,
    )


def test_six_objects_of_which_one_is_worse_than_chance() -> None:
    """TV-48."""
    found = analyse_lives(stored(), period(8100.0), Parameters())
    (worst,) = found["pooling"]["worst"]

    assert found["mtbf"]["point_h"] == pytest.approx(2666.667, abs=5e-4)
    assert found["pooling"]["test"]["statistic"] == pytest.approx(17.0)
    assert found["pooling"]["test"]["p"] == pytest.approx(0.00449980, abs=5e-9)
    assert (worst["name"], worst["expected"]) == ("d4", pytest.approx(3.0))
    assert worst["poisson_p"] == pytest.approx(0.00380299, abs=5e-9)
    assert worst["binomial_p"] == pytest.approx(7.849854e-4, abs=5e-11)
    assert worst["mtbf_of_others_h"] == pytest.approx(5333.333, abs=5e-4)
    assert [row["name"] for row in found["pooling"]["ranking"]] == ["d4", "d5", "d3", "d2", "d1", "d0"]
    assert found["pooling"]["ranking"][0]["rate_per_h"] == pytest.approx(8.90625e-4)


def test_fifteen_repairs_of_an_hour_each() -> None:
    found = analyse_lives(stored(), period(8100.0), Parameters())

    assert found["fault_rate"]["value"] == pytest.approx(15 / 40_015)
    assert found["fault_rate"]["cycles"] == 15
    assert found["repair"]["observed"] == {"mean_h": 1.0, "median_h": 1.0, "p90_h": 1.0, "longest_h": 1.0}
    assert found["plausibility"]["deviation"] == pytest.approx(0.0, abs=1e-9)
