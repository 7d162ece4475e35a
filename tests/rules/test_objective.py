"""Comparators and verdicts; the first test is TV-05, bound by bound."""

import pytest

from rules.objective import Comparator, Objective, Verdict, mean_verdict, mtbf_verdict, share_verdict

FAULT_RATE = Objective(Comparator.BELOW, 0.01)
MTBF = Objective(Comparator.AT_LEAST, 500.0)
MTTR = Objective(Comparator.AT_MOST, 4.0)
RESPONSE = Objective(Comparator.AT_MOST, 3600.0)


@pytest.mark.parametrize(
    ("objective", "value", "verdict"),
    [
        (FAULT_RATE, 0.01, "missed"),
        (FAULT_RATE, 0.00999999, "met"),
        (MTBF, 500.0, "met"),
        (MTTR, 4.0, "met"),
        (RESPONSE, 3600.000, "met"),
        (RESPONSE, 3600.001, "missed"),
    ],
)
def test_the_wording_decides_whether_the_bound_is_included(objective: Objective, value: float, verdict: str) -> None:
    assert objective.verdict(value) == verdict


@pytest.mark.parametrize(
    ("bad", "known", "unknown", "verdict"),
    [
        (0, 1000, 9, Verdict.MET),  # even with all unknown time bad
        (20, 1000, 100, Verdict.MISSED),  # even with none of it bad
        (6, 706, 14, Verdict.MET),  # TV-21: by the known time
        (8, 706, 14, Verdict.MISSED),
        (1, 800, 200, Verdict.INSUFFICIENT_DATA),
        (0, 0, 10, Verdict.INSUFFICIENT_DATA),
        (0, 0, 0, Verdict.NOT_APPLICABLE),
    ],
)
def test_unknown_time_widens_the_verdict_on_a_share(bad: int, known: int, unknown: int, verdict: Verdict) -> None:
    assert share_verdict(FAULT_RATE, bad, known, unknown, 0.95) is verdict


@pytest.mark.parametrize(
    ("operating", "failures", "lower", "verdict"),
    [
        (36_000, 40, 728.9, Verdict.MET),
        (8760, 12, 492.6, Verdict.INSUFFICIENT_DATA),
        (720, 2, 135.3, Verdict.MISSED),
        (720, 0, 312.7, Verdict.INSUFFICIENT_DATA),
        (0, 0, None, Verdict.INSUFFICIENT_DATA),
    ],
)
def test_an_mtbf_is_met_where_it_is_demonstrated(
    operating: int, failures: int, lower: float | None, verdict: Verdict
) -> None:
    assert mtbf_verdict(MTBF, operating, failures, lower) is verdict


@pytest.mark.parametrize(
    ("total", "count", "pending", "verdict"),
    [
        (8, 2, 0, Verdict.MET),
        (9, 2, 0, Verdict.MISSED),
        (0, 0, 1, Verdict.INSUFFICIENT_DATA),
        (0, 0, 0, Verdict.NOT_APPLICABLE),
    ],
)
def test_a_mean_without_cases_is_no_success(total: int, count: int, pending: int, verdict: Verdict) -> None:
    assert mean_verdict(MTTR, total, count, pending) is verdict
