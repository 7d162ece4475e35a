"""The terms of [incidents]: shipped as documented, and refused where they contradict themselves."""

from fractions import Fraction

import pytest

from rules.errors import Invalid
from rules.flapping import SHIPPED
from rules.incident_terms import IncidentTerms
from rules.settings import read


def test_flapping_is_damped_as_shipped_where_nothing_is_set() -> None:
    assert IncidentTerms().damping == SHIPPED


def test_shares_are_taken_as_they_are_written() -> None:
    found = read(IncidentTerms, {"unstable_start": 0.3, "unstable_stop": 0.1, "stable_after": "5m"})

    assert (found.damping.start, found.damping.stop, found.stable_after) == (Fraction(3, 10), Fraction(1, 10), 300_000)


@pytest.mark.parametrize(
    "given",
    [{"unstable_start": 0.05}, {"unstable_stop": 0.2}, {"unstable_returns": 1}, {"repeat_count": 1}],
)
def test_terms_that_contradict_themselves_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        read(IncidentTerms, given)
