"""Models beside each other: their own figures, what chance explains, and laws only where there is enough."""

import numpy as np
import pytest

from rules.analysis.by_label import by_label
from rules.lives import Lives, lives
from rules.statistics.pooling import offenders
from tests.rules.analysis.fleets import fleet, period

DOWNS = {
    "bad-1": [(100.0, 101.0), (250.0, 252.0), (500.0, 501.0), (640.0, 641.0)],
    "bad-2": [(300.0, 301.0), (450.0, 451.0)],
    "good-1": [],
    "good-2": [(200.0, 204.0)],
    "bare": [(10.0, 11.0)],
}
MODELS = {"bad-1": "X", "bad-2": "X", "good-1": "Y", "good-2": "Y"}


def lived() -> Lives:
    return lives(fleet(DOWNS), period())


def test_each_model_has_the_sums_of_its_own_objects() -> None:
    worst, best = by_label(lived(), MODELS)

    assert (worst["value"], worst["objects"], worst["failures"], worst["operating_h"]) == ("X", 2, 6, 1440 - 7)
    assert (best["value"], best["objects"], best["failures"], best["operating_h"]) == ("Y", 2, 1, 1440 - 4)
    assert worst["down_ms"] == 7 * 3_600_000
    assert worst["mtbf_h"] == pytest.approx(1433 / 6)


def test_an_object_without_the_label_counts_nowhere() -> None:
    assert sum(row["failures"] for row in by_label(lived(), MODELS)) == 7


def test_the_others_are_the_other_models() -> None:
    worst, _ = by_label(lived(), MODELS)

    assert worst["mtbf_of_others_h"] == 1436.0
    assert worst["beyond"] == pytest.approx(6 - 1433 / 1436)


def test_what_is_rarer_than_chance_is_told_after_adjustment() -> None:
    tails = offenders([6, 1], [1433.0, 1436.0])
    worst, best = by_label(lived(), MODELS)

    assert tails is not None
    assert [worst["adjusted_p"], best["adjusted_p"]] == pytest.approx(np.asarray(tails.adjusted).tolist())
    assert worst["adjusted_p"] == pytest.approx(0.123, abs=2e-3)
    assert not worst["worse"]


def test_four_failures_have_a_law_and_one_has_none() -> None:
    worst, best = by_label(lived(), MODELS)

    assert worst["up_times"]["weibull"] is not None
    assert best["up_times"]["weibull"] is None
    assert (best["up_times"]["failed"], best["up_times"]["going_on"]) == (1, 2)


def test_one_model_alone_is_not_worse_than_others() -> None:
    (only,) = by_label(lived(), {"bad-1": "X"})

    assert only["mtbf_of_others_h"] is None
    assert only["beyond"] is None
    assert not only["worse"]


def test_without_labels_there_is_nothing() -> None:
    assert by_label(lived(), {}) == []
