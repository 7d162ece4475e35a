"""The vectors of the method through the replay door. Other doors hold themselves to ``tests/rules/vectors.py`` too."""

import pytest

from rules.parameters import Parameters
from rules.period import Period, parse_instant
from rules.record import read_record
from rules.replay import replay
from tests.rules.vectors import VECTORS, Vector, compare


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_vector(vector: Vector) -> None:
    period = Period(parse_instant(vector.start, vector.tz), parse_instant(vector.end, vector.tz), vector.tz)
    parameters = Parameters().with_settings(vector.settings)

    figures = replay(read_record(vector.lines), period, parameters)

    compare(vector, figures)
