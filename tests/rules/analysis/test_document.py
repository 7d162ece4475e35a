"""The document as a whole: plain, finite, in an order, and in agreement with the figures."""

import json
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.analysis import analyse
from rules.availability import figures
from rules.parameters import Parameters
from rules.period import Period, month
from rules.record import read_record
from rules.replay import timelines
from tests.rules.analysis.fleets import analysed, fleet, period
from tests.rules.stories import EPOCH
from tests.rules.test_laws import SPAN, records
from tests.rules.vectors import MONTH

PARAMETERS = Parameters()

INTERVALS = ("interval", "interval_h", "clopper_pearson", "wilson", "interval_z_h", "interval_t_h", "shape_interval")


def walked(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a document with the keys that lead to it."""
    yield path, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        yield from walked(entry, f"{path}.{key}")


def plain(document: Any) -> None:
    """Assert that it is a JSON document without a number that is none, and that every interval is one."""
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    for path, value in walked(document):
        assert not isinstance(value, float) or math.isfinite(value), path
        if path.rpartition(".")[2] in INTERVALS and value is not None:
            lower, upper = value
            assert 0 <= lower <= upper if upper is not None else lower > 0, path


def test_how_much_was_observed_comes_first() -> None:
    assert list(analysed({"a": [(1, 2)]}))[:3] == ["period", "method", "exposure"]


def test_a_whole_month_of_fifty_devices() -> None:
    """TV-55."""
    whole = month("2026-09", "Asia/Shanghai")
    found = analyse(timelines(read_record(MONTH[0].lines), whole, PARAMETERS).values(), whole, PARAMETERS)

    assert found["exposure"]["objects"] == 50
    assert found["exposure"]["operating_h"] == 35_949.5
    assert found["exposure"]["coverage"] == pytest.approx(0.99966647, abs=1e-8)
    assert found["mtbf"]["point_h"] == pytest.approx(7189.9)
    assert found["mtbf"]["lower_h"]["0.9"] == pytest.approx(3876.093, abs=5e-4)
    assert found["mtbf"]["interval_h"] == pytest.approx([3419.517, 18_247.092], abs=5e-4)
    assert found["mtbf"]["demonstrated"] is True
    assert found["fault_rate"]["value"] == pytest.approx(0.000458767, abs=5e-10)
    assert found["affected"]["clopper_pearson"] == pytest.approx([0.03327509, 0.21813537], abs=5e-9)
    assert found["affected"]["wilson"] == pytest.approx([0.04347577, 0.21360231], abs=1e-8)
    assert found["repair"]["observed"]["mean_h"] == 3.5
    assert (found["repair"]["restored"], found["repair"]["open"]) == (5, 1)
    plain(found)


@pytest.mark.parametrize(
    "down",
    [
        {},
        {"a": []},
        {"a": [(0, 720)]},
        {"a": [(-10, 730)]},
        {"a": [(719, 725)]},
        {"a": [(0, 1)], "b": [(0, 1)]},
        {"a": [(100, 101)]},
        {"a": [(hour, hour + 1) for hour in range(10, 700, 20)]},
        {"a": [(0.01 * number + number, number + 0.5) for number in range(1, 9)], "b": []},
        {name: [(100, 101)] for name in "abcdefgh"},
    ],
)
def test_it_is_plain_whatever_happened(down: dict[str, list[tuple[float, float]]]) -> None:
    plain(analysed(down))


@settings(deadline=None, max_examples=60)
@given(records(), st.sampled_from([1, 60_000, SPAN]))
def test_it_is_plain_for_any_record(found: list[str], length: int) -> None:
    whole = Period(EPOCH, EPOCH + length, "Asia/Shanghai")
    plain(analyse(timelines(read_record(found), whole, PARAMETERS).values(), whole, PARAMETERS))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.tuples(st.floats(0.2, 200), st.floats(0.01, 60)), max_size=8), max_size=6))
def test_it_says_of_any_fleet_what_the_figures_say(fates: list[list[tuple[float, float]]]) -> None:
    down: dict[str, list[tuple[float, float]]] = {}
    for number, fate in enumerate(fates):
        position, stretches = -50.0, []
        for up, length in fate:
            stretches.append((position + up, position + up + length))
            position += up + length
        down[f"d{number}"] = [pair for pair in stretches if pair[1] < 900]
    entries = fleet(down)
    found, pooled = analyse(entries, period(), PARAMETERS), figures(entries, period(), PARAMETERS)["fleet"]

    plain(found)
    assert found["exposure"]["failures"] == pooled["episodes"]
    assert found["mtbf"]["point_h"] == (None if pooled["mtbf_h"] is None else pytest.approx(pooled["mtbf_h"]))
    assert found["mtbf"]["lower_h"]["0.9"] == (
        None if pooled["mtbf_lower90_h"] is None else pytest.approx(pooled["mtbf_lower90_h"])
    )
    assert found["fault_rate"]["value"] == pooled["fault_rate"]
    assert found["affected"]["clopper_pearson"] == pooled["objects_affected_interval"]
    levels = [found["mtbf"]["lower_h"][level] for level in ("0.8", "0.9", "0.95")]
    assert None in levels or all(high > low for high, low in pairwise(levels))


def test_the_order_of_the_objects_does_not_matter() -> None:
    entries = fleet({"a": [(1, 2)], "b": [(5, 9)], "c": []})

    assert analyse(entries, period(), PARAMETERS) == analyse(entries[::-1], period(), PARAMETERS)
