"""Pareto: TV-57."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.statistics.pareto import pareto

CAUSES = {"switch": 12, "other": 1.5, "power": 18.5, "link": 9.5, "disk": 2.5, "config": 6}


def test_six_causes() -> None:
    bars = pareto(CAUSES.items())

    assert [bar.name for bar in bars] == ["power", "switch", "link", "config", "disk", "other"]
    assert [bar.cumulative for bar in bars] == pytest.approx([0.37, 0.61, 0.80, 0.92, 0.97, 1.0])
    assert [bar.name for bar in bars if bar.vital] == ["power", "switch", "link"]


def test_the_same_in_milliseconds_and_in_tenths_that_no_binary_fraction_has() -> None:
    for factor in (3_600_000, 0.1, 0.3):
        bars = pareto((cause, round(hours * factor, 6)) for cause, hours in CAUSES.items())

        assert [bar.name for bar in bars if bar.vital] == ["power", "switch", "link"]


def test_what_made_no_trouble_is_left_out() -> None:
    assert [bar.name for bar in pareto({"a": 0, "b": 2}.items())] == ["b"]
    assert pareto([]) == []


def test_equal_amounts_stand_by_name() -> None:
    assert [bar.name for bar in pareto([("b", 1), ("a", 1), ("c", 1)])] == ["a", "b", "c"]


@pytest.mark.parametrize("amount", [-1, float("nan"), float("inf")])
def test_amounts_are_finite_numbers_from_0(amount: float) -> None:
    with pytest.raises(ValueError, match="power"):
        pareto([("power", amount)])


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**6)), st.floats(0.01, 0.99))
def test_the_vital_few_are_the_fewest_that_reach_the_share(amounts: dict[str, int], share: float) -> None:
    bars = pareto(amounts.items(), share)
    whole, vital = sum(amounts.values()), [bar.amount for bar in bars if bar.vital]

    if whole:
        assert sum(vital) / whole >= share - 1e-12
        assert sum(vital[:-1]) / whole < share + 1e-12
        assert [bar.vital for bar in bars] == sorted((bar.vital for bar in bars), reverse=True)
