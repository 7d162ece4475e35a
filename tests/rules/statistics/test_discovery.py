"""Many tests at once, against scipy's own control of false discoveries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from rules.statistics.discovery import benjamini_hochberg


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_it_is_the_control_of_scipy(probabilities: list[float]) -> None:
    assert benjamini_hochberg(probabilities) == pytest.approx(false_discovery_control(probabilities))


def test_of_many_tests_by_chance_hardly_one_is_believed() -> None:
    random = np.random.default_rng(13)
    believed = [int((benjamini_hochberg(random.uniform(size=200)) <= 0.05).any()) for _ in range(1000)]

    assert np.mean(believed) == pytest.approx(0.05, abs=0.025)


def test_no_test_adjusts_to_none() -> None:
    assert benjamini_hochberg([]).tolist() == []


@pytest.mark.parametrize("probabilities", [[-0.1], [1.1], [float("nan")]])
def test_probabilities_lie_between_0_and_1(probabilities: list[float]) -> None:
    with pytest.raises(ValueError, match="probabilities"):
        benjamini_hochberg(probabilities)
